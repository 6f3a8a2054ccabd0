use std::fmt;
use std::sync::Arc;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::ParsedPublicKey;

use super::id::KeyId;
use super::jwk::Jwk;
use super::pem;
use super::pem::Label;
use super::public::Public;
use super::{HmacKey, KeyError, der, id};
use crate::Algorithm;

/// What verifies tokens: a public key, or an [`HmacKey`].
///
/// A key has exactly one algorithm, and is parsed once: verifying with it
/// repeats none of that work. Cloning is cheap.
#[derive(Clone)]
pub struct VerifyingKey {
    algorithm: Algorithm,
    id: Option<KeyId>,
    check: Arc<Check>,
}

#[derive(Debug)]
enum Check {
    Hmac(Box<hmac::Key>),
    Public {
        numbers: Public,
        parsed: ParsedPublicKey,
    },
}

impl VerifyingKey {
    /// Reads a public key from PEM: `PUBLIC KEY`, `RSA PUBLIC KEY`, or the key in
    /// a `CERTIFICATE`.
    ///
    /// A certificate is only the envelope of its key: neither its issuer nor its
    /// dates are looked at.
    ///
    /// # Errors
    ///
    /// - [`KeyError::Encoding`] if this is not one PEM block, or not valid DER
    /// - [`KeyError::Private`] if it is a private key
    /// - [`KeyError::Algorithm`] if the key is of another algorithm
    /// - [`KeyError::Size`] if an RSA modulus has not 2048 to 8192 bits
    /// - [`KeyError::Invalid`] if a point is not on the curve, an RSA exponent is
    ///   1, even or beyond 33 bits, or a modulus is known to be weak
    pub fn from_pem(algorithm: Algorithm, pem: &str) -> Result<Self, KeyError> {
        let (label, der) = pem::read(pem)?;
        let numbers = match label {
            Label::Certificate => {
                Public::from_spki(der::spki_in_certificate(&der).ok_or(KeyError::Encoding)?)?
            }
            Label::PublicKey => Public::from_spki(&der)?,
            Label::RsaPublicKey => Public::from_pkcs1(&der)?,
            Label::EcPrivateKey | Label::PrivateKey | Label::RsaPrivateKey => {
                return Err(KeyError::Private);
            }
        };
        Self::from_numbers(algorithm, numbers)
    }

    /// Reads a key from a JWK ([RFC 7517]) that says or implies its algorithm.
    ///
    /// An elliptic curve implies one. RSA and symmetric keys need `alg`; for
    /// those without there is [`from_jwk_as`](Self::from_jwk_as).
    ///
    /// # Errors
    ///
    /// - [`KeyError::Algorithm`] if the algorithm is unknown, absent, or not one
    ///   of the key's type
    /// - [`KeyError::Encoding`] if this is not a JSON object, names a member
    ///   twice, or a number is not in base64url
    /// - [`KeyError::Kind`] if `kty` or `crv` is unknown
    /// - [`KeyError::Private`] if the key has private members
    /// - [`KeyError::Use`] if `use` or `key_ops` does not allow to verify
    /// - [`KeyError::Id`], [`KeyError::Size`], [`KeyError::Invalid`],
    ///   [`KeyError::PublicAsSecret`], [`KeyError::Weak`]
    ///
    /// [RFC 7517]: https://www.rfc-editor.org/rfc/rfc7517
    pub fn from_jwk(jwk: &str) -> Result<Self, KeyError> {
        Jwk::parse(jwk)?.verifying(None)
    }

    /// Reads a key from a JWK, for `algorithm`.
    ///
    /// # Errors
    ///
    /// As [`from_jwk`](Self::from_jwk). If the JWK has an `alg`, it must be
    /// `algorithm`.
    pub fn from_jwk_as(algorithm: Algorithm, jwk: &str) -> Result<Self, KeyError> {
        Jwk::parse(jwk)?.verifying(Some(algorithm))
    }

    pub(super) fn from_numbers(algorithm: Algorithm, numbers: Public) -> Result<Self, KeyError> {
        let parsed = numbers.parse(algorithm)?;
        Ok(Self {
            algorithm,
            id: None,
            check: Arc::new(Check::Public { numbers, parsed }),
        })
    }

    /// Names the key: it then only verifies tokens that name it, or name none.
    ///
    /// # Errors
    ///
    /// [`KeyError::Id`] if `id` is empty or too long.
    pub fn with_id(self, id: &str) -> Result<Self, KeyError> {
        Ok(self.with_key_id(Some(id::parse(id)?)))
    }

    pub(super) fn with_key_id(self, id: Option<KeyId>) -> Self {
        Self { id, ..self }
    }

    /// Returns the one algorithm that this key verifies.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Returns the key's `kid`.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Returns the SHA-256 thumbprint of a public key ([RFC 7638]), in base64url.
    ///
    /// A secret has none: its hash is nothing to publish.
    ///
    /// [RFC 7638]: https://www.rfc-editor.org/rfc/rfc7638
    #[must_use]
    pub fn thumbprint(&self) -> Option<String> {
        match &*self.check {
            Check::Hmac(_) => None,
            Check::Public { numbers, .. } => Some(numbers.thumbprint()),
        }
    }

    /// Returns a public key as a JWK, to publish; `None` for a secret.
    #[must_use]
    pub fn to_jwk(&self) -> Option<serde_json::Value> {
        let Check::Public { numbers, .. } = &*self.check else {
            return None;
        };
        let mut members = numbers.required_members();
        members.push(("alg", self.algorithm.to_string()));
        members.push(("use", "sig".to_owned()));
        members.extend(self.id().map(|id| ("kid", id.to_owned())));
        Some(members.into_iter().collect())
    }

    /// Whether `other` is the same key, for the same algorithm, by the same name.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.algorithm == other.algorithm
            && self.id == other.id
            && match (&*self.check, &*other.check) {
                (Check::Hmac(one), Check::Hmac(two)) => {
                    hmac::verify(one, &[], hmac::sign(two, &[]).as_ref()).is_ok()
                }
                (Check::Public { numbers: one, .. }, Check::Public { numbers: two, .. }) => {
                    one == two
                }
                _ => false,
            }
    }

    /// Whether `signature` is this key's over `message`.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        match &*self.check {
            Check::Hmac(key) => hmac::verify(key, message, signature),
            Check::Public { parsed, .. } => parsed.verify_sig(message, signature),
        }
        .is_ok()
    }
}

impl From<HmacKey> for VerifyingKey {
    fn from(key: HmacKey) -> Self {
        Self {
            algorithm: key.algorithm,
            id: key.id,
            check: Arc::new(Check::Hmac(Box::new(key.key))),
        }
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyingKey")
            .field("algorithm", &self.algorithm)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
