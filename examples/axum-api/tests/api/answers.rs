//! What is true of every answer, whatever was asked for.

use crate::http::{Answer, Request, get, post};
use crate::server::{ALICE, Server, login};

/// One request for each kind of answer, and its status.
fn requests(server: &Server) -> Vec<(Request, u16)> {
    let alice = server.token("alice");
    let protected = || get("/protected").bearer(&alice);
    let item = |json| post("/items").bearer(&alice).json(json);
    let mut requests = vec![
        (get("/healthz"), 200),
        (get("/openapi.json"), 200),
        (get("/docs"), 200),
        (get("/docs/swagger-ui.css"), 200),
        (get("/docs/swagger-initializer.js"), 200),
        (get("/docs/favicon-32x32.png"), 200),
        (protected(), 200),
        (get("/basic").basic("alice", ALICE), 200),
        (get("/keys").bearer(&alice), 200),
        (item(r#"{"name":"nail","quantity":1}"#), 201),
        (login("alice", ALICE), 200),
        (login("alice", "wrong"), 400),
        (get("/protected"), 401),
        (get("/basic"), 401),
        (protected().bearer("x"), 400),
        (protected().header("x-original-url", "/admin"), 400),
        (get("//admin"), 400),
        (get("/admin").bearer(&alice), 403),
        (get("/nowhere"), 404),
        (protected().method("DELETE"), 405),
        (protected().method("TRACE"), 405),
        (item(" ".repeat(20_000).as_str()), 413),
        (get(&format!("/{}", "a".repeat(5_000))), 414),
        (post("/items").bearer(&alice).form("name=nail"), 415),
        (item("{}"), 422),
        (get("/healthz").header("x", &"a".repeat(70_000)), 431),
        (get("/error"), 500),
    ];
    for _ in 0..5 {
        requests.push((get("/limited").bearer(&alice), 200));
    }
    requests.push((get("/limited").bearer(&alice), 429));
    requests
}

fn answers(server: &Server) -> impl Iterator<Item = (Request, Answer)> {
    requests(server).into_iter().map(|(request, status)| {
        let answer = server.send(&request);
        assert_eq!(answer.status, status, "{request:?}\n{answer:?}");
        (request, answer)
    })
}

#[test]
fn api8_whatever_is_asked_for_the_answer_is_hardened() {
    let server = Server::start();

    for (request, answer) in answers(&server) {
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(answer.fields(name), [value], "{request:?}\n{answer:?}");
        }
        let policy = answer.field("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; "), "{request:?}");
        assert!(policy.contains("frame-ancestors 'none'"), "{request:?}");
        for name in ["server", "x-powered-by", "via", "set-cookie"] {
            assert_eq!(answer.field(name), None, "{request:?}");
        }
        // No page of another origin is let in by itself.
        assert!(!answer.raw.contains("\r\naccess-control-"), "{request:?}");
    }
}

#[test]
fn asvs_4_1_1_every_body_says_what_it_is_and_text_how_it_is_encoded() {
    let server = Server::start();

    for (request, answer) in answers(&server) {
        assert!(!answer.body.is_empty(), "{request:?}");
        let types = answer.fields("content-type");
        let [content_type] = types.as_slice() else {
            panic!("{request:?}\n{answer:?}");
        };
        match *content_type {
            "application/json" | "application/problem+json" => {
                let _valid = answer.json();
            }
            "image/png" => assert!(answer.raw.contains("PNG"), "{request:?}"),
            "text/html; charset=utf-8" => assert!(answer.body.starts_with("<!doctype html>")),
            "text/css; charset=utf-8"
            | "text/javascript; charset=utf-8"
            | "text/plain; charset=utf-8" => {}
            other => panic!("{other}: {request:?}"),
        }
    }
}

#[test]
fn asvs_4_1_2_a_request_in_clear_text_is_not_sent_elsewhere() {
    for profile in ["development", "production"] {
        let server = Server::start_with(&[
            ("AXUM_API_PROFILE", Some(profile)),
            ("AXUM_API_DOCS", Some("true")),
        ]);

        for (request, answer) in answers(&server) {
            assert!(!(300..400).contains(&answer.status), "{request:?}");
            assert_eq!(answer.field("location"), None, "{request:?}");
        }
    }
}
