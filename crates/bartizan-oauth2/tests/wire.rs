//! The endpoint over a real socket, under axum and under bare hyper.

#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

use std::time::Duration;

use bartizan_core::BoxError;
use bartizan_oauth2::{
    Client, Grant, GrantType, HashedSecret, IssuedToken, MemoryClientStore, TokenEndpoint,
};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const SECRET: &str = "ledger-secret-0123456789abcdef";

#[tokio::test]
async fn a_token_is_handed_out_under_axum_and_under_hyper() {
    for address in [axum().await, hyper().await] {
        let form = format!("grant_type=client_credentials&client_id=ledger&client_secret={SECRET}");

        let answer = exchange(&address, &post(&form)).await;

        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.contains("cache-control: no-store\r\n"), "{answer}");
        let body = r#"{"access_token":"token","token_type":"Bearer","expires_in":60,"scope":"a"}"#;
        assert!(answer.ends_with(body), "{answer}");
    }
}

#[tokio::test]
async fn refusals_reach_the_client_under_axum_and_under_hyper() {
    let chunked = format!(
        "POST /token HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ntransfer-encoding: chunked\r\n\r\n\
         4001\r\n{}\r\n0\r\n\r\n",
        "x".repeat(0x4001)
    );
    let announced = "POST /token HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: 1000000000\r\n\r\n";
    let get = "GET /token HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    for address in [axum().await, hyper().await] {
        for (request, status, error) in [
            (get, "405 Method Not Allowed", "invalid_request"),
            (&*chunked, "413 Payload Too Large", "invalid_request"),
            (announced, "413 Payload Too Large", "invalid_request"),
            (
                &post("grant_type=client_credentials&client_id=ledger&client_secret=wrong"),
                "400 Bad Request",
                "invalid_client",
            ),
            (
                &post("grant_type=magic"),
                "400 Bad Request",
                "unsupported_grant_type",
            ),
            (&post("a=%"), "400 Bad Request", "invalid_request"),
        ] {
            let answer = exchange(&address, request).await;
            let line = format!("HTTP/1.1 {status}\r\n");
            assert!(answer.starts_with(&line), "{status}\n{answer}");
            assert!(
                answer.contains(&format!(r#""error":"{error}""#)),
                "{answer}"
            );
        }
    }
}

fn endpoint() -> TokenEndpoint {
    let issuer = |_: &Grant| -> Result<IssuedToken, BoxError> {
        Ok(IssuedToken::new("token", Duration::from_secs(60)))
    };
    let ledger = Client::confidential("ledger", HashedSecret::of(&SECRET.into()).unwrap())
        .grant(GrantType::ClientCredentials)
        .scopes("a".parse().unwrap());
    TokenEndpoint::new(MemoryClientStore::new([ledger]).unwrap(), issuer)
}

fn post(form: &str) -> String {
    format!(
        "POST /token HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
        form.len()
    )
}

async fn axum() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let router = axum::Router::new()
        .route_service("/token", endpoint())
        .nest_service("/oauth", endpoint());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

async fn hyper() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = TowerToHyperService::new(endpoint());
            let connection = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service);
            tokio::spawn(connection);
        }
    });
    address
}

/// Sends a request as it is, and reads the answer to the end of the connection.
async fn exchange(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A server that has not read all of a request may reset the connection after
    // its answer.
    let _reset = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}
