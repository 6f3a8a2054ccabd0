//! Rate limits.

use serde_json::json;

use crate::assert_problem;
use crate::http::{get, post};
use crate::server::Server;

#[test]
fn rl_5_and_6_and_9_the_sixth_request_of_a_minute_is_told_when_to_come_back() {
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
        assert_eq!(
            answer.json()["type"],
            "https://iana.org/assignments/http-problem-types#quota-exceeded"
        );
        assert_eq!(answer.json()["violated-policies"], json!(["limited"]));
        assert_eq!(answer.field("cache-control"), Some("no-store"));
        let policies: Vec<_> = answer.fields("ratelimit-policy");
        assert!(
            policies.join(", ").contains(r#""limited";q=5;w=60"#),
            "{answer:?}"
        );
        let left = answer.field("ratelimit").unwrap();
        let at = left.split(";t=").nth(1).unwrap();
        let at: u32 = at.split([',', ';']).next().unwrap().parse().unwrap();
        assert!(left.contains("\"limited\";r=0") && at <= seconds, "{left}");
        assert!(answer.field("access-control-allow-origin").is_some());
    }
    // Neither another user nor another route has lost anything.
    assert_eq!(server.send(&get("/limited").bearer(&admin)).status, 200);
    assert_eq!(server.send(&get("/protected").bearer(&alice)).status, 200);
}

#[test]
fn api4_an_address_is_limited_before_anybody_is_authenticated() {
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
fn asvs_2_4_1_a_user_is_limited_from_whatever_address() {
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

#[test]
fn api4_what_is_too_large_is_refused_at_the_bound() {
    let server = Server::start();
    let alice = server.token("alice");
    let path = |bytes: usize| get(&format!("/{}", "a".repeat(bytes - 1)));
    let query = |bytes: usize| get(&format!("/healthz?{}", "a".repeat(bytes)));
    // Two are there already, and the id of the request is added to them.
    let fields = |lines: usize| {
        (3..lines).fold(get("/healthz"), |request, line| {
            request.header(&format!("x-{line}"), "")
        })
    };
    let bytes = |bytes: usize| get("/healthz").header("x", &"a".repeat(bytes));
    let item = |bytes: usize| {
        let json = r#"{"name":"nail","quantity":1}"#;
        post("/items")
            .bearer(&alice)
            .json(&format!("{json:bytes$}"))
    };

    for (request, status) in [
        (path(4_096), 404),
        (path(4_097), 414),
        (query(16_384), 200),
        (query(16_385), 414),
        (fields(100), 200),
        (fields(101), 431),
        (bytes(65_000), 200),
        (bytes(65_536), 431),
        (item(16 * 1024), 201),
        (item(16 * 1024 + 1), 413),
    ] {
        let answer = server.send(&request);
        assert_eq!(answer.status, status, "{answer:?}");
    }
}
