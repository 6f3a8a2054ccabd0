use std::error::Error;
use std::fmt;

use super::Quotas;

/// A quota that cannot be, or cannot be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct InvalidQuota {
    fault: Fault,
    position: Option<usize>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fault {
    BigNumber,
    LongPeriod,
    NoBurst,
    NoLimit,
    NoPer,
    NoPeriod,
    NoQuota,
    NoUnit,
    Trailing,
    TooMany,
}

impl InvalidQuota {
    pub(super) fn new(fault: Fault) -> Self {
        Self {
            fault,
            position: None,
        }
    }

    pub(super) fn at(fault: Fault, position: usize) -> Self {
        Self {
            fault,
            position: Some(position),
        }
    }

    pub(super) fn moved_to(self, position: usize) -> Self {
        Self::at(self.fault, position)
    }

    /// Returns the byte of the text at which it went wrong, counted from 0, when it
    /// was read from a text.
    #[must_use]
    pub fn position(&self) -> Option<usize> {
        self.position
    }
}

impl fmt::Display for InvalidQuota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.fault {
            Fault::BigNumber => write!(f, "a number is larger than {}", u32::MAX)?,
            Fault::LongPeriod => f.write_str("the period is longer than a hundred years")?,
            Fault::NoBurst => f.write_str("expected the size of the burst")?,
            Fault::NoLimit => f.write_str("expected a number of requests")?,
            Fault::NoPer => f.write_str("expected `/` or `per`")?,
            Fault::NoPeriod => f.write_str("the period is 0")?,
            Fault::NoQuota => f.write_str("there is no quota")?,
            Fault::NoUnit => f.write_str("expected a unit of time, such as `minute`")?,
            Fault::TooMany => write!(f, "there are more than {} quotas", Quotas::MAX)?,
            Fault::Trailing => f.write_str("expected `burst`, `;` or the end")?,
        }
        match self.position {
            Some(position) => write!(f, " at byte {position}"),
            None => Ok(()),
        }
    }
}

impl Error for InvalidQuota {}
