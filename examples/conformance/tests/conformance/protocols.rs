//! HTTP/2 with prior knowledge, and gRPC over it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::server::Server;

#[test]
fn http_2_is_spoken_with_prior_knowledge() {
    let server = Server::sample();
    let target = format!("http://{}/basic/optional/x", server.address());
    let (response, body) = exchange(&server, Request::get(target).body(Full::default()).unwrap());

    assert_eq!(response.status(), 200);
    let report: Value = serde_json::from_slice(&body.0).unwrap();
    assert_eq!(
        (&report["version"], &report["path"]),
        (&json!("HTTP/2.0"), &json!("/x"))
    );
}

#[test]
fn calls_of_grpc_are_answered_and_refused_as_such() {
    let server = Server::with(&json!({
        "listen": "127.0.0.1:0",
        "mounts": [{
            "path": "/",
            "layer": "rbac",
            "config": {"routes": [{"grpc": "shop.Items/List", "allow": "public"}]},
        }],
    }));
    let call = |method: &str| {
        Request::post(format!("http://{}/shop.Items/{method}", server.address()))
            .header("content-type", "application/grpc+proto")
            .header("te", "trailers")
            .body(Full::new(Bytes::from_static(b"\0\0\0\0\0")))
            .unwrap()
    };

    let (response, (message, trailers)) = exchange(&server, call("List"));
    assert_eq!(
        (response.status().as_u16(), &message[..]),
        (200, &b"\0\0\0\0\0"[..])
    );
    assert_eq!(trailers.unwrap()["grpc-status"], "0");
    let report = STANDARD_NO_PAD
        .decode(&response.headers()["report-bin"])
        .unwrap();
    let report: Value = serde_json::from_slice(&report).unwrap();
    assert_eq!(report["path"], "/shop.Items/List");
    assert_eq!(report["body_bytes"], 5);

    let (response, (message, _)) = exchange(&server, call("Drop"));
    assert_eq!((response.status().as_u16(), message.len()), (200, 0));
    assert_eq!(response.headers()["grpc-status"], "7");
    assert_eq!(server.calls("/"), 1);
}

#[test]
fn calls_of_grpc_web_carry_their_trailers_in_the_body() {
    let server = Server::with(&json!({
        "listen": "127.0.0.1:0", "mounts": [{"path": "/a", "layer": "headers"}],
    }));
    let framed = "\0\0\0\0\0\u{80}\0\0\0\u{10}grpc-status: 0\r\n";
    let framed: Vec<u8> = framed
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect();
    let text = base64::engine::general_purpose::STANDARD.encode(&framed);
    for (content_type, expected) in [
        ("application/grpc-web+proto", framed),
        ("application/grpc-web-text", text.into_bytes()),
    ] {
        let request = Request::post(format!("http://{}/a/shop.Items/List", server.address()))
            .header("content-type", content_type)
            .body(Full::default())
            .unwrap();
        let (response, (body, _)) = exchange(&server, request);
        assert_eq!(body, expected, "{response:?}");
    }
}

type Read = (Bytes, Option<HeaderMap>);

fn exchange(server: &Server, request: Request<Full<Bytes>>) -> (Response<()>, Read) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(async {
        let stream = TcpStream::connect(server.address()).await.unwrap();
        let io = TokioIo::new(stream);
        let (mut sender, connection) = http2::handshake(TokioExecutor::new(), io).await.unwrap();
        tokio::spawn(connection);
        let (head, body) = sender.send_request(request).await.unwrap().into_parts();
        let read = body.collect().await.unwrap();
        let trailers = read.trailers().cloned();
        (Response::from_parts(head, ()), (read.to_bytes(), trailers))
    })
}
