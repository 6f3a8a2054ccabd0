//! A guard against guessed logins within a stack.
#![cfg(all(feature = "basic", feature = "rate-limit", feature = "secret"))]
#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

use std::net::SocketAddr;

use bartizan::basic::Basic;
use bartizan::rate_limit::{LoginGuard, LoginThrottle};
use bartizan::secret::SecretString;
use bartizan::{
    BoxFuture, FindClient, LoginError, PasswordVerifier, Principal, Stack, TrustedProxies,
};
use bartizan_testkit::{Probe, send};
use http::Request;

/// "alice:open sesame".
const RIGHT: &str = "Basic YWxpY2U6b3BlbiBzZXNhbWU=";
/// "alice:wrong".
const WRONG: &str = "Basic YWxpY2U6d3Jvbmc=";

struct OnePassword;

impl PasswordVerifier for OnePassword {
    fn verify(
        &self,
        username: &str,
        password: SecretString,
    ) -> BoxFuture<Result<Principal, LoginError>> {
        let principal = Principal::builder(username).build();
        let is_right = password.expose_secret() == "open sesame";
        Box::pin(async move { is_right.then_some(principal).ok_or(LoginError::Denied) })
    }
}

fn basic() -> Basic<LoginGuard<OnePassword>> {
    Basic::new(LoginGuard::new(OnePassword, LoginThrottle::new()))
}

fn request(credentials: &str, peer: &str) -> Request<()> {
    let mut request = Request::get("/")
        .header("host", "localhost")
        .header("authorization", credentials)
        .body(())
        .unwrap();
    let peer: SocketAddr = peer.parse().unwrap();
    request.extensions_mut().insert(peer);
    request
}

#[tokio::test]
async fn whoever_guesses_is_slowed_down_by_the_address_that_the_stack_found() {
    let layer = Stack::new()
        .client_address(FindClient::behind(TrustedProxies::none()))
        .authenticate(basic())
        .build();
    let (attacker, owner) = ("192.0.2.1:4711", "198.51.100.1:4711");
    for (credentials, peer, status) in [
        (WRONG, attacker, 401),
        (WRONG, attacker, 401),
        (WRONG, attacker, 401),
        (WRONG, attacker, 401),
        (WRONG, attacker, 401),
        (WRONG, attacker, 429),
        (RIGHT, attacker, 429),
        (RIGHT, owner, 200),
    ] {
        let response = send(&layer, &Probe::new(), request(credentials, peer)).await;
        assert_eq!(response.status(), status, "{credentials} {peer}");
    }
}

#[tokio::test]
async fn a_stack_that_does_not_find_the_client_lets_nobody_log_in() {
    let layer = Stack::new().authenticate(basic()).build();
    let response = send(&layer, &Probe::new(), request(RIGHT, "192.0.2.1:4711")).await;
    assert_eq!(response.status(), 503);
}
