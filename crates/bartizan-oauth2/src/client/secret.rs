use std::fmt;
use std::str::FromStr;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand;
use bartizan_secret::SecretString;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::{InvalidSecret, SecretError};

/// The hash of a client's secret, to be stored in its place.
///
/// It is a plain SHA-256: a secret with 128 bits or more of entropy cannot be
/// guessed from it, so that neither salt nor slowness would add anything
/// ([ASVS 6.5.2]). Passwords that people think of do not belong here.
///
/// # Example
///
/// ```
/// use bartizan_oauth2::HashedSecret;
///
/// // Show the secret once; store the hash.
/// let (secret, hashed) = HashedSecret::generate()?;
/// let stored = hashed.encode();
///
/// assert_eq!(stored.parse::<HashedSecret>()?, hashed);
/// assert_eq!(HashedSecret::of(&secret)?, hashed);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [ASVS 6.5.2]: https://github.com/OWASP/ASVS/tree/v5.0.0
#[derive(Clone)]
pub struct HashedSecret([u8; LEN]);

const LEN: usize = 32;
const PREFIX: &str = "sha256:";

impl HashedSecret {
    /// The fewest characters of a secret: those of 128 bits in base64.
    pub const MIN_CHARS: usize = 22;

    /// Makes a secret of 256 random bits, and its hash.
    ///
    /// # Errors
    ///
    /// [`SecretError::Random`] when there are no random bytes.
    pub fn generate() -> Result<(SecretString, Self), SecretError> {
        let mut bytes = Zeroizing::new([0; LEN]);
        rand::fill(bytes.as_mut_slice()).map_err(|_| SecretError::Random)?;
        let secret = SecretString::from(URL_SAFE_NO_PAD.encode(&bytes));
        let hashed = Self::digest(secret.expose_secret().as_bytes());
        Ok((secret, hashed))
    }

    /// Hashes a secret that was made elsewhere.
    ///
    /// # Errors
    ///
    /// [`SecretError::Short`] when it has fewer than
    /// [`MIN_CHARS`](Self::MIN_CHARS) characters.
    pub fn of(secret: &SecretString) -> Result<Self, SecretError> {
        let secret = secret.expose_secret();
        if secret.chars().count() < Self::MIN_CHARS {
            return Err(SecretError::Short);
        }
        Ok(Self::digest(secret.as_bytes()))
    }

    /// Returns the hash as text, for a store; it is parsed by `FromStr`.
    #[must_use]
    pub fn encode(&self) -> String {
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(self.0))
    }

    /// Returns whether `presented` is one of the secrets that were hashed to
    /// `stored`.
    ///
    /// All are compared, and one that nothing equals when there are none, so that
    /// an unknown client takes the time of a known one.
    pub(crate) fn verify(presented: &[u8], stored: &[Self]) -> bool {
        let presented = Self::digest(presented);
        let nothing = [Self([0; LEN])];
        let all = if stored.is_empty() { &nothing } else { stored };
        let mut is_equal = false;
        for one in all {
            is_equal |= *one == presented;
        }
        is_equal && !stored.is_empty()
    }

    fn digest(secret: &[u8]) -> Self {
        let mut hash = [0; LEN];
        for (byte, digested) in hash.iter_mut().zip(digest(&SHA256, secret).as_ref()) {
            *byte = *digested;
        }
        Self(hash)
    }
}

impl FromStr for HashedSecret {
    type Err = InvalidSecret;

    fn from_str(text: &str) -> Result<Self, InvalidSecret> {
        let encoded = text.strip_prefix(PREFIX).ok_or(InvalidSecret)?;
        let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| InvalidSecret)?;
        bytes.try_into().map(Self).map_err(|_| InvalidSecret)
    }
}

/// Compares in constant time.
impl PartialEq for HashedSecret {
    fn eq(&self, other: &Self) -> bool {
        verify_slices_are_equal(&self.0, &other.0).is_ok()
    }
}

impl Eq for HashedSecret {}

impl fmt::Debug for HashedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashedSecret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_verifies_against_any_of_its_hashes() {
        let (first, hashed_first) = HashedSecret::generate().unwrap();
        let (second, hashed_second) = HashedSecret::generate().unwrap();
        let verify = |secret: &SecretString, stored: &[HashedSecret]| {
            HashedSecret::verify(secret.expose_secret().as_bytes(), stored)
        };
        let both = [hashed_first.clone(), hashed_second];

        assert!(verify(&first, &both));
        assert!(verify(&second, &both));
        assert!(!verify(&second, &[hashed_first]));
        assert!(!verify(&first, &[]));
        assert!(!HashedSecret::verify(b"", &both));
        assert!(first.expose_secret() != second.expose_secret());
    }

    #[test]
    fn asvs_6_5_2_a_secret_that_can_be_guessed_is_refused() {
        for secret in ["", "hunter2", "123456789012345678901"] {
            assert_eq!(HashedSecret::of(&secret.into()), Err(SecretError::Short));
        }
        assert!(HashedSecret::of(&"1234567890123456789012".into()).is_ok());
    }

    #[test]
    fn the_text_of_a_hash_is_parsed_strictly() {
        let text = HashedSecret::of(&"1234567890123456789012".into());
        let text = text.unwrap().encode();
        assert_eq!(text, "sha256:X1-9MZJIZTW-Agu6A_-GC5kMLXUtb0749maXkcW0xvA");

        for bad in [
            "",
            "sha256:",
            text.trim_start_matches("sha256:"),
            text.trim_end_matches('A'),
            &format!("{text}A"),
            &format!("{text}="),
            &text.replace("sha256", "sha1"),
            &text.replace('_', "/"),
        ] {
            assert_eq!(bad.parse::<HashedSecret>(), Err(InvalidSecret), "{bad}");
        }
    }

    #[test]
    fn a_hash_is_not_shown() {
        let (_, hashed) = HashedSecret::generate().unwrap();

        assert_eq!(format!("{hashed:?}"), "HashedSecret(..)");
    }
}
