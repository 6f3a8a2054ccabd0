//! Pages of other origins.

use crate::http::{Answer, Request, get};
use crate::server::{ALICE, Server, login};

const FRONT: &str = "http://localhost:5173";

fn preflight(path: &str, origin: &str, method: &str, fields: &str) -> Request {
    get(path)
        .method("OPTIONS")
        .header("origin", origin)
        .header("access-control-request-method", method)
        .header("access-control-request-headers", fields)
}

fn has_cors(answer: &Answer) -> bool {
    answer.raw.contains("\r\naccess-control-")
}

#[test]
fn cors_1_a_preflight_of_the_front_end_is_answered_before_anybody_logs_in() {
    let server = Server::start();

    for (path, method) in [("/items", "POST"), ("/keys/x", "DELETE"), ("/admin", "GET")] {
        let fields = "authorization,content-type,x-api-key";
        let answer = server.send(&preflight(path, FRONT, method, fields));
        assert_eq!(answer.status, 204, "{answer:?}");
        assert_eq!(answer.field("access-control-allow-origin"), Some(FRONT));
        assert!(answer.field("access-control-allow-headers").is_some());
        assert_eq!(answer.field("access-control-allow-credentials"), None);
    }
}

#[test]
fn cors_3_other_pages_are_allowed_nothing() {
    let server = Server::start();

    for (origin, method, fields) in [
        ("https://evil.example", "POST", "authorization"),
        ("http://localhost:5174", "POST", "authorization"),
        ("null", "POST", "authorization"),
        (FRONT, "PATCH", "authorization"),
        (FRONT, "POST", "x-other"),
    ] {
        let answer = server.send(&preflight("/items", origin, method, fields));
        assert_eq!(answer.status, 403, "{origin} {method} {fields}");
        assert!(!has_cors(&answer), "{answer:?}");
    }
    let answer = server.send(&get("/healthz").header("origin", "https://evil.example"));
    assert!(answer.status == 200 && !has_cors(&answer), "{answer:?}");
    assert!(answer.fields("vary").contains(&"origin"), "{answer:?}");
}

#[test]
fn cors_15_pages_can_read_errors_and_what_guards_say() {
    let server = Server::start();
    let alice = server.token("alice");

    for (request, status) in [
        (get("/protected"), 401),
        (get("/protected").bearer("x"), 401),
        (get("/protected").bearer("x").bearer("y"), 400),
        (get("/admin").bearer(&alice), 403),
        (get("/nowhere"), 404),
        (get("//admin"), 400),
        (get("/healthz").method("POST"), 405),
        (get("/error"), 500),
        (get("/protected").bearer(&alice), 200),
    ] {
        let answer = server.send(&request.header("origin", FRONT));
        assert_eq!(answer.status, status, "{answer:?}");
        assert_eq!(
            answer.field("access-control-allow-origin"),
            Some(FRONT),
            "{answer:?}"
        );
        let exposed = answer.field("access-control-expose-headers").unwrap();
        for name in [
            "www-authenticate",
            "ratelimit",
            "retry-after",
            "x-request-id",
        ] {
            assert!(exposed.contains(name), "{name} in {exposed}");
        }
    }
}

#[test]
fn asvs_3_4_2_front_ends_are_those_that_were_set_and_in_production_none_by_themselves() {
    let asked = |server: &Server, origin: &str| {
        server
            .send(&preflight("/items", origin, "POST", "authorization"))
            .status
    };
    let production = ("AXUM_API_PROFILE", Some("production"));

    let server = Server::start_with(&[production]);
    assert_eq!(asked(&server, FRONT), 403);

    let app = "https://app.example.com";
    let server = Server::start_with(&[production, ("AXUM_API_CORS_ORIGINS", Some(app))]);
    assert_eq!((asked(&server, app), asked(&server, FRONT)), (204, 403));
}

#[test]
fn csrf_10_other_pages_cannot_fail_to_log_in_for_a_user() {
    let server = Server::start();
    let from = |origin: &str, site: &str, password: &str| {
        let request = login("alice", password).header("origin", origin);
        server.send(&request.header("sec-fetch-site", site)).status
    };
    for _ in 0..9 {
        // A form on a page that alice visits.
        assert_eq!(from("https://evil.example", "cross-site", "wrong"), 403);
    }
    assert_eq!(from(FRONT, "same-site", ALICE), 200);
    assert_eq!(from("https://public.example", "same-origin", ALICE), 200);
    for _ in 0..5 {
        assert_eq!(from(FRONT, "same-site", "wrong"), 400);
    }
    assert_eq!(from(FRONT, "same-site", "wrong"), 429);

    // That all pages may read what they are answered makes none of them trusted.
    let server = Server::start_with(&[("AXUM_API_CORS_ORIGINS", Some("*"))]);
    let request = login("alice", "wrong").header("origin", "https://evil.example");
    assert_eq!(server.send(&request).status, 403);
}
