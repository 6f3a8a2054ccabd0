//! Each layer of the sample: what it lets pass, what it refuses, and who was called.

use bartizan_jwt::{Algorithm, Claims, SigningKey, TokenSigner};
use serde_json::{Value, json};

use crate::http::{Request, get, send};
use crate::server::Server;

const KEY: &str = "acme_live_NQFVzCdtY84X_XOgLCODA1Dfv9djmwjECebmj8Ecoiw1AeDxh";

#[test]
fn every_layer_of_the_sample_lets_pass_and_refuses() {
    let server = Server::sample();
    let bearer = |secret: &[u8]| format!("Bearer {}", token(secret));
    let (good, forged) = (
        bearer(b"a secret of this sample, 32 bytes"),
        bearer(b"another secret, 32 bytes as well."),
    );
    let mistyped = KEY.replacen("XOg", "XOh", 1);
    let alice = |path: &str| get(path).basic("alice", "correct horse");
    let rows: Vec<(&str, Request, u16, bool)> = vec![
        ("/cors/0", preflight("https://app.example.com"), 204, false),
        ("/cors/0", preflight("https://evil.test"), 403, false),
        (
            "/cors/0",
            get("/cors/0").field("origin", "https://evil.test"),
            200,
            true,
        ),
        ("/cors/0", send("OPTIONS", "/cors/0"), 200, true),
        ("/basic/0", get("/basic/0"), 401, false),
        ("/basic/0", alice("/basic/0"), 200, true),
        (
            "/basic/0",
            get("/basic/0").basic("alice", "wrong"),
            401,
            false,
        ),
        (
            "/basic/0",
            get("/basic/0").basic("bob", "battery staple"),
            200,
            true,
        ),
        ("/basic/optional", get("/basic/optional"), 200, true),
        (
            "/basic/optional",
            get("/basic/optional").basic("x", "y"),
            401,
            false,
        ),
        ("/bearer/0", get("/bearer/0"), 401, false),
        (
            "/bearer/0",
            get("/bearer/0").field("authorization", &good),
            200,
            true,
        ),
        (
            "/bearer/0",
            get("/bearer/0").field("authorization", &forged),
            401,
            false,
        ),
        ("/api-key/0", get("/api-key/0"), 401, false),
        (
            "/api-key/0",
            get("/api-key/0").field("x-api-key", KEY),
            200,
            true,
        ),
        (
            "/api-key/0",
            get("/api-key/0").field("x-api-key", &mistyped),
            401,
            false,
        ),
        ("/rate-limit/0", get("/rate-limit/0"), 200, true),
        ("/rate-limit/0", get("/rate-limit/0"), 200, true),
        ("/rate-limit/0", get("/rate-limit/0"), 200, true),
        ("/rate-limit/0", get("/rate-limit/0"), 429, false),
        ("/rbac/0", get("/rbac/0/public"), 200, true),
        ("/rbac/0", get("/rbac/0/items/1"), 401, false),
        ("/rbac/0", alice("/rbac/0/items/1"), 200, true),
        ("/rbac/0", alice("/rbac/0/admin"), 403, false),
        ("/rbac/0", alice("/rbac/0/no-rule"), 403, false),
        ("/headers/0", get("/headers/0"), 200, true),
        ("/problem/0", get("/problem/0?answer-panic"), 500, true),
        ("/problem/0", get("/problem/0"), 200, true),
        ("/firewall/0", get("/firewall/0/a"), 200, true),
        ("/firewall/0", get("/firewall/0//a"), 400, false),
        ("/firewall/0", get("/firewall/0/..;/a"), 400, false),
        ("/firewall/0", send("DELETE", "/firewall/0/a"), 405, false),
        (
            "/firewall/0",
            get(&format!("/firewall/0/{}", "a".repeat(64))),
            414,
            false,
        ),
    ];
    for (mount, request, status, is_called) in rows {
        let before = server.calls(mount);
        let answer = server.send(&request);
        assert_eq!(answer.status, status, "{request:?}: {answer:?}");
        let called = server.calls(mount) - before;
        assert_eq!(called, u64::from(is_called), "{request:?}");
    }
}

#[test]
fn the_inner_service_tells_what_it_was_handed() {
    let server = Server::sample();
    let request = get("/basic/0/a//b?c=d")
        .basic("alice", "correct horse")
        .field("x-forwarded-for", "192.0.2.7")
        .field("x-twice", "1")
        .field("x-twice", "2")
        .body(b"12345");
    let report = server.send(&request).json();

    assert_eq!(report["method"], "GET");
    assert_eq!(
        (&report["path"], &report["query"]),
        (&json!("/a//b"), &json!("c=d"))
    );
    assert_eq!(report["version"], "HTTP/1.1");
    assert_eq!(report["body_bytes"], 5);
    // The sample trusts whoever connects from this machine.
    assert_eq!(report["client"], "192.0.2.7");
    assert_eq!(
        report["principal"],
        json!({
            "subject": "alice", "issuer": null, "scheme": "basic", "credential_id": null,
            "roles": ["editor"], "scopes": ["items:write"],
        }),
    );
    assert_eq!(values(&report, "x-twice"), ["1", "2"]);
    // The scheme has taken the credentials away.
    assert_eq!(values(&report, "authorization"), Vec::<Value>::new());

    let report = server.send(&get("/rate-limit/0")).json();
    assert_eq!(report["quotas"][0]["remaining"], 2);
    let report = server.send(&get("/basic/optional")).json();
    assert_eq!(
        (&report["path"], &report["principal"]),
        (&json!("/"), &Value::Null)
    );
    let report = server
        .send(&get("/api-key/0").field("x-api-key", KEY))
        .json();
    assert_eq!(report["principal"]["credential_id"], "NQFVzCdtY84X");
}

#[test]
fn layers_mark_what_the_inner_service_was_asked_to_answer() {
    let server = Server::sample();
    let origin = "https://app.example.com";
    let wished = get("/cors/0?answer-status=500&answer-vary=Accept").field("origin", origin);
    let answer = server.send(&wished);
    assert_eq!(answer.status, 500);
    assert_eq!(answer.field("access-control-allow-origin"), Some(origin));
    let vary = answer.fields("vary").join(", ").to_lowercase();
    assert!(
        vary.contains("accept") && vary.contains("origin"),
        "{answer:?}"
    );

    let answer = server.send(&get("/headers/0").field("x-answer-x-frame-options", "DENY"));
    assert_eq!(answer.fields("x-frame-options"), ["DENY"]);
    assert!(answer.field("strict-transport-security").is_some());

    let masked = server.send(&get("/problem/0?answer-status=500&answer-body=canary"));
    assert_eq!(
        masked.field("content-type"),
        Some("application/problem+json")
    );
    assert!(!masked.body.contains("canary"), "{masked:?}");
    let missing = server.send(&get("/problem/0?answer-status=404&answer-body="));
    assert_eq!(missing.json()["status"], 404);

    let refused = server.send(&get("/headers/0?answer-content-length=9"));
    assert_eq!(refused.status, 400);
}

fn values(report: &Value, name: &str) -> Vec<Value> {
    let fields = report["headers"].as_array().unwrap().iter();
    let own = fields.filter(|field| field[0] == name);
    own.map(|field| field[1].clone()).collect()
}

fn preflight(origin: &str) -> Request {
    send("OPTIONS", "/cors/0")
        .field("origin", origin)
        .field("access-control-request-method", "PUT")
}

fn token(secret: &[u8]) -> String {
    let key = SigningKey::hmac(Algorithm::HS256, &secret.to_vec().into()).unwrap();
    let signer = TokenSigner::new(key, "https://id.example").audience("https://api.example");
    signer.sign(Claims::new("alice", ())).unwrap()
}
