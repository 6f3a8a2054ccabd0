use std::fmt;

use secrecy::{ExposeSecret, SecretBox};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::{MASK, Masked, SecretString};

/// Bytes that are masked wherever they are shown and wiped when they are
/// dropped.
///
/// Compares as [`SecretString`] does, and leaves out the same methods.
///
/// ```
/// use bartizan_secret::SecretBytes;
///
/// let key = SecretBytes::from(vec![7; 32]);
///
/// assert_eq!(format!("{key:?}"), "**********");
/// assert_eq!(key.expose_secret(), [7; 32]);
/// ```
pub struct SecretBytes(SecretBox<[u8]>);

impl SecretBytes {
    /// Returns the bytes themselves.
    #[must_use]
    pub fn expose_secret(&self) -> &[u8] {
        self.0.expose_secret()
    }

    /// Returns another secret, made of this one; see [`SecretString::map`].
    pub fn map<U: Masked>(&self, make: impl FnOnce(&[u8]) -> U) -> U {
        make(self.expose_secret())
    }
}

/// Copies the bytes into a box of their exact size and wipes the vector, its
/// spare capacity included.
impl From<Vec<u8>> for SecretBytes {
    fn from(mut bytes: Vec<u8>) -> Self {
        let secret = Self::from(bytes.as_slice());
        bytes.zeroize();
        secret
    }
}

/// Copies the bytes. The original stays as it is: whoever owns it wipes it.
impl From<&[u8]> for SecretBytes {
    fn from(bytes: &[u8]) -> Self {
        Self::from(Box::<[u8]>::from(bytes))
    }
}

/// Takes the box as it is, without a copy.
impl From<Box<[u8]>> for SecretBytes {
    fn from(bytes: Box<[u8]>) -> Self {
        Self(SecretBox::new(bytes))
    }
}

/// Copies the UTF-8 bytes of the text, which is wiped.
impl From<SecretString> for SecretBytes {
    fn from(text: SecretString) -> Self {
        text.map(|text| Self::from(text.as_bytes()))
    }
}

impl From<secrecy::SecretSlice<u8>> for SecretBytes {
    fn from(secret: secrecy::SecretSlice<u8>) -> Self {
        Self(secret)
    }
}

impl From<SecretBytes> for secrecy::SecretSlice<u8> {
    fn from(secret: SecretBytes) -> Self {
        secret.0
    }
}

impl Clone for SecretBytes {
    fn clone(&self) -> Self {
        Self::from(self.expose_secret())
    }
}

impl PartialEq for SecretBytes {
    fn eq(&self, other: &Self) -> bool {
        *self == *other.expose_secret()
    }
}

/// Compares in constant time with bytes that are not kept as a secret.
impl PartialEq<[u8]> for SecretBytes {
    fn eq(&self, other: &[u8]) -> bool {
        self.expose_secret().ct_eq(other).into()
    }
}

impl Eq for SecretBytes {}

impl ZeroizeOnDrop for SecretBytes {}

impl fmt::Display for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_the_mask_and_nothing_else() {
        for bytes in [&b""[..], b"a", b"longer than the mask is"] {
            let secret = SecretBytes::from(bytes);

            assert_eq!(format!("{secret}{secret:?}"), MASK.repeat(2));
        }
    }

    #[test]
    fn compares_by_content() {
        let table: [(&[u8], &[u8], bool); 4] = [
            (b"", b"", true),
            (b"a", b"a", true),
            (b"a", b"b", false),
            (b"a", b"aa", false),
        ];
        for (a, b, same) in table {
            let [left, right] = [a, b].map(SecretBytes::from);

            assert_eq!(left == right, same);
            assert_eq!(left == *b, same);
        }
    }

    #[test]
    fn comes_and_goes_unchanged() {
        let mut roomy = Vec::with_capacity(100);
        roomy.extend_from_slice(b"key");
        let secret = SecretBytes::from(roomy);

        let theirs = secrecy::SecretSlice::from(secret.clone());
        assert_eq!(secret.expose_secret(), b"key");
        assert_eq!(SecretBytes::from(theirs).expose_secret(), b"key");
        assert_eq!(
            SecretBytes::from(SecretString::from("key")).expose_secret(),
            b"key"
        );
    }
}
