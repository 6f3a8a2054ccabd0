use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use secrecy::{ExposeSecret, SecretBox};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::{MASK, Masked};

/// A text that is masked wherever it is shown and wiped when it is dropped.
///
/// `==` takes the same time wherever the first difference lies; whether the two
/// lengths are the same may be told from the time it takes. There is no `len`
/// and no `Hash`: both say something about the secret.
///
/// ```
/// use bartizan_secret::SecretString;
///
/// let password = SecretString::from("correct horse");
///
/// assert_eq!(format!("{password} {password:?}"), "********** **********");
/// assert_eq!(password.expose_secret(), "correct horse");
/// assert!(password != *"battery staple");
/// ```
pub struct SecretString(SecretBox<str>);

impl SecretString {
    /// Returns the text itself.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        self.0.expose_secret()
    }

    /// Returns another secret, made of this one.
    ///
    /// ```
    /// use bartizan_secret::SecretString;
    ///
    /// let token = SecretString::from("t0ken");
    /// let field = token.map(|token| SecretString::from(format!("Bearer {token}")));
    ///
    /// assert_eq!(field.expose_secret(), "Bearer t0ken");
    /// ```
    pub fn map<U: Masked>(&self, make: impl FnOnce(&str) -> U) -> U {
        make(self.expose_secret())
    }
}

/// Copies the text into a box of its exact size and wipes the string, its spare
/// capacity included: shrinking it in place could move it and leave a copy.
impl From<String> for SecretString {
    fn from(mut text: String) -> Self {
        let secret = Self::from(text.as_str());
        text.zeroize();
        secret
    }
}

/// Copies the text. The original stays as it is: whoever owns it wipes it.
impl From<&str> for SecretString {
    fn from(text: &str) -> Self {
        Self::from(Box::<str>::from(text))
    }
}

/// Takes the box as it is, without a copy.
impl From<Box<str>> for SecretString {
    fn from(text: Box<str>) -> Self {
        Self(SecretBox::new(text))
    }
}

impl From<secrecy::SecretString> for SecretString {
    fn from(secret: secrecy::SecretString) -> Self {
        Self(secret)
    }
}

impl From<SecretString> for secrecy::SecretString {
    fn from(secret: SecretString) -> Self {
        secret.0
    }
}

/// Copies the text, as `From<&str>` does.
impl FromStr for SecretString {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::from(text))
    }
}

impl Clone for SecretString {
    fn clone(&self) -> Self {
        Self::from(self.expose_secret())
    }
}

impl PartialEq for SecretString {
    fn eq(&self, other: &Self) -> bool {
        *self == *other.expose_secret()
    }
}

/// Compares in constant time with a text that is not kept as a secret.
impl PartialEq<str> for SecretString {
    fn eq(&self, other: &str) -> bool {
        self.expose_secret()
            .as_bytes()
            .ct_eq(other.as_bytes())
            .into()
    }
}

impl Eq for SecretString {}

impl ZeroizeOnDrop for SecretString {}

impl fmt::Display for SecretString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl fmt::Debug for SecretString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_the_same_mask_whatever_the_length_and_the_format() {
        for text in ["", "a", "**********", "a much longer secret than the mask"] {
            let secret = SecretString::from(text);

            assert_eq!(format!("{secret}"), MASK);
            assert_eq!(format!("{secret:?}"), MASK);
            assert_eq!(format!("{secret:#?}"), MASK);
            assert_eq!(format!("{secret:3.2}"), MASK);
            assert_eq!(format!("{secret:>40}"), MASK);
        }
    }

    #[test]
    fn compares_by_content() {
        let table = [
            ("", "", true),
            ("a", "a", true),
            ("a", "", false),
            ("a", "b", false),
            ("a", "ab", false),
            ("ünï", "ünï", true),
        ];
        for (a, b, same) in table {
            let [left, right] = [a, b].map(SecretString::from);

            assert_eq!(left == right, same, "{a} {b}");
            assert_eq!(left == *b, same, "{a} {b}");
        }
    }

    #[test]
    fn comes_and_goes_unchanged() {
        let mut roomy = String::with_capacity(100);
        roomy.push_str("pässword");
        let secret = SecretString::from(roomy);

        let theirs = secrecy::SecretString::from(secret.clone());
        assert_eq!(secret.expose_secret(), "pässword");
        assert_eq!(SecretString::from(theirs).expose_secret(), "pässword");
        assert_eq!("x".parse(), Ok(SecretString::from("x")));
    }
}
