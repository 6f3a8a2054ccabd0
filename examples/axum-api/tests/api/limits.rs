//! Rate limits.

use crate::assert_problem;
use crate::http::get;
use crate::server::Server;

#[test]
fn rl_1_the_sixth_request_of_a_minute_is_told_when_to_come_back() {
    let server = Server::start();
    let (alice, admin) = (server.token("alice"), server.token("admin"));
    let (key, _) = server.key_of("alice", "{}");

    for left in (0..5).rev() {
        let answer = server.send(&get("/limited").bearer(&alice));
        let body = format!("Hello, alice! {left} more.");
        assert_eq!((answer.status, answer.body), (200, body));
    }
    // A key counts as its owner does.
    for request in [
        get("/limited").bearer(&alice),
        get("/limited").api_key(&key),
    ] {
        let answer = server.send(&request.header("origin", "http://localhost:5173"));
        assert_eq!(answer.status, 429, "{answer:?}");
        assert_problem(&answer);
        let seconds: u32 = answer.field("retry-after").unwrap().parse().unwrap();
        assert!((1..=12).contains(&seconds), "{answer:?}");
        assert!(
            answer.json()["type"]
                .as_str()
                .unwrap()
                .contains("quota-exceeded")
        );
        let policies: Vec<_> = answer.fields("ratelimit-policy");
        assert!(
            policies.join(", ").contains(r#""limited";q=5;w=60"#),
            "{answer:?}"
        );
        assert!(answer.field("ratelimit").is_some(), "{answer:?}");
        assert!(answer.field("access-control-allow-origin").is_some());
    }
    // Neither another user nor another route has lost anything.
    assert_eq!(server.send(&get("/limited").bearer(&admin)).status, 200);
    assert_eq!(server.send(&get("/protected").bearer(&alice)).status, 200);
}

#[test]
fn rl_2_an_address_is_limited_before_anybody_is_authenticated() {
    let server = Server::start_with(&[
        ("AXUM_API_ADDRESS_QUOTA", Some("3/hour")),
        ("AXUM_API_TRUSTED_PROXIES", Some("127.0.0.1")),
    ]);
    let from = |address: &str| get("/protected").header("x-forwarded-for", address);

    for status in [401, 401, 401, 429, 429] {
        let answer = server.send(&from("192.0.2.7").bearer("guess"));
        assert_eq!(answer.status, status, "{answer:?}");
    }
    assert_eq!(server.send(&from("192.0.2.8")).status, 401);
    let health = get("/healthz").header("x-forwarded-for", "192.0.2.7");
    assert_eq!(server.send(&health).status, 200);
}

#[test]
fn rl_3_a_user_is_limited_from_whatever_address() {
    let server = Server::start_with(&[
        ("AXUM_API_PRINCIPAL_QUOTA", Some("2/hour")),
        ("AXUM_API_TRUSTED_PROXIES", Some("127.0.0.1")),
    ]);
    let alice = server.token("alice");
    let from = |address: &str| get("/protected").header("x-forwarded-for", address);

    for (address, status) in [("192.0.2.1", 200), ("192.0.2.2", 200), ("192.0.2.3", 429)] {
        assert_eq!(server.send(&from(address).bearer(&alice)).status, status);
    }
    assert_eq!(server.send(&from("192.0.2.3")).status, 401);
}
