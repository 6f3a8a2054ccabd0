use std::convert::Infallible;

use bartizan_core::{GrpcCode, Rejection};
use http::{HeaderValue, Method, Request, Response, StatusCode, Version, header};
use tower::ServiceExt;
use tower_layer::Layer;
use tower_service::Service;

use crate::Probe;

/// Sends `request` through `layer` to `probe`.
pub async fn send<L, B>(layer: &L, probe: &Probe, request: Request<B>) -> Response<String>
where
    L: Layer<Probe>,
    L::Service: Service<Request<B>, Response = Response<String>, Error = Infallible>,
{
    let service = layer.layer(probe.clone());
    match service.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// Returns `request` as a gRPC client would send it: a `POST` over HTTP/2.
#[must_use]
pub fn with_grpc<B: Clone>(request: &Request<B>) -> Request<B> {
    let mut request = request.clone();
    *request.method_mut() = Method::POST;
    *request.version_mut() = Version::HTTP_2;
    let content_type = HeaderValue::from_static("application/grpc");
    request
        .headers_mut()
        .insert(header::CONTENT_TYPE, content_type);
    request
}

/// Shows that `layer` rejects `request` with `status` and `slug`, over HTTP and
/// over gRPC, and that the inner service is not called.
///
/// Returns the response over HTTP, for further checks.
///
/// # Panics
///
/// Panics when any of it is not so.
#[expect(clippy::panic, reason = "panics are how a check in a test fails")]
pub async fn assert_rejected<L>(
    layer: &L,
    request: &Request<()>,
    status: StatusCode,
    slug: &str,
) -> Response<String>
where
    L: Layer<Probe>,
    L::Service: Service<Request<()>, Response = Response<String>, Error = Infallible>,
{
    let probe = Probe::new();
    let response = send(layer, &probe, request.clone()).await;
    assert_eq!(response.status(), status, "status over HTTP");
    assert_eq!(response.body(), "", "body over HTTP");
    assert_eq!(
        response.headers().get(header::CACHE_CONTROL),
        Some(&HeaderValue::from_static("no-store")),
        "Cache-Control"
    );
    let Some(rejection) = response.extensions().get::<Rejection>() else {
        panic!("the response has no rejection among its extensions");
    };
    assert_eq!(rejection.slug(), slug, "slug");
    if status == StatusCode::UNAUTHORIZED {
        let challenges = response.headers().get_all(header::WWW_AUTHENTICATE);
        assert!(
            challenges.iter().next().is_some(),
            "a 401 without challenge"
        );
    }

    let grpc = send(layer, &probe, with_grpc(request)).await;
    assert_eq!(grpc.status(), StatusCode::OK, "status over gRPC");
    assert_eq!(grpc.body(), "", "body over gRPC");
    let field = |name| grpc.headers().get(name).map(HeaderValue::as_bytes);
    let code = GrpcCode::of(status).number().to_string();
    assert_eq!(field("grpc-status"), Some(code.as_bytes()), "grpc-status");
    assert_eq!(
        field("content-type"),
        Some(b"application/grpc".as_slice()),
        "content-type over gRPC"
    );
    assert!(field("grpc-message").is_some(), "grpc-message");
    let sent = |response: &Response<String>| {
        let challenges = response.headers().get_all(header::WWW_AUTHENTICATE);
        challenges.iter().cloned().collect::<Vec<_>>()
    };
    assert_eq!(sent(&grpc), sent(&response), "challenges as metadata");

    assert_eq!(probe.calls(), 0, "the inner service was called");
    response
}

/// Shows that `layer` answers `request` as if there were nothing at its target, over
/// HTTP and over gRPC, and that the inner service is not called.
///
/// Outer layers that mark every response (CORS, security headers) are to be left
/// out.
///
/// # Panics
///
/// Panics when any of it is not so.
#[expect(clippy::panic, reason = "panics are how a check in a test fails")]
pub async fn assert_hidden<L>(layer: &L, request: &Request<()>, slug: &str)
where
    L: Layer<Probe>,
    L::Service: Service<Request<()>, Response = Response<String>, Error = Infallible>,
{
    let probe = Probe::new();
    let http = send(layer, &probe, request.clone()).await;
    assert_eq!(http.status(), StatusCode::NOT_FOUND, "status over HTTP");
    assert!(http.headers().is_empty(), "fields: {:?}", http.headers());

    let grpc = send(layer, &probe, with_grpc(request)).await;
    assert_eq!(grpc.status(), StatusCode::OK, "status over gRPC");
    let unimplemented = HeaderValue::from(u16::from(GrpcCode::Unimplemented.number()));
    let status = grpc.headers().get("grpc-status");
    assert_eq!(status, Some(&unimplemented), "grpc-status");
    assert_eq!(grpc.headers().len(), 2, "metadata: {:?}", grpc.headers());

    for response in [&http, &grpc] {
        assert_eq!(response.body(), "", "body");
        let Some(rejection) = response.extensions().get::<Rejection>() else {
            panic!("the response has no rejection among its extensions");
        };
        assert_eq!(rejection.slug(), slug, "slug");
    }
    assert_eq!(probe.calls(), 0, "the inner service was called");
}
