use std::error::Error;
use std::fmt;

/// A client that has a secret was given where only a public one will do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ConfidentialClient;

impl Error for ConfidentialClient {}

impl fmt::Display for ConfidentialClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("client has a secret that nobody would be asked for")
    }
}

/// Why a secret of a client could not be hashed or made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum SecretError {
    /// No random bytes are available.
    Random,
    /// The secret is shorter than 22 characters, and can be guessed.
    Short,
}

impl Error for SecretError {}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Random => "no random bytes are available",
            Self::Short => "client secret is shorter than 22 characters",
        })
    }
}

/// The text given for a [`HashedSecret`](crate::HashedSecret) was none.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct InvalidSecret;

impl Error for InvalidSecret {}

impl fmt::Display for InvalidSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text is not the hash of a client secret")
    }
}

/// Two clients have the same id.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RepeatedClient {
    /// The id.
    pub id: String,
}

impl Error for RepeatedClient {}

impl fmt::Display for RepeatedClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "client {:?} is there twice", self.id)
    }
}
