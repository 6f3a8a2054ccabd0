use std::fmt;

use aws_lc_rs::signature::ParsedPublicKey;
use aws_lc_rs::{hmac, rand, signature};
use bartizan_secret::SecretBytes;
use zeroize::Zeroizing;

use super::id::KeyId;
use super::{KeyError, der, id};
use crate::Algorithm;

/// A secret shared by whoever signs and whoever verifies, for one algorithm.
///
/// It is made from secret bytes only. No function turns the public key of
/// another algorithm into one, and bytes that *are* a public key are refused:
/// this is what the attacks of CVE-2022-29217 and CVE-2024-33663 need.
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
    /// - [`KeyError::PublicAsSecret`] if `secret` is a public key or certificate
    ///   in PEM, DER, SSH, JWK or point form
    ///
    /// [RFC 7518 section 3.2]: https://www.rfc-editor.org/rfc/rfc7518#section-3.2
    pub fn new(algorithm: Algorithm, secret: &SecretBytes) -> Result<Self, KeyError> {
        let secret = secret.expose_secret();
        let scheme = scheme(algorithm)?;
        if looks_public(secret) {
            return Err(KeyError::PublicAsSecret);
        }
        if secret.len() < scheme.tag_len() {
            return Err(KeyError::Size);
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

/// Whether `secret` is something that anyone may know.
fn looks_public(secret: &[u8]) -> bool {
    let text = secret.trim_ascii();
    let starts = |start: &str| text.starts_with(start.as_bytes());
    let contains = |part: &str| {
        text.windows(part.len())
            .any(|window| window == part.as_bytes())
    };
    contains("-----BEGIN")
        || ["ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"]
            .into_iter()
            .any(starts)
        || (starts("{") && (contains("\"kty\"") || contains("\"keys\"")))
        || der::is_public_key(secret)
        || base64_simd::STANDARD
            .decode_to_vec(without_line_ends(text))
            .is_ok_and(|der| der::is_public_key(&der))
        || is_point(secret)
}

/// The body of a PEM block, whose armour someone took off.
fn without_line_ends(text: &[u8]) -> Vec<u8> {
    let bytes = text.iter().copied();
    bytes.filter(|byte| !byte.is_ascii_whitespace()).collect()
}

/// Whether `secret` is the uncompressed point of an EC key: a random secret has
/// next to no chance to lie on the curve.
fn is_point(secret: &[u8]) -> bool {
    [
        &signature::ECDSA_P256_SHA256_FIXED,
        &signature::ECDSA_P384_SHA384_FIXED,
        &signature::ECDSA_P521_SHA512_FIXED,
    ]
    .into_iter()
    .any(|scheme| secret.first() == Some(&4) && ParsedPublicKey::new(scheme, secret).is_ok())
}
