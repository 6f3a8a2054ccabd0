//! What CORS adds to a request, beside tower-http's `CorsLayer`.
//!
//! `cargo bench -p benches --bench cors -- ir VARIANT N` sends N requests through one
//! variant, for an instruction counter.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark that goes wrong has to stop"
)]

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::hint::black_box;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bartizan_core::GuardLayer;
use bartizan_cors::Cors;
use benches::{Race, allocations, counted, report};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, header};
use tower::util::BoxCloneSyncService;
use tower_http::cors::CorsLayer;
use tower_layer::Layer;
use tower_service::Service;

/// What is asked, with `-fields` behind it where the inner service answers with fields
/// of its own.
const KINDS: [(&str, f64); 7] = [
    ("plain", 0.15),
    ("plain-fields", 0.15),
    ("actual", 0.25),
    ("actual-fields", 0.25),
    ("forbidden", 0.25),
    ("forbidden-fields", 0.25),
    ("preflight", 0.40),
];

fn main() {
    if let Some((name, count)) = counted() {
        let mut run = variant(&name);
        return (0..count).for_each(|_| run());
    }
    let mut rows = Vec::new();
    for (kind, limit) in KINDS {
        let [inner, ours, ours_1000, peer] = names(kind);
        let results = Race::new()
            .variant(inner, variant(inner))
            .variant(ours, variant(ours))
            .variant(ours_1000, variant(ours_1000))
            .variant(peer, variant(peer))
            .print(kind, 61);
        let row = results
            .layer_row(kind.replace('-', ", with "), ours, peer)
            .peer_name("tower-http 0.7");
        let base = allocations(variant(inner));
        let [added, added_1000, peer] =
            [ours, ours_1000, peer].map(|name| allocations(variant(name)) - base);
        println!("allocations added: {added}, of 1000 origins {added_1000}, peer {peer}");
        assert!(
            added <= 2 && added_1000 <= 2,
            "two allocations are the map's own"
        );
        let row = row.allocations(added).peer_allocations(peer);
        rows.push(row.at_most(limit).drawn());
    }
    report("cors", &rows);
}

fn names(kind: &str) -> [&'static str; 4] {
    match kind {
        "plain" => ["inner-plain", "plain", "plain-1000", "tower-http-plain"],
        "plain-fields" => [
            "inner-plain-fields",
            "plain-fields",
            "plain-fields-1000",
            "tower-http-plain-fields",
        ],
        "actual" => ["inner-actual", "actual", "actual-1000", "tower-http-actual"],
        "actual-fields" => [
            "inner-actual-fields",
            "actual-fields",
            "actual-fields-1000",
            "tower-http-actual-fields",
        ],
        "forbidden" => [
            "inner-forbidden",
            "forbidden",
            "forbidden-1000",
            "tower-http-forbidden",
        ],
        "forbidden-fields" => [
            "inner-forbidden-fields",
            "forbidden-fields",
            "forbidden-fields-1000",
            "tower-http-forbidden-fields",
        ],
        "preflight" => [
            "inner-preflight",
            "preflight",
            "preflight-1000",
            "tower-http-preflight",
        ],
        _ => panic!("no kind of request: {kind}"),
    }
}

/// Returns what sends one request through the variant called `name`: the kind of
/// request, with what it goes through before or how many origins after it.
fn variant(name: &str) -> Box<dyn FnMut()> {
    if let Some(kind) = name.strip_prefix("inner-") {
        sender(|inner| inner, kind)
    } else if let Some(kind) = name.strip_prefix("tower-http-") {
        sender(|inner| peer().layer(inner), kind)
    } else if let Some(kind) = name.strip_suffix("-1000") {
        sender(|inner| ours(1000).layer(inner), kind)
    } else {
        sender(|inner| ours(3).layer(inner), name)
    }
}

fn origin(at: usize) -> String {
    format!("https://app-{at}.example.com")
}

fn ours(origins: usize) -> GuardLayer<Cors> {
    let cors = Cors::builder()
        .origins((0..origins).map(origin))
        .credentials(true)
        .methods(["GET", "POST", "PUT", "DELETE"])
        .request_headers(["authorization", "content-type"])
        .expose_headers(["x-request-id"])
        .max_age(Duration::from_secs(600))
        .build();
    GuardLayer::new(cors.expect("it is valid"))
}

fn peer() -> CorsLayer {
    let origins = (0..3).map(|at| HeaderValue::try_from(origin(at)).expect("it is visible"));
    CorsLayer::new()
        .allow_origin(origins.collect::<Vec<_>>())
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
        .expose_headers([HeaderName::from_static("x-request-id")])
        .max_age(Duration::from_secs(600))
}

/// Sends one request through a clone of what `layer` makes of the inner service, boxed
/// as axum's routes box each layer: nothing is inlined that would not be there.
fn sender<S>(layer: impl FnOnce(Inner) -> S, kind: &str) -> Box<dyn FnMut()>
where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible>,
    S: Clone + Send + Sync + 'static,
    S::Future: Send + 'static,
{
    let (kind, fields): (_, Fields) = match kind.strip_suffix("-fields") {
        Some(kind) => (kind, ANSWER),
        None => (kind, &[]),
    };
    let service = BoxCloneSyncService::new(layer(Inner(Arc::new(fields))));
    let (method, fields) = asked(kind);
    Box::new(move || {
        let mut request = Request::new(());
        *request.method_mut() = method.clone();
        fill(request.headers_mut(), fields);
        let mut service = service.clone();
        let mut cx = Context::from_waker(Waker::noop());
        let Poll::Ready(Ok(())) = service.poll_ready(&mut cx) else {
            panic!("the inner service is always ready");
        };
        let mut response = service.call(request);
        let Poll::Ready(Ok(response)) = response.as_mut().poll(&mut cx) else {
            panic!("the inner service answers at once");
        };
        drop(black_box(response));
    })
}

type Fields = &'static [(HeaderName, &'static str)];

/// What services answer with, mostly.
const ANSWER: Fields = &[
    (header::CONTENT_TYPE, "application/json"),
    (header::CONTENT_LENGTH, "2"),
    (header::CACHE_CONTROL, "no-store"),
];

fn fill(headers: &mut HeaderMap, fields: Fields) {
    for (name, value) in fields {
        headers.insert(name.clone(), HeaderValue::from_static(value));
    }
}

fn asked(kind: &str) -> (Method, Fields) {
    match kind {
        "plain" => (Method::GET, &[]),
        "actual" => (
            Method::GET,
            &[(header::ORIGIN, "https://app-2.example.com")],
        ),
        "forbidden" => (Method::GET, &[(header::ORIGIN, "https://app.evil.example")]),
        "preflight" => (
            Method::OPTIONS,
            &[
                (header::ORIGIN, "https://app-2.example.com"),
                (header::ACCESS_CONTROL_REQUEST_METHOD, "PUT"),
                (
                    header::ACCESS_CONTROL_REQUEST_HEADERS,
                    "authorization,content-type",
                ),
            ],
        ),
        _ => panic!("no kind of request: {kind}"),
    }
}

/// Answers with these fields. They are shared, as what services hold is: a clone of
/// nothing would not be boxed.
#[derive(Clone)]
struct Inner(Arc<Fields>);

impl Service<Request<()>> for Inner {
    type Response = Response<()>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<()>) -> Self::Future {
        drop(black_box((request, &self.0)));
        let mut response = Response::new(());
        fill(response.headers_mut(), *self.0);
        ready(Ok(response))
    }
}
