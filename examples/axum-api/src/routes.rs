use std::error::Error;
use std::io;

use axum::Extension;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::routing::{get, post};
use bartizan_basic::Basic;
use bartizan_core::{Authenticate, FindClient, GuardLayer, Principal, axum_peer};
use bartizan_oauth2::{Client, GrantType, MemoryClientStore, TokenEndpoint};
use bartizan_rbac::{require, role, scope};

use crate::accounts::{ADMIN, Accounts, WRITE};
use crate::items;
use crate::problem::{Failure, Problem};
use crate::settings::Settings;
use crate::tokens::Tokens;

/// Returns all routes: what is not in [`public`] is behind a guard.
pub(crate) fn router(
    settings: &Settings,
    tokens: &Tokens,
    accounts: &Accounts,
) -> Result<Router, Box<dyn Error>> {
    let proxies = settings.told.trusted_proxies.0.clone();
    let client = FindClient::behind(proxies).peer(axum_peer);
    let bearer = Authenticate::required(tokens.bearer()?);
    let basic = Authenticate::required(Basic::new(accounts.login()));
    Ok(public(tokens, accounts)?
        .merge(with_token().route_layer(GuardLayer::new(bearer)))
        .merge(with_password().route_layer(GuardLayer::new(basic)))
        .fallback(|| async { Problem::new(StatusCode::NOT_FOUND) })
        .layer(GuardLayer::new(client)))
}

/// What anyone may call.
fn public(tokens: &Tokens, accounts: &Accounts) -> Result<Router, Box<dyn Error>> {
    // The service's own login form: it cannot keep a secret, and need not name
    // itself.
    let demo = Client::public("demo")
        .grant(GrantType::Password)
        .user_role(ADMIN)
        .scopes(WRITE.parse()?);
    let endpoint = TokenEndpoint::new(MemoryClientStore::new([demo.clone()])?, tokens.signer())
        .default_client(demo)?
        .password_grant(accounts.login());
    Ok(Router::new()
        .route_service("/token", endpoint)
        .route("/healthz", get(|| async { "ok" }))
        .route("/error", get(fail)))
}

/// What needs a token; a further guard of a route judges what is in it.
fn with_token() -> Router {
    let admins = GuardLayer::new(require(role(ADMIN)));
    let writers = GuardLayer::new(require(scope(WRITE)));
    let limit = DefaultBodyLimit::max(items::MAX_BYTES);
    Router::new()
        .route("/protected", get(hello))
        .route("/admin", get(hello).layer(admins))
        .route("/items", post(items::create).layer((writers, limit)))
}

/// What needs a name and a password.
fn with_password() -> Router {
    Router::new().route("/basic", get(hello))
}

async fn hello(Extension(who): Extension<Principal>) -> String {
    format!("Hello, {}!", who.subject())
}

/// Fails as a handler does whose database is gone.
async fn fail() -> Result<String, Failure> {
    let cause = "ledger-db.internal:5432: connection refused for user ledger";
    Err(io::Error::other(cause).into())
}
