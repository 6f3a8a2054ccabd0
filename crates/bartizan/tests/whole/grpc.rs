//! The whole stack in front of a tonic server.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};

use bartizan::extract::RequestExt;
use bartizan::tonic_peer;
use bytes::Bytes;
use http::request::Builder;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::{BodyExt, Full};
use tonic::body::Body;
use tonic::metadata::MetadataMap;
use tonic::server::NamedService;

use super::client::{Answer, http2};
use super::*;

#[tokio::test]
async fn a_method_learns_what_the_guards_have_found_out() {
    let address = serve(MANY).await;

    let call = call("Say").header("authorization", token("alice", &[]));
    let answer = http2(address, call.body(()).unwrap()).await;

    assert_eq!(answer.field("grpc-status"), "0");
    assert_eq!(answer.field("x-said"), "alice 127.0.0.1 9999");
    assert_eq!(answer.field("x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn each_refusal_is_a_status_with_its_metadata() {
    let address = serve(MANY).await;
    let alice = token("alice", &[]);
    let table = [
        ("Say", "", "16"),
        ("Say", "Bearer e30.e30.", "16"),
        ("Admin", &alice, "7"),
        ("Nothing", &alice, "7"),
        ("Panic", &alice, "13"),
    ];
    for (method, authorization, code) in table {
        let mut call = call(method);
        if !authorization.is_empty() {
            call = call.header("authorization", authorization);
        }
        let answer = http2(address, call.body(()).unwrap()).await;

        assert_denied(&answer, code, method);
        let challenges = answer.headers.get_all("www-authenticate").iter().count();
        assert_eq!(challenges, if code == "16" { 2 } else { 0 }, "{method}");
    }
}

#[tokio::test]
async fn limits_push_back() {
    let address = serve(Quotas {
        address: 2,
        principal: 1,
    })
    .await;
    let send = async |subject: &str| {
        let call = call("Say").header("authorization", token(subject, &[]));
        http2(address, call.body(()).unwrap()).await
    };

    assert_eq!(send("alice").await.field("grpc-status"), "0");
    for (subject, limit) in [("alice", "principal"), ("bob", "address")] {
        let answer = send(subject).await;
        assert_denied(&answer, "8", limit);
        let pushback = answer.field("grpc-retry-pushback-ms");
        assert!(pushback.parse::<u32>().unwrap() > 0, "{limit}");
    }
}

#[tokio::test]
async fn rl_3_what_is_left_of_a_limit_is_said_before_the_body_and_never_after_it() {
    let address = serve(Quotas {
        address: 9,
        principal: 2,
    })
    .await;
    for is_allowed in [true, true, false] {
        let call = call("Talk").header("authorization", token("alice", &[]));
        let answer = http2(address, call.body(()).unwrap()).await;

        assert_eq!(answer.body == MESSAGE, is_allowed);
        // A service that talks says at the end how it went; a refusal is a head alone.
        assert_eq!(answer.trailers.contains_key("grpc-status"), is_allowed);
        assert_eq!(answer.headers.contains_key("grpc-status"), !is_allowed);
        for name in ["ratelimit", "ratelimit-policy"] {
            assert!(answer.headers.contains_key(name), "{name}: {is_allowed}");
        }
        let trailers: Vec<_> = answer.trailers.keys().map(|name| name.as_str()).collect();
        let expected: &[&str] = if is_allowed { &["grpc-status"] } else { &[] };
        assert_eq!(trailers, expected);
    }
}

fn assert_denied(answer: &Answer, code: &str, context: &str) {
    assert_eq!(answer.status, 200, "{context}");
    assert_eq!(answer.field("grpc-status"), code, "{context}");
    assert_eq!(
        answer.field("content-type"),
        "application/grpc",
        "{context}"
    );
    assert!(!answer.field("grpc-message").is_empty(), "{context}");
    assert!(
        !answer.field("grpc-message").contains("hunter2"),
        "{context}"
    );
    assert_eq!(
        answer.field("x-content-type-options"),
        "nosniff",
        "{context}"
    );
    assert_eq!(answer.body, "", "{context}");
}

fn call(method: &str) -> Builder {
    let uri = format!("http://localhost/test.Echo/{method}");
    Request::post(uri).header("content-type", "application/grpc")
}

async fn serve(quotas: Quotas) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let incoming = tonic::transport::server::TcpIncoming::from(listener);
    let server = tonic::transport::Server::builder()
        .layer(layer(tonic_peer, quotas, schemes()))
        .add_service(Echo)
        .serve_with_incoming(incoming);
    tokio::spawn(server);
    address
}

/// What `Talk` answers: a message of one byte.
const MESSAGE: &str = "\0\0\0\0\u{1}x";

/// A gRPC service that says who called, as metadata.
#[derive(Clone)]
struct Echo;

impl NamedService for Echo {
    const NAME: &'static str = "test.Echo";
}

impl tower::Service<Request<Body>> for Echo {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let (parts, _) = request.into_parts();
        assert!(parts.uri.path() != "/test.Echo/Panic", "hunter2");
        let talks = parts.uri.path() == "/test.Echo/Talk";
        let metadata = MetadataMap::from_headers(parts.headers);
        let request = tonic::Request::from_parts(metadata, parts.extensions, ());
        let said = said(&request).unwrap_or_else(|status| status.to_string());

        let mut status = HeaderMap::new();
        status.insert("grpc-status", HeaderValue::from_static("0"));
        let mut fields = HeaderMap::new();
        let mut response = if talks {
            let message = Full::new(Bytes::from_static(MESSAGE.as_bytes()));
            Response::new(Body::new(message.with_trailers(ready(Some(Ok(status))))))
        } else {
            fields.extend(status);
            Response::new(Body::empty())
        };
        fields.insert("content-type", HeaderValue::from_static("application/grpc"));
        fields.insert("x-said", HeaderValue::try_from(said).unwrap());
        *response.headers_mut() = fields;
        ready(Ok(response))
    }
}

fn said(request: &tonic::Request<()>) -> Result<String, tonic::Status> {
    let subject = request.require_principal()?.subject();
    let client = request.client_addr().unwrap().ip();
    let remaining = request.quota().unwrap().remaining();
    Ok(format!("{subject} {client} {remaining}"))
}
