//! The examples of the RFCs themselves.

use bartizan_jwt::{Algorithm, KeySet, SigningKey, TokenError, VerifyingKey, sign_jws, verify_jws};
use bartizan_secret::SecretString;
use serde_json::{Value, json};

/// RFC 7515 appendix A.1 to A.4, and RFC 8037 appendix A.4.
fn examples() -> Vec<Value> {
    serde_json::from_str(include_str!("rfc.json")).unwrap()
}

fn algorithm(example: &Value) -> Algorithm {
    example["alg"].as_str().unwrap().parse().unwrap()
}

fn signing(example: &Value) -> SigningKey {
    let jwk = SecretString::from(example["key"].to_string());
    SigningKey::from_jwk_as(algorithm(example), &jwk).unwrap()
}

#[test]
fn their_signatures_verify() {
    assert_eq!(examples().len(), 5);
    for example in examples() {
        let keys = KeySet::from(signing(&example).verifying_key());
        let token = example["compact"].as_str().unwrap();

        let payload = verify_jws(token, &keys).unwrap();
        assert_eq!(
            crate::support::encode(&payload),
            example["payload"],
            "{}",
            example["name"]
        );
    }
}

#[test]
fn their_public_keys_verify_too() {
    for example in examples() {
        if algorithm(&example).is_symmetric() {
            continue;
        }
        let mut jwk = example["key"].clone();
        for private in ["d", "p", "q", "dp", "dq", "qi"] {
            jwk.as_object_mut().unwrap().remove(private);
        }
        let key = VerifyingKey::from_jwk_as(algorithm(&example), &jwk.to_string()).unwrap();
        let token = example["compact"].as_str().unwrap();
        assert!(
            verify_jws(token, &key.into()).is_ok(),
            "{}",
            example["name"]
        );
    }
}

#[test]
fn their_private_keys_sign() {
    for example in examples() {
        let key = signing(&example);
        let token = sign_jws(&key, b"payload").unwrap();
        let keys = KeySet::from(key.verifying_key());
        assert_eq!(
            verify_jws(&token, &keys).unwrap(),
            b"payload",
            "{}",
            example["name"]
        );
    }
}

#[test]
fn one_changed_bit_of_a_private_key_is_noticed() {
    for example in examples() {
        if algorithm(&example).is_symmetric() {
            continue;
        }
        let mut jwk = example["key"].clone();
        let d = jwk["d"].as_str().unwrap();
        let mut bytes = base64_simd::URL_SAFE_NO_PAD.decode_to_vec(d).unwrap();
        bytes[20] ^= 1;
        jwk["d"] = json!(crate::support::encode(&bytes));
        let key =
            SigningKey::from_jwk_as(algorithm(&example), &SecretString::from(jwk.to_string()));
        assert!(key.is_err(), "{}", example["name"]);
    }
}

/// RFC 7515 appendix A.5 is an unsigned token, and appendix E one with a `crit`
/// that nobody knows.
#[test]
fn their_negative_examples_are_refused() {
    let keys = KeySet::from(signing(&examples()[0]).verifying_key());
    let unsigned = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6\
                    Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.";
    let critical = "eyJhbGciOiJub25lIiwNCiAiY3JpdCI6WyJodHRwOi8vZXhhbXBsZS5jb20vVU5ERUZJTkVEIl0s\
                    DQogImh0dHA6Ly9leGFtcGxlLmNvbS9VTkRFRklORUQiOnRydWUNCn0.RkFJTA.";

    assert_eq!(verify_jws(unsigned, &keys), Err(TokenError::Algorithm));
    assert_eq!(verify_jws(critical, &keys), Err(TokenError::Critical));
}

/// RFC 7797 section 4.1: a payload that is not in base64url.
#[test]
fn an_unencoded_payload_is_refused() {
    let keys = KeySet::from(signing(&examples()[0]).verifying_key());
    for payload in ["JC4wMg", "$.02", ""] {
        let token = format!(
            "eyJhbGciOiJIUzI1NiIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19.{payload}.\
             A5dxf2s96_n5FLueVuW1Z_vh161FwXZC4YLPff6dmDY"
        );
        assert_eq!(verify_jws(&token, &keys), Err(TokenError::Critical));
    }
}

/// RFC 7638 section 3.1, and RFC 8037 appendix A.3.
#[test]
fn their_thumbprints_come_out() {
    let rsa = json!({
        "kty": "RSA",
        "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6\
              tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5\
              v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD0\
              8qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU\
              8awapJzKnqDKgw",
        "e": "AQAB",
        "alg": "RS256",
        "kid": "2011-04-29",
    });
    let ed25519 = json!({
        "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    });
    for (jwk, thumbprint) in [
        (rsa, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"),
        (ed25519, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"),
    ] {
        let key = VerifyingKey::from_jwk(&jwk.to_string()).unwrap();
        assert_eq!(key.thumbprint().as_deref(), Some(thumbprint));
    }
}
