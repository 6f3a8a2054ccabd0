use std::error::Error;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use bartizan_secret::SecretBytes;
use zeroize::Zeroizing;

use crate::format::SIGNED_LEN;
use crate::hmac::{MacKey, TAG_LEN};
use crate::{KeyFormat, KeyHash};

/// Keys that API keys are hashed under.
///
/// A pepper is kept away from the store, in a key vault or a secret file: whoever
/// can write to the store alone cannot put a key of their own into it. New keys are
/// hashed under the current pepper; the stored hash names the pepper that it was
/// made under.
///
/// What is hashed under is derived from it for the prefix and the environment of a
/// [`KeyFormat`]: one pepper and one store may serve several of them, and none accepts
/// the keys of another. For whoever makes hashes elsewhere: the message of the first
/// HMAC-SHA-256 is `prefix_environment_` with zero bytes behind it, 43 in all; its
/// output is the key of the second, whose message is `id_secret`.
///
/// To change it, the new one is put on every ring as an old one first, so that no
/// instance meets a key that it cannot check. Then it becomes the current one, and
/// the former one stays on the ring until the keys under it are rotated or expired.
///
/// To take a pepper off the ring ends all keys under it at once: no hash of theirs
/// can be checked, and no secret is taken for right. They are answered 401 as every
/// wrong key is, since another answer would tell whose ids there are; the log names
/// the reason ([`KeyError::Pepper`](crate::KeyError::Pepper)).
///
/// ```
/// use bartizan_api_key::PepperRing;
/// use bartizan_secret::SecretBytes;
///
/// # fn key(byte: u8) -> SecretBytes { vec![byte; 32].into() }
/// let ring = PepperRing::new("2026-01", &key(1))?.old("2025-01", &key(2))?;
///
/// assert_eq!(ring.current().as_str(), "2026-01");
/// # Ok::<(), bartizan_api_key::PepperError>(())
/// ```
#[derive(Clone)]
pub struct PepperRing {
    current: Pepper,
    old: Vec<Pepper>,
}

#[derive(Clone)]
struct Pepper {
    id: PepperId,
    key: Arc<MacKey>,
}

impl PepperRing {
    /// Shortest pepper in bytes: the length of HMAC-SHA-256's output.
    pub const MIN_KEY_LEN: usize = 32;

    /// Creates a ring of one pepper, under which new keys are hashed.
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

    /// Adds a pepper under which keys were hashed before.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and if the id is on the ring already.
    pub fn old(mut self, id: &str, key: &SecretBytes) -> Result<Self, PepperError> {
        let pepper = Pepper::new(id, key)?;
        if self.find(&pepper.id).is_some() {
            return Err(PepperError::Duplicate);
        }
        self.old.push(pepper);
        Ok(self)
    }

    /// Returns the id of the pepper under which new keys are hashed.
    #[must_use]
    pub const fn current(&self) -> &PepperId {
        &self.current.id
    }

    /// Derives a ring for keys of one format: a hash of another prefix or environment
    /// is none of these, under the same pepper.
    pub(crate) fn bound_to(self, format: &KeyFormat) -> Self {
        let old = self.old.into_iter();
        Self {
            current: self.current.bound_to(format),
            old: old.map(|pepper| pepper.bound_to(format)).collect(),
        }
    }

    /// Hashes the signed part of a key under the current pepper.
    pub(crate) fn hash(&self, signed: &[u8; SIGNED_LEN]) -> KeyHash {
        KeyHash::new(self.current.id.clone(), self.current.key.sign(signed))
    }

    /// Computes the HMAC under the pepper called `id`, if it is on the ring.
    pub(crate) fn sign(&self, id: &PepperId, signed: &[u8; SIGNED_LEN]) -> Option<[u8; TAG_LEN]> {
        Some(self.find(id)?.key.sign(signed))
    }

    /// Computes an HMAC that nothing is compared with but in vain.
    pub(crate) fn sign_in_vain(&self, signed: &[u8; SIGNED_LEN]) -> [u8; TAG_LEN] {
        self.current.key.sign(signed)
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
            key: Arc::new(MacKey::new(key)),
        })
    }

    fn bound_to(self, format: &KeyFormat) -> Self {
        let key = Zeroizing::new(self.key.sign(&format.domain()));
        Self {
            id: self.id,
            key: Arc::new(MacKey::new(&*key)),
        }
    }
}

/// Name of a pepper: one to 32 of `A-Z a-z 0-9 - _ .`.
///
/// Cloning costs one reference count.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct PepperId(Arc<str>);

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
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
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

impl Error for PepperError {}

impl fmt::Display for PepperError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Duplicate => "pepper id is on the ring already",
            Self::Id => "pepper id is not one to 32 letters, digits, dashes, dots or underscores",
            Self::ShortKey => "pepper is shorter than 32 bytes",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_short_and_plain() {
        for id in ["1", "2026-01", "kms.eu_1", &"k".repeat(32)] {
            assert!(id.parse::<PepperId>().is_ok(), "{id}");
        }
        for id in ["", "a b", "a:b", "\u{e9}", &"k".repeat(33)] {
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
    fn each_id_has_its_own_key() {
        let ring = PepperRing::new("new", &key(1)).unwrap();
        let ring = ring.old("old", &key(2)).unwrap();
        let sign = |id: &str| ring.sign(&id.parse().unwrap(), &[b'k'; SIGNED_LEN]);

        assert_eq!(
            sign("new"),
            Some(MacKey::new(&[1; 32]).sign(&[b'k'; SIGNED_LEN]))
        );
        assert_eq!(
            sign("old"),
            Some(MacKey::new(&[2; 32]).sign(&[b'k'; SIGNED_LEN]))
        );
        assert_eq!(sign("lost"), None);
        assert_eq!(ring.hash(&[b'k'; SIGNED_LEN]).pepper().as_str(), "new");
    }

    #[test]
    fn is_bound_as_documented() {
        // Python: key = hmac.digest(bytes([1]) * 32, b"acme_live_".ljust(43, b"\0"), "sha256")
        // hmac.new(key, b"k" * 43, "sha256").hexdigest()
        let format = KeyFormat::new("acme", "live").unwrap();
        let ring = PepperRing::new("1", &key(1)).unwrap().bound_to(&format);
        let tag = ring.sign(&"1".parse().unwrap(), &[b'k'; SIGNED_LEN]);
        let hex: String = tag.iter().flatten().map(|b| format!("{b:02x}")).collect();

        assert_eq!(
            hex,
            "7070244f944865c726014cd37242e7ad42010f4352c2ec497b2e93f16c0bb3ab"
        );
    }

    #[test]
    fn what_is_bound_to_a_format_is_one_of_its_own() {
        let ring = PepperRing::new("new", &key(1)).unwrap();
        let ring = ring.old("old", &key(2)).unwrap();
        let formats = [
            ("acme", "live"),
            ("acme", "test"),
            ("acmf", "live"),
            ("abcdefghijklmnop", "abcdefghijklmnop"),
        ];
        for id in ["new", "old"] {
            let id = id.parse().unwrap();
            let tags: Vec<_> = formats
                .iter()
                .map(|(prefix, environment)| KeyFormat::new(prefix, environment).unwrap())
                .map(|format| {
                    ring.clone()
                        .bound_to(&format)
                        .sign(&id, &[b'k'; SIGNED_LEN])
                })
                .chain([ring.sign(&id, &[b'k'; SIGNED_LEN])])
                .collect();
            let distinct: std::collections::HashSet<_> = tags.iter().flatten().collect();
            assert_eq!(distinct.len(), 5);
        }
    }

    #[test]
    fn debug_hides_the_keys() {
        let ring = PepperRing::new("1", &key(1)).unwrap();

        assert_eq!(
            format!("{ring:?}"),
            r#"PepperRing { current: PepperId("1"), .. }"#
        );
    }

    fn key(byte: u8) -> SecretBytes {
        vec![byte; 32].into()
    }
}
