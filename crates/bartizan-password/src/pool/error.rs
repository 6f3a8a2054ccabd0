use std::error::Error;
use std::fmt;
use std::time::Duration;

use bartizan_core::{LoginError, Rejection};

use crate::HashError;

/// Why a [`PasswordHasherPool`](crate::PasswordHasherPool) gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PoolError {
    /// The pool was dropped before the work began.
    Closed,
    /// The password or the stored hash was refused, or the hashing failed.
    Hash(HashError),
    /// The queue is full.
    Overloaded {
        /// When a retry may succeed.
        retry_after: Duration,
    },
    /// The hashing panicked.
    Panicked,
}

impl Error for PoolError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Hash(error) => Some(error),
            Self::Closed | Self::Overloaded { .. } | Self::Panicked => None,
        }
    }
}

impl fmt::Display for PoolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed => "the hashing threads are gone",
            Self::Hash(_) => "the password cannot be hashed",
            Self::Overloaded { .. } => "too many passwords wait to be hashed",
            Self::Panicked => "hashing a password panicked",
        })
    }
}

impl From<HashError> for PoolError {
    fn from(error: HashError) -> Self {
        Self::Hash(error)
    }
}

/// A password that is empty or too long is no one's.
impl From<PoolError> for LoginError {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Overloaded { retry_after } => Self::Overloaded { retry_after },
            PoolError::Hash(HashError::PasswordEmpty | HashError::PasswordTooLong { .. }) => {
                Self::Denied
            }
            error => Self::Failed(error.into()),
        }
    }
}

/// 503 with `Retry-After` when the queue is full, 400 for a password that is
/// empty or too long, 503 for everything else.
impl From<PoolError> for Rejection {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Overloaded { retry_after } => {
                Self::unavailable("logins-overloaded", error).retry_after(retry_after)
            }
            PoolError::Hash(HashError::PasswordEmpty) => {
                Self::bad_request("password-empty", "the password is empty")
            }
            PoolError::Hash(HashError::PasswordTooLong { .. }) => {
                Self::bad_request("password-too-long", "the password is too long")
            }
            error => Self::unavailable("logins-failed", error),
        }
    }
}
