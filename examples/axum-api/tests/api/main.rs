//! The service as a client meets it: the program, over a real socket.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

mod access;
mod answers;
mod api_keys;
mod basic;
mod canary;
mod claims;
mod cors;
mod docs;
mod http;
mod items;
mod keys;
mod limits;
mod login;
mod production;
mod server;
mod shutdown;
mod tokens;

use http::{Answer, get, post};
use server::Server;

#[test]
fn what_is_public_needs_nothing() {
    let server = Server::start();

    let answer = server.send(&get("/healthz"));
    assert_eq!((answer.status, &*answer.body), (200, "ok"));

    let answer = server.send(&get("/healthz").method("HEAD"));
    assert_eq!((answer.status, &*answer.body), (200, ""));
}

#[test]
fn asvs_16_5_1_an_internal_error_says_nothing_but_an_id_to_ask_about() {
    let server = Server::start();

    let first = server.send(&get("/error"));
    let second = server.send(&get("/error"));

    assert_eq!(first.status, 500);
    assert_eq!(
        first.field("content-type"),
        Some("application/problem+json")
    );
    assert_eq!(first.field("cache-control"), Some("no-store"));
    let id = first.json()["correlation_id"].as_str().unwrap().to_owned();
    assert_eq!(id.len(), 32);
    assert_ne!(second.json()["correlation_id"], id.as_str());
    assert_eq!(first.field("x-request-id"), Some(&*id));
    let mut members: Vec<_> = first.json().as_object().unwrap().keys().cloned().collect();
    members.sort();
    assert_eq!(
        members,
        ["correlation_id", "detail", "status", "title", "type"]
    );

    let log = server.end().log;
    let line = log.lines().find(|line| line.contains(&id)).unwrap();
    assert!(
        line.contains("ERROR") && line.contains("connection refused"),
        "{line}"
    );
    assert!(!first.raw.contains("refused"), "{first:?}");
}

#[test]
fn what_there_is_not_is_404() {
    let server = Server::start();

    for path in [
        "/",
        "/admin/",
        "/Admin",
        "/items/1",
        "/.env",
        "/docs/",
        "/keys/x/y",
    ] {
        let answer = server.send(&get(path));
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.json()["title"], "Not Found");
    }
    // What could be read in two ways.
    let admin = server.token("admin");
    for path in [
        "//admin",
        "/%2561dmin",
        "/protected/..",
        "/protected/..;/admin",
        "/docs/%2e%2e/admin",
        "/docs%2fadmin",
    ] {
        let answer = server.send(&get(path).bearer(&admin));
        assert_eq!(answer.status, 400, "{path}");
        assert_eq!(answer.json()["title"], "Bad Request");
    }
}

#[test]
fn rfc9110_9_another_method_is_405_where_one_may_call_at_all() {
    let server = Server::start();
    let token = server.token("alice");

    for (path, method, allow) in [
        ("/healthz", "POST", "GET,HEAD"),
        ("/error", "DELETE", "GET,HEAD"),
        ("/protected", "POST", "GET,HEAD"),
        ("/items", "GET", "POST"),
        ("/items", "PUT", "POST"),
        (
            "/protected",
            "TRACE",
            "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT",
        ),
    ] {
        let answer = server.send(&get(path).method(method).bearer(&token));
        assert_eq!(
            (answer.status, answer.field("allow")),
            (405, Some(allow)),
            "{method} {path}"
        );
    }
    // Who may not call is not served, whatever the method.
    for path in [
        "/protected",
        "/admin",
        "/items",
        "/basic",
        "/keys",
        "/keys/x",
    ] {
        for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"] {
            let answer = server.send(&get(path).method(method));
            assert_eq!(answer.status, 401, "{method} {path}");
        }
    }
}

#[test]
fn asvs_15_3_4_the_client_behind_a_proxy_is_believed_only_if_the_proxy_is_trusted() {
    for (proxies, client) in [(None, "127.0.0.1"), (Some("127.0.0.0/8"), "192.0.2.7")] {
        let server = Server::start_with(&[("AXUM_API_TRUSTED_PROXIES", proxies)]);

        let forwarded = "198.51.100.1, 192.0.2.7";
        server.send(&get("/protected").header("x-forwarded-for", forwarded));
        server.send(
            &post("/token")
                .header("x-forwarded-for", forwarded)
                .form("x"),
        );

        let log = server.end().log;
        let client = format!("client={client} ");
        assert_eq!(log.matches(&client).count(), 2, "{log}");
    }
}

#[test]
fn what_is_printed_once_are_lines_that_work() {
    let server = Server::start_with(&[("AXUM_API_USERS__ALICE__PASSWORD", None)]);

    let printed = server.welcome();
    assert_eq!(printed.matches("listening on ").count(), 1);
    let password = printed.split("password=").nth(1).unwrap();
    let password = password.split('"').next().unwrap();
    assert_eq!(password.len(), 26);
    assert!(printed.contains(&format!("-u \"alice:{password}\"")));

    let form = format!("grant_type=password&username=alice&password={password}");
    assert_eq!(server.send(&post("/token").form(&form)).status, 200);
    for path in [
        "/token",
        "/protected",
        "/items",
        "/admin",
        "/basic",
        "/healthz",
        "/error",
        "/keys",
        "/limited",
        "/openapi.json",
        "/docs",
    ] {
        assert!(
            printed.contains(&format!("{}{path} ", server.base()))
                || printed.contains(&format!("{}{path}\n", server.base()))
                || printed.contains(&format!("{}{path};", server.base())),
            "{path}"
        );
    }
}

#[test]
fn the_key_and_passwords_that_are_made_are_never_the_same() {
    let unset = [
        ("AXUM_API_USERS__ALICE__PASSWORD", None),
        ("AXUM_API_SIGNING_KEY", None),
    ];
    let first = Server::start_with(&unset);
    let second = Server::start_with(&unset);

    let password = |server: &Server| {
        let printed = server.welcome();
        printed
            .split("password=")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .to_owned()
    };
    assert_ne!(password(&first), password(&second));

    let admin = first.token("admin");
    assert_eq!(first.send(&get("/admin").bearer(&admin)).status, 200);
    assert_eq!(second.send(&get("/admin").bearer(&admin)).status, 401);
}

/// How strangers are asked to authenticate, where a token or a key will do.
const CHALLENGES: [&str; 2] = [r#"Bearer realm="api""#, r#"ApiKey realm="api""#];

/// Every 401 has challenges, and says no more.
fn assert_challenged(answer: &Answer, challenges: &[&str]) {
    assert_eq!(answer.status, 401, "{answer:?}");
    assert_eq!(answer.fields("www-authenticate"), challenges);
    assert_eq!(answer.field("cache-control"), Some("no-store"));
    assert_problem(answer);
}

/// Every refusal is the details of a problem, which can be asked about.
fn assert_problem(answer: &Answer) {
    assert_eq!(
        answer.field("content-type"),
        Some("application/problem+json"),
        "{answer:?}"
    );
    let problem = answer.json();
    assert_eq!(problem["status"], answer.status);
    assert_eq!(
        problem["correlation_id"].as_str(),
        answer.field("x-request-id")
    );
    assert_eq!(answer.field("x-content-type-options"), Some("nosniff"));
}
