//! `/openapi.json` and `/docs`.

use serde_json::json;

use crate::http::{encoded, get, post};
use crate::server::{ADMIN, ALICE, Server};

#[test]
fn the_document_names_the_schemes_and_where_to_log_in() {
    let server = Server::start();

    let answer = server.send(&get("/openapi.json"));
    assert_eq!(answer.status, 200);
    assert_eq!(answer.field("content-type"), Some("application/json"));
    let policy = answer.field("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    let document = answer.json();
    assert_eq!(document["openapi"], "3.1.0");
    let schemes = &document["components"]["securitySchemes"];
    assert_eq!(schemes["login"]["flows"]["password"]["tokenUrl"], "/token");
    assert_eq!(schemes["apiKey"]["name"], "x-api-key");
    assert_eq!(
        document["paths"]["/items"]["post"]["security"],
        json!([{"login": ["items:write"]}, {"bearer": ["items:write"]}, {"apiKey": ["items:write"]}])
    );
    assert_eq!(document["paths"]["/healthz"]["get"]["security"], json!([]));

    for text in strings(&document) {
        if let Some(name) = text.strip_prefix("#/components/schemas/") {
            let schema = &document["components"]["schemas"][name];
            assert!(schema.is_object(), "there is no schema {name}");
        }
    }
}

#[test]
fn the_page_has_all_its_parts_here_and_loads_nothing_from_elsewhere() {
    let server = Server::start();

    let page = server.send(&get("/docs"));
    assert_eq!(page.status, 200);
    assert!(!page.body.contains("http:") && !page.body.contains("https:"));
    assert!(!page.body.contains("<script>"), "{}", page.body);
    let parts = page.body.split('"').filter(|text| text.starts_with('/'));
    let parts: Vec<_> = parts.collect();
    assert_eq!(parts.len(), 5, "{parts:?}");
    for path in parts.iter().chain(&["/docs"]) {
        let answer = server.send(&get(path));
        assert_eq!(answer.status, 200, "{path}");
        let policy = answer.field("content-security-policy").unwrap();
        for directive in policy.split("; ") {
            let name = directive.split(' ').next().unwrap();
            let allowed = match name {
                "style-src" => "style-src 'self' 'unsafe-inline'",
                "img-src" => "img-src 'self' data:",
                "script-src" => "script-src 'self'",
                "connect-src" => "connect-src 'self'",
                _ => &format!("{name} 'none'"),
            };
            assert_eq!(directive, allowed, "{path}");
        }
    }
    let initializer = server.send(&get("/docs/swagger-initializer.js"));
    assert!(initializer.body.contains("\"/openapi.json\""));
    assert!(initializer.body.contains(r#""clientId": "demo""#));
    assert_eq!(server.send(&get("/docs/nothing.js")).status, 404);
}

#[test]
fn asvs_3_4_8_no_other_page_has_a_handle_on_the_one_that_passwords_are_typed_into() {
    let server = Server::start();

    let page = server.send(&get("/docs"));

    assert_eq!(page.field("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(
        page.fields("cross-origin-opener-policy"),
        ["same-origin"],
        "{page:?}"
    );
}

/// Swagger UI names its client by Basic, with an empty secret, or in the form, and sends
/// a scope that is empty when none is chosen.
#[test]
fn the_button_on_the_page_logs_in() {
    let server = Server::start();

    for (user, password, scope) in [
        ("alice", ALICE, "items%3Awrite"),
        ("alice", ALICE, ""),
        ("admin", ADMIN, ""),
    ] {
        let password = encoded(password);
        let form = format!("grant_type=password&scope={scope}&username={user}&password={password}");
        for request in [
            post("/token").basic("demo", "").form(&form),
            post("/token").form(&format!("{form}&client_id=demo")),
        ] {
            let request = request.header("sec-fetch-site", "same-origin");
            let answer = server.send(&request.header("origin", &server.base()));
            assert_eq!(answer.status, 200, "{answer:?}");
            let token = answer.json()["access_token"].as_str().unwrap().to_owned();
            assert_eq!(server.send(&get("/protected").bearer(&token)).status, 200);
        }
    }
}

/// Who wants strangers to read the documentation says so.
#[test]
fn asvs_13_4_5_in_production_there_is_no_page_unless_it_is_asked_for() {
    for (docs, status) in [(None, 404), (Some("false"), 404), (Some("true"), 200)] {
        let server = Server::start_with(&[
            ("AXUM_API_PROFILE", Some("production")),
            ("AXUM_API_DOCS", docs),
        ]);

        for path in ["/docs", "/docs/swagger-ui.css", "/openapi.json"] {
            assert_eq!(server.send(&get(path)).status, status, "{docs:?} {path}");
        }
    }
}

fn strings(value: &serde_json::Value) -> Vec<&str> {
    match value {
        serde_json::Value::String(text) => vec![text],
        serde_json::Value::Array(values) => values.iter().flat_map(strings).collect(),
        serde_json::Value::Object(members) => members.values().flat_map(strings).collect(),
        _ => Vec::new(),
    }
}
