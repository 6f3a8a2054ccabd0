//! Stored hashes: how each format is read, and how it is verified.

mod argon2;
mod bcrypt;
mod foreign;
mod pbkdf2;
mod scrypt;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use zeroize::Zeroizing;

use self::argon2::Argon2Hash;
use self::bcrypt::BcryptHash;
pub(crate) use self::bcrypt::LongPasswords;
use self::pbkdf2::Pbkdf2Hash;
use self::scrypt::ScryptHash;
use crate::memory::Memory;
use crate::{Argon2Params, HashError, HashLimits, PepperId};

/// Longest hash string read; the longest in use is about 300 bytes.
const MAX_LEN: usize = 512;

/// Opens a hash that was made under a pepper.
const PEPPERED: &str = "{hmac-sha256:";

/// A well-formed password hash, as it is stored.
///
/// Reading one costs next to nothing: neither its limits are checked nor is
/// anything hashed until it is verified.
///
/// | format | spelling |
/// |---|---|
/// | argon2id, argon2i, argon2d | PHC string; Django's `argon2$argon2id$..`; Spring's `{argon2}`, `{argon2@SpringSecurity_v5_8}` |
/// | the same under a pepper | `{hmac-sha256:KEY}$argon2id$..` |
/// | bcrypt | `$2a$`, `$2b$`, `$2y$`; passlib's `$bcrypt-sha256$`; Django's `bcrypt$`, `bcrypt_sha256$`; Spring's `{bcrypt}` |
/// | PBKDF2 with SHA-1, SHA-256, SHA-512 | PHC string; passlib's `$pbkdf2$`, `$pbkdf2-sha256$`, `$pbkdf2-sha512$`; Django's `pbkdf2_sha256$`, `pbkdf2_sha1$`; Spring's `{pbkdf2}`, `{pbkdf2@SpringSecurity_v5_8}` |
/// | scrypt | PHC string, which is passlib's; Django's `scrypt$`; Spring's `{scrypt}`, `{scrypt@SpringSecurity_v5_8}` |
///
/// Anything else is [`HashError::UnknownFormat`], plain text included.
///
/// A hash is no secret, but whoever has it can guess the password at leisure:
/// `Debug` shows the format alone.
///
/// ```
/// use bartizan_password::{HashError, HashFormat, PasswordHash};
///
/// let stored = "$2b$10$AAAAAAAAAAAAAAAAAAAAA.o/AYtpXBWJ5fMSHPwVRLoJwF5WL.9bG";
/// let hash: PasswordHash = stored.parse()?;
///
/// assert_eq!(hash.format(), HashFormat::Bcrypt);
/// assert_eq!(hash.as_str(), stored);
/// assert_eq!(
///     "hunter2".parse::<PasswordHash>().err(),
///     Some(HashError::UnknownFormat),
/// );
/// # Ok::<(), HashError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash {
    text: Box<str>,
    pepper: Option<PepperId>,
    scheme: Scheme,
}

impl PasswordHash {
    /// Makes a new argon2id hash of what may be a password under a pepper.
    pub(crate) fn make(
        params: Argon2Params,
        pepper: Option<PepperId>,
        password: &[u8],
        memory: &mut Memory,
    ) -> Result<Self, HashError> {
        Argon2Hash::make(params, password, memory).map(|hash| Self::from_argon2(pepper, hash))
    }

    /// Makes a hash of no password, which costs as much to verify as any.
    pub(crate) fn of_nobody(
        params: Argon2Params,
        pepper: Option<PepperId>,
    ) -> Result<Self, HashError> {
        Argon2Hash::of_nobody(params).map(|hash| Self::from_argon2(pepper, hash))
    }

    fn from_argon2(pepper: Option<PepperId>, hash: Argon2Hash) -> Self {
        let text = match &pepper {
            Some(id) => format!("{PEPPERED}{id}}}{hash}"),
            None => hash.to_string(),
        };
        Self {
            text: text.into(),
            pepper,
            scheme: Scheme::Argon2(hash),
        }
    }

    /// Returns the string to store.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the format.
    #[must_use]
    pub const fn format(&self) -> HashFormat {
        match self.scheme {
            Scheme::Argon2(_) => HashFormat::Argon2,
            Scheme::Bcrypt(_) => HashFormat::Bcrypt,
            Scheme::Pbkdf2(_) => HashFormat::Pbkdf2,
            Scheme::Scrypt(_) => HashFormat::Scrypt,
        }
    }

    /// Returns the pepper that the hash was made under.
    #[must_use]
    pub const fn pepper(&self) -> Option<&PepperId> {
        self.pepper.as_ref()
    }

    pub(crate) fn check(&self, limits: &HashLimits) -> Result<(), HashError> {
        match &self.scheme {
            Scheme::Argon2(hash) => hash.check(limits),
            Scheme::Bcrypt(hash) => hash.check(limits),
            Scheme::Pbkdf2(hash) => hash.check(limits),
            Scheme::Scrypt(hash) => hash.check(limits),
        }
    }

    /// Tells whether the password, under the hash's pepper if any, is right.
    pub(crate) fn matches(
        &self,
        password: &[u8],
        memory: &mut Memory,
        long: LongPasswords,
    ) -> Result<Answer, HashError> {
        let right = match &self.scheme {
            Scheme::Argon2(hash) => hash.matches(password, memory)?,
            Scheme::Bcrypt(hash) => return Ok(hash.matches(password, long)),
            Scheme::Pbkdf2(hash) => hash.matches(password),
            Scheme::Scrypt(hash) => hash.matches(password)?,
        };
        Ok(if right { Answer::Right } else { Answer::Wrong })
    }

    /// Tells whether a new hash would be made just like this one.
    pub(crate) fn is_made_with(&self, params: Argon2Params, pepper: Option<&PepperId>) -> bool {
        let Scheme::Argon2(hash) = &self.scheme else {
            return false;
        };
        hash.is_made_with(params) && self.pepper.as_ref() == pepper
    }
}

impl FromStr for PasswordHash {
    type Err = HashError;

    fn from_str(text: &str) -> Result<Self, HashError> {
        if text.len() > MAX_LEN {
            return Err(HashError::UnknownFormat);
        }
        let (pepper, scheme) = match text.strip_prefix(PEPPERED) {
            Some(rest) => {
                let malformed = HashError::Malformed(HashFormat::Argon2);
                let (id, phc) = rest.split_once('}').ok_or_else(|| malformed.clone())?;
                let id = id.parse().map_err(|_| malformed)?;
                (Some(id), Scheme::Argon2(Argon2Hash::parse(phc)?))
            }
            None => (None, Scheme::parse(text)?),
        };
        Ok(Self {
            text: text.into(),
            pepper,
            scheme,
        })
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordHash")
            .field("format", &self.format())
            .finish_non_exhaustive()
    }
}

/// What a comparison told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Right,
    /// Right as far as bcrypt looks: the first 72 bytes.
    RightSoFar,
    Wrong,
}

/// Family of a stored hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HashFormat {
    /// argon2id, argon2i or argon2d, [RFC 9106](https://www.rfc-editor.org/rfc/rfc9106).
    Argon2,
    /// bcrypt, of the password or of its SHA-256.
    Bcrypt,
    /// PBKDF2, [RFC 8018 section 5.2](https://www.rfc-editor.org/rfc/rfc8018#section-5.2).
    Pbkdf2,
    /// scrypt, [RFC 7914](https://www.rfc-editor.org/rfc/rfc7914).
    Scrypt,
}

impl fmt::Display for HashFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Argon2 => "argon2",
            Self::Bcrypt => "bcrypt",
            Self::Pbkdf2 => "pbkdf2",
            Self::Scrypt => "scrypt",
        })
    }
}

#[derive(Clone, PartialEq, Eq)]
enum Scheme {
    Argon2(Argon2Hash),
    Bcrypt(BcryptHash),
    Pbkdf2(Pbkdf2Hash),
    Scrypt(ScryptHash),
}

impl Scheme {
    fn parse(text: &str) -> Result<Self, HashError> {
        if text.starts_with('{') {
            return foreign::spring(text);
        }
        if !text.starts_with('$') {
            return foreign::django(text);
        }
        let name = text.split('$').nth(1).unwrap_or_default();
        match name {
            "argon2d" | "argon2i" | "argon2id" => Argon2Hash::parse(text).map(Self::Argon2),
            "2a" | "2b" | "2y" => BcryptHash::parse(text).map(Self::Bcrypt),
            "2x" => Err(HashError::RefusedFormat),
            "bcrypt-sha256" => BcryptHash::parse_passlib(text).map(Self::Bcrypt),
            "pbkdf2" | "pbkdf2-sha1" | "pbkdf2-sha256" | "pbkdf2-sha512" => {
                Pbkdf2Hash::parse(text).map(Self::Pbkdf2)
            }
            "scrypt" => ScryptHash::parse(text).map(Self::Scrypt),
            _ => Err(HashError::UnknownFormat),
        }
    }
}

/// Shortest output that is worth comparing: a hash that a short database column
/// cut off must not match a fraction of all passwords.
const MIN_OUTPUT: usize = 16;

/// The output of a key derivation, compared in constant time.
#[derive(Clone, PartialEq, Eq)]
struct Output(Vec<u8>);

impl Output {
    fn new(bytes: Vec<u8>) -> Option<Self> {
        (bytes.len() >= MIN_OUTPUT).then_some(Self(bytes))
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns a buffer for the output of a password in question.
    fn empty(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(vec![0; self.0.len()])
    }

    fn is(&self, other: &[u8]) -> bool {
        aws_lc_rs::constant_time::verify_slices_are_equal(&self.0, other).is_ok()
    }
}
