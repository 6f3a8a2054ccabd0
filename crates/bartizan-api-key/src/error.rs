use std::error::Error;
use std::fmt;
use std::net::IpAddr;

use bartizan_core::BoxError;

use crate::{InvalidGrant, KeyId};

/// Why a text is not spelt like a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum KeySyntax {
    /// The checksum is not that of the text before it.
    Checksum,
    /// Prefix, environment, length or characters are not those of a key.
    Form,
}

impl Error for KeySyntax {}

impl fmt::Display for KeySyntax {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Checksum => "the checksum of the API key is wrong",
            Self::Form => "the text does not have the form of an API key",
        })
    }
}

/// Why a key is refused, or cannot be checked.
///
/// For logs: a client is told neither the reason nor whether there is such a key.
#[derive(Debug)]
#[non_exhaustive]
pub enum KeyError {
    /// The key is for another environment.
    Environment(KeyId),
    /// The key has expired.
    Expired(KeyId),
    /// The key may not be used from this address.
    Network(KeyId, IpAddr),
    /// The key is limited to networks, and the address of the client is not known.
    NoClient(KeyId),
    /// The stored hash was made under a pepper that is not on the ring.
    Pepper(KeyId),
    /// The key was revoked.
    Revoked(KeyId),
    /// The key has the id of another one, and not its secret.
    Secret(KeyId),
    /// The text is not spelt like a key.
    Syntax(KeySyntax),
    /// The key cannot be checked, for a reason that is ours.
    Unavailable(BoxError),
    /// There is no such key.
    Unknown(KeyId),
}

impl Error for KeyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unavailable(source) => Some(&**source),
            _ => None,
        }
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(id) => write!(f, "key {id} is for another environment"),
            Self::Expired(id) => write!(f, "key {id} has expired"),
            Self::Network(id, client) => write!(f, "key {id} may not be used from {client}"),
            Self::NoClient(id) => {
                write!(f, "key {id} is limited to networks and no client is known")
            }
            Self::Pepper(id) => write!(f, "key {id} is hashed under a pepper not on the ring"),
            Self::Revoked(id) => write!(f, "key {id} was revoked"),
            Self::Secret(id) => write!(f, "key {id} was presented with a wrong secret"),
            Self::Syntax(syntax) => syntax.fmt(f),
            Self::Unavailable(_) => f.write_str("the API key could not be checked"),
            Self::Unknown(id) => write!(f, "there is no key {id}"),
        }
    }
}

/// Why a key was not issued, rotated or revoked.
#[derive(Debug)]
#[non_exhaustive]
pub enum ManageError {
    /// The store has no room for another key.
    Full,
    /// No key is issued for the grant.
    Grant(InvalidGrant),
    /// The key is revoked or has expired, and is not rotated.
    NotLive,
    /// The key that this one has taken the place of is still live: revoke it before
    /// a third one is issued.
    Overlapping(KeyId),
    /// The operating system gave no random bytes.
    Randomness,
    /// The key has been rotated already.
    Replaced,
    /// The store could not do it.
    Store(BoxError),
    /// The owner has as many live keys as one may have.
    TooManyKeys,
    /// There is no such key.
    Unknown,
}

impl Error for ManageError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Grant(source) => Some(source),
            Self::Store(source) => Some(&**source),
            _ => None,
        }
    }
}

impl fmt::Display for ManageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "the store has no room for another key",
            Self::Grant(_) => "no key is issued for the grant",
            Self::NotLive => "the key is revoked or has expired",
            Self::Overlapping(id) => {
                return write!(f, "key {id}, which this one replaces, is still live");
            }
            Self::Randomness => "the operating system gave no random bytes",
            Self::Replaced => "the key has been rotated already",
            Self::Store(_) => "the store of keys failed",
            Self::TooManyKeys => "the owner has too many keys",
            Self::Unknown => "there is no such key",
        })
    }
}
