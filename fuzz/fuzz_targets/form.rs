//! No form gets a token that does not hold the client's secret.
#![no_main]

use std::pin::pin;
use std::sync::LazyLock;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bartizan_core::BoxError;
use bartizan_oauth2::{
    Client, Grant, GrantType, HashedSecret, IssuedToken, MemoryClientStore, TokenEndpoint,
};
use bartizan_secret::SecretString;
use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::Full;
use libfuzzer_sys::fuzz_target;
use tower_service::Service;

const SECRET: &str = "fuzz-6bf1c93e07aa4d58-f0e1d2c3b4a5968778695a4b";

static ENDPOINT: LazyLock<TokenEndpoint> = LazyLock::new(|| {
    let secret = HashedSecret::of(&SecretString::from(SECRET)).unwrap();
    let client = Client::confidential("ledger", secret).grant(GrantType::ClientCredentials);
    let issuer = |_: &Grant| -> Result<IssuedToken, BoxError> {
        Ok(IssuedToken::new("token", Duration::from_secs(60)))
    };
    TokenEndpoint::new(MemoryClientStore::new([client]).unwrap(), issuer)
});

fuzz_target!(|body: &[u8]| {
    let request = Request::post("/token")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Full::<Bytes>::from(body.to_vec()))
        .unwrap();
    let mut response = pin!(ENDPOINT.clone().call(request));
    let mut cx = Context::from_waker(Waker::noop());
    let Poll::Ready(Ok(response)) = response.as_mut().poll(&mut cx) else {
        panic!("a store in memory answers at once");
    };
    let has_secret = body
        .windows(SECRET.len())
        .any(|part| part == SECRET.as_bytes());
    assert!(has_secret || response.status() != StatusCode::OK);
    assert_eq!(response.headers()["cache-control"], "no-store");
});
