//! `SecurityHeaders::api()` over plain text, and the same fields by tower-http.

use std::convert::Infallible;

use axum::body::Body;
use bartizan_core::GuardLayer;
use bartizan_headers::SecurityHeaders;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use tower::ServiceBuilder;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_layer::Layer;
use tower_service::Service;

use crate::exchange::{Inner, answer, asking, plain};

/// The fields that are added.
const NAMES: [&str; 7] = [
    "cache-control",
    "content-security-policy",
    "cross-origin-resource-policy",
    "permissions-policy",
    "referrer-policy",
    "x-content-type-options",
    "x-frame-options",
];

pub(crate) fn ours() -> Box<dyn FnMut()> {
    plain(guarded)
}

pub(crate) fn peer() -> Box<dyn FnMut()> {
    plain(by_peer)
}

/// # Panics
///
/// The peer adds other fields than ours: it would be no comparison.
pub(crate) fn check_peer() {
    let (ours, peer) = (fields(guarded(Inner::new())), fields(by_peer(Inner::new())));
    assert_eq!(ours, peer);
    assert_eq!(ours.len(), fields(Inner::new()).len() + NAMES.len());
}

fn guarded(
    inner: Inner,
) -> impl Service<Request<()>, Response = Response<Body>, Error = Infallible, Future: Send + 'static>
+ Clone
+ Send
+ Sync
+ 'static {
    GuardLayer::new(SecurityHeaders::api()).layer(inner)
}

fn by_peer(
    inner: Inner,
) -> impl Service<Request<()>, Response = Response<Body>, Error = Infallible, Future: Send + 'static>
+ Clone
+ Send
+ Sync
+ 'static {
    let values = fields(guarded(Inner::new()));
    let [cache, policy, resource, permissions, referrer, sniff, frame] = NAMES.map(|name| {
        let value: HeaderValue = values.get(name).expect("a field of ours").clone();
        SetResponseHeaderLayer::if_not_present(HeaderName::from_static(name), value)
    });
    ServiceBuilder::new()
        .layer(cache)
        .layer(policy)
        .layer(resource)
        .layer(permissions)
        .layer(referrer)
        .layer(sniff)
        .layer(frame)
        .service(inner)
}

fn fields(
    mut service: impl Service<Request<()>, Response = Response<Body>, Error = Infallible>,
) -> HeaderMap {
    let request = asking("/v1/items/7")();
    std::mem::take(answer(&mut service, request).headers_mut())
}
