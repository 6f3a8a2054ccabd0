//! What is behind each layer: it tells what it was handed.

mod grpc;
mod report;
mod wishes;

use std::convert::Infallible;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bartizan_core::{Protocol, RequestHead};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use serde_json::{Value, json};
use tower::service_fn;
use tower::util::BoxCloneSyncService;

use self::wishes::Wishes;

pub(crate) type Body = BoxBody<Bytes, Infallible>;

/// A service, with or without layers over it.
pub(crate) type Inner = BoxCloneSyncService<Request<Incoming>, Response<Body>, Infallible>;

/// The longest body that is read, and for how long.
const MAX_BODY: usize = 1024 * 1024;
const PATIENCE: Duration = Duration::from_secs(10);

/// Makes the service, which counts its `calls`.
pub(crate) fn service(calls: Arc<AtomicU64>) -> Inner {
    Inner::new(service_fn(move |request| {
        calls.fetch_add(1, Ordering::AcqRel);
        async { Ok(answer(request).await) }
    }))
}

async fn answer(request: Request<Incoming>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let head = Request::from_parts(head, ());
    let read = Limited::new(body, MAX_BODY).collect();
    let length = match tokio::time::timeout(PATIENCE, read).await {
        Ok(Ok(read)) => read.to_bytes().len(),
        Ok(Err(_)) => return status(StatusCode::PAYLOAD_TOO_LARGE),
        Err(_) => return status(StatusCode::REQUEST_TIMEOUT),
    };
    let report = report::of(&head, length);
    let wishes = match Wishes::of(&head) {
        Ok(wishes) => wishes,
        Err(wrong) => return json(StatusCode::BAD_REQUEST, &json!({ "error": wrong })),
    };
    if wishes.panic {
        // Without the hook, which would write to standard error.
        resume_unwind(Box::new("the request asked for it"));
    }
    let mut response = match Protocol::of(RequestHead::of(&head)) {
        Protocol::Http => json(StatusCode::OK, &report),
        protocol => grpc::response(protocol, &report),
    };
    wishes.grant(&mut response);
    response
}

/// A response with nothing but a status.
pub(crate) fn status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::default());
    *response.status_mut() = status;
    response
}

pub(crate) fn json(status: StatusCode, value: &Value) -> Response<Body> {
    let mut response = Response::new(full(value.to_string()));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

fn full(content: impl Into<Bytes>) -> Body {
    Body::new(Full::new(content.into()))
}
