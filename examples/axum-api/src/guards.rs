//! What stands before the routes.

use std::convert::Infallible;
use std::error::Error;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use bartizan::api_key::ApiKey;
use bartizan::headers::SecurityHeaders;
use bartizan::problem::ProblemLayer;
use bartizan::rate_limit::{InvalidRoutes, Key, KeyError, Limit, Quota, Quotas, RateLimit, Routes};
use bartizan::{FindClient, Principal, RequestFirewall, RequestHead, Scheme, Stack, axum_peer};
use tokio::time::timeout;
use tower::util::{BoxCloneSyncService, MapResponse};
use tower::{Layer, ServiceExt, service_fn};

use crate::keys::{self, Keys};
use crate::settings::{Profile, Settings};
use crate::tokens::Tokens;
use crate::{access, paths};

/// The routes behind their guards. A name for its type would be longer than the code.
pub(crate) type Guarded = BoxCloneSyncService<Request, Response, Infallible>;

/// Puts the whole router behind one stack of guards.
pub(crate) fn guard(
    router: Router,
    settings: &Settings,
    tokens: &Tokens,
    keys: &Keys,
) -> Result<Guarded, Box<dyn Error>> {
    let told = &settings.told;
    let api_key = ApiKey::new(keys.clone()).locators([keys::locator()?])?;
    let scheme = tokens.bearer()?.or(api_key);
    let mut challenges = Vec::new();
    scheme.challenges(None, &mut challenges);

    let by_address = Limit::new("address", told.address_quota.0.clone()).exempt(is_health);
    let stack = Stack::new()
        .problem(ProblemLayer::new())
        .headers(headers(told.profile))
        .cors(settings.cors()?)
        .client_address(FindClient::behind(told.trusted_proxies.0.clone()).peer(axum_peer))
        .firewall(RequestFirewall::new())
        .rate_limit_by_address(RateLimit::new(by_address))
        .authenticate_optional(scheme)
        .rate_limit_by_principal(by_principal(told.principal_quota.0.clone())?)
        .authorize(access::table(challenges)?)
        .build();
    let guarded = stack.layer(timed(router, settings.limits().request));
    let guarded = MapResponse::new(guarded, |response: axum::http::Response<_>| {
        response.map(Body::new)
    });
    Ok(BoxCloneSyncService::new(guarded))
}

fn headers(profile: Profile) -> SecurityHeaders {
    match profile {
        Profile::Development => SecurityHeaders::api(),
        // There is a proxy before it that speaks TLS.
        Profile::Production => SecurityHeaders::api().behind_tls(),
    }
}

fn by_principal(quotas: Quotas) -> Result<RateLimit, InvalidRoutes> {
    let limited = Limit::new("limited", Quota::per_minute(5)).key(caller());
    let routes = Routes::new()
        .route(Method::GET, paths::LIMITED, limited)
        .otherwise(Limit::new("calls", quotas).key(caller()).exempt(is_health))?;
    Ok(RateLimit::by_route(routes))
}

/// A user has the same buckets with a token and with a key; strangers share those of
/// their address.
fn caller() -> Key {
    let user = Key::from_fn(|head, key| {
        let who = head.extensions().get::<Principal>();
        key.push(who.ok_or(KeyError::Anonymous)?.subject());
        Ok(())
    });
    user.or(Key::client())
}

/// Whoever asks whether the service lives is told so, also while it is asked much else.
fn is_health(head: RequestHead<'_>) -> bool {
    head.uri().path() == paths::HEALTH
}

/// Answers in time: 408 to a client that is slow to send what it wants.
fn timed(
    router: Router,
    limit: Duration,
) -> impl tower::Service<
    Request,
    Response = Response,
    Error = Infallible,
    Future = impl Future<Output = Result<Response, Infallible>> + Send,
> + Clone
+ Send
+ Sync
+ 'static {
    service_fn(move |request: Request| {
        let answer = timeout(limit, router.clone().oneshot(request));
        async move {
            let late = || Ok(StatusCode::REQUEST_TIMEOUT.into_response());
            answer.await.unwrap_or_else(|_| late())
        }
    })
}
