//! Claims, and what is said of them.

use std::time::Duration;

use bartizan_jwt::TokenError;
use serde_json::{Value, json};

use crate::support::{AUDIENCE, ISSUER, NOW, builder, claims, claims_with, judge, sign};

#[test]
fn jwt_9_the_payload_is_an_object_without_duplicates() {
    let exp = NOW + 60;
    let base = format!(r#""iss":"{ISSUER}","aud":"{AUDIENCE}","sub":"alice","exp":{exp}"#);
    assert!(judge(format!("{{{base}}}")).is_ok());
    for payload in [
        String::new(),
        "null".into(),
        "[]".into(),
        "\"claims\"".into(),
        format!("[{{{base}}}]"),
        format!("{{{base}}}{{}}"),
        format!("{{{base},}}"),
        format!("{{{base},\"exp\":{exp}}}"),
        format!("{{{base},\"sub\":\"mallory\"}}"),
        format!("{{{base},\"s\\u0075b\":\"mallory\"}}"),
        format!("{{{base},\"aud\":\"x\"}}"),
        format!("{{{base},\"jti\":\"1\",\"jti\":\"1\"}}"),
        format!("{{{base},\"admin\":false,\"admin\":true}}"),
        format!("{{{base},\"a\":{{\"b\":1,\"b\":2}}}}"),
        format!("{{{base},\"a\":[1,{{\"b\":{{\"c\":1,\"c\":1}}}}]}}"),
        format!("\u{feff}{{{base}}}"),
    ] {
        assert_eq!(judge(&payload), Err(TokenError::Claims), "{payload}");
    }
    let mut bytes = format!("{{{base},\"a\":\"").into_bytes();
    bytes.extend(b"\xff\"}");
    assert_eq!(judge(&bytes), Err(TokenError::Claims));
}

#[test]
fn jwt_9_many_members_are_compared_too() {
    let mut members: Vec<_> = (0..500).map(|n| format!("\"m{n}\":{n}")).collect();
    let payload = |members: &[String]| {
        format!(
            r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}","exp":{},{}}}"#,
            NOW + 1,
            members.join(",")
        )
    };
    assert!(judge(payload(&members[..400])).is_ok());

    members[399] = "\"m7\":0".into();
    assert_eq!(judge(payload(&members[..400])), Err(TokenError::Claims));
}

#[test]
fn jwt_10_times_are_judged_to_the_second() {
    for (name, value, verdict) in [
        ("exp", NOW + 1, Ok(())),
        ("exp", NOW, Ok(())),
        ("exp", NOW - 29, Ok(())),
        ("exp", NOW - 30, Err(TokenError::Expired)),
        ("exp", 0, Err(TokenError::Expired)),
        ("exp", 1 << 53, Ok(())),
        ("nbf", NOW, Ok(())),
        ("nbf", NOW + 30, Ok(())),
        ("nbf", NOW + 31, Err(TokenError::NotYetValid)),
        ("nbf", 0, Ok(())),
        ("iat", NOW + 30, Ok(())),
        ("iat", NOW + 31, Err(TokenError::IssuedInFuture)),
        ("iat", 0, Ok(())),
    ] {
        let payload = claims_with(name, &json!(value)).to_string();
        assert_eq!(judge(payload).map(drop), verdict, "{name} {value}");
    }
}

#[test]
fn jwt_10_without_leeway_a_token_ends_when_it_says() {
    let verifier = builder().leeway(Duration::ZERO).build().unwrap();
    let verdict = |exp: Value| {
        let payload = claims_with("exp", &exp).to_string();
        verifier.verify(&sign(payload)).map(drop)
    };

    assert_eq!(verdict(json!(NOW)), Err(TokenError::Expired));
    assert_eq!(verdict(json!(NOW + 1)), Ok(()));
    assert_eq!(verdict(json!(1_800_000_000.5)), Ok(()));
}

#[test]
fn jwt_10_exp_is_required() {
    let payload = claims_with("exp", &Value::Null).to_string();
    assert_eq!(judge(payload), Err(TokenError::MissingClaim("exp")));
}

#[test]
fn jwt_11_dates_that_are_no_time_are_refused() {
    for name in ["exp", "nbf", "iat"] {
        for value in [
            "-1",
            "1e400",
            "1e17",
            "9007199254740993",
            "\"1\"",
            "null",
            "true",
            "[]",
            "{}",
        ] {
            let mut payload = claims_with(name, &Value::Null).to_string();
            payload.insert_str(1, &format!("\"{name}\":{value},"));
            assert_eq!(judge(payload), Err(TokenError::Claims), "{name} {value}");
        }
    }
}

#[test]
fn registered_claims_of_another_type_are_refused() {
    for name in ["iss", "sub", "jti"] {
        for value in ["1", "null", "[\"alice\"]", "{}", "false"] {
            let mut payload = claims_with(name, &Value::Null).to_string();
            payload.insert_str(1, &format!("\"{name}\":{value},"));
            assert_eq!(judge(payload), Err(TokenError::Claims), "{name} {value}");
        }
    }
}

#[test]
fn jwt_12_the_issuer_is_compared_byte_by_byte() {
    for issuer in [
        "https://id.example/",
        "https://ID.example",
        "https://id.exampl",
        "id",
        "",
    ] {
        let payload = claims_with("iss", &json!(issuer)).to_string();
        assert_eq!(judge(payload), Err(TokenError::Issuer), "{issuer}");
    }
    let payload = claims_with("iss", &Value::Null).to_string();
    assert_eq!(judge(payload), Err(TokenError::MissingClaim("iss")));
}

#[test]
fn jwt_13_the_audience_must_name_this_service() {
    for (audience, verdict) in [
        (json!(AUDIENCE), Ok(())),
        (json!([AUDIENCE]), Ok(())),
        (json!(["https://other.example", AUDIENCE]), Ok(())),
        (json!("https://api.example/"), Err(TokenError::Audience)),
        (
            json!("https://api.example.evil.test"),
            Err(TokenError::Audience),
        ),
        (json!("https://api"), Err(TokenError::Audience)),
        (json!("x https://api.example"), Err(TokenError::Audience)),
        (json!([]), Err(TokenError::Audience)),
        (json!(""), Err(TokenError::Audience)),
        (json!([[AUDIENCE]]), Err(TokenError::Claims)),
        (json!([AUDIENCE, 1]), Err(TokenError::Claims)),
        (json!({ AUDIENCE: 1 }), Err(TokenError::Claims)),
        (json!(1), Err(TokenError::Claims)),
        (json!(true), Err(TokenError::Claims)),
    ] {
        let payload = claims_with("aud", &audience).to_string();
        assert_eq!(judge(payload).map(drop), verdict, "{audience}");
    }
    let payload = claims_with("aud", &Value::Null).to_string();
    assert_eq!(judge(payload), Err(TokenError::MissingClaim("aud")));
}

#[test]
fn jwt_13_any_of_several_own_audiences_will_do() {
    let verifier = builder().audience("urn:api").build().unwrap();
    let token = sign(claims_with("aud", &json!("urn:api")).to_string());

    assert!(verifier.verify(&token).is_ok());
    assert!(verifier.verify(&sign(claims().to_string())).is_ok());
}

#[test]
fn a_maximum_lifetime_needs_iat() {
    let verifier = builder()
        .max_lifetime(Duration::from_secs(3600))
        .build()
        .unwrap();
    let verdict = |claims: Value| verifier.verify(&sign(claims.to_string())).map(drop);

    assert_eq!(verdict(claims()), Err(TokenError::MissingClaim("iat")));
    let mut claims = claims_with("exp", &json!(NOW + 3600));
    claims["iat"] = json!(NOW);
    assert_eq!(verdict(claims.clone()), Ok(()));
    claims["iat"] = json!(NOW - 1);
    assert_eq!(verdict(claims), Err(TokenError::Lifetime));
}

#[test]
fn claims_can_be_required() {
    let verifier = builder().require("tenant").require("sub").build().unwrap();
    let verdict = |claims: Value| verifier.verify(&sign(claims.to_string())).map(drop);

    assert_eq!(verdict(claims()), Err(TokenError::MissingClaim("tenant")));
    assert_eq!(verdict(claims_with("tenant", &json!("north"))), Ok(()));
    let mut nothing = claims();
    nothing["tenant"] = Value::Null;
    assert_eq!(verdict(nothing), Err(TokenError::MissingClaim("tenant")));
}
