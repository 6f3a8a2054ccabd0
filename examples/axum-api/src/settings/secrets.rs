use std::sync::Arc;

use bartizan::jwt::{Algorithm, KeyError, SigningKey};
use bartizan::password::{PasswordPolicy, PolicyError};
use bartizan::secret::SecretString;
use serde::Deserialize;

/// A private key, with the text that it came as, to be masked in logs.
pub(crate) struct Key {
    pub(crate) key: Arc<SigningKey>,
    pub(crate) text: SecretString,
}

impl Key {
    pub(super) fn read(text: SecretString) -> Result<Self, KeyError> {
        let key = if text.expose_secret().trim_start().starts_with('{') {
            SigningKey::from_jwk(&text)
        } else {
            key_from_pem(&text)
        };
        Ok(Self {
            key: Arc::new(key?),
            text,
        })
    }

    /// Tells whether who verifies tokens could make them, too.
    pub(super) fn is_symmetric(&self) -> bool {
        self.key.algorithm().is_symmetric()
    }
}

/// Reads a PEM, which names the type of the key, for the algorithm that goes with
/// that.
fn key_from_pem(pem: &SecretString) -> Result<SigningKey, KeyError> {
    let mut algorithms = [Algorithm::EdDSA, Algorithm::ES256, Algorithm::ES384].into_iter();
    algorithms
        .find_map(|algorithm| match SigningKey::from_pem(algorithm, pem) {
            Err(KeyError::Algorithm) => None,
            key => Some(key),
        })
        .unwrap_or_else(|| SigningKey::from_pem(Algorithm::PS256, pem))
}

/// A password that is not too short to be one.
#[derive(Deserialize)]
#[serde(try_from = "SecretString")]
pub(crate) struct Password(pub(crate) SecretString);

impl TryFrom<SecretString> for Password {
    type Error = PolicyError;

    fn try_from(password: SecretString) -> Result<Self, PolicyError> {
        PasswordPolicy::default().check(&password)?;
        Ok(Self(password))
    }
}

/// A password that is long enough to be all that keeps others out (ASVS 6.2.1).
#[derive(Deserialize)]
#[serde(try_from = "SecretString")]
pub(crate) struct LongPassword(SecretString);

impl TryFrom<SecretString> for LongPassword {
    type Error = PolicyError;

    fn try_from(password: SecretString) -> Result<Self, PolicyError> {
        PasswordPolicy::default().min_chars(15).check(&password)?;
        Ok(Self(password))
    }
}

impl From<LongPassword> for Password {
    fn from(password: LongPassword) -> Self {
        Self(password.0)
    }
}
