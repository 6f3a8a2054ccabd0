//! What stands before the service.

use std::convert::Infallible;
use std::error::Error;

use axum::http::{Method, Request, Response};
use bartizan::headers::SecurityHeaders;
use bartizan::problem::{ProblemBody, ProblemLayer};
use bartizan::rate_limit::{Key, Limit, Quota, RateLimit, Routes as LimitedRoutes};
use bartizan::rbac::{InvalidRoutes, Route, RouteTable, role, scope};
use bartizan::{FindClient, RequestFirewall, Stack, TrustedProxies, tonic_peer};
use tonic::body::Body;
use tonic::service::Routes;
use tower::Layer;
use tower::util::BoxCloneSyncService;

use crate::settings::Settings;
use crate::tokens::{AUDITOR, READ, Tokens, WRITE};

/// A service behind its guards. A name for its type would be longer than the code.
pub(crate) type Guarded =
    BoxCloneSyncService<Request<Body>, Response<ProblemBody<Body>>, Infallible>;

/// Puts all that the port serves, HTTP and gRPC, behind one stack of guards.
pub(crate) fn guard(
    routes: Routes,
    tokens: &Tokens,
    settings: &Settings,
) -> Result<Guarded, Box<dyn Error>> {
    // A stranger is counted by address, and told who may by the rules behind.
    let who = || Key::principal().or(Key::client());
    let limit = |name, calls| Limit::new(name, Quota::per_minute(calls)).key(who());
    let by_principal = LimitedRoutes::new()
        .route(
            Method::POST,
            "/ledger.v1.Ledger/PostEntry",
            limit("post-entry", 5),
        )
        // A stream counts when it begins, however much is in it.
        .route(
            Method::POST,
            "/ledger.v1.Ledger/ImportEntries",
            limit("import-entries", 5),
        )
        .route(
            Method::POST,
            "/ledger.v1.Ledger/WatchEntries",
            limit("watch-entries", 10),
        )
        .otherwise(limit("calls", 600))?;
    let by_address = Limit::new("address", Quota::per_minute(1_200)).key(Key::client());
    let stack = Stack::new()
        .problem(ProblemLayer::new())
        .headers(SecurityHeaders::api())
        .client_address(FindClient::behind(TrustedProxies::none()).peer(tonic_peer))
        .firewall(RequestFirewall::new())
        .rate_limit_by_address(RateLimit::new(by_address))
        .authenticate_optional(tokens.bearer()?)
        .rate_limit_by_principal(RateLimit::by_route(by_principal))
        .authorize(rules(settings)?)
        .build();
    Ok(BoxCloneSyncService::new(stack.layer(routes)))
}

/// Who may call what. What is not here, nobody may.
fn rules(settings: &Settings) -> Result<RouteTable, InvalidRoutes> {
    let mut rules = vec![
        Route::post("/token").public(),
        Route::get("/healthz").public(),
        Route::grpc_service("grpc.health.v1.Health").public(),
        Route::grpc("ledger.v1.Ledger/GetBalance").require(scope(READ)),
        Route::grpc("ledger.v1.Ledger/WatchEntries").require(scope(READ)),
        Route::grpc("ledger.v1.Ledger/PostEntry").require(scope(WRITE)),
        Route::grpc("ledger.v1.Ledger/ImportEntries").require(scope(WRITE)),
        Route::grpc("ledger.v1.Ledger/Audit")
            .require(role(AUDITOR))
            .hide_as_not_found(),
    ];
    if settings.reflection {
        rules.push(Route::grpc_service("grpc.reflection.v1.ServerReflection").public());
    }
    // What has no rule looks like what hides, so that neither points at the other.
    RouteTable::builder()
        .rules(rules)
        .hide_as_not_found()
        .build()
}

#[cfg(test)]
mod tests {
    use bartizan::rbac::Coverage;
    use bartizan_secret::settings::Loader;

    use super::*;
    use crate::protocol;

    #[test]
    fn api5_every_method_has_a_rule() {
        let settings = Loader::new().load().unwrap();
        let table = rules(&settings).unwrap();

        let coverage = Coverage::of(&table)
            .descriptor_set(protocol::DESCRIPTORS)
            .unwrap();

        assert_eq!(coverage.uncovered(), []);
    }
}
