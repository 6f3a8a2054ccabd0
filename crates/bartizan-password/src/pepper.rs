use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use aws_lc_rs::hmac;
use bartizan_secret::SecretBytes;
use zeroize::Zeroizing;

use crate::HashError;

/// Keys that passwords are hashed under, besides their salts.
///
/// A pepper is kept away from the database, in a key store or a secret file:
/// whoever steals the hashes alone cannot guess a single password. The password
/// is replaced by its HMAC-SHA-256 under the current key before argon2, and the
/// key's id is stored before the hash: `{hmac-sha256:2026-01}$argon2id$..`.
///
/// To rotate, the new key becomes the current one and the old one stays on the
/// ring; each user's hash is renewed when the user next logs in. A hash whose
/// key is no longer on the ring is [`HashError::UnknownPepper`], and its user
/// cannot log in: nobody can compute it any more.
///
/// ```
/// use bartizan_password::PepperRing;
/// use bartizan_secret::SecretBytes;
///
/// # fn key(byte: u8) -> SecretBytes { vec![byte; 32].into() }
/// let ring = PepperRing::new("2026-01", &key(1))?.old("2025-01", &key(2))?;
///
/// assert_eq!(ring.current().as_str(), "2026-01");
/// # Ok::<(), bartizan_password::PepperError>(())
/// ```
#[derive(Clone)]
pub struct PepperRing {
    current: Pepper,
    old: Vec<Pepper>,
}

#[derive(Clone)]
struct Pepper {
    id: PepperId,
    key: Arc<hmac::Key>,
}

impl PepperRing {
    /// Shortest key in bytes: the length of HMAC-SHA-256's output.
    pub const MIN_KEY_LEN: usize = 32;

    /// Creates a ring of one key, under which new passwords are hashed.
    ///
    /// # Errors
    ///
    /// [`PepperError`] if the id is not one or the key is shorter than
    /// [`MIN_KEY_LEN`](Self::MIN_KEY_LEN).
    pub fn new(id: &str, key: &SecretBytes) -> Result<Self, PepperError> {
        Ok(Self {
            current: Pepper::new(id, key)?,
            old: Vec::new(),
        })
    }

    /// Adds a key under which passwords were hashed before.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and if the id is on the ring already.
    pub fn old(mut self, id: &str, key: &SecretBytes) -> Result<Self, PepperError> {
        let pepper = Pepper::new(id, key)?;
        if self.has(&pepper.id) {
            return Err(PepperError::Duplicate);
        }
        self.old.push(pepper);
        Ok(self)
    }

    /// Returns the id of the key under which new passwords are hashed.
    #[must_use]
    pub const fn current(&self) -> &PepperId {
        &self.current.id
    }

    /// Returns the password's HMAC.
    pub(crate) fn apply(
        &self,
        id: &PepperId,
        password: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, HashError> {
        let pepper = self.find(id).ok_or(HashError::UnknownPepper)?;
        let mut tag = Zeroizing::new(vec![0; 32]);
        // The buffer is long enough: only a lack of memory is left to fail.
        hmac::sign_to_buffer(&pepper.key, password, &mut tag)
            .map_err(|_| HashError::OutOfMemory)?;
        Ok(tag)
    }

    pub(crate) fn has(&self, id: &PepperId) -> bool {
        self.find(id).is_some()
    }

    fn find(&self, id: &PepperId) -> Option<&Pepper> {
        std::iter::once(&self.current)
            .chain(&self.old)
            .find(|pepper| pepper.id == *id)
    }
}

impl fmt::Debug for PepperRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PepperRing")
            .field("current", &self.current.id)
            .finish_non_exhaustive()
    }
}

impl Pepper {
    fn new(id: &str, key: &SecretBytes) -> Result<Self, PepperError> {
        let key = key.expose_secret();
        if key.len() < PepperRing::MIN_KEY_LEN {
            return Err(PepperError::ShortKey);
        }
        Ok(Self {
            id: id.parse()?,
            key: Arc::new(hmac::Key::new(hmac::HMAC_SHA256, key)),
        })
    }
}

/// Name of a pepper: one to 32 of `A-Z a-z 0-9 - _ .`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PepperId(Box<str>);

impl PepperId {
    /// Returns the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PepperId {
    type Err = PepperError;

    fn from_str(text: &str) -> Result<Self, PepperError> {
        let short = (1..=32).contains(&text.len());
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if !short || !text.bytes().all(plain) {
            return Err(PepperError::Id);
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Display for PepperId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A key that cannot be put on a [`PepperRing`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PepperError {
    /// The id is on the ring already.
    Duplicate,
    /// The id is empty, longer than 32 characters, or has other characters than
    /// `A-Z a-z 0-9 - _ .`.
    Id,
    /// The key is shorter than 32 bytes.
    ShortKey,
}

impl fmt::Display for PepperError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Duplicate => "pepper id is on the ring already",
            Self::Id => "pepper id is not one to 32 letters, digits, dashes, dots or underscores",
            Self::ShortKey => "pepper key is shorter than 32 bytes",
        })
    }
}

impl std::error::Error for PepperError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> SecretBytes {
        vec![byte; 32].into()
    }

    #[test]
    fn ids_are_short_and_plain() {
        for id in ["1", "2026-01", "kms.eu_1", &"k".repeat(32)] {
            assert!(id.parse::<PepperId>().is_ok(), "{id}");
        }
        for id in ["", "a b", "a}", "a:b", "\u{e9}", &"k".repeat(33)] {
            assert_eq!(id.parse::<PepperId>(), Err(PepperError::Id), "{id}");
        }
    }

    #[test]
    fn asvs_11_2_3_refuses_short_keys() {
        let short = SecretBytes::from(vec![1; 31]);

        assert_eq!(
            PepperRing::new("1", &short).err(),
            Some(PepperError::ShortKey)
        );
    }

    #[test]
    fn refuses_an_id_twice() {
        let ring = PepperRing::new("1", &key(1)).unwrap();

        assert_eq!(ring.old("1", &key(2)).err(), Some(PepperError::Duplicate));
    }

    #[test]
    fn computes_hmac_sha_256_with_the_named_key() {
        // RFC 4231 has no case with a key of 32 bytes; Python's hmac says this.
        let ring = PepperRing::new("new", &key(1))
            .unwrap()
            .old("old", &key(2))
            .unwrap();
        let of = |id: &str| ring.apply(&id.parse().unwrap(), b"password");

        assert_eq!(
            crate::encoding::to_phc_base64(&of("new").unwrap()),
            "vmLsIOjC57hhDfIOayzqycIPuXHluh8JlHpK4UP0ut4"
        );
        assert_eq!(
            crate::encoding::to_phc_base64(&of("old").unwrap()),
            "mP8IocJt7fN9yMVwY4hYzx8GtHxuNS6BesFxlYlPiy8"
        );
        assert_eq!(of("lost").err(), Some(HashError::UnknownPepper));
    }

    #[test]
    fn debug_hides_the_keys() {
        let ring = PepperRing::new("1", &key(1)).unwrap();

        assert_eq!(
            format!("{ring:?}"),
            r#"PepperRing { current: PepperId("1"), .. }"#
        );
    }
}
