use std::collections::BTreeSet;
use std::fmt;

use aws_lc_rs::{hmac, rand};
use bartizan_secret::SecretBytes;
use zeroize::Zeroizing;

use super::id::KeyId;
use super::{KeyError, id, published};
use crate::Algorithm;

/// Less than any random secret has, be it spelled in hexadecimal.
const MIN_DIFFERENT_BYTES: usize = 8;

/// A secret shared by whoever signs and whoever verifies, for one algorithm.
///
/// It is made from secret bytes only: no function turns the key of another
/// algorithm into one, which is what the attacks of CVE-2022-29217 and
/// CVE-2024-33663 need. Should someone pass the bytes of a public key all the
/// same, [`new`](Self::new) refuses those that it can recognise: the common
/// spellings. It cannot tell a raw Ed25519 key, a bare modulus or coordinate, or a
/// compressed point from random bytes.
#[derive(Clone)]
pub struct HmacKey {
    pub(super) algorithm: Algorithm,
    pub(super) id: Option<KeyId>,
    pub(super) key: hmac::Key,
}

impl HmacKey {
    /// Creates a key from `secret`.
    ///
    /// # Errors
    ///
    /// - [`KeyError::Algorithm`] if `algorithm` is not an HMAC
    /// - [`KeyError::Size`] if `secret` is shorter than the hash's output, as
    ///   [RFC 7518 section 3.2] forbids: 32, 48 or 64 bytes
    /// - [`KeyError::Weak`] if `secret` has fewer than 8 different bytes. A secret
    ///   is meant to be random: that a longer text is made of words, or is known
    ///   to others, is not noticed
    /// - [`KeyError::PublicAsSecret`] if `secret` is a public key or certificate
    ///   in PEM or DER, a line, file or blob of SSH, a JWK or a set of them, or an
    ///   uncompressed point; or one of these in base64, base64url or hexadecimal
    ///
    /// [RFC 7518 section 3.2]: https://www.rfc-editor.org/rfc/rfc7518#section-3.2
    pub fn new(algorithm: Algorithm, secret: &SecretBytes) -> Result<Self, KeyError> {
        let secret = secret.expose_secret();
        let scheme = scheme(algorithm)?;
        if published::is_published(secret) {
            return Err(KeyError::PublicAsSecret);
        }
        if secret.len() < scheme.tag_len() {
            return Err(KeyError::Size);
        }
        if secret.iter().collect::<BTreeSet<_>>().len() < MIN_DIFFERENT_BYTES {
            return Err(KeyError::Weak);
        }
        Ok(Self {
            algorithm,
            id: None,
            key: hmac::Key::new(scheme, secret),
        })
    }

    /// Creates a key from random bytes of the operating system.
    ///
    /// # Errors
    ///
    /// - [`KeyError::Algorithm`] if `algorithm` is not an HMAC
    /// - [`KeyError::Random`] if there are no random bytes
    pub fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        let scheme = scheme(algorithm)?;
        let mut secret = Zeroizing::new(vec![0; scheme.tag_len()]);
        rand::fill(&mut secret).map_err(|_| KeyError::Random)?;
        Ok(Self {
            algorithm,
            id: None,
            key: hmac::Key::new(scheme, &secret),
        })
    }

    /// Names the key, so that tokens can say which one signed them.
    ///
    /// # Errors
    ///
    /// [`KeyError::Id`] if `id` is empty or too long.
    pub fn with_id(self, id: &str) -> Result<Self, KeyError> {
        Ok(Self {
            id: Some(id::parse(id)?),
            ..self
        })
    }
}

impl fmt::Debug for HmacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HmacKey")
            .field("algorithm", &self.algorithm)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

fn scheme(algorithm: Algorithm) -> Result<hmac::Algorithm, KeyError> {
    match algorithm {
        Algorithm::HS256 => Ok(hmac::HMAC_SHA256),
        Algorithm::HS384 => Ok(hmac::HMAC_SHA384),
        Algorithm::HS512 => Ok(hmac::HMAC_SHA512),
        _ => Err(KeyError::Algorithm),
    }
}
