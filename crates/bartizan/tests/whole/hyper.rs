//! The whole stack around a bare hyper service.

use std::convert::Infallible;

use bartizan::{Principal, socket_peer};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tower::{ServiceBuilder, service_fn};

use super::client::http1;
use super::*;

#[tokio::test]
async fn guards_a_service_without_a_framework() {
    let address = serve(MANY).await;

    let request = Request::get("/me").header("authorization", token("alice", &[]));
    let answer = http1(address, request.body(()).unwrap()).await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (StatusCode::OK, "alice")
    );

    let answer = http1(address, Request::get("/me").body(()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    let slug = "authentication-required";
    assert_eq!(answer.problem()["type"], format!("{TYPES}{slug}"));
    assert_eq!(answer.field("x-content-type-options"), "nosniff");
}

/// A connection without an address has no bucket, and is not let pass without one.
#[tokio::test]
async fn a_client_whose_address_is_not_known_is_refused() {
    let stack = layer(|_| None, MANY, schemes());
    let service = ServiceBuilder::new().layer(stack).service_fn(hello);
    let request = Request::get("/me").header("authorization", token("alice", &[]));
    let request = request.header("host", "localhost").body(()).unwrap();

    let response = tower::ServiceExt::oneshot(service, request).await.unwrap();

    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
}

async fn hello<B>(request: Request<B>) -> Result<Response<Full<Bytes>>, Infallible> {
    let principal = request.extensions().get::<Principal>();
    let subject = principal.map_or("stranger", Principal::subject);
    Ok(Response::new(Full::new(Bytes::from(subject.to_owned()))))
}

async fn serve(quotas: Quotas) -> SocketAddr {
    let stack = layer(socket_peer, quotas, schemes());
    let service = ServiceBuilder::new()
        .layer(stack)
        .service(service_fn(hello));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, peer) = listener.accept().await.unwrap();
            let service = ServiceBuilder::new()
                .map_request(move |mut request: Request<::hyper::body::Incoming>| {
                    request.extensions_mut().insert(peer);
                    request
                })
                .service(service.clone());
            let connection = ::hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
            tokio::spawn(connection);
        }
    });
    address
}
