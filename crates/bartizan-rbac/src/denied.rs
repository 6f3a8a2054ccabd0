use std::error::Error;
use std::fmt;

use crate::Policy;

/// What a principal lacked. The source of a 403, for logs alone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Denied {
    missing: Policy,
}

impl Denied {
    pub(crate) fn new(missing: Policy) -> Self {
        Self { missing }
    }

    /// Returns the part of the policy that does not hold.
    #[must_use]
    pub fn missing(&self) -> &Policy {
        &self.missing
    }
}

impl Error for Denied {}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "missing: {}", self.missing)
    }
}
