use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde::Deserialize;
use tower::ServiceBuilder;
use tower_governor::governor::GovernorConfigBuilder;
use tower_governor::key_extractor::KeyExtractor;
use tower_governor::{GovernorError, GovernorLayer};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::CorsLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::set_header::SetResponseHeaderLayer;

use crate::token::{AUDIENCE, ISSUER, SECRET};
use crate::{ORIGIN, ROLE};

/// Secures `protected` with what others offer: CORS, one quota by address, and the
/// middleware over a JWT library that each project writes for itself.
pub(crate) fn peers(protected: Router) -> Router {
    let quota = GovernorConfigBuilder::default()
        .per_nanosecond(1)
        .burst_size(u32::MAX)
        .finish()
        .expect("not zero");
    protected
        .layer(from_fn_with_state(Arc::new(Tokens::new()), authenticate))
        .layer(GovernorLayer::new(quota))
        .layer(cors())
}

/// The same with most of what Bartizan's stack does besides: a second quota, by user,
/// what is left of one told to the client, security headers, an id for each request, and
/// panics caught. Problem details, the check of paths and hosts, both quotas told and the
/// rest have no counterpart.
pub(crate) fn equal_peers(protected: Router) -> Router {
    let mut quota = GovernorConfigBuilder::default();
    quota.per_nanosecond(1).burst_size(u32::MAX);
    let by_user = quota.key_extractor(ByUser).use_headers().finish();
    let by_address = quota.use_headers().finish();
    let fixed = |name: &'static str, value: &'static str| {
        let name = HeaderName::from_static(name);
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    // One layer for what may share it.
    let outer = ServiceBuilder::new()
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(fixed("cache-control", "no-store"))
        .layer(fixed("content-security-policy", POLICY))
        .layer(fixed("cross-origin-resource-policy", "same-origin"))
        .layer(fixed("permissions-policy", PERMISSIONS))
        .layer(fixed("referrer-policy", "no-referrer"))
        .layer(fixed(
            "strict-transport-security",
            "max-age=63072000; includeSubDomains",
        ))
        .layer(fixed("x-content-type-options", "nosniff"))
        .layer(fixed("x-frame-options", "DENY"))
        .layer(cors().expose_headers([EXPOSED]))
        .layer(CatchPanicLayer::new());
    protected
        .layer(GovernorLayer::new(by_user.expect("not zero")))
        .layer(from_fn_with_state(Arc::new(Tokens::new()), authenticate))
        .layer(GovernorLayer::new(by_address.expect("not zero")))
        .layer(outer)
}

const POLICY: &str =
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
const PERMISSIONS: &str = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
const EXPOSED: HeaderName = HeaderName::from_static("x-ratelimit-remaining");

fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin([ORIGIN.parse().expect("a field value")])
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE])
        .allow_credentials(true)
        .max_age(Duration::from_secs(600))
}

/// The user that [`authenticate`] has found.
#[derive(Clone, Debug)]
struct ByUser;

impl KeyExtractor for ByUser {
    type Key = String;

    fn extract<T>(&self, request: &axum::http::Request<T>) -> Result<String, GovernorError> {
        let user = request.extensions().get::<User>();
        user.map(|user| user.sub.clone())
            .ok_or(GovernorError::UnableToExtractKey)
    }
}

struct Tokens {
    key: DecodingKey,
    rules: Validation,
}

/// The claims, as a handler would find them.
#[derive(Clone, Debug, Deserialize)]
struct User {
    sub: String,
    roles: Vec<String>,
}

impl Tokens {
    fn new() -> Self {
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_issuer(&[ISSUER]);
        rules.set_audience(&[AUDIENCE]);
        rules.set_required_spec_claims(&["exp", "iss", "aud"]);
        Self {
            key: DecodingKey::from_secret(SECRET),
            rules,
        }
    }
}

async fn authenticate(
    State(tokens): State<Arc<Tokens>>,
    mut request: Request,
    next: Next,
) -> Response {
    let field = request.headers().get(AUTHORIZATION);
    let token = field
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    let Some(Ok(token)) = token.map(|token| decode::<User>(token, &tokens.key, &tokens.rules))
    else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    if !token.claims.roles.iter().any(|role| role == ROLE) {
        return StatusCode::FORBIDDEN.into_response();
    }
    request.extensions_mut().insert(token.claims);
    next.run(request).await
}
