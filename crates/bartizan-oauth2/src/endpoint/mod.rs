mod judge;
#[cfg(feature = "legacy-password-grant")]
mod origin;
#[cfg(feature = "legacy-password-grant")]
mod password;
mod report;
mod service;

use std::fmt;
use std::sync::Arc;

#[cfg(feature = "legacy-password-grant")]
use bartizan_core::PasswordVerifier;
use bartizan_core::{Observer, Realm, TracingObserver};

use crate::{Client, ClientStore, ConfidentialClient, TokenIssuer};

/// Hands out access tokens ([RFC 6749, section 3.2]): a service for requests to
/// one URL.
///
/// See the [crate documentation](crate) for an example, and for how a request is
/// judged. It is always ready, and never fails. Cloning is cheap.
///
/// [RFC 6749, section 3.2]: https://www.rfc-editor.org/rfc/rfc6749#section-3.2
#[derive(Clone)]
#[must_use]
pub struct TokenEndpoint(Arc<Settings>);

#[derive(Clone)]
struct Settings {
    clients: Arc<dyn ClientStore>,
    issuer: Arc<dyn TokenIssuer>,
    default_client: Option<Client>,
    #[cfg(feature = "legacy-password-grant")]
    verifier: Option<Arc<dyn PasswordVerifier>>,
    #[cfg(feature = "legacy-password-grant")]
    trusts: Option<Arc<origin::Trusts>>,
    observer: Arc<dyn Observer>,
    realm: Realm,
    body_limit: usize,
}

impl TokenEndpoint {
    /// The most bytes of a form, unless [`body_limit`](Self::body_limit) says
    /// otherwise.
    pub const DEFAULT_BODY_LIMIT: usize = 16 * 1024;

    /// Creates an endpoint that hands out the tokens of `issuer` to `clients`.
    pub fn new(clients: impl ClientStore, issuer: impl TokenIssuer) -> Self {
        Self(Arc::new(Settings {
            clients: Arc::new(clients),
            issuer: Arc::new(issuer),
            default_client: None,
            #[cfg(feature = "legacy-password-grant")]
            verifier: None,
            #[cfg(feature = "legacy-password-grant")]
            trusts: None,
            observer: Arc::new(TracingObserver),
            realm: Realm::default(),
            body_limit: Self::DEFAULT_BODY_LIMIT,
        }))
    }

    /// Takes requests that do not name a client for this one's, as a login form of
    /// the service's own sends them. Without it they are `invalid_client`.
    ///
    /// # Errors
    ///
    /// [`ConfidentialClient`] when the client has a secret.
    pub fn default_client(mut self, client: Client) -> Result<Self, ConfidentialClient> {
        if !client.is_public() {
            return Err(ConfidentialClient);
        }
        self.settings().default_client = Some(client);
        Ok(self)
    }

    /// Takes user names and passwords, too, and has `verifier` check them.
    ///
    /// Each client has to be [allowed](Client::grant) the grant, still. New systems
    /// must not use it ([RFC 9700, section 2.4]).
    ///
    /// [RFC 9700, section 2.4]: https://www.rfc-editor.org/rfc/rfc9700#section-2.4
    #[cfg(feature = "legacy-password-grant")]
    #[cfg_attr(docsrs, doc(cfg(feature = "legacy-password-grant")))]
    pub fn password_grant(mut self, verifier: impl PasswordVerifier) -> Self {
        self.settings().verifier = Some(Arc::new(verifier));
        self
    }

    /// Takes passwords from pages of other origins, too, if `trusts` their origin, such as
    /// that of a front-end which CORS lets in.
    ///
    /// By default none are: a page that a user visits could send wrong passwords for the
    /// user's account from the user's own address, and have it slowed down there. What is
    /// no browser is not concerned. An origin that CORS lets in need not be one to trust
    /// with passwords, `*` least of all.
    ///
    /// Browsers that send no `Sec-Fetch-Site` are judged by `Origin` and `Host`: behind a
    /// proxy that changes `Host`, these need the service's own origin to be trusted, and
    /// its pages over plain HTTP count as its own.
    ///
    /// ```
    /// # fn trusting(endpoint: bartizan_oauth2::TokenEndpoint) -> bartizan_oauth2::TokenEndpoint {
    /// endpoint.passwords_from(|origin| origin == "https://app.example.com")
    /// # }
    /// ```
    #[cfg(feature = "legacy-password-grant")]
    #[cfg_attr(docsrs, doc(cfg(feature = "legacy-password-grant")))]
    pub fn passwords_from<F>(mut self, trusts: F) -> Self
    where
        F: Fn(&str) -> bool + Send + Sync + 'static,
    {
        self.settings().trusts = Some(Arc::new(trusts));
        self
    }

    /// Reports each decision to `observer`: [`TracingObserver`] by default.
    ///
    /// The principal of a decision is the client, once it is authenticated, and whom
    /// the token is for, once it is issued.
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.settings().observer = Arc::new(observer);
        self
    }

    /// Sets the realm of the challenge to clients.
    pub fn realm(mut self, realm: Realm) -> Self {
        self.settings().realm = realm;
        self
    }

    /// Sets the most bytes of a form: 16 KiB by default.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.settings().body_limit = bytes;
        self
    }

    fn settings(&mut self) -> &mut Settings {
        Arc::make_mut(&mut self.0)
    }
}

impl fmt::Debug for TokenEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenEndpoint")
            .field("default_client", &self.0.default_client)
            .field("realm", &self.0.realm)
            .field("body_limit", &self.0.body_limit)
            .finish_non_exhaustive()
    }
}
