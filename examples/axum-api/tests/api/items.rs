//! `POST /items`.

use crate::http::post;
use crate::server::Server;

#[test]
fn an_item_that_is_right_is_taken() {
    let server = Server::start();
    let token = server.token("alice");

    for (json, body) in [
        (
            r#"{"name":"nail","quantity":100}"#,
            r#"{"owner":"alice","name":"nail","quantity":100,"tags":[]}"#,
        ),
        (
            " {\"tags\": [\"st\u{fc}ck\", \"x\"], \"quantity\": 1, \"name\": \"a b\"} ",
            "{\"owner\":\"alice\",\"name\":\"a b\",\"quantity\":1,\"tags\":[\"st\u{fc}ck\",\"x\"]}",
        ),
    ] {
        let answer = server.send(&post("/items").bearer(&token).json(json));
        assert_eq!((answer.status, &*answer.body), (201, body));
    }
}

#[test]
fn all_flaws_are_told_at_once_with_a_pointer_to_each() {
    let server = Server::start();
    let token = server.token("alice");
    let long = format!(r#"{{"name":"{}","quantity":1}}"#, "x".repeat(101));
    let many_tags = r#"{"name":"a","quantity":1,"tags":["","","","","","","","","","",""]}"#;
    let many_members: String = (0..70).map(|n| format!(r#""m{n}":0,"#)).collect();
    let many_members = format!("{{{many_members}\"name\":\"a\"}}");

    for (json, pointers) in [
        ("{}", ["#/name", "#/quantity"].as_slice()),
        (
            r#"{"name":"","quantity":0,"tags":[7]}"#,
            &["#/name", "#/quantity", "#/tags/0"],
        ),
        (
            r#"{"name":" ","quantity":10001}"#,
            &["#/name", "#/quantity"],
        ),
        (r#"{"name":7,"quantity":"7"}"#, &["#/name", "#/quantity"]),
        (r#"{"name":null,"quantity":1.5}"#, &["#/name", "#/quantity"]),
        (
            r#"{"name":"a\u0000b","quantity":-1}"#,
            &["#/name", "#/quantity"],
        ),
        (r#"{"name":"a","quantity":1e300}"#, &["#/quantity"]),
        (
            r#"{"name":"a","quantity":18446744073709551616}"#,
            &["#/quantity"],
        ),
        (r#"{"name":"a","quantity":1,"tags":"x"}"#, &["#/tags"]),
        (r#"{"name":"a","quantity":1,"tags":null}"#, &["#/tags"]),
        (
            r#"{"name":"a","quantity":1,"tags":["ok","",[],"ok"]}"#,
            &["#/tags/1", "#/tags/2"],
        ),
        (many_tags, &["#/tags"]),
        (&long, &["#/name"]),
        (
            r#"{"name":"a","quantity":1,"owner":"admin","a/b~c d\"":1,"__proto__":{}}"#,
            &["#/owner", "#/a~1b~0c%20d%22", "#/__proto__"],
        ),
        (r#"{"name":"a","quantity":1,"name":"b"}"#, &["#"]),
        (&many_members, &["#"]),
        ("[]", &["#"]),
        ("null", &["#"]),
        ("7", &["#"]),
    ] {
        let answer = server.send(&post("/items").bearer(&token).json(json));
        assert_eq!(answer.status, 422, "{json}\n{answer:?}");
        assert_eq!(
            answer.field("content-type"),
            Some("application/problem+json")
        );
        let problem = answer.json();
        assert_eq!(problem["status"], 422);
        let found: Vec<_> = problem["errors"].as_array().unwrap().iter().collect();
        let found: Vec<_> = found
            .iter()
            .map(|flaw| flaw["pointer"].as_str().unwrap())
            .collect();
        assert_eq!(found, pointers, "{json}");
    }
}

#[test]
fn what_is_no_item_at_all_is_refused_as_what_it_is() {
    let server = Server::start();
    let token = server.token("alice");
    let items = || post("/items").bearer(&token);
    let good = r#"{"name":"nail","quantity":100}"#;

    for (request, status) in [
        (items().json(""), 400),
        (items().json("{"), 400),
        (items().json("{name: 1}"), 400),
        (items().json(r#"{"name":"a","quantity":1} x"#), 400),
        (items().json(r#"{"name":"a","quantity":01}"#), 400),
        (
            items()
                .header("content-type", "application/json")
                .body(b"{\"name\":\"\xff\"}"),
            400,
        ),
        (items().json(&"[".repeat(10_000)), 422),
        (
            items().json(&format!(r#"{{"name":{}"#, "[".repeat(10_000))),
            400,
        ),
        (items().json(&" ".repeat(16 * 1024 + 1)), 413),
        (items().body(good.as_bytes()), 415),
        (
            items()
                .header("content-type", "text/plain")
                .body(good.as_bytes()),
            415,
        ),
        (items().form("name=nail&quantity=100"), 415),
        (
            items()
                .header("content-type", "application/json; charset=utf-8")
                .body(good.as_bytes()),
            201,
        ),
    ] {
        let answer = server.send(&request);
        assert_eq!(answer.status, status, "{answer:?}");
        if status != 201 {
            assert_eq!(
                answer.field("content-type"),
                Some("application/problem+json")
            );
            assert_eq!(answer.json()["status"], status);
        }
    }
}
