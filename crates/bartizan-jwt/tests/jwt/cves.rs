//! One test for each published hole that this crate must not have.

use bartizan_jwt::{Algorithm, HmacKey, KeyError, KeySet, TokenError, Verifier, VerifyingKey};
use bartizan_secret::SecretBytes;
use serde_json::{Value, json};

use crate::published::public_forms;
use crate::support::{
    AUDIENCE, ISSUER, NOW, claims, claims_with, clock, encode, forge, judge, rs256, verifier,
};

/// `PyJWT` took the bytes of a public key for an HMAC secret, when the header said
/// so.
#[test]
fn cve_2022_29217_a_public_key_is_no_hmac_secret() {
    for form in public_forms() {
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let key = HmacKey::new(algorithm, &SecretBytes::from(&form[..]));
            let shown = String::from_utf8_lossy(&form);
            assert_eq!(key.err(), Some(KeyError::PublicAsSecret), "{shown}");
        }
    }
}

/// python-jose guarded against PEM, and let SSH and DER through.
#[test]
fn cve_2024_33663_a_token_signed_with_the_public_key_is_refused() {
    let verifier = Verifier::<()>::builder(
        rs256().verifying_key(),
        [Algorithm::RS256, Algorithm::HS256],
    );
    let verifier = verifier
        .issuer(ISSUER)
        .audience(AUDIENCE)
        .clock(clock())
        .build()
        .unwrap();
    for form in public_forms() {
        let signed = format!(
            "{}.{}",
            encode(br#"{"alg":"HS256"}"#),
            encode(claims().to_string().as_bytes())
        );
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &form);
        let tag = aws_lc_rs::hmac::sign(&key, signed.as_bytes());
        let token = format!("{signed}.{}", encode(tag.as_ref()));

        assert_eq!(verifier.verify(&token), Err(TokenError::Algorithm));
    }
}

/// Random secrets, and how people spell them, are not mistaken for public keys.
#[test]
fn cve_2024_33663_the_guard_lets_secrets_through() {
    let taken = |secret: &[u8]| HmacKey::new(Algorithm::HS256, &SecretBytes::from(secret)).is_ok();
    let ascending: Vec<u8> = (0x50..=u8::MAX).collect();
    for first in 0..=u8::MAX {
        for len in [32, 33, 65, 97, 133] {
            let mut secret = ascending[..len].to_vec();
            secret[0] = first;
            assert!(taken(&secret), "{first} {len}");
        }
    }
    for len in [32, 33, 48, 64, 65, 97, 256] {
        for _ in 0..500 {
            let mut secret = vec![0; len];
            aws_lc_rs::rand::fill(&mut secret).unwrap();
            for spelling in crate::published::spellings(&secret) {
                assert!(taken(&spelling), "{spelling:?}");
            }
        }
    }
    for words in [
        "ssh is what this long secret is about, is it not",
        "a secret of ssh-keys and -----dashes-----, and {\"of\":\"JSON\"}",
    ] {
        assert!(taken(words.as_bytes()), "{words}");
    }
}

/// Authlib took tokens with a `crit` that it did not understand.
#[test]
fn cve_2025_59420_an_unknown_crit_is_refused() {
    for header in [
        r#"{"alg":"ES256","crit":["cork"],"cork":"bark"}"#,
        r#"{"alg":"ES256","crit":["bork"]}"#,
        r#"{"alg":"ES256","crit":["b64"],"b64":false}"#,
        r#"{"alg":"ES256","crit":[]}"#,
        r#"{"alg":"ES256","crit":["alg"]}"#,
        r#"{"alg":"ES256","crit":"exp"}"#,
    ] {
        let token = forge(header, claims().to_string());
        assert_eq!(
            verifier().verify(&token),
            Err(TokenError::Critical),
            "{header}"
        );
    }
}

/// So did `PyJWT`.
#[test]
fn cve_2026_32597_an_unknown_crit_is_refused() {
    let header = r#"{"alg":"ES256","crit":["x-custom-policy"],"x-custom-policy":"require-mfa"}"#;
    let token = forge(header, claims().to_string());

    assert_eq!(verifier().verify(&token), Err(TokenError::Critical));
}

/// jsonwebtoken took a date of the wrong type for an absent one.
#[test]
fn cve_2026_25537_a_date_of_the_wrong_type_is_not_absent() {
    for name in ["exp", "nbf", "iat"] {
        for value in [
            json!("99999999999"),
            json!((NOW + 60).to_string()),
            json!([NOW]),
            json!({ "seconds": NOW }),
            json!(true),
        ] {
            let payload = claims_with(name, &value).to_string();
            assert_eq!(judge(payload), Err(TokenError::Claims), "{name} {value}");
        }
        let mut payload = claims_with(name, &Value::Null).to_string();
        payload.insert_str(1, &format!("\"{name}\":null,"));
        assert_eq!(judge(payload), Err(TokenError::Claims), "{name} null");
    }
}

/// `PyJWT` compared the issuer as a substring.
#[test]
fn cve_2024_53861_a_part_of_the_issuer_is_not_the_issuer() {
    for issuer in ["https", "https://id", "id.example", "", "/"] {
        let payload = claims_with("iss", &json!(issuer)).to_string();
        assert_eq!(judge(payload), Err(TokenError::Issuer), "{issuer}");
    }
}

/// Envoy crashed on key sets that it fetched: whatever comes is an error or a set.
#[test]
fn cve_2024_45809_and_cve_2025_64527_a_broken_key_set_is_an_error() {
    for jwks in [
        "",
        "null",
        "[]",
        "{}",
        "{\"keys\":null}",
        "{\"keys\":{}}",
        "{\"keys\":[null]}",
        "{\"keys\":[[]]}",
        "{\"keys\":[{}]}",
        "{\"keys\":[{\"kty\":null}]}",
        "{\"keys\":[{\"kty\":\"RSA\",\"alg\":\"RS256\",\"n\":\"\",\"e\":\"\"}]}",
        "{\"keys\":[{\"kty\":\"RSA\",\"alg\":\"RS256\",\"n\":\"AA\",\"e\":\"AA\"}]}",
        "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"\",\"y\":\"\"}]}",
        "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AA\"}]}",
    ] {
        assert!(KeySet::from_jwks(jwks).is_err(), "{jwks}");
        assert!(VerifyingKey::from_jwk(jwks).is_err(), "{jwks}");
    }
}

/// Compressed payloads and password-based encryption are how small tokens cause
/// much work (RFC 8725, as being revised): neither is read.
#[test]
fn jwt_19_and_20_nothing_is_decompressed_or_derived() {
    let zipped = forge(r#"{"alg":"ES256","zip":"DEF"}"#, claims().to_string());
    assert_eq!(verifier().verify(&zipped), Err(TokenError::Critical));

    let header =
        encode(br#"{"alg":"PBES2-HS256+A128KW","enc":"A128GCM","p2c":2147483647,"p2s":"AA"}"#);
    for token in [format!("{header}.AA.AA.AA.AA"), format!("{header}.AA.AA")] {
        let verdict = verifier().verify(&token);
        assert_eq!(verdict, Err(TokenError::Algorithm));
    }
}
