//! Access tokens of RFC 9068 section 4.

use bartizan_jwt::TokenError;
use serde_json::{Value, json};

use crate::support::{NOW, builder, claims, forge};

fn access_claims() -> Value {
    let mut claims = claims();
    claims["client_id"] = json!("cli");
    claims["iat"] = json!(NOW);
    claims["jti"] = json!("1");
    claims
}

fn verdict(header: &str, claims: &Value) -> Result<(), TokenError> {
    let verifier = builder().at_jwt().build().unwrap();
    verifier
        .verify(&forge(header, claims.to_string()))
        .map(drop)
}

#[test]
fn rfc9068_1_only_access_tokens_are_accepted() {
    for typ in ["at+jwt", "AT+JWT", "application/at+jwt"] {
        let header = json!({ "alg": "ES256", "typ": typ }).to_string();
        assert_eq!(verdict(&header, &access_claims()), Ok(()), "{typ}");
    }
    for header in [
        r#"{"alg":"ES256"}"#,
        r#"{"alg":"ES256","typ":"JWT"}"#,
        r#"{"alg":"ES256","typ":"id+jwt"}"#,
    ] {
        assert_eq!(
            verdict(header, &access_claims()),
            Err(TokenError::Type),
            "{header}"
        );
    }
}

#[test]
fn rfc9068_2_and_3_and_4_and_5_issuer_audience_signature_and_expiry_hold() {
    let header = r#"{"alg":"ES256","typ":"at+jwt"}"#;
    for (name, value, error) in [
        ("iss", json!("https://evil.test"), TokenError::Issuer),
        ("aud", json!("https://other.example"), TokenError::Audience),
        ("exp", json!(NOW - 30), TokenError::Expired),
    ] {
        let mut claims = access_claims();
        claims[name] = value;
        assert_eq!(verdict(header, &claims), Err(error), "{name}");
    }
    let none = r#"{"alg":"none","typ":"at+jwt"}"#;
    assert_eq!(verdict(none, &access_claims()), Err(TokenError::Algorithm));
}

#[test]
fn rfc9068_6_its_claims_are_all_there() {
    let header = r#"{"alg":"ES256","typ":"at+jwt"}"#;
    for name in ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"] {
        let mut claims = access_claims();
        claims.as_object_mut().unwrap().remove(name);
        assert_eq!(
            verdict(header, &claims),
            Err(TokenError::MissingClaim(name))
        );
    }
}

#[test]
fn rfc9068_7_scope_is_what_authorizes() {
    let mut claims = access_claims();
    claims["scope"] = json!("items:read items:write");
    let token = forge(r#"{"alg":"ES256","typ":"at+jwt"}"#, claims.to_string());
    let claims = builder().at_jwt().build().unwrap().verify(&token).unwrap();

    assert_eq!(
        claims.scopes().collect::<Vec<_>>(),
        ["items:read", "items:write"]
    );
}
