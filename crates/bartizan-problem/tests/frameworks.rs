//! The same layers under axum, tonic and bare hyper, over real sockets.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

use std::convert::Infallible;
use std::net::SocketAddr;

use axum::Router;
use axum::routing::get;
use bartizan_core::{GuardLayer, Rejection, RequestHead, Verdict, guard_fn};
use bartizan_headers::SecurityHeaders;
use bartizan_problem::{CatchPanicLayer, Problem, ProblemLayer};
use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tonic::server::NamedService;
use tower::{Layer, service_fn};

#[tokio::test]
async fn under_an_axum_router() {
    let panics = || async { "one".parse::<u8>().expect("canary").to_string() };
    let own = || async {
        let problem = Problem::new(StatusCode::CONFLICT).detail("own");
        problem.into_response::<axum::body::Body>()
    };
    let fails = || async { (StatusCode::BAD_GATEWAY, "canary") };
    let app = Router::new()
        .route("/", get(|| async { "hello" }))
        .route("/panics", get(panics))
        .route("/own", get(own))
        .route("/fails", get(fails))
        .layer(CatchPanicLayer::new())
        .layer(GuardLayer::new(SecurityHeaders::api()))
        .layer(ProblemLayer::new());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, app).await });

    let fine = http1(address, Method::GET, "/").await;
    assert_eq!(
        (fine.status, &*fine.body),
        (StatusCode::OK, b"hello".as_slice())
    );
    let cases = [
        (Method::GET, "/missing", 404),
        (Method::POST, "/", 405),
        (Method::GET, "/panics", 500),
        (Method::GET, "/own", 409),
        (Method::GET, "/fails", 502),
    ];
    for (method, path, status) in cases {
        let sent = http1(address, method, path).await;
        assert_eq!(sent.status.as_u16(), status, "{path}");
        assert_eq!(sent.json()["status"], status);
        assert_eq!(sent.json()["correlation_id"], sent.field("x-request-id"));
        assert_eq!(sent.field("content-length"), sent.body.len().to_string());
        assert_eq!(sent.field("x-frame-options"), "DENY");
        assert!(!String::from_utf8_lossy(&sent.body).contains("canary"));
        if status == 405 {
            assert_eq!(sent.field("allow"), "GET,HEAD");
        }
    }

    let got = http1(address, Method::GET, "/missing").await;
    let head = http1(address, Method::HEAD, "/missing").await;
    assert_eq!(head.status, StatusCode::NOT_FOUND);
    assert_eq!(head.field("content-length"), got.field("content-length"));
    assert!(head.body.is_empty());
    server.abort();
}

#[tokio::test]
async fn under_bare_hyper() {
    let service = (
        ProblemLayer::new(),
        GuardLayer::new(pass_word()),
        CatchPanicLayer::new(),
    );
    let service = service.layer(service_fn(|_: Request<hyper::body::Incoming>| async {
        Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(b"hello"))))
    }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = TowerToHyperService::new(service.clone());
            let executor = TokioExecutor::new();
            tokio::spawn(async move {
                let server = hyper_util::server::conn::auto::Builder::new(executor);
                server.serve_connection(TokioIo::new(stream), service).await
            });
        }
    });

    let request = |method| Request::builder().method(method).uri("http://localhost/");
    for method in [Method::GET, Method::HEAD] {
        let empty = request(method.clone()).body(Empty::new()).unwrap();
        let sent = http2(address, empty).await;
        assert_eq!(sent.status, StatusCode::FORBIDDEN);
        assert_eq!(sent.field("content-type"), "application/problem+json");
        assert_eq!(sent.body.is_empty(), method == Method::HEAD);
        assert_ne!(sent.field("content-length"), "0");
    }
    let allowed = request(Method::GET).header("x-word", "swordfish");
    let allowed = http2(address, allowed.body(Empty::new()).unwrap()).await;
    assert_eq!(
        (allowed.status, &*allowed.body),
        (StatusCode::OK, b"hello".as_slice())
    );
    let refused = http1(address, Method::GET, "/").await;
    assert_eq!(refused.json()["detail"], "say the word");
    server.abort();
}

#[tokio::test]
async fn under_a_tonic_server() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let incoming = tonic::transport::server::TcpIncoming::from(listener);
    let server = tonic::transport::Server::builder()
        .layer(ProblemLayer::new())
        .layer(GuardLayer::new(pass_word()))
        .layer(CatchPanicLayer::new())
        .add_service(Echo)
        .serve_with_incoming(incoming);
    let server = tokio::spawn(server);

    let call = |word: &str, panics: bool| {
        let request = Request::post("http://localhost/test.Echo/Say")
            .header("content-type", "application/grpc")
            .header("x-word", word)
            .header("x-panics", panics.to_string());
        request.body(Empty::new()).unwrap()
    };
    let cases = [
        (call("swordfish", false), "0"),
        (call("sesame", false), "7"),
        (call("swordfish", true), "13"),
    ];
    for (request, code) in cases {
        let sent = http2(address, request).await;
        assert_eq!(
            (sent.status, sent.field("grpc-status")),
            (StatusCode::OK, code)
        );
        assert_eq!(sent.field("content-type"), "application/grpc");
        assert_eq!(sent.field("x-request-id").len(), 32);
        assert!(sent.body.is_empty());
    }
    server.abort();
}

fn pass_word() -> impl bartizan_core::Guard {
    guard_fn(|head: RequestHead<'_>| {
        match head
            .headers()
            .get("x-word")
            .is_some_and(|w| w == "swordfish")
        {
            true => Verdict::Pass(()),
            false => Verdict::Reject(Rejection::forbidden("word", "say the word")),
        }
    })
}

/// A gRPC service that answers at once, or panics when it is asked to.
#[derive(Clone)]
struct Echo;

impl NamedService for Echo {
    const NAME: &'static str = "test.Echo";
}

impl tower::Service<Request<tonic::body::Body>> for Echo {
    type Response = Response<tonic::body::Body>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(
        &mut self,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Result<(), Infallible>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<tonic::body::Body>) -> Self::Future {
        assert_ne!(request.headers()["x-panics"], "true", "canary");
        let mut response = Response::new(tonic::body::Body::empty());
        let headers = response.headers_mut();
        headers.insert("content-type", "application/grpc".parse().unwrap());
        headers.insert("grpc-status", "0".parse().unwrap());
        std::future::ready(Ok(response))
    }
}

struct Sent {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Sent {
    fn field(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value
            .unwrap_or_else(|| panic!("no {name}"))
            .to_str()
            .unwrap()
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

async fn http1(address: SocketAddr, method: Method, path: &str) -> Sent {
    let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    let request = Request::builder().method(method).uri(path);
    let request = request
        .header("host", "localhost")
        .body(Empty::<Bytes>::new());
    sent(sender.send_request(request.unwrap()).await.unwrap()).await
}

async fn http2(address: SocketAddr, request: Request<Empty<Bytes>>) -> Sent {
    let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
    let executor = TokioExecutor::new();
    let handshake = hyper::client::conn::http2::handshake(executor, stream);
    let (mut sender, connection) = handshake.await.unwrap();
    tokio::spawn(connection);
    sent(sender.send_request(request).await.unwrap()).await
}

async fn sent(response: Response<hyper::body::Incoming>) -> Sent {
    let (head, body) = response.into_parts();
    Sent {
        status: head.status,
        headers: head.headers,
        body: body.collect().await.unwrap().to_bytes(),
    }
}
