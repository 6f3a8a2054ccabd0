//! The contract of a service, and correlation ids.

#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::task::{Context, Waker};

use bartizan_core::{
    GuardLayer, Protocol, Rejection, RequestHead, TrustedProxies, Verdict, guard_fn,
};
use bartizan_problem::{CatchPanicLayer, CorrelationId, ProblemBody, ProblemLayer};
use bartizan_testkit::{LogCapture, Probe, Recorder, assert_readiness, assert_rejected};
use bytes::Bytes;
use http::{HeaderName, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use tower::{Layer, Service, ServiceBuilder, ServiceExt};

const ID: &str = "x-request-id";

#[test]
fn passes_readiness_on() {
    let unwrap = |response: Response<ProblemBody<String>>| {
        response.map(|body| body.into_inner().unwrap_or_default())
    };
    let layer = ServiceBuilder::new()
        .map_response(unwrap)
        .layer(ProblemLayer::new());

    assert_readiness(&layer, &Request::new(()));
    assert_readiness(&CatchPanicLayer::new(), &Request::new(()));
}

#[tokio::test]
async fn guards_may_stand_outside_as_well() {
    let open = guard_fn(|_: RequestHead<'_>| Verdict::Pass(()));
    let closed = guard_fn(|_: RequestHead<'_>| -> Verdict<()> {
        Verdict::Reject(Rejection::forbidden("closed", "the gate is closed"))
    });
    let inner = ProblemLayer::new().id_field(HeaderName::from_static("x-trace-id"));
    let layers = (
        ProblemLayer::new(),
        GuardLayer::new(open),
        inner.unwrap(),
        GuardLayer::new(closed),
        CatchPanicLayer::new(),
    );

    let probe = Probe::new();
    let response = layers.layer(probe.clone()).oneshot(Request::new(())).await;
    let response = response.unwrap();
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    // The id of the outer layer is the one of the inner, wherever it is sent.
    let id = response.headers()[ID].to_str().unwrap().to_owned();
    assert_eq!(response.headers()["x-trace-id"], id.as_str());
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let body = String::from_utf8(body.to_vec()).unwrap();
    assert!(body.contains("the gate is closed"), "{body}");
    let member = format!("\"correlation_id\":\"{id}\"");
    assert!(body.contains(&member), "{body}");
    assert_eq!(probe.calls(), 0);
}

#[tokio::test]
async fn a_rejection_without_a_layer_for_problems_is_as_it_was() {
    let closed = guard_fn(|_: RequestHead<'_>| -> Verdict<()> {
        Verdict::Reject(Rejection::forbidden("closed", "the gate is closed"))
    });
    let layers = (GuardLayer::new(closed), CatchPanicLayer::new());

    assert_rejected(&layers, &Request::new(()), StatusCode::FORBIDDEN, "closed").await;
}

#[tokio::test]
async fn a_rejection_is_one_line_of_the_log_with_the_id_that_the_client_is_told() {
    let closed = guard_fn(|_: RequestHead<'_>| -> Verdict<()> {
        Verdict::Reject(Rejection::forbidden("closed", "the gate is closed"))
    });
    let by_guard = GuardLayer::new(closed).layer(Probe::new());
    let by_handler = tower::service_fn(|_: Request<()>| async {
        let rejection = Rejection::forbidden("closed", "the gate is closed");
        let response = rejection.into_response(Protocol::Http);
        Ok::<_, Infallible>(response.map(|()| String::new()))
    });

    // An observer that counts, and writes nothing.
    let counted = GuardLayer::observed(closed, Recorder::new()).layer(Probe::new());
    let panics = tower::service_fn(|request: Request<()>| async move {
        assert_ne!(request.uri().path(), "/path", "closed");
        Ok::<_, Infallible>(Response::new(String::new()))
    });

    let problems = ProblemLayer::new();
    assert_one_line(&problems.layer(by_guard)).await;
    assert_one_line(&problems.layer(counted)).await;
    assert_one_line(&problems.layer(by_handler)).await;
    assert_one_line(&problems.layer(problems.layer(by_handler))).await;
    assert_one_line(&problems.layer(CatchPanicLayer::new().layer(panics))).await;
}

async fn assert_one_line<S, B>(service: &S)
where
    S: Service<Request<()>, Response = Response<B>, Error = Infallible> + Clone,
{
    let log = LogCapture::start();
    let request = Request::get("/path").body(()).unwrap();
    let response = service.clone().oneshot(request).await.unwrap();
    let id = response.headers()[ID].to_str().unwrap();
    let text = log.text();
    assert_eq!(text.lines().count(), 1, "{text}");
    for part in [id, "closed", "/path"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[tokio::test]
async fn an_id_is_made_for_each_request_and_handed_to_the_handler() {
    let (first, seen) = send(&ProblemLayer::new(), Request::new(())).await;
    let (second, _) = send(&ProblemLayer::new(), Request::new(())).await;

    assert_ne!(first, second);
    assert_eq!(first.len(), 32);
    assert_eq!(seen.headers()[ID], first.as_str());
    let handed = seen.extensions().get::<CorrelationId>().unwrap();
    assert_eq!(handed.to_string(), first);
}

#[tokio::test]
async fn asvs_4_1_3_a_client_cannot_choose_the_id() {
    let proxies = || TrustedProxies::parse(["192.0.2.0/24"]).unwrap();
    let from_proxies = || ProblemLayer::new().ids_from(proxies());
    let elsewhere = || {
        let peer = SocketAddr::from(([192, 0, 2, 9], 1));
        from_proxies().peer(move |_| Some(peer))
    };
    let anyone = || ProblemLayer::new().insecure_ids_from_anyone();
    let long = "a".repeat(CorrelationId::MAX_LENGTH + 1);
    let unknown = || from_proxies().peer(|_| panic!("there is no such peer"));
    let cases: [(ProblemLayer, &str, &[&str], bool); 12] = [
        (ProblemLayer::new(), "192.0.2.1", &["given"], false),
        (from_proxies(), "192.0.2.1", &["given"], true),
        (from_proxies(), "198.51.100.1", &["given"], false),
        (from_proxies(), "192.0.2.1", &["given", "given"], false),
        (from_proxies(), "192.0.2.1", &["given two"], false),
        (from_proxies(), "192.0.2.1", &[""], false),
        (from_proxies(), "192.0.2.1", &[&long], false),
        (elsewhere(), "198.51.100.1", &["given"], true),
        (unknown(), "192.0.2.1", &["given"], false),
        (anyone(), "198.51.100.1", &["given"], true),
        (anyone(), "198.51.100.1", &["<script>"], false),
        (
            from_proxies()
                .id_field(HeaderName::from_static("x-trace-id"))
                .unwrap(),
            "192.0.2.1",
            &["given"],
            false,
        ),
    ];

    for (at, (layer, peer, lines, expected)) in cases.into_iter().enumerate() {
        let mut request = Request::new(());
        let peer = SocketAddr::new(peer.parse().unwrap(), 40_000);
        request.extensions_mut().insert(peer);
        for line in lines {
            request.headers_mut().append(ID, line.parse().unwrap());
        }
        let (id, seen) = send(&layer, request).await;
        assert_eq!(id == lines[0], expected, "case {at}: {id}");
        // What was not believed does not reach the handler either.
        let field = if at == 11 { "x-trace-id" } else { ID };
        let handed: Vec<_> = seen.headers().get_all(field).iter().collect();
        assert_eq!(handed, [id.as_str()], "case {at}");
    }
}

#[test]
fn fields_of_credentials_carry_no_ids() {
    let names = [
        "authorization",
        "content-length",
        "cookie",
        "host",
        "last-event-id",
        "phpsessid-id",
        "session-id",
        "user-id",
        "x-api-key-id",
        "x-auth-id",
        "x-request",
    ];
    for name in names {
        let refused = ProblemLayer::new().id_field(HeaderName::from_static(name));
        let text = refused.unwrap_err().to_string();
        assert_eq!(text, format!("{name:?} is no name of a field for ids"));
    }
    for name in ["correlation-id", "x-amzn-trace-id", "x-request-id"] {
        let named = ProblemLayer::new().id_field(HeaderName::from_static(name));
        assert!(named.is_ok(), "{name}");
    }
}

#[tokio::test]
async fn the_failure_of_a_service_is_passed_on() {
    let inner = tower::service_fn(|_: Request<()>| async {
        Err::<Response<Full<Bytes>>, _>("the service failed")
    });
    let service = (ProblemLayer::new(), CatchPanicLayer::new()).layer(inner);

    let failed = service.oneshot(Request::new(())).await;
    assert_eq!(failed.unwrap_err(), "the service failed");
}

#[test]
fn a_response_that_is_no_error_costs_few_allocations() {
    let inner = tower::service_fn(|_: Request<()>| {
        let mut response = Response::new(Full::<Bytes>::default());
        response.headers_mut().reserve(8);
        std::future::ready(Ok::<_, Infallible>(response))
    });
    let mut bare = inner;
    let mut layered = (ProblemLayer::new(), CatchPanicLayer::new()).layer(inner);
    let request = || {
        let request = Request::get("/path?query").header("accept", "application/json");
        let mut request = request.header("host", "example.com").body(()).unwrap();
        request.extensions_mut().insert(1_u8);
        request
    };
    let mut cx = Context::from_waker(Waker::noop());
    let mut count = |is_layered: bool| {
        // A server's request is made of parts of one buffer, which are shared; cloning
        // makes these so.
        let request = request();
        let _shared = request.clone();
        let counted = allocation_counter::measure(|| {
            if is_layered {
                let mut future = pin!(layered.call(request));
                assert!(future.as_mut().poll(&mut cx).is_ready());
            } else {
                let mut future = pin!(bare.call(request));
                assert!(future.as_mut().poll(&mut cx).is_ready());
            }
        });
        counted.count_total
    };

    let warmed = [count(false), count(true)];
    let added = count(true) - count(false);
    // The id, and its place among the extensions.
    assert!(added <= 2, "{added}, after {warmed:?}");
}

#[test]
fn auto_traits_are_kept() {
    fn assert<T: Clone + Send + Sync + Unpin + 'static>(_: &T) {}
    assert(&ProblemLayer::new());
    assert(&CatchPanicLayer::new());
    let service = (ProblemLayer::new(), CatchPanicLayer::new()).layer(Probe::new());
    assert(&service);
    let mut service = service;
    let future = ready(&mut service).call(Request::new(()));
    assert_send(&future);
}

fn assert_send<T: Send>(_: &T) {}

fn ready<S>(service: &mut S) -> S
where
    S: Service<Request<()>> + Clone,
{
    let mut cx = Context::from_waker(Waker::noop());
    let mut ready = service.clone();
    assert!(ready.poll_ready(&mut cx).is_ready());
    ready
}

/// Returns the id in the response, and the request as the handler got it.
async fn send(layer: &ProblemLayer, request: Request<()>) -> (String, Request<()>) {
    let probe = Probe::new();
    let response = layer.layer(probe.clone()).oneshot(request).await.unwrap();
    let mut ids = response.headers().iter();
    let (_, id) = ids
        .find(|(name, _)| name.as_str().starts_with("x-"))
        .unwrap();
    (id.to_str().unwrap().to_owned(), probe.last().unwrap())
}
