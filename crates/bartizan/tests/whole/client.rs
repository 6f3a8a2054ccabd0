//! Clients of one request.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::Value;
use tokio::net::TcpStream;

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
    pub(crate) trailers: HeaderMap,
}

impl Answer {
    pub(crate) fn field(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The problem details, which say the same as the head.
    pub(crate) fn problem(&self) -> Value {
        assert_eq!(self.field("content-type"), "application/problem+json");
        let problem: Value = serde_json::from_str(&self.body).unwrap();
        assert_eq!(problem["status"], self.status.as_u16());
        problem
    }
}

/// Sends over HTTP/1, on a connection of its own.
pub(crate) async fn http1(address: SocketAddr, mut request: Request<()>) -> Answer {
    let host = http::HeaderValue::from_static("localhost");
    request.headers_mut().entry("host").or_insert(host);
    let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
    let (mut sender, connection) = ::hyper::client::conn::http1::handshake(stream)
        .await
        .unwrap();
    tokio::spawn(connection);
    let request = request.map(|()| Empty::<Bytes>::new());
    answer(sender.send_request(request).await.unwrap()).await
}

/// Sends over HTTP/2, as gRPC does.
pub(crate) async fn http2(address: SocketAddr, request: Request<()>) -> Answer {
    let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
    let handshake = ::hyper::client::conn::http2::handshake(TokioExecutor::new(), stream);
    let (mut sender, connection) = handshake.await.unwrap();
    tokio::spawn(connection);
    let request = request.map(|()| Empty::<Bytes>::new());
    answer(sender.send_request(request).await.unwrap()).await
}

async fn answer(response: http::Response<::hyper::body::Incoming>) -> Answer {
    let (parts, body) = response.into_parts();
    let collected = body.collect().await.unwrap();
    Answer {
        status: parts.status,
        headers: parts.headers,
        trailers: collected.trailers().cloned().unwrap_or_default(),
        body: String::from_utf8(collected.to_bytes().to_vec()).unwrap(),
    }
}
