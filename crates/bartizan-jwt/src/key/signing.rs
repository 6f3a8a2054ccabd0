use std::fmt;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature;
use aws_lc_rs::signature::{
    EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair, RsaEncoding,
};
use bartizan_secret::{SecretBytes, SecretString};

use super::jwk::Jwk;
use super::pem;
use super::pem::Label;
use super::public::{Curve, Family, Public};
use super::{HmacKey, KeyError, VerifyingKey, der};
use crate::Algorithm;

/// What signs tokens: a private key, or an [`HmacKey`].
///
/// A key has exactly one algorithm. It is not [`Clone`]: share it by [`Arc`], so
/// that there is one copy to wipe.
///
/// [`Arc`]: std::sync::Arc
pub struct SigningKey {
    signer: Signer,
    verifying: VerifyingKey,
}

pub(super) enum Signer {
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Hmac(Box<hmac::Key>),
    Rsa(RsaKeyPair, &'static dyn RsaEncoding),
}

impl SigningKey {
    /// Creates a key from a shared secret: [`HmacKey::new`].
    ///
    /// # Errors
    ///
    /// As [`HmacKey::new`].
    pub fn hmac(algorithm: Algorithm, secret: &SecretBytes) -> Result<Self, KeyError> {
        HmacKey::new(algorithm, secret).map(Self::from)
    }

    /// Reads a private key from PEM: `PRIVATE KEY` (PKCS#8), `RSA PRIVATE KEY`
    /// (PKCS#1) or `EC PRIVATE KEY` (SEC1).
    ///
    /// # Errors
    ///
    /// - [`KeyError::Encoding`] if this is not one PEM block
    /// - [`KeyError::Encrypted`] if it is encrypted
    /// - [`KeyError::Kind`] if it is a public key, or of an unknown type
    /// - [`KeyError::Algorithm`] if the key is of another algorithm
    /// - [`KeyError::Size`] if an RSA modulus has not 2048 to 8192 bits
    /// - [`KeyError::Invalid`] if its numbers are no key
    pub fn from_pem(algorithm: Algorithm, pem: &SecretString) -> Result<Self, KeyError> {
        let (label, der) = pem::read(pem.expose_secret())?;
        let family = match label {
            Label::EcPrivateKey => None,
            Label::PrivateKey => {
                let identifier = der::pkcs8_algorithm(&der).ok_or(KeyError::Encoding)?;
                Some(Family::from_der(identifier).ok_or(KeyError::Kind)?)
            }
            Label::RsaPrivateKey => Some(Family::Rsa),
            Label::Certificate | Label::PublicKey | Label::RsaPublicKey => {
                return Err(KeyError::Kind);
            }
        };
        if family.is_some_and(|family| !family.fits(algorithm)) {
            return Err(KeyError::Algorithm);
        }
        let signer = match (algorithm, label) {
            (Algorithm::EdDSA, Label::PrivateKey) => {
                Ed25519KeyPair::from_pkcs8(&der).map(Signer::Ed25519)
            }
            (Algorithm::ES256 | Algorithm::ES384 | Algorithm::ES512, _) => {
                let scheme = ecdsa(algorithm).ok_or(KeyError::Algorithm)?;
                EcdsaKeyPair::from_private_key_der(scheme, &der).map(Signer::Ecdsa)
            }
            (_, Label::PrivateKey) => {
                RsaKeyPair::from_pkcs8(&der).and_then(|pair| Signer::rsa(algorithm, pair))
            }
            (_, Label::RsaPrivateKey) => {
                RsaKeyPair::from_der(&der).and_then(|pair| Signer::rsa(algorithm, pair))
            }
            _ => return Err(KeyError::Algorithm),
        };
        let signer = signer.map_err(|error| match error.description_() {
            "TooLarge" | "TooSmall" => KeyError::Size,
            _ => KeyError::Invalid,
        })?;
        Self::new(algorithm, signer)
    }

    /// Reads a private or symmetric key from a JWK ([RFC 7517]) that says or
    /// implies its algorithm, and takes its `kid`.
    ///
    /// # Errors
    ///
    /// As [`VerifyingKey::from_jwk`], and [`KeyError::Kind`] if the key has no
    /// private part.
    ///
    /// [RFC 7517]: https://www.rfc-editor.org/rfc/rfc7517
    pub fn from_jwk(jwk: &SecretString) -> Result<Self, KeyError> {
        Jwk::parse(jwk.expose_secret())?.signing(None)
    }

    /// Reads a private or symmetric key from a JWK, for `algorithm`.
    ///
    /// # Errors
    ///
    /// As [`from_jwk`](Self::from_jwk). If the JWK has an `alg`, it must be
    /// `algorithm`.
    pub fn from_jwk_as(algorithm: Algorithm, jwk: &SecretString) -> Result<Self, KeyError> {
        Jwk::parse(jwk.expose_secret())?.signing(Some(algorithm))
    }

    /// Creates a new key, with its thumbprint as `kid` where it is a key pair.
    ///
    /// RSA keys have 2048 bits.
    ///
    /// # Errors
    ///
    /// [`KeyError::Random`] if there are no random bytes.
    pub fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        if algorithm.is_symmetric() {
            return HmacKey::generate(algorithm).map(Self::from);
        }
        let signer = match ecdsa(algorithm) {
            Some(scheme) => EcdsaKeyPair::generate(scheme).map(Signer::Ecdsa),
            None if algorithm == Algorithm::EdDSA => {
                Ed25519KeyPair::generate().map(Signer::Ed25519)
            }
            None => RsaKeyPair::generate(KeySize::Rsa2048).and_then(|pair| {
                Signer::rsa(algorithm, pair).map_err(|_| aws_lc_rs::error::Unspecified)
            }),
        };
        let key = Self::new(algorithm, signer.map_err(|_| KeyError::Random)?)?;
        match key.verifying.thumbprint() {
            Some(thumbprint) => key.with_id(&thumbprint),
            None => Ok(key),
        }
    }

    pub(super) fn new(algorithm: Algorithm, signer: Signer) -> Result<Self, KeyError> {
        let verifying = signer.verifying(algorithm)?;
        Ok(Self { signer, verifying })
    }

    /// Names the key, so that tokens say which one signed them.
    ///
    /// # Errors
    ///
    /// [`KeyError::Id`] if `id` is empty or too long.
    pub fn with_id(self, id: &str) -> Result<Self, KeyError> {
        Ok(Self {
            verifying: self.verifying.with_id(id)?,
            ..self
        })
    }

    /// Returns the one algorithm that this key signs with.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.verifying.algorithm()
    }

    /// Returns the key's `kid`.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.verifying.id()
    }

    /// Returns the key that verifies what this one signs.
    #[must_use]
    pub fn verifying_key(&self) -> VerifyingKey {
        self.verifying.clone()
    }

    /// Signs `message`.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let random = SystemRandom::new();
        match &self.signer {
            Signer::Ecdsa(pair) => pair.sign(&random, message).map(|one| one.as_ref().to_vec()),
            Signer::Ed25519(pair) => pair.try_sign(message).map(|one| one.as_ref().to_vec()),
            Signer::Hmac(key) => Ok(hmac::sign(key, message).as_ref().to_vec()),
            Signer::Rsa(pair, encoding) => {
                let mut bytes = vec![0; pair.public_modulus_len()];
                pair.sign(*encoding, &random, message, &mut bytes)
                    .map(|()| bytes)
            }
        }
        .map_err(|_| KeyError::Random)
    }
}

impl From<HmacKey> for SigningKey {
    fn from(key: HmacKey) -> Self {
        Self {
            signer: Signer::Hmac(Box::new(key.key.clone())),
            verifying: key.into(),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("algorithm", &self.algorithm())
            .field("id", &self.id())
            .finish_non_exhaustive()
    }
}

impl Signer {
    pub(super) fn ecdsa(curve: Curve, private: &[u8], point: &[u8]) -> Result<Self, KeyError> {
        let scheme = match curve {
            Curve::P256 => &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
            Curve::P384 => &signature::ECDSA_P384_SHA384_FIXED_SIGNING,
            Curve::P521 => &signature::ECDSA_P521_SHA512_FIXED_SIGNING,
        };
        EcdsaKeyPair::from_private_key_and_public_key(scheme, private, point)
            .map(Self::Ecdsa)
            .map_err(|_| KeyError::Invalid)
    }

    pub(super) fn ed25519(seed: &[u8], public: &[u8]) -> Result<Self, KeyError> {
        Ed25519KeyPair::from_seed_and_public_key(seed, public)
            .map(Self::Ed25519)
            .map_err(|_| KeyError::Invalid)
    }

    pub(super) fn rsa(
        algorithm: Algorithm,
        pair: RsaKeyPair,
    ) -> Result<Self, aws_lc_rs::error::KeyRejected> {
        let encoding: &dyn RsaEncoding = match algorithm {
            Algorithm::PS256 => &signature::RSA_PSS_SHA256,
            Algorithm::PS384 => &signature::RSA_PSS_SHA384,
            Algorithm::PS512 => &signature::RSA_PSS_SHA512,
            Algorithm::RS256 => &signature::RSA_PKCS1_SHA256,
            Algorithm::RS384 => &signature::RSA_PKCS1_SHA384,
            _ => &signature::RSA_PKCS1_SHA512,
        };
        Ok(Self::Rsa(pair, encoding))
    }

    fn verifying(&self, algorithm: Algorithm) -> Result<VerifyingKey, KeyError> {
        let numbers = match self {
            Self::Ecdsa(pair) => {
                let spki = pair.public_key().as_der().map_err(|_| KeyError::Invalid)?;
                Public::from_spki(spki.as_ref())?
            }
            Self::Ed25519(pair) => Public::Ed25519 {
                x: pair.public_key().as_ref().into(),
            },
            Self::Hmac(key) => {
                let key = (**key).clone();
                return Ok(HmacKey {
                    algorithm,
                    id: None,
                    key,
                }
                .into());
            }
            Self::Rsa(pair, _) => Public::from_pkcs1(pair.public_key().as_ref())?,
        };
        VerifyingKey::from_numbers(algorithm, numbers)
    }
}

fn ecdsa(algorithm: Algorithm) -> Option<&'static EcdsaSigningAlgorithm> {
    match algorithm {
        Algorithm::ES256 => Some(&signature::ECDSA_P256_SHA256_FIXED_SIGNING),
        Algorithm::ES384 => Some(&signature::ECDSA_P384_SHA384_FIXED_SIGNING),
        Algorithm::ES512 => Some(&signature::ECDSA_P521_SHA512_FIXED_SIGNING),
        _ => None,
    }
}
