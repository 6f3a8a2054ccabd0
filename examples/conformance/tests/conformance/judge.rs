//! The judge: one answer for each line, in order.

use serde_json::{Value, json};

use crate::server::{ask, judge};

#[test]
fn every_question_has_its_answer() {
    let secret = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY";
    let oct = json!({"kty": "oct", "alg": "HS256", "k": secret});
    let token = signed("{\"alg\":\"HS256\"}", b"payload");
    let binary = signed("{\"alg\":\"HS256\"}", b"\xff\xfe");
    let argon2 =
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    for (question, expected) in [
        (
            json!({"op": "verify-jws", "jws": token, "jwk": oct, "algorithms": ["HS256"]}),
            json!({"valid": true, "payload": "payload"}),
        ),
        (
            json!({"op": "verify-jws", "jws": token, "jwk": oct.to_string()}),
            json!({"valid": true, "payload": "payload"}),
        ),
        (
            json!({"op": "verify-jws", "jws": binary, "jwk": {"keys": [oct]}, "algorithms": ["HS256"]}),
            json!({"valid": true, "payload_base64": "//4="}),
        ),
        (
            json!({"op": "verify-jws", "jws": format!("{token}A"), "jwk": oct}),
            json!({"valid": false, "error": "?"}),
        ),
        (
            json!({"op": "verify-jws", "jws": token, "jwk": oct, "algorithms": ["HS384"]}),
            json!({"valid": false, "error": "?"}),
        ),
        (
            json!({"op": "verify-jws", "jws": token, "jwk": {"keys": [oct]}, "algorithms": ["HS384"]}),
            json!({"valid": false, "error": "?"}),
        ),
        (
            json!({"op": "verify-jws", "jws": token, "jwk": oct, "algorithms": []}),
            json!({"valid": false, "error": "?"}),
        ),
        (
            json!({"op": "verify-jws", "jws": {"payload": "x"}, "jwk": oct}),
            json!({"valid": false, "error": "?"}),
        ),
        (
            json!({"op": "verify-jws", "jws": token, "jwk": {"kty": "oct", "k": secret}, "algorithms": ["HS512", "HS256"]}),
            json!({"valid": true, "payload": "payload"}),
        ),
        (
            json!({"op": "verify-jws", "jws": token, "jwk": oct, "algorithms": ["none"]}),
            json!({"valid": false, "error": "?"}),
        ),
        (
            json!({"op": "verify-password", "hash": argon2, "password": "password"}),
            json!({"valid": true, "rehash": true}),
        ),
        (
            json!({"op": "verify-password", "hash": argon2, "password_base64": "cGFzc3dvcmQ="}),
            json!({"valid": true, "rehash": true}),
        ),
        (
            json!({"op": "verify-password", "hash": argon2, "password": "passwort"}),
            json!({"valid": false, "rehash": false}),
        ),
        (
            json!({"op": "verify-password", "hash": argon2, "password_base64": "/w=="}),
            json!({"valid": false, "error": "?"}),
        ),
        (
            json!({"op": "verify-password", "hash": "$md5$x", "password": "x"}),
            json!({"valid": false, "error": "?"}),
        ),
        (
            json!({"op": "verify-password", "hash": argon2}),
            json!({"error": "?"}),
        ),
        (
            json!({"op": "parse-basic", "header": "basic dGVzdDoxMjPCow=="}),
            json!({"valid": true, "user": "test", "password": "123\u{a3}"}),
        ),
        (
            json!({"op": "parse-basic", "header_base64": "QmFzaWMgOg=="}),
            json!({"valid": false, "error": "?"}),
        ),
        (
            json!({"op": "parse-basic", "header": "Basic Og=="}),
            json!({"valid": true, "user": "", "password": ""}),
        ),
        (
            json!({"op": "parse-basic", "header": "Bearer x"}),
            json!({"valid": false, "error": "these are not credentials of Basic"}),
        ),
        (
            json!({"op": "parse-basic", "header": "Basic\r\nx"}),
            json!({"valid": false, "error": "no field can have this value"}),
        ),
        (
            json!({"op": "origin", "text": "https://a.example:8443"}),
            json!({"valid": true, "scheme": "https", "host": "a.example", "port": 8443}),
        ),
        (
            json!({"op": "origin", "text": "http://[::1]"}),
            json!({"valid": true, "scheme": "http", "host": "[::1]", "port": null}),
        ),
        (
            json!({"op": "origin", "text": "null"}),
            json!({"valid": false, "error": "null is no origin that can be trusted"}),
        ),
        (
            json!({"op": "origin-pattern", "pattern": "https://*.a.example", "origin": "https://b.a.example"}),
            json!({"valid": true, "matches": true}),
        ),
        (
            json!({"op": "origin-pattern", "pattern": "https://*.a.example", "origin": "https://a.example"}),
            json!({"valid": true, "matches": false}),
        ),
        (
            json!({"op": "origin-pattern", "pattern": "*", "origin": "null"}),
            json!({"valid": true, "matches": false}),
        ),
        (
            json!({"op": "origin-pattern", "pattern": "https://*"}),
            json!({"valid": false, "error": "?"}),
        ),
        (
            json!({"op": "quota", "text": "10 per 2 seconds; 3/day burst 1"}),
            json!({"valid": true, "quotas": [
                {"limit": 10, "period_seconds": 2.0, "burst": 10, "text": "10 per 2 seconds"},
                {"limit": 3, "period_seconds": 86400.0, "burst": 1, "text": "3/day burst 1"}]}),
        ),
        (
            json!({"op": "quota", "text": "10 per 2 fortnights"}),
            json!({"valid": false, "error": "?", "position": 9}),
        ),
    ] {
        assert_eq!(without_reason(&question, &expected), expected, "{question}");
    }
}

/// Returns the answer; where `expected` leaves the reason open, that is left out.
fn without_reason(question: &Value, expected: &Value) -> Value {
    let mut answer = ask(std::slice::from_ref(question)).remove(0);
    if expected["error"] == "?"
        && answer["error"]
            .as_str()
            .is_some_and(|error| !error.is_empty())
    {
        answer["error"] = "?".into();
    }
    answer
}

#[test]
fn buckets_are_asked_at_the_times_that_the_question_says() {
    let requests = json!([
        {"now_ms": 0}, {"now_ms": 0}, {"now_ms": 250}, {"now_ms": 1000}, {"now_ms": 1000, "cost": 3},
    ]);
    for mut question in [
        json!({"quota": "1/second burst 2"}),
        json!({"quota": "1/second burst 2", "store": "exact"}),
        json!({"quota": "1/second burst 2", "store": "memory"}),
        json!({"limit": 1, "period_ms": 1000, "burst": 2}),
    ] {
        question["op"] = "gcra".into();
        question["requests"] = requests.clone();
        let answer = ask(&[question.clone()]).remove(0);
        let decisions = answer["decisions"].as_array().unwrap();
        let facts =
            |name: &str| -> Vec<_> { decisions.iter().map(|one| one[name].clone()).collect() };
        assert_eq!(
            facts("allowed"),
            [true, true, false, true, false],
            "{question}"
        );
        assert_eq!(facts("remaining"), [1, 0, 0, 0, 0]);
        assert_eq!(facts("never"), [false, false, false, false, true]);
        assert_eq!(facts("reset_ms"), [1000, 2000, 1750, 2000, 2000]);
        let retry = [
            Value::Null,
            Value::Null,
            json!(750),
            Value::Null,
            Value::Null,
        ];
        assert_eq!(facts("retry_ms"), retry);
    }
}

#[test]
fn quotas_are_decided_together() {
    for store in ["exact", "memory"] {
        let question = json!({
            "op": "gcra", "quota": "2/second; 3/hour", "store": store,
            "requests": [
                {"now_ms": 0}, {"now_ms": 0}, {"now_ms": 0}, {"now_ms": 1000}, {"now_ms": 2000}],
        });
        let answer = ask(&[question]).remove(0);
        let decisions = answer["decisions"].as_array().unwrap().iter();
        let allowed: Vec<_> = decisions.map(|one| one["allowed"].clone()).collect();
        // The third request took nothing from either.
        assert_eq!(allowed, [true, true, false, true, false], "{store}");
    }
}

#[test]
fn a_line_that_is_wrong_is_answered_and_ends_nothing() {
    let too_long = format!(
        r#"{{"op": "quota", "text": "{}"}}"#,
        "x".repeat(4 * 1024 * 1024)
    );
    let lines: &[&[u8]] = &[
        b"{\"id\": 1, \"op\": \"quota\", \"text\": \"1/s\"}",
        b"nonsense",
        b"",
        b"\xff",
        b"[]",
        b"{\"id\": {\"a\": [2]}}",
        b"{\"id\": 3, \"op\": \"nothing\"}",
        b"{\"id\": 4, \"op\": \"quota\", \"test\": 1}",
        b"{\"id\": 5, \"op\": \"quota\", \"text\": \"1/s\", \"text\": \"1/s\"}",
        too_long.as_bytes(),
        b"{\"id\": 6, \"op\": \"gcra\", \"requests\": []}",
        b"{\"id\": null, \"op\": \"origin\", \"text\": \"https://a.example\"}",
    ];
    let answers = judge(&lines.join(&b'\n'));

    let ids: Vec<_> = answers
        .iter()
        .map(|answer| answer.get("id").cloned())
        .collect();
    assert_eq!(
        ids,
        [
            Some(json!(1)),
            None,
            None,
            None,
            Some(json!({"a": [2]})),
            Some(json!(3)),
            Some(json!(4)),
            Some(json!(5)),
            None,
            Some(json!(6)),
            Some(Value::Null),
        ],
    );
    for (at, answer) in answers.iter().enumerate() {
        let is_right = at == 0 || at == answers.len() - 1;
        assert_eq!(answer.get("error").is_none(), is_right, "{answer}");
        assert_eq!(answer.get("valid").is_some(), is_right, "{answer}");
    }
    assert_eq!(
        answers[6]["error"],
        "test: there is no such setting; expected `text`; text: it is missing"
    );
}

#[test]
fn keys_can_be_issued_for_a_configuration() {
    let pepper = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY";
    let question = json!({"op": "issue-api-key", "prefix": "acme", "pepper": pepper});
    let issued = ask(&[question]).remove(0);
    let config = json!({
        "listen": "127.0.0.1:0",
        "mounts": [{"path": "/a", "layer": "api-key", "config": {
            "prefix": "acme", "pepper": pepper,
            "keys": [{"id": issued["id"], "hash": issued["hash"], "owner": "me"}]}}],
    });
    let server = crate::server::Server::with(&config);

    let request = crate::http::get("/a").field("x-api-key", issued["key"].as_str().unwrap());
    assert_eq!(server.send(&request).json()["principal"]["subject"], "me");
    let short = json!({"op": "issue-api-key", "prefix": "acme", "pepper": "c2hvcnQ"});
    assert!(
        ask(&[short])[0]["error"]
            .as_str()
            .unwrap()
            .starts_with("pepper: ")
    );
}

fn signed(header: &str, payload: &[u8]) -> String {
    crate::corpora::signed(header, payload, b"0123456789abcdef0123456789abcdef")
}
