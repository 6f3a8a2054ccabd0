//! What is behind a token.

use std::time::{Duration, SystemTime};

use bartizan::jwt::{Algorithm, SigningKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::http::{get, post};
use crate::keys::{Key, claims};
use crate::server::{ALICE, Server};
use crate::{CHALLENGES, assert_challenged, assert_problem};

#[test]
fn rfc6750_2_without_a_token_one_is_asked_for() {
    let server = Server::start();

    for request in [
        get("/protected"),
        get("/protected?access_token=x"),
        get("/protected").basic("alice", ALICE),
        get("/protected").header("cookie", "token=x"),
        get("/admin"),
        post("/items").json("{}"),
    ] {
        assert_challenged(&server.send(&request), &CHALLENGES);
    }
}

#[test]
fn rfc6750_3_a_request_with_two_authorizations_is_refused() {
    let server = Server::start();
    let token = server.token("alice");

    for request in [
        get("/protected").bearer(&token).bearer(&token),
        get("/protected").bearer(&token).basic("alice", ALICE),
        get("/protected").basic("alice", ALICE).bearer(&token),
        get("/protected").header("authorization", "Bearer"),
        get("/protected").header("authorization", &format!("Bearer {token}\u{e9}")),
    ] {
        let answer = server.send(&request);
        assert_eq!(answer.status, 400, "{request:?}");
        let challenge = answer.field("www-authenticate").unwrap();
        assert!(
            challenge.contains(r#"error="invalid_request""#),
            "{challenge}"
        );
    }
}

#[test]
fn rfc6750_4_a_token_that_is_not_good_is_invalid() {
    let server = Server::start();
    let good = server.token("alice");
    let parts: Vec<_> = good.split('.').collect();
    let (head, payload, signature) = (parts[0], parts[1], parts[2]);
    let other_key = Key::make();
    let hmac = hmac_with_public_key(&server.key);
    let sign = |signer: bartizan::jwt::TokenSigner| signer.sign(claims("alice")).unwrap();
    let mut past = claims("alice");
    past.issued_at = Some(SystemTime::now() - Duration::from_secs(120));
    past.expires_at = Some(SystemTime::now() - Duration::from_secs(60));
    let mut early = claims("alice");
    early.not_before = Some(SystemTime::now() + Duration::from_secs(3600));
    let nobody = claims("").with_roles(["admin"]);
    let flipped = |text: &str| {
        let (first, rest) = text.split_at(1);
        format!("{}{rest}", if first == "A" { "B" } else { "A" })
    };

    for (what, token) in [
        ("garbage", "garbage".to_owned()),
        ("dots", "..".to_owned()),
        ("text in three parts", "x.y.z".to_owned()),
        ("no signature", format!("{head}.{payload}.")),
        ("two parts", format!("{head}.{payload}")),
        ("four parts", format!("{good}.{signature}")),
        (
            "another signature",
            format!("{head}.{payload}.{}", flipped(signature)),
        ),
        (
            "another payload",
            format!("{head}.{}.{signature}", flipped(payload)),
        ),
        ("padding", format!("{good}=")),
        (
            "alg none",
            format!("{}.{payload}.", encode(r#"{"alg":"none","typ":"at+jwt"}"#)),
        ),
        (
            "alg nOnE",
            format!(
                "{}.{payload}.{signature}",
                encode(r#"{"alg":"nOnE","typ":"at+jwt"}"#)
            ),
        ),
        ("alg HS256 with the public key", hmac),
        ("another key", sign(other_key.signer())),
        (
            "another audience",
            server
                .key
                .signer()
                .sign(claims("alice").with_audience(["other"]))
                .unwrap(),
        ),
        ("another type", sign(server.key.signer().typ("JWT"))),
        ("expired", server.key.signer().sign(past).unwrap()),
        ("not yet", server.key.signer().sign(early).unwrap()),
        ("another issuer", {
            let mut claims = claims("alice");
            claims.issuer = Some("evil".to_owned());
            server.key.signer().sign(claims).unwrap()
        }),
        ("no subject", {
            let mut claims = nobody;
            claims.subject = None;
            server.key.signer().sign(claims).unwrap()
        }),
        (
            "over 8 KiB",
            format!("{head}.{}.{signature}", "A".repeat(9_000)),
        ),
    ] {
        let answer = server.send(&get("/protected").bearer(&token));
        assert_eq!(answer.status, 401, "{what}: {answer:?}");
        let challenge = answer.field("www-authenticate").unwrap();
        assert!(
            challenge.contains(r#"error="invalid_token""#),
            "{what}: {challenge}"
        );
        assert_problem(&answer);
    }
    assert_eq!(server.send(&get("/protected").bearer(&good)).status, 200);
    let own = server.key.signer().sign(claims("carol")).unwrap();
    assert_eq!(
        server.send(&get("/protected").bearer(&own)).body,
        "Hello, carol!"
    );
}

#[test]
fn asvs_14_2_1_a_token_in_the_query_is_not_looked_at() {
    let server = Server::start();
    let token = server.token("alice");

    let answer = server.send(&get(&format!("/protected?access_token={token}")));

    assert_challenged(&answer, &CHALLENGES);
}

#[test]
fn asvs_8_2_1_who_lacks_the_role_or_the_scope_is_refused() {
    let server = Server::start();
    let (alice, admin) = (server.token("alice"), server.token("admin"));

    let answer = server.send(&get("/admin").bearer(&alice));
    assert_eq!(
        (answer.status, answer.field("www-authenticate")),
        (403, None)
    );

    let answer = server.send(&post("/items").bearer(&admin).json("{}"));
    assert_eq!(answer.status, 403);
    assert_eq!(
        answer.fields("www-authenticate"),
        [concat!(
            r#"Bearer realm="api", error="insufficient_scope", "#,
            r#"error_description="the token lacks a scope", scope="items:write""#
        )]
    );
    // A claim of another name, and a scope of the name of a role, are none.
    let token = server.key.signer();
    let token = token
        .sign(claims("eve").with_scope("admin").with_roles(["Admin"]))
        .unwrap();
    assert_eq!(server.send(&get("/admin").bearer(&token)).status, 403);
}

#[test]
fn the_name_of_the_scheme_is_in_any_letter_case() {
    let server = Server::start();
    let token = server.token("alice");

    for scheme in ["bearer", "BEARER", "bEaReR"] {
        let request = get("/protected").header("authorization", &format!("{scheme} {token}"));
        assert_eq!(server.send(&request).status, 200);
    }
}

/// What CVE-2016-10555 is about: the public key taken for a shared secret.
fn hmac_with_public_key(key: &Key) -> String {
    use aws_lc_rs::hmac;

    let signing = SigningKey::from_pem(Algorithm::EdDSA, &key.pem.as_str().into()).unwrap();
    let jwk = bartizan::jwt::KeySet::new([signing.verifying_key()])
        .unwrap()
        .to_jwks();
    let public = jwk["keys"][0]["x"].as_str().unwrap();
    let token = key.signer().sign(claims("alice")).unwrap();
    let payload = token.split('.').nth(1).unwrap();
    let signed = format!("{}.{payload}", encode(r#"{"alg":"HS256","typ":"at+jwt"}"#));
    let secret = hmac::Key::new(hmac::HMAC_SHA256, &URL_SAFE_NO_PAD.decode(public).unwrap());
    let tag = hmac::sign(&secret, signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag))
}

fn encode(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(text)
}
