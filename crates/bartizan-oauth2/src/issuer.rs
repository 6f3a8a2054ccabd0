use std::sync::Arc;
use std::time::Duration;

use bartizan_core::BoxError;
use bartizan_secret::SecretString;

use crate::Grant;

/// Makes access tokens.
///
/// With the feature `jwt`, `bartizan-jwt`'s `TokenSigner` is one. A closure of the
/// same signature is one, too.
pub trait TokenIssuer: Send + Sync + 'static {
    /// Makes the token for `grant`.
    ///
    /// # Errors
    ///
    /// Whatever kept the token from being made. It goes to the log, and the client
    /// is answered 503.
    fn issue(&self, grant: &Grant) -> Result<IssuedToken, BoxError>;
}

impl<F> TokenIssuer for F
where
    F: Fn(&Grant) -> Result<IssuedToken, BoxError> + Send + Sync + 'static,
{
    fn issue(&self, grant: &Grant) -> Result<IssuedToken, BoxError> {
        self(grant)
    }
}

impl<I: TokenIssuer + ?Sized> TokenIssuer for Arc<I> {
    fn issue(&self, grant: &Grant) -> Result<IssuedToken, BoxError> {
        (**self).issue(grant)
    }
}

/// An access token, and for how long it is good.
#[derive(Debug)]
pub struct IssuedToken {
    access_token: SecretString,
    expires_in: Duration,
}

impl IssuedToken {
    /// Creates a Bearer token that is good for `expires_in`, sent in whole seconds,
    /// rounded down.
    #[must_use]
    pub fn new(access_token: impl Into<SecretString>, expires_in: Duration) -> Self {
        Self {
            access_token: access_token.into(),
            expires_in,
        }
    }

    pub(crate) fn access_token(&self) -> &str {
        self.access_token.expose_secret()
    }

    pub(crate) fn expires_in(&self) -> u64 {
        self.expires_in.as_secs()
    }
}
