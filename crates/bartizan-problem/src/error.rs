use std::error::Error;
use std::fmt;

/// A part that problem details must not have.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum InvalidProblem {
    /// The name of a field is not one for correlation ids.
    IdField(String),
    /// The name of a member does not begin with a letter, is shorter than three
    /// characters, or has others than letters, digits and `_` ([RFC 9457, section 4])
    /// and `-`, which members of registered types have.
    ///
    /// [RFC 9457, section 4]: https://www.rfc-editor.org/rfc/rfc9457#section-4
    MemberName(String),
    /// The name of a member is one that the details have already.
    MemberTaken(String),
    /// A type or an instance is not a URI.
    Uri(String),
}

impl Error for InvalidProblem {}

impl fmt::Display for InvalidProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IdField(name) => write!(f, "{name:?} is no name of a field for ids"),
            Self::MemberName(name) => write!(f, "{name:?} is no name of a member"),
            Self::MemberTaken(name) => write!(f, "there is a member {name:?} already"),
            Self::Uri(uri) => write!(f, "{uri:?} is no URI"),
        }
    }
}
