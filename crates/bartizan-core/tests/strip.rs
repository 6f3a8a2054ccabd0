//! What is taken from a request that is authenticated.

#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

use bartizan_core::{
    Attempt, AuthFailure, Authenticate, Challenge, Guard, GuardLayer, Principal, Realm,
    RequestHead, Scheme,
};
use bartizan_testkit::{Probe, send};
use http::header::{AUTHORIZATION, COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Uri};

#[tokio::test]
async fn takes_credentials_out_of_the_places_that_they_share() {
    for authenticate in [
        Authenticate::required(Query),
        Authenticate::optional(Query),
        Authenticate::required(Query).keep_credentials(),
    ] {
        let seen = seen(authenticate, "/items?key=secret").await;
        assert_eq!(seen.uri(), "/items");
        assert!(!seen.headers().contains_key(COOKIE));
    }
    let seen = seen(
        Authenticate::required(Query.or(Nothing)),
        "/items?key=secret",
    )
    .await;
    assert_eq!(seen.uri(), "/items");
}

#[tokio::test]
async fn leaves_a_stranger_as_it_is() {
    let seen = seen(Authenticate::optional(Query), "/items?page=2").await;

    assert_eq!(seen.uri(), "/items?page=2");
    assert_eq!(seen.headers()[COOKIE], "session=1");
}

async fn seen(guard: impl Guard, target: &str) -> Request<()> {
    let probe = Probe::new();
    let mut request = Request::new(());
    *request.uri_mut() = target.parse().unwrap();
    let cookie = HeaderValue::from_static("session=1");
    request.headers_mut().insert(COOKIE, cookie);
    send(&GuardLayer::new(guard), &probe, request).await;
    probe.last().unwrap()
}

/// axum's router keeps a copy of the URL before the layers on it run.
#[cfg(feature = "axum")]
#[tokio::test]
async fn takes_credentials_out_of_the_copy_that_axum_keeps() {
    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::extract::OriginalUri;
    use axum::routing::get;
    use tower::{Layer, ServiceExt};

    let seen =
        |OriginalUri(original): OriginalUri, uri: Uri| async move { format!("{original} {uri}") };
    let router = || Router::new().route("/items", get(seen));
    for guard in [
        Authenticate::required(Query),
        Authenticate::optional(Query),
        Authenticate::required(Query).keep_credentials(),
    ] {
        let layer = GuardLayer::new(guard);
        let inside = router().layer(layer.clone());
        let on_the_route = router().route_layer(layer.clone());
        let nested = Router::new().nest("/v1", router().layer(layer.clone()));
        let nested_within = Router::new().nest("/v1", router()).layer(layer.clone());
        for (router, target, expected) in [
            (inside, "/items?key=secret", "/items /items"),
            (on_the_route, "/items?key=secret", "/items /items"),
            (nested, "/v1/items?key=secret", "/v1/items /items"),
            (nested_within, "/v1/items?key=secret", "/v1/items /items"),
        ] {
            let request = Request::get(target).body(Body::empty()).unwrap();
            let response = router.oneshot(request).await.unwrap();
            let body = to_bytes(response.into_body(), 1000).await.unwrap();
            assert_eq!(body, expected);
        }
        let request = Request::get("/items?key=secret")
            .body(Body::empty())
            .unwrap();
        let response = layer.layer(router()).oneshot(request).await.unwrap();
        let body = to_bytes(response.into_body(), 1000).await.unwrap();
        assert_eq!(body, "/items /items");
    }
}

/// Finds its credentials in the query.
struct Query;

impl Scheme for Query {
    fn name(&self) -> &'static str {
        "query"
    }

    fn authenticate(&self, head: RequestHead<'_>) -> Attempt {
        match head.uri().query() {
            Some("key=secret") => Attempt::Authenticated(Principal::builder("alice").build()),
            _ => Attempt::Absent,
        }
    }

    fn challenge(&self, _: Option<&AuthFailure>) -> Challenge {
        Challenge::bearer(&Realm::default())
    }

    fn credential_fields(&self) -> Vec<HeaderName> {
        Vec::new()
    }

    fn strip(&self, uri: &mut Uri, headers: &mut HeaderMap) {
        *uri = uri.path().parse().unwrap();
        headers.remove(COOKIE);
    }
}

struct Nothing;

impl Scheme for Nothing {
    fn name(&self) -> &'static str {
        "nothing"
    }

    fn authenticate(&self, _: RequestHead<'_>) -> Attempt {
        Attempt::Absent
    }

    fn challenge(&self, _: Option<&AuthFailure>) -> Challenge {
        Challenge::bearer(&Realm::default())
    }

    fn credential_fields(&self) -> Vec<HeaderName> {
        vec![AUTHORIZATION]
    }
}
