//! A whole stack made of settings.
//!
//! [`StackSettings`] is what `bartizan::secret::settings::Loader` reads from the
//! environment and from files, and [`Stack::from_settings`](crate::Stack) what makes a
//! stack of it.

mod build;
mod firewall;
mod maybe;
mod mistakes;
mod parts;
mod wiring;

use std::net::SocketAddr;
use std::sync::Arc;

use bartizan_api_key::ApiKeySettings;
use bartizan_core::Scheme;
use bartizan_cors::CorsSettings;
use bartizan_headers::HeadersSettings;
use bartizan_jwt::BearerSettings;
use bartizan_problem::ProblemSettings;
use bartizan_rate_limit::RateLimitSettings;
use bartizan_rbac::RbacSettings;
use http::Extensions;
use serde::Deserialize;

pub use self::firewall::FirewallSettings;
use self::wiring::Wiring;

/// What the common stack is made of, step by step: the settings of each guard.
///
/// Problem details, security headers, the client's address and the firewall are there
/// whatever the settings say, with their defaults; CORS and the limits where they have
/// settings. The stack authenticates by [`jwt`](Self::jwt), [`api_key`](Self::api_key) or
/// a [`scheme`](Self::scheme) of the code's own, and authorizes by [`rbac`](Self::rbac).
/// A stack that does not has to be asked for in so many words: a file that was not found
/// has no settings either.
///
/// # Example
///
/// ```
/// use bartizan::Stack;
/// use bartizan::secret::settings::Loader;
/// use bartizan::settings::StackSettings;
///
/// let settings: StackSettings = Loader::new()
///     .own_prefix("APP_")
///     .toml("app.toml")
///     .environment([
///         ("APP_CORS__ORIGINS", "https://app.example.com"),
///         ("APP_TRUSTED_PROXIES", "10.0.0.0/8"),
///         ("APP_RATE_LIMIT_BY_ADDRESS__QUOTAS", "100/minute"),
///         ("APP_INSECURE_WITHOUT_AUTHENTICATION", "true"),
///     ])
///     .load()?;
/// let layer = Stack::from_settings(settings)?.build();
/// # let _ = layer;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct StackSettings {
    /// Problem details.
    pub problem: ProblemSettings,
    /// Security header fields.
    pub headers: HeadersSettings,
    /// Cross-origin resource sharing. Default: none; pages of other origins are kept
    /// out by browsers.
    pub cors: Option<CorsSettings>,
    /// The addresses and networks of the proxies that are believed about the client's
    /// address, about secure transport and about correlation ids, where these have no
    /// proxies of their own. Default: none.
    pub trusted_proxies: Vec<String>,
    /// The field in which the proxies name the client: `x-forwarded-for` or
    /// `forwarded`. Default: `x-forwarded-for`.
    pub forwarded_by: ForwardedField,
    /// The request firewall.
    pub firewall: FirewallSettings,
    /// The limit before authentication, by the client's address unless it has another
    /// key, in the scope `address`. Default: none.
    pub rate_limit_by_address: Option<RateLimitSettings>,
    /// Bearer tokens. Default: none are taken.
    pub jwt: Option<BearerSettings>,
    /// API keys, of which those in the settings are known. Default: none are taken.
    pub api_key: Option<ApiKeySettings>,
    /// Whether strangers pass authentication. Default: false.
    pub authentication_optional: bool,
    /// The limit after authentication, by the principal unless it has another key (where
    /// authentication is optional, by the address of a stranger), in the scope
    /// `principal`. Default: none.
    pub rate_limit_by_principal: Option<RateLimitSettings>,
    /// Who may do what, by route. There is no default.
    pub rbac: Option<RbacSettings>,
    /// Whether the stack lets everyone in, since nothing authenticates. What the service
    /// does is then up to the service. Default: false.
    pub insecure_without_authentication: bool,
    /// Whether there is no [`rbac`](Self::rbac), so that whoever is authenticated may do
    /// all, and strangers may where authentication is optional. Default: false.
    pub insecure_without_authorization: bool,
    #[serde(skip)]
    wiring: Wiring,
}

/// The name of a field in which proxies name the client.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ForwardedField {
    /// `Forwarded` of RFC 7239.
    Forwarded,
    /// `X-Forwarded-For`.
    #[default]
    XForwardedFor,
}

impl StackSettings {
    /// Reads the address of the connection's peer with `peer`, such as
    /// `bartizan::axum_peer`. Default: [`socket_peer`](bartizan_core::socket_peer).
    #[must_use]
    pub fn peer(mut self, peer: fn(&Extensions) -> Option<SocketAddr>) -> Self {
        self.wiring.peer = peer;
        self
    }

    /// Reads the pattern that the router matched with `pattern`, such as
    /// `bartizan::rbac::axum_pattern`, for [`rbac`](Self::rbac). Default: paths decide.
    #[must_use]
    pub fn matched(mut self, pattern: fn(&Extensions) -> Option<&str>) -> Self {
        self.wiring.matched = Some(pattern);
        self
    }

    /// Adds a scheme that the code has made: API keys in a database, HTTP Basic, or one
    /// of its own. It is tried after those of the settings.
    #[must_use]
    pub fn scheme(mut self, scheme: impl Scheme) -> Self {
        self.wiring.schemes.push(Arc::new(scheme));
        self
    }
}
