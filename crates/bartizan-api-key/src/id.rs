use std::error::Error;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use crate::base62::{self, NoRandomness};

/// What names a key in lists and logs: twelve letters and digits of it, which are
/// no secret.
///
/// ```
/// use bartizan_api_key::KeyId;
///
/// let id: KeyId = "4fzKw2x9TqLm".parse()?;
///
/// assert_eq!(id.as_str(), "4fzKw2x9TqLm");
/// # Ok::<(), bartizan_api_key::InvalidKeyId>(())
/// ```
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
pub struct KeyId([u8; Self::LEN]);

impl KeyId {
    /// Length in characters: 71 random bits.
    pub const LEN: usize = 12;

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Letters and digits alone come in.
        str::from_utf8(&self.0).unwrap_or_default()
    }

    pub(crate) fn random() -> Result<Self, NoRandomness> {
        Ok(Self(*base62::random()?))
    }

    /// Takes bytes that are known to be letters and digits.
    pub(crate) const fn of(digits: [u8; Self::LEN]) -> Self {
        Self(digits)
    }

    pub(crate) const fn bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

/// As two numbers, which are hashed faster than bytes.
impl Hash for KeyId {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        let [a, b, c, d, e, f, g, h, i, j, k, l] = self.0;
        state.write_u64(u64::from_le_bytes([a, b, c, d, e, f, g, h]));
        state.write_u32(u32::from_le_bytes([i, j, k, l]));
    }
}

impl FromStr for KeyId {
    type Err = InvalidKeyId;

    fn from_str(text: &str) -> Result<Self, InvalidKeyId> {
        match text.as_bytes().try_into() {
            Ok(digits) if base62::is_base62(text.as_bytes()) => Ok(Self(digits)),
            _ => Err(InvalidKeyId),
        }
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeyId").field(&self.as_str()).finish()
    }
}

/// The text given for a [`KeyId`] is not twelve letters and digits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct InvalidKeyId;

impl Error for InvalidKeyId {}

impl fmt::Display for InvalidKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("key id is not twelve letters and digits")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_twelve_letters_and_digits() {
        assert!("0123456789Az".parse::<KeyId>().is_ok());
        for text in [
            "",
            "0123456789A",
            "0123456789Azz",
            "0123456789A_",
            "0123456789\u{e9}",
        ] {
            assert_eq!(text.parse::<KeyId>(), Err(InvalidKeyId), "{text}");
        }
    }

    #[test]
    fn random_ones_differ() {
        let ids: std::collections::HashSet<KeyId> =
            (0..1000).map(|_| KeyId::random().unwrap()).collect();

        assert_eq!(ids.len(), 1000);
        for id in ids {
            assert_eq!(id.to_string().parse(), Ok(id));
        }
    }
}
