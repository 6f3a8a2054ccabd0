use std::num::NonZeroUsize;
use std::time::Duration;

use axum::Router;
use bartizan::chain::Chain;
use bartizan::cors::Cors;
use bartizan::headers::SecurityHeaders;
use bartizan::jwt::{Algorithm, Bearer, Verifier};
use bartizan::problem::{CatchPanicLayer, ProblemLayer};
use bartizan::rate_limit::{Key, Limit, Quota, RateLimit};
use bartizan::rbac::{Require, require, role};
use bartizan::{
    Authenticate, FindClient, GuardLayer, RequestFirewall, Stack, TrustedProxies, axum_peer,
};

use crate::token::{AUDIENCE, ISSUER, key};
use crate::{ORIGIN, ROLE};

/// So many that no request of a benchmark is refused.
const MANY: u32 = 100_000_000;

/// Secures `protected` with all guards as the one layer that a [`Stack`] makes.
pub(crate) fn fused(protected: Router, bearer: Bearer) -> Router {
    let stack = Stack::new()
        .problem(ProblemLayer::new())
        .headers(headers())
        .cors(cors())
        .client_address(client())
        .firewall(RequestFirewall::new())
        .rate_limit_by_address(by_address())
        .authenticate(bearer)
        .rate_limit_by_principal(by_principal())
        .authorize(policy())
        .build();
    protected.layer(stack)
}

/// The same with a layer for each guard, which is what joining them saves.
pub(crate) fn nested(protected: Router) -> Router {
    protected
        .layer(CatchPanicLayer::new())
        .layer(one(policy()))
        .layer(one(by_principal()))
        .layer(one(Authenticate::required(cached())))
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

/// Verifies each token.
pub(crate) fn bearer() -> Bearer {
    let verifier = Verifier::<()>::builder(key().verifying_key(), [Algorithm::HS256])
        .issuer(ISSUER)
        .audience(AUDIENCE)
        .build()
        .expect("complete");
    Bearer::new(verifier)
}

/// Verifies each token once.
pub(crate) fn cached() -> Bearer {
    bearer().cache(NonZeroUsize::new(1024).expect("not zero"))
}

fn by_principal() -> RateLimit {
    let quota = Quota::per_minute(MANY);
    RateLimit::new(Limit::new("principal", quota).key(Key::principal()))
}

fn policy() -> Require {
    require(role(ROLE))
}
