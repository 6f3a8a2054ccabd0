use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde::Deserialize;
use tower_governor::GovernorLayer;
use tower_governor::governor::GovernorConfigBuilder;
use tower_http::cors::CorsLayer;

use crate::token::{AUDIENCE, ISSUER, SECRET};
use crate::{ORIGIN, ROLE};

/// Secures `protected` with what others offer: CORS, one quota by address, and the
/// middleware over a JWT library that each project writes for itself.
pub(crate) fn peers(protected: Router) -> Router {
    let cors = CorsLayer::new()
        .allow_origin([ORIGIN.parse().expect("a field value")])
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE])
        .allow_credentials(true)
        .max_age(Duration::from_secs(600));
    let quota = GovernorConfigBuilder::default()
        .per_nanosecond(1)
        .burst_size(u32::MAX)
        .finish()
        .expect("not zero");
    protected
        .layer(from_fn_with_state(Arc::new(Tokens::new()), authenticate))
        .layer(GovernorLayer::new(quota))
        .layer(cors)
}

struct Tokens {
    key: DecodingKey,
    rules: Validation,
}

/// The claims, as a handler would find them.
#[derive(Clone, Debug, Deserialize)]
struct User {
    #[expect(
        dead_code,
        reason = "read by handlers, which these routes have none of"
    )]
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
