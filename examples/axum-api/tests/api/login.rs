//! `POST /token`.

use crate::http::{get, post};
use crate::server::{ADMIN, ALICE, Server, login};

#[test]
fn alice_and_admin_log_in_and_are_who_they_are() {
    let server = Server::start();

    let answer = server.send(&login("alice", ALICE));
    assert_eq!(answer.status, 200);
    assert_eq!(answer.field("content-type"), Some("application/json"));
    assert_eq!(answer.field("cache-control"), Some("no-store"));
    let token = answer.json();
    assert_eq!(token["token_type"], "Bearer");
    assert_eq!(token["expires_in"], 900);
    assert_eq!(token["scope"], "items:write");
    let alice = token["access_token"].as_str().unwrap();
    let admin = server.token("admin");

    for (path, token, status, body) in [
        ("/protected", alice, 200, "Hello, alice!"),
        ("/protected", &*admin, 200, "Hello, admin!"),
        ("/admin", &*admin, 200, "Hello, admin!"),
    ] {
        let answer = server.send(&get(path).bearer(token));
        assert_eq!((answer.status, &*answer.body), (status, body), "{path}");
    }
    assert_eq!(server.send(&get("/admin").bearer(alice)).status, 403);
}

#[test]
fn rfc6749_5_2_what_is_wrong_with_a_login_is_said_as_the_standard_has_it() {
    let server = Server::start();
    let form = |form: &str| post("/token").form(form);

    for (request, status, error) in [
        (login("alice", "wrong"), 400, "invalid_grant"),
        (login("alice", ADMIN), 400, "invalid_grant"),
        (login("alice", ""), 400, "invalid_request"),
        (login("", ALICE), 400, "invalid_request"),
        (login("alice\n", ALICE), 400, "invalid_request"),
        (form(""), 400, "invalid_request"),
        (form("grant_type=password"), 400, "invalid_request"),
        (
            form("grant_type=password&username=a&password=%"),
            400,
            "invalid_request",
        ),
        (
            form("grant_type=password&username=a&username=b&password=c"),
            400,
            "invalid_request",
        ),
        (form("grant_type=magic"), 400, "unsupported_grant_type"),
        (
            form("grant_type=client_credentials"),
            400,
            "unauthorized_client",
        ),
        (
            form("grant_type=client_credentials&client_id=x"),
            400,
            "invalid_client",
        ),
        (
            login("alice", ALICE).basic("demo", "guess"),
            401,
            "invalid_client",
        ),
        (login("alice", ALICE).method("PUT"), 405, "invalid_request"),
        (get("/token"), 405, "invalid_request"),
        (post("/token").json("{}"), 415, "invalid_request"),
        (post("/token"), 415, "invalid_request"),
        (login("alice", &"x".repeat(20_000)), 413, "invalid_request"),
    ] {
        let answer = server.send(&request);
        assert_eq!(answer.status, status, "{request:?}\n{answer:?}");
        assert_eq!(answer.json()["error"], error, "{request:?}");
        assert_eq!(answer.field("cache-control"), Some("no-store"));
        assert_eq!(status == 401, answer.field("www-authenticate").is_some());
    }
}

#[test]
fn rfc6749_3_3_alice_is_granted_what_she_has_of_what_she_asks_for() {
    let server = Server::start();
    let form = |user: &str, password: &str, scope: &str| {
        let (user, password) = (crate::http::encoded(user), crate::http::encoded(password));
        post("/token").form(&format!(
            "grant_type=password&client_id=demo&username={user}&password={password}&scope={scope}"
        ))
    };

    let some = server.send(&form("alice", ALICE, "admin+items:write"));
    assert_eq!(some.json()["scope"], "items:write");
    for (user, password, scope) in [("alice", ALICE, "admin"), ("admin", ADMIN, "items:write")] {
        let none = server.send(&form(user, password, scope));
        assert_eq!(none.json()["error"], "invalid_scope", "{user}");
    }
}

#[test]
fn asvs_6_3_8_an_unknown_user_is_answered_as_a_wrong_password() {
    let server = Server::start();
    // How much is left of a quota goes by the time, too.
    let changing = ["date: ", "ratelimit: ", "x-request-id: "];
    let unchanging = |request: &crate::http::Request| {
        let answer = server.send(request);
        let changes = |line: &&str| changing.iter().any(|field| line.starts_with(field));
        let lines = answer.raw.lines().filter(|line| !changes(line));
        lines.collect::<Vec<_>>().join("\n")
    };

    let wrong = unchanging(&login("alice", "wrong password"));
    for request in [
        login("mallory", "wrong password"),
        login("mallory", ALICE),
        login("Alice", ALICE),
        login("alice ", ALICE),
        login("alice", &"x".repeat(5_000)),
    ] {
        assert_eq!(unchanging(&request), wrong);
    }
}

#[test]
fn asvs_6_3_1_whoever_guesses_is_slowed_down_and_the_owner_is_not_locked_out() {
    let server = Server::start_with(&[("AXUM_API_TRUSTED_PROXIES", Some("127.0.0.0/8"))]);
    let from =
        |address: &str, password: &str| login("alice", password).header("x-forwarded-for", address);

    for _ in 0..5 {
        assert_eq!(server.send(&from("192.0.2.7", "guess")).status, 400);
    }
    for request in [
        from("192.0.2.7", "guess"),
        // Its password is not looked at.
        from("192.0.2.7", ALICE),
    ] {
        let answer = server.send(&request);
        assert_eq!(answer.status, 429, "{answer:?}");
        assert_eq!(answer.json()["error"], "temporarily_unavailable");
        let seconds: u32 = answer.field("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&seconds), "{answer:?}");
    }
    // The other door has the same lock.
    let basic = get("/basic").basic("alice", ALICE);
    let answer = server.send(&basic.clone().header("x-forwarded-for", "192.0.2.7"));
    assert_eq!(answer.status, 429, "{answer:?}");
    assert!(answer.field("retry-after").is_some(), "{answer:?}");

    let elsewhere = basic.header("x-forwarded-for", "198.51.100.1");
    assert_eq!(server.send(&elsewhere).status, 200);
    assert_eq!(server.send(&from("198.51.100.1", ALICE)).status, 200);
}
