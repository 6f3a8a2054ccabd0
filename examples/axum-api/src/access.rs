//! Who may call what: the one table that the guards and the `OpenAPI` document are made of.

use axum::http::Method;
use bartizan::Challenge;
use bartizan::rbac::{InvalidRoutes, Route, RouteTable, Rule, custom, role, scope};

use crate::accounts::{ADMIN, WRITE};
use crate::paths;

/// One route, and who may call it.
pub(crate) struct Entry {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) who: Who,
}

/// Who may call a route.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Who {
    Anyone,
    /// Whoever has a name and a password, which a guard of the route asks for.
    Password,
    /// Whoever has a token or a key.
    Principal,
    /// Whoever has a token: a person who logged in, and no key.
    Login,
    Role(&'static str),
    Scope(&'static str),
}

/// The routes. What is not here, nobody may call.
pub(crate) static ENTRIES: &[Entry] = &[
    entry(Method::POST, paths::TOKEN, Who::Anyone),
    entry(Method::GET, paths::HEALTH, Who::Anyone),
    entry(Method::GET, paths::ERROR, Who::Anyone),
    entry(Method::GET, paths::DOCUMENT, Who::Anyone),
    entry(Method::GET, paths::DOCS, Who::Anyone),
    entry(Method::GET, paths::DOCS_FILE, Who::Anyone),
    entry(Method::GET, paths::BASIC, Who::Password),
    entry(Method::GET, paths::PROTECTED, Who::Principal),
    entry(Method::GET, paths::LIMITED, Who::Principal),
    entry(Method::GET, paths::ADMIN, Who::Role(ADMIN)),
    entry(Method::POST, paths::ITEMS, Who::Scope(WRITE)),
    entry(Method::GET, paths::KEYS, Who::Login),
    entry(Method::POST, paths::KEYS, Who::Login),
    entry(Method::DELETE, paths::KEY, Who::Login),
    entry(Method::POST, paths::KEY_ROTATE, Who::Login),
];

const fn entry(method: Method, path: &'static str, who: Who) -> Entry {
    Entry { method, path, who }
}

/// Returns the guard that the table makes. Strangers are asked to authenticate as
/// `challenges` say.
pub(crate) fn table(challenges: Vec<Challenge>) -> Result<RouteTable, InvalidRoutes> {
    let builder = RouteTable::builder()
        .rules(rules())
        .rules(other_methods())
        // What there is not is answered as by the router.
        .hide_as_not_found();
    challenges
        .into_iter()
        .fold(builder, |builder, challenge| builder.challenge(challenge))
        .build()
}

/// One rule for each route.
pub(crate) fn rules() -> impl Iterator<Item = Rule> {
    ENTRIES.iter().map(|entry| {
        let route = Route::on([entry.method.clone()], entry.path);
        match entry.who {
            Who::Anyone | Who::Password => route.public(),
            Who::Principal => route.authenticated(),
            Who::Login => route.require(custom("token of a login", |principal, _| {
                principal.scheme() == "bearer"
            })),
            Who::Role(name) => route.require(role(name)),
            Who::Scope(name) => route.require(scope(name)),
        }
    })
}

/// The router answers what has no rule of its own with 405, to those who may know that
/// there is such a route.
fn other_methods() -> impl Iterator<Item = Rule> {
    let mut seen = Vec::new();
    ENTRIES.iter().filter_map(move |entry| {
        if seen.contains(&entry.path) {
            return None;
        }
        seen.push(entry.path);
        let route = Route::others(entry.path);
        Some(match entry.who {
            Who::Anyone | Who::Password => route.public(),
            _ => route.authenticated(),
        })
    })
}
