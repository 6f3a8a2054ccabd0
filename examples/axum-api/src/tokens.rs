use std::error::Error;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use bartizan::jwt::{Algorithm, Bearer, SigningKey, TokenSigner, Verifier};
use bartizan::secret::Masker;
use utoipa::ToSchema;

use crate::paths;
use crate::settings::{Key, Settings};

/// How many verified tokens are remembered.
const CACHED: NonZeroUsize = NonZeroUsize::new(1024).unwrap();

/// The key of the service, which both issues its tokens and takes them.
pub(crate) struct Tokens {
    key: Arc<SigningKey>,
    issuer: String,
    audience: String,
    lifetime: Duration,
}

impl Tokens {
    /// Takes the key that was set, or makes one that lasts until the service ends.
    pub(crate) fn new(settings: &Settings, masker: &Masker) -> Result<Self, Box<dyn Error>> {
        let key = match &settings.signing_key {
            Some(Key { key, text }) => {
                masker.register(text)?;
                Arc::clone(key)
            }
            None => Arc::new(SigningKey::generate(Algorithm::EdDSA)?),
        };
        Ok(Self {
            key,
            issuer: settings.told.issuer.clone(),
            audience: settings.told.audience.clone(),
            lifetime: settings.token_lifetime(),
        })
    }

    /// Returns what makes access tokens (RFC 9068).
    pub(crate) fn signer(&self) -> TokenSigner {
        TokenSigner::new(Arc::clone(&self.key), self.issuer.as_str())
            .typ("at+jwt")
            .audience(self.audience.as_str())
            .lifetime(self.lifetime)
    }

    /// Returns the scheme that takes those tokens, and no others.
    pub(crate) fn bearer(&self) -> Result<Bearer, Box<dyn Error>> {
        let verifier = Verifier::builder(self.key.verifying_key(), [self.key.algorithm()])
            .issuer(self.issuer.as_str())
            .audience(self.audience.as_str())
            .at_jwt()
            .build()?;
        Ok(Bearer::new(verifier).cache(CACHED))
    }
}

/// Issues a token to a user (RFC 6749, section 4.3).
#[utoipa::path(
    post,
    path = paths::TOKEN,
    tag = "login",
    request_body(content = Login, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "A token", body = Granted),
        (status = 400, description = "What is wrong (RFC 6749, section 5.2)", body = Object),
        (status = 429, description = "Too many logins have failed, with the time to wait"),
    ),
)]
#[expect(dead_code, reason = "describes the route")]
pub(crate) fn token() {}

/// The form of a login.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what the endpoint reads")]
pub(crate) struct Login {
    #[schema(example = "password")]
    grant_type: String,
    username: String,
    #[schema(format = Password)]
    password: String,
    #[schema(required = false, example = "demo")]
    client_id: String,
    #[schema(required = false)]
    scope: String,
}

/// A token that was issued.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what the endpoint answers")]
pub(crate) struct Granted {
    access_token: String,
    token_type: String,
    expires_in: u64,
    #[schema(required = false)]
    scope: String,
}
