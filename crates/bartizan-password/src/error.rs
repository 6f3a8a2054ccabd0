use std::fmt;

use crate::HashFormat;

/// A password that cannot be hashed, or a stored hash that cannot be verified.
///
/// It never means "wrong password": a stored hash that cannot be read is the
/// service's own failure.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HashError {
    /// The stored hash asks for more work or memory than
    /// [`HashLimits`](crate::HashLimits) grants.
    LimitExceeded {
        /// Format of the hash.
        format: HashFormat,
        /// Name of the parameter.
        parameter: &'static str,
        /// Value that the hash asks for.
        value: u32,
        /// Highest value granted.
        limit: u32,
    },
    /// The hash names its format but is not a well-formed one.
    Malformed(HashFormat),
    /// The memory for the hash could not be allocated.
    OutOfMemory,
    /// The operating system gave no randomness for a salt.
    Randomness,
    /// The password is empty.
    PasswordEmpty,
    /// The password is longer than
    /// [`PasswordHasher::max_bytes`](crate::PasswordHasher::max_bytes).
    PasswordTooLong {
        /// Most bytes that are hashed.
        limit: usize,
    },
    /// The hash is of a format that is known to be broken: bcrypt's `$2x$`,
    /// where different passwords share a hash.
    RefusedFormat,
    /// The format of the hash is not known.
    UnknownFormat,
    /// The hash was made under a pepper that is not on the ring.
    UnknownPepper,
}

impl fmt::Display for HashError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LimitExceeded {
                format,
                parameter,
                value,
                limit,
            } => write!(
                f,
                "stored {format} hash asks for {parameter}={value}, more than the limit of {limit}"
            ),
            Self::Malformed(format) => write!(f, "stored {format} hash is malformed"),
            Self::OutOfMemory => f.write_str("memory for a password hash cannot be allocated"),
            Self::PasswordEmpty => f.write_str("password is empty"),
            Self::PasswordTooLong { limit } => write!(f, "password is longer than {limit} bytes"),
            Self::Randomness => f.write_str("the operating system gave no randomness"),
            Self::RefusedFormat => f.write_str("stored hash is of a broken format"),
            Self::UnknownFormat => f.write_str("stored hash is of an unknown format"),
            Self::UnknownPepper => {
                f.write_str("stored hash names a pepper that is not on the ring")
            }
        }
    }
}

impl std::error::Error for HashError {}
