//! The same layer under axum, tonic and bare hyper, over real sockets.

#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

use std::convert::Infallible;
use std::net::SocketAddr;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::routing::get;
use bartizan_core::chain::Chain;
use bartizan_core::{
    ClientAddr, FindClient, Guard, GuardLayer, Rejection, RequestHead, TrustedProxies, Verdict,
    guard_fn,
};
use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tonic::server::NamedService;
use tower::{ServiceBuilder, service_fn};

#[tokio::test]
async fn guards_an_axum_router() {
    let hello = |info: ConnectInfo<SocketAddr>| async move { format!("hello {}", info.0.ip()) };
    let find = FindClient::behind(TrustedProxies::none());
    let layer = GuardLayer::new(find.and(pass_word()));
    let app = Router::new().route("/", get(hello)).layer(layer);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    let server = tokio::spawn(async move { axum::serve(listener, app).await });

    let allowed = http1(address, request("swordfish")).await;
    assert_eq!(allowed, (StatusCode::OK, "hello 127.0.0.1".to_owned()));
    let refused = http1(address, request("sesame")).await;
    assert_eq!(refused, (StatusCode::FORBIDDEN, String::new()));
    server.abort();
}

#[cfg(feature = "axum")]
#[tokio::test]
async fn finds_the_peer_of_an_axum_connection() {
    let answer = |request: axum::extract::Request| async move {
        let client = request.extensions().get::<ClientAddr>().copied();
        client.map(|client| client.ip().to_string()).unwrap()
    };
    let proxies = TrustedProxies::parse(["127.0.0.1"]).unwrap();
    let find = FindClient::behind(proxies).peer(bartizan_core::axum_peer);
    let app = Router::new()
        .route("/", get(answer))
        .layer(GuardLayer::new(find));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    let server = tokio::spawn(async move { axum::serve(listener, app).await });

    let mut request = request("");
    assert_eq!(http1(address, request.clone()).await.1, "127.0.0.1");
    let forwarded = "6.6.6.6, 198.51.100.1".parse().unwrap();
    request.headers_mut().insert("x-forwarded-for", forwarded);
    assert_eq!(http1(address, request).await.1, "198.51.100.1");
    server.abort();
}

#[tokio::test]
async fn guards_a_bare_hyper_connection() {
    let hello = |_: Request<hyper::body::Incoming>| async {
        Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(b"hello"))))
    };
    let service = ServiceBuilder::new()
        .layer(GuardLayer::new(pass_word()))
        .service(service_fn(hello));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = TowerToHyperService::new(service.clone());
            let connection = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service);
            tokio::spawn(connection);
        }
    });

    let allowed = http1(address, request("swordfish")).await;
    assert_eq!(allowed, (StatusCode::OK, "hello".to_owned()));
    let refused = http1(address, request("sesame")).await;
    assert_eq!(refused, (StatusCode::FORBIDDEN, String::new()));
    server.abort();
}

#[tokio::test]
async fn guards_a_tonic_server() {
    let find = FindClient::behind(TrustedProxies::none());
    #[cfg(feature = "tonic")]
    let find = find.peer(bartizan_core::tonic_peer);
    let layer = GuardLayer::new(find.and(pass_word()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let incoming = tonic::transport::server::TcpIncoming::from(listener);
    let server = tonic::transport::Server::builder()
        .layer(layer)
        .add_service(Echo)
        .serve_with_incoming(incoming);
    let server = tokio::spawn(server);

    let call = |password: &str| {
        let mut request = request(password);
        *request.method_mut() = http::Method::POST;
        let headers = request.headers_mut();
        headers.insert("content-type", "application/grpc".parse().unwrap());
        request
    };
    let (status, headers) = http2(address, call("swordfish")).await;
    assert_eq!(
        (status, field(&headers, "grpc-status")),
        (StatusCode::OK, Some("0"))
    );
    #[cfg(feature = "tonic")]
    assert_eq!(field(&headers, "x-client"), Some("127.0.0.1"));

    let (status, headers) = http2(address, call("sesame")).await;
    assert_eq!(
        (status, field(&headers, "grpc-status")),
        (StatusCode::OK, Some("7"))
    );
    assert_eq!(field(&headers, "grpc-message"), Some("say the word"));
    assert_eq!(field(&headers, "content-type"), Some("application/grpc"));
    server.abort();
}

/// Waits a little, so that the waiting path is the one that is driven.
fn pass_word() -> impl Guard {
    guard_fn(|head: RequestHead<'_>| {
        let is_right = head
            .headers()
            .get("x-word")
            .is_some_and(|w| w == "swordfish");
        Verdict::Wait(Box::pin(async move {
            tokio::task::yield_now().await;
            if is_right {
                Verdict::Pass(())
            } else {
                Verdict::Reject(Rejection::forbidden("word", "say the word"))
            }
        }))
    })
}

/// A gRPC service that answers at once, with the client's address as metadata.
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
        let mut response = Response::new(tonic::body::Body::empty());
        let headers = response.headers_mut();
        headers.insert("content-type", "application/grpc".parse().unwrap());
        headers.insert("grpc-status", "0".parse().unwrap());
        if let Some(client) = request.extensions().get::<ClientAddr>() {
            headers.insert("x-client", client.ip().to_string().parse().unwrap());
        }
        std::future::ready(Ok(response))
    }
}

fn request(password: &str) -> Request<Empty<Bytes>> {
    let request = Request::get("/test.Echo/Say").header("x-word", password);
    let mut request = request.body(Empty::new()).unwrap();
    *request.uri_mut() = "http://localhost/".parse().unwrap();
    request
}

async fn http1(address: SocketAddr, request: Request<Empty<Bytes>>) -> (StatusCode, String) {
    let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    let response = sender.send_request(request).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

async fn http2(address: SocketAddr, mut request: Request<Empty<Bytes>>) -> (StatusCode, HeaderMap) {
    *request.uri_mut() = "http://localhost/test.Echo/Say".parse().unwrap();
    let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
    let executor = TokioExecutor::new();
    let handshake = hyper::client::conn::http2::handshake(executor, stream);
    let (mut sender, connection) = handshake.await.unwrap();
    tokio::spawn(connection);
    let response = sender.send_request(request).await.unwrap();
    (response.status(), response.headers().clone())
}

fn field<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap())
}
