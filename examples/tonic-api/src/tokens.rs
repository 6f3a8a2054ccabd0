//! Who may have a token, and what is in it.

use std::error::Error;
use std::sync::Arc;

use bartizan_jwt::{Algorithm, Bearer, SigningKey, TokenSigner, Verifier};
use bartizan_oauth2::{Client, GrantType, MemoryClientStore, TokenEndpoint};
use bartizan_secret::SecretString;

use crate::settings::{Settings, secret};

const ISSUER: &str = "tonic-api";

pub(crate) const READ: &str = "ledger:read";
pub(crate) const WRITE: &str = "ledger:write";
pub(crate) const AUDITOR: &str = "auditor";

/// The clients of the ledger, with the secrets that they are told.
pub(crate) struct Tokens {
    key: Arc<SigningKey>,
    clients: Vec<Client>,
    pub(crate) secrets: Vec<(&'static str, SecretString)>,
}

impl Tokens {
    pub(crate) fn new(settings: &Settings) -> Result<Self, Box<dyn Error>> {
        let mut clients = Vec::new();
        let mut secrets = Vec::new();
        for (id, set, scopes, role) in [
            ("reader", &settings.reader_secret, READ, None),
            (
                "writer",
                &settings.writer_secret,
                "ledger:read ledger:write",
                None,
            ),
            ("auditor", &settings.auditor_secret, READ, Some(AUDITOR)),
        ] {
            let (secret, hashed) = secret(set.clone())?;
            let client = Client::confidential(id, hashed)
                .grant(GrantType::ClientCredentials)
                .scopes(scopes.parse()?);
            clients.push(match role {
                Some(role) => client.role(role),
                None => client,
            });
            secrets.push((id, secret));
        }
        Ok(Self {
            key: Arc::new(SigningKey::generate(Algorithm::ES256)?),
            clients,
            secrets,
        })
    }

    /// Returns what gives tokens to the clients.
    pub(crate) fn endpoint(&self) -> Result<TokenEndpoint, Box<dyn Error>> {
        let signer = TokenSigner::new(Arc::clone(&self.key), ISSUER)
            .typ("at+jwt")
            .audience(ISSUER);
        let store = MemoryClientStore::new(self.clients.iter().cloned())?;
        Ok(TokenEndpoint::new(store, signer))
    }

    /// Returns the scheme that takes those tokens, and no others.
    pub(crate) fn bearer(&self) -> Result<Bearer, Box<dyn Error>> {
        let verifier = Verifier::builder(self.key.verifying_key(), [self.key.algorithm()])
            .issuer(ISSUER)
            .audience(ISSUER)
            .at_jwt()
            .build()?;
        Ok(Bearer::new(verifier))
    }
}
