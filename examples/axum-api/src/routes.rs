use std::error::Error;
use std::io;

use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use axum::{Extension, Router};
use bartizan::basic::Basic;
use bartizan::extract::Quota;
use bartizan::oauth2::{Client, GrantType, MemoryClientStore, Scopes, TokenEndpoint};
use bartizan::problem::CorrelationId;
use bartizan::{Authenticate, GuardLayer, Principal};

use crate::accounts::{ADMIN, Accounts, SCOPES};
use crate::keys::{self, Keys};
use crate::problem::Refused;
use crate::settings::Settings;
use crate::tokens::Tokens;
use crate::{docs, items, paths};

/// The service's own login form: it cannot keep a secret, and need not name itself.
pub(crate) const CLIENT: &str = "demo";

/// Returns all routes. Who may call them is for the guards in front to say; of the
/// route that asks for a name and a password, it is said here.
pub(crate) fn router(
    settings: &Settings,
    tokens: &Tokens,
    accounts: &Accounts,
    keys: &Keys,
) -> Result<Router, Box<dyn Error>> {
    let passwords = GuardLayer::new(Authenticate::required(Basic::new(accounts.login())));
    let with_password = Router::new()
        .route(paths::BASIC, get(basic))
        .route_layer(passwords);
    let limit = DefaultBodyLimit::max(items::MAX_BYTES);
    let docs = if settings.has_docs() {
        docs::routes()?
    } else {
        Router::new()
    };
    Ok(Router::new()
        .route_service(paths::TOKEN, endpoint(settings, tokens, accounts)?)
        .merge(with_password)
        .route(paths::HEALTH, get(health))
        .route(paths::ERROR, get(fail))
        .route(paths::PROTECTED, get(protected))
        .route(paths::ADMIN, get(admin))
        .route(paths::LIMITED, get(limited))
        .route(paths::ITEMS, post(items::create).layer(limit))
        .merge(keys::routes(keys))
        .merge(docs))
}

fn endpoint(
    settings: &Settings,
    tokens: &Tokens,
    accounts: &Accounts,
) -> Result<TokenEndpoint, Box<dyn Error>> {
    let names: Vec<_> = SCOPES.iter().map(|(name, _)| *name).collect();
    let scopes: Scopes = names.join(" ").parse()?;
    let demo = Client::public(CLIENT)
        .grant(GrantType::Password)
        .user_role(ADMIN)
        .scopes(scopes);
    Ok(
        TokenEndpoint::new(MemoryClientStore::new([demo.clone()])?, tokens.signer())
            .default_client(demo)?
            .password_grant(accounts.login())
            .passwords_from(settings.passwords_from()),
    )
}

/// Says that the service lives.
#[utoipa::path(get, path = paths::HEALTH, tag = "service",
    responses((status = 200, description = "It does", body = String, content_type = "text/plain")))]
pub(crate) async fn health() -> &'static str {
    "ok"
}

/// Greets whoever has a token or a key.
#[utoipa::path(get, path = paths::PROTECTED, tag = "greetings",
    responses((status = 200, description = "A greeting", body = String, content_type = "text/plain")))]
pub(crate) async fn protected(who: Principal) -> String {
    hello(&who)
}

/// Greets admins.
#[utoipa::path(get, path = paths::ADMIN, tag = "greetings",
    responses((status = 200, description = "A greeting", body = String, content_type = "text/plain")))]
pub(crate) async fn admin(who: Principal) -> String {
    hello(&who)
}

/// Greets whoever has a name and a password.
#[utoipa::path(get, path = paths::BASIC, tag = "greetings",
    responses((status = 200, description = "A greeting", body = String, content_type = "text/plain")))]
pub(crate) async fn basic(who: Principal) -> String {
    hello(&who)
}

/// Says how often it may still be called: five times a minute.
#[utoipa::path(get, path = paths::LIMITED, tag = "greetings",
    responses((status = 200, description = "How often", body = String, content_type = "text/plain")))]
pub(crate) async fn limited(who: Principal, Quota(outcome): Quota) -> String {
    format!("{} {} more.", hello(&who), outcome.remaining())
}

/// Fails as a handler does whose database is gone.
#[utoipa::path(get, path = paths::ERROR, tag = "service",
    responses((status = 500, description = "An id to ask about it",
        body = crate::document::Problem, content_type = "application/problem+json")))]
pub(crate) async fn fail(Extension(id): Extension<CorrelationId>) -> Refused {
    let cause = "ledger-db.internal:5432: connection refused for user ledger";
    Refused::failure(&id, &io::Error::other(cause))
}

fn hello(who: &Principal) -> String {
    format!("Hello, {}!", who.subject())
}
