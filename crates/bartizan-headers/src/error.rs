use std::error::Error;
use std::fmt;

/// A value that a security header must not have.
///
/// Says which header and which part of it is wrong; the parts are configuration and
/// no secrets.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct InvalidValue {
    header: &'static str,
    problem: String,
}

impl InvalidValue {
    pub(crate) fn new(header: &'static str, problem: impl Into<String>) -> Self {
        Self {
            header,
            problem: problem.into(),
        }
    }

    /// Returns the name of the header, in lower case.
    #[must_use]
    pub fn header(&self) -> &'static str {
        self.header
    }

    /// Returns what is wrong with the value.
    #[must_use]
    pub fn problem(&self) -> &str {
        &self.problem
    }
}

impl Error for InvalidValue {}

impl fmt::Display for InvalidValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.header, self.problem)
    }
}
