use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_lc_rs::rand;
use bartizan_core::{Clock, SystemClock};
use serde::Serialize;

use crate::header::Header;
use crate::{Claims, KeyError, SigningKey, base64url, json};

/// Signs the tokens of one issuer.
///
/// Each token gets `iss`, `aud`, `iat`, `exp` and a random `jti`, unless the claims
/// bring their own.
///
/// # Example
///
/// ```
/// use std::time::Duration;
///
/// use bartizan_jwt::{Algorithm, Claims, SigningKey, TokenSigner};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let signer = TokenSigner::new(SigningKey::generate(Algorithm::EdDSA)?, "https://id.example")
///     .audience("https://api.example")
///     .lifetime(Duration::from_secs(300));
///
/// let token = signer.sign(Claims::new("alice", ()).with_scope("items:read"))?;
/// assert_eq!(token.split('.').count(), 3);
/// # Ok(())
/// # }
/// ```
pub struct TokenSigner {
    audience: Vec<String>,
    clock: Arc<dyn Clock>,
    header: String,
    issuer: String,
    key: Arc<SigningKey>,
    lifetime: Duration,
}

impl TokenSigner {
    /// How long a token is valid, unless [`lifetime`](Self::lifetime) says
    /// otherwise.
    pub const DEFAULT_LIFETIME: Duration = Duration::from_secs(15 * 60);

    /// Creates a signer of tokens of `issuer`, with the `typ` `JWT`.
    #[must_use]
    pub fn new(key: impl Into<Arc<SigningKey>>, issuer: impl Into<String>) -> Self {
        let key = key.into();
        Self {
            audience: Vec::new(),
            clock: Arc::new(SystemClock),
            header: Header::encode(&key, Some("JWT")),
            issuer: issuer.into(),
            key,
            lifetime: Self::DEFAULT_LIFETIME,
        }
    }

    /// Adds an `aud`.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience.push(audience.into());
        self
    }

    /// Sets how long a token is valid: 15 minutes by default.
    #[must_use]
    pub fn lifetime(self, lifetime: Duration) -> Self {
        Self { lifetime, ..self }
    }

    /// Sets the `typ`: `at+jwt` for access tokens of RFC 9068.
    #[must_use]
    pub fn typ(mut self, typ: &str) -> Self {
        self.header = Header::encode(&self.key, Some(typ));
        self
    }

    /// Sets the clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Returns how long a token is valid: the `expires_in` of a token response.
    #[must_use]
    pub fn expires_in(&self) -> Duration {
        self.lifetime
    }

    /// Signs a token with `claims`.
    ///
    /// # Errors
    ///
    /// - [`SignError::Claims`] if the application's claims are no JSON object, or
    ///   name a claim that is there already
    /// - [`SignError::Random`] if there are no random bytes
    pub fn sign<T: Serialize>(&self, claims: Claims<T>) -> Result<String, SignError> {
        let payload = serde_json::to_string(&self.complete(claims)?);
        let payload = payload.map_err(|_| SignError::Claims)?;
        // No verifier of this crate would take a token that names a claim twice.
        json::check_members(&payload).map_err(|_| SignError::Claims)?;

        let mut token = self.header.clone();
        token.push('.');
        base64url::encode_onto(payload.as_bytes(), &mut token);
        let signature = self.key.sign(token.as_bytes())?;
        token.push('.');
        base64url::encode_onto(&signature, &mut token);
        Ok(token)
    }

    fn complete<T>(&self, claims: Claims<T>) -> Result<Claims<T>, SignError> {
        let now = self.clock.now();
        let issued_at = claims.issued_at.unwrap_or(now);
        let expires_at = match claims.expires_at {
            Some(time) => Some(time),
            None => issued_at.checked_add(self.lifetime),
        };
        let id = match claims.id {
            Some(id) => id,
            None => token_id()?,
        };
        Ok(Claims {
            issuer: claims.issuer.or_else(|| Some(self.issuer.clone())),
            audience: match claims.audience {
                none if none.is_empty() => self.audience.clone(),
                own => own,
            },
            issued_at: Some(issued_at),
            expires_at: Some(expires_at.unwrap_or(SystemTime::UNIX_EPOCH)),
            id: Some(id),
            ..claims
        })
    }
}

impl fmt::Debug for TokenSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSigner")
            .field("audience", &self.audience)
            .field("issuer", &self.issuer)
            .field("key", &self.key)
            .field("lifetime", &self.lifetime)
            .finish_non_exhaustive()
    }
}

/// 128 random bits: no two tokens share an id, and none can be guessed.
fn token_id() -> Result<String, SignError> {
    let mut bytes = [0; 16];
    rand::fill(&mut bytes).map_err(|_| SignError::Random)?;
    Ok(base64url::encode(&bytes))
}

/// Why a token was not signed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum SignError {
    /// The claims are no JSON object, or name a claim twice.
    Claims,
    /// No random bytes are available.
    Random,
}

impl std::error::Error for SignError {}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Claims => "the claims are no object, or name a claim twice",
            Self::Random => "no random bytes are available",
        })
    }
}

impl From<KeyError> for SignError {
    fn from(_: KeyError) -> Self {
        Self::Random
    }
}
