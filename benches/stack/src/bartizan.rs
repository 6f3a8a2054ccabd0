use std::num::NonZeroUsize;
use std::time::Duration;

use axum::Router;
use bartizan_core::chain::Chain;
use bartizan_core::{
    Authenticate, FindClient, GuardLayer, RequestFirewall, TrustedProxies, axum_peer,
};
use bartizan_cors::Cors;
use bartizan_headers::SecurityHeaders;
use bartizan_jwt::{Algorithm, Bearer, Verifier};
use bartizan_problem::ProblemLayer;
use bartizan_rate_limit::{Key, Limit, Quota, RateLimit};
use bartizan_rbac::{Require, require, role};

use crate::token::{AUDIENCE, ISSUER, key};
use crate::{ORIGIN, ROLE};

/// So many that no request of a benchmark is refused.
const MANY: u32 = 100_000_000;

/// Secures `protected` with all guards as one layer, behind the one that writes
/// problem details.
pub(crate) fn fused(protected: Router) -> Router {
    let guards = headers()
        .and(cors())
        .and(client())
        .and(RequestFirewall::new())
        .and(by_address())
        .and(authentication())
        .and(by_principal())
        .and(policy());
    protected
        .layer(GuardLayer::new(guards))
        .layer(ProblemLayer::new())
}

/// The same with a layer for each guard, which is what joining them saves.
pub(crate) fn nested(protected: Router) -> Router {
    protected
        .layer(one(policy()))
        .layer(one(by_principal()))
        .layer(one(authentication()))
        .layer(one(by_address()))
        .layer(one(RequestFirewall::new()))
        .layer(one(client()))
        .layer(one(cors()))
        .layer(one(headers()))
        .layer(ProblemLayer::new())
}

fn one<C: Chain>(guard: C) -> GuardLayer<C> {
    GuardLayer::new(guard)
}

fn headers() -> SecurityHeaders {
    SecurityHeaders::api().behind_tls()
}

fn cors() -> Cors {
    Cors::builder()
        .origins([ORIGIN])
        .methods(["GET", "POST"])
        .request_headers(["authorization", "content-type"])
        .expose_security_headers()
        .credentials(true)
        .max_age(Duration::from_secs(600))
        .build()
        .expect("sound")
}

fn client() -> FindClient {
    FindClient::behind(TrustedProxies::none()).peer(axum_peer)
}

fn by_address() -> RateLimit {
    let quota = Quota::per_minute(MANY);
    RateLimit::new(Limit::new("address", quota).key(Key::client()))
}

fn authentication() -> Authenticate<Bearer> {
    let verifier = Verifier::<()>::builder(key().verifying_key(), [Algorithm::HS256])
        .issuer(ISSUER)
        .audience(AUDIENCE)
        .build()
        .expect("complete");
    let capacity = NonZeroUsize::new(1024).expect("not zero");
    Authenticate::required(Bearer::new(verifier).cache(capacity))
}

fn by_principal() -> RateLimit {
    let quota = Quota::per_minute(MANY);
    RateLimit::new(Limit::new("principal", quota).key(Key::principal()))
}

fn policy() -> Require {
    require(role(ROLE))
}
