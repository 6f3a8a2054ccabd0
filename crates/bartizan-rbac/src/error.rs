use std::error::Error;
use std::fmt;

/// A list of policies to join was empty.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct EmptyPolicy;

impl Error for EmptyPolicy {}

impl fmt::Display for EmptyPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("policy joins nothing")
    }
}

/// What was given for a [`RoleHierarchy`](crate::RoleHierarchy) is not one.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum InvalidHierarchy {
    /// This role is above itself.
    Cycle(String),
    /// The name of a role is empty.
    Empty,
    /// This chain names a single role, which says nothing.
    Single(String),
}

impl Error for InvalidHierarchy {}

impl fmt::Display for InvalidHierarchy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cycle(role) => write!(f, "role {role:?} is above itself"),
            Self::Empty => f.write_str("the name of a role is empty"),
            Self::Single(role) => write!(f, "role {role:?} is above nothing"),
        }
    }
}

/// The name of a role or of a permission is empty.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct InvalidPermissions;

impl Error for InvalidPermissions {}

impl fmt::Display for InvalidPermissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a role or of a permission is empty")
    }
}
