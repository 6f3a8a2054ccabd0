//! Specification tables of `Verifier`: a token, and what is said of it.

use std::time::Duration;

use bartizan_jwt::{
    Algorithm, Claims, ConfigError, KeySet, SigningKey, TokenError, TokenSigner, Verifier,
};
use serde_json::{Value, json};

use crate::support::{
    AUDIENCE, ISSUER, NOW, at, builder, claims, claims_with, clock, encode, es256, forge, hs256,
    judge, rs256, sign, sign_segments, signer, token, verifier,
};

#[test]
fn jwt_1_only_listed_algorithms_are_accepted() {
    let keys = || KeySet::new([es256().verifying_key(), rs256().verifying_key()]).unwrap();
    let only = |algorithm| {
        let builder = Verifier::<()>::builder(keys(), [algorithm]);
        builder.issuer(ISSUER).audience(AUDIENCE).clock(clock()).build().unwrap()
    };
    let signed = |key| {
        let signer = TokenSigner::new(key, ISSUER).audience(AUDIENCE).clock(clock());
        signer.sign(Claims::new("alice", ())).unwrap()
    };

    assert!(only(Algorithm::ES256).verify(&signed(es256())).is_ok());
    assert!(only(Algorithm::RS256).verify(&signed(rs256())).is_ok());
    assert_eq!(only(Algorithm::RS256).verify(&signed(es256())), Err(TokenError::Algorithm));
    assert_eq!(only(Algorithm::ES256).verify(&signed(rs256())), Err(TokenError::Algorithm));
}

#[test]
fn jwt_2_the_header_does_not_choose_how_a_key_is_used() {
    let id = rs256().id().unwrap().to_owned();
    let verifier = Verifier::<()>::builder(
        rs256().verifying_key(),
        [Algorithm::RS256, Algorithm::PS256, Algorithm::HS256],
    );
    let verifier = verifier.issuer(ISSUER).audience(AUDIENCE).clock(clock()).build().unwrap();

    for algorithm in ["PS256", "HS256", "ES256", "none", "rs256", ""] {
        let header = format!(r#"{{"alg":"{algorithm}","kid":"{id}"}}"#);
        let token = forge(&header, claims().to_string());
        assert_eq!(verifier.verify(&token), Err(TokenError::Algorithm), "{algorithm}");
    }
}

#[test]
fn jwt_4_unsigned_tokens_are_refused() {
    for algorithm in ["none", "None", "NONE", "nOnE"] {
        let header = encode(format!(r#"{{"alg":"{algorithm}"}}"#).as_bytes());
        let unsigned = format!("{header}.{}.", encode(claims().to_string().as_bytes()));
        assert_eq!(verifier().verify(&unsigned), Err(TokenError::Algorithm), "{algorithm}");
    }
    let stripped = token().rsplit_once('.').unwrap().0.to_owned() + ".";
    assert_eq!(verifier().verify(&stripped), Err(TokenError::Signature));
}

#[test]
fn jwt_8_only_the_compact_form_is_read() {
    let token = token();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (header, payload) = signed.split_once('.').unwrap();
    for other in [
        String::new(),
        ".".into(),
        "..".into(),
        "...".into(),
        signed.into(),
        format!("{token}."),
        format!(".{token}"),
        format!("{token}.{signature}"),
        format!("{header}.{payload}..{signature}"),
        format!(" {token}"),
        format!("{token} "),
        format!("{token}\n"),
        format!("{token}="),
        format!("{header}=.{payload}.{signature}"),
        format!("{header}.{payload}=.{signature}"),
        format!("{header}.{payload}.{signature}\0"),
        json!({ "protected": header, "payload": payload, "signature": signature }).to_string(),
    ] {
        let verdict = verifier().verify(&other).err();
        assert!(verdict.is_some_and(|error| error != TokenError::Claims), "{other:?}");
    }
}

/// The spelling is part of what is signed, so a signature over another spelling
/// has to be made to get this far.
#[test]
fn jwt_8_a_signed_token_in_another_spelling_is_refused() {
    let header = encode(br#"{"alg":"ES256"}"#);
    let payload = claims().to_string();
    // Holds what the two alphabets of base64 spell differently.
    let marked = claims_with("x", &json!("??>>??>>??>>")).to_string();
    for (header, payload) in [
        (format!("{header}="), encode(payload.as_bytes())),
        (header.clone(), format!("{}=", encode(payload.as_bytes()))),
        (header.clone(), base64_simd::STANDARD_NO_PAD.encode_to_string(&marked)),
        (header.clone(), format!("{}\n", encode(payload.as_bytes()))),
        (header.clone(), payload.clone()),
        (header.clone(), format!("{}.", encode(payload.as_bytes()))),
        // "{}", with a bit set after its last byte.
        (header.clone(), "e31".into()),
    ] {
        let token = sign_segments(&format!("{header}.{payload}"));
        assert_eq!(verifier().verify(&token), Err(TokenError::Malformed), "{token}");
    }
}

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
        format!(r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}","exp":{},{}}}"#, NOW + 1, members.join(","))
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
        for value in ["-1", "1e400", "1e17", "9007199254740993", "\"1\"", "null", "true", "[]", "{}"] {
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
    for issuer in ["https://id.example/", "https://ID.example", "https://id.exampl", "id", ""] {
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
        (json!("https://api.example.evil.test"), Err(TokenError::Audience)),
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
fn jwt_15_a_kid_is_only_compared() {
    for id in ["../../dev/null", "' OR 1=1 --", "\u{0}", "x", &"k".repeat(4_000)] {
        let header = json!({ "alg": "ES256", "kid": id }).to_string();
        let token = forge(&header, claims().to_string());
        // The key of the verifier has no id of its own, and so verifies any.
        assert!(verifier().verify(&token).is_ok(), "{id}");
    }
}

#[test]
fn jwt_15_a_kid_that_is_no_keys_leads_nowhere() {
    let key = es256().verifying_key().with_id("one").unwrap();
    let verifier = Verifier::<()>::builder(key, [Algorithm::ES256]);
    let verifier = verifier.issuer(ISSUER).audience(AUDIENCE).clock(clock()).build().unwrap();
    let signed = |header: &str| verifier.verify(&forge(header, claims().to_string())).map(drop);

    assert_eq!(signed(r#"{"alg":"ES256","kid":"one"}"#), Ok(()));
    assert_eq!(signed(r#"{"alg":"ES256"}"#), Ok(()));
    assert_eq!(signed(r#"{"alg":"ES256","kid":"two"}"#), Err(TokenError::Key));
    assert_eq!(signed(r#"{"alg":"ES256","kid":""}"#), Err(TokenError::Key));
}

#[test]
fn jwt_16_a_key_in_the_header_is_not_used() {
    let attacker = SigningKey::generate(Algorithm::ES256).unwrap();
    let jwk = attacker.verifying_key().to_jwk().unwrap();
    for name in ["jwk", "jku", "x5u", "x5c"] {
        let value = if name == "jwk" { jwk.clone() } else { json!("https://evil.test/keys") };
        let header = json!({ "alg": "ES256", name: value }).to_string();
        let ours = forge(&header, claims().to_string());
        assert!(verifier().verify(&ours).is_ok(), "{name} is ignored");
    }
    let signer = TokenSigner::new(attacker, ISSUER).audience(AUDIENCE).clock(clock());
    let theirs = signer.sign(Claims::new("alice", ())).unwrap();
    assert_eq!(verifier().verify(&theirs), Err(TokenError::Signature));
}

#[test]
fn jwt_17_kinds_of_token_exclude_each_other() {
    let typed = |typ: &str| forge(&format!(r#"{{"alg":"ES256","typ":"{typ}"}}"#), claims().to_string());
    for (typ, verdict) in [
        ("JWT", Ok(())),
        ("jwt", Ok(())),
        ("at+jwt", Err(TokenError::Type)),
        ("dpop+jwt", Err(TokenError::Type)),
        ("logout+jwt", Err(TokenError::Type)),
        ("", Err(TokenError::Type)),
    ] {
        assert_eq!(verifier().verify(&typed(typ)).map(drop), verdict, "{typ}");
    }
    let logout = builder().types(["logout+jwt"]).build().unwrap();
    assert!(logout.verify(&typed("Logout+JWT")).is_ok());
    assert_eq!(logout.verify(&token()), Err(TokenError::Type));
}

#[test]
fn jwt_22_length_is_judged_before_anything_else() {
    let long = "!".repeat(8 * 1024 + 1);
    assert_eq!(verifier().verify(&long), Err(TokenError::TooLong));
    assert_eq!(verifier().verify(&long[1..]), Err(TokenError::Malformed));

    let token = token();
    let at_most = |len| builder().max_len(len).build().unwrap().verify(&token);
    assert!(at_most(token.len()).is_ok());
    assert_eq!(at_most(token.len() - 1), Err(TokenError::TooLong));
}

#[test]
fn jwt_22_claims_are_not_looked_at_before_the_signature() {
    let forged = |payload: &str| {
        let signature = encode(&[1; 64]);
        format!("{}.{}.{signature}", encode(br#"{"alg":"ES256"}"#), encode(payload.as_bytes()))
    };
    for payload in ["", "{", "{\"exp\":0}", &claims_with("exp", &json!(0)).to_string()] {
        assert_eq!(verifier().verify(&forged(payload)), Err(TokenError::Signature), "{payload}");
    }
}

#[test]
fn every_changed_byte_is_noticed() {
    let token = token();
    let verifier = verifier();
    assert!(verifier.verify(&token).is_ok());
    for at in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        assert!(verifier.verify(&changed).is_err(), "byte {at}");
    }
}

#[test]
fn a_maximum_lifetime_needs_iat() {
    let verifier = builder().max_lifetime(Duration::from_secs(3600)).build().unwrap();
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

/// RFC 9068 section 4.
mod at_jwt {
    use super::*;

    fn access_claims() -> Value {
        let mut claims = claims();
        claims["client_id"] = json!("cli");
        claims["iat"] = json!(NOW);
        claims["jti"] = json!("1");
        claims
    }

    fn verdict(header: &str, claims: &Value) -> Result<(), TokenError> {
        let verifier = builder().at_jwt().build().unwrap();
        verifier.verify(&forge(header, claims.to_string())).map(drop)
    }

    #[test]
    fn id_9068_1_only_access_tokens_are_accepted() {
        for typ in ["at+jwt", "AT+JWT", "application/at+jwt"] {
            let header = json!({ "alg": "ES256", "typ": typ }).to_string();
            assert_eq!(verdict(&header, &access_claims()), Ok(()), "{typ}");
        }
        for header in [
            r#"{"alg":"ES256"}"#,
            r#"{"alg":"ES256","typ":"JWT"}"#,
            r#"{"alg":"ES256","typ":"id+jwt"}"#,
        ] {
            assert_eq!(verdict(header, &access_claims()), Err(TokenError::Type), "{header}");
        }
    }

    #[test]
    fn id_9068_2_to_5_issuer_audience_signature_and_expiry_hold() {
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
    fn id_9068_6_its_claims_are_all_there() {
        let header = r#"{"alg":"ES256","typ":"at+jwt"}"#;
        for name in ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"] {
            let mut claims = access_claims();
            claims.as_object_mut().unwrap().remove(name);
            assert_eq!(verdict(header, &claims), Err(TokenError::MissingClaim(name)));
        }
    }

    #[test]
    fn id_9068_7_scope_is_what_authorizes() {
        let mut claims = access_claims();
        claims["scope"] = json!("items:read items:write");
        let token = forge(r#"{"alg":"ES256","typ":"at+jwt"}"#, claims.to_string());
        let claims = builder().at_jwt().build().unwrap().verify(&token).unwrap();

        assert_eq!(claims.scopes().collect::<Vec<_>>(), ["items:read", "items:write"]);
    }
}

#[test]
fn it_is_not_built_without_issuer_audience_and_algorithm() {
    let start = || Verifier::<()>::builder(es256().verifying_key(), [Algorithm::ES256]);
    let any = || start().insecure_any_issuer().insecure_any_audience();
    for (builder, error) in [
        (start().audience(AUDIENCE), ConfigError::NoIssuer),
        (start().audience(AUDIENCE).issuer(""), ConfigError::NoIssuer),
        (start().issuer(ISSUER), ConfigError::NoAudience),
        (start().issuer(ISSUER).audience(""), ConfigError::NoAudience),
        (any().issuer(ISSUER), ConfigError::Contradiction),
        (any().audience(AUDIENCE), ConfigError::Contradiction),
        (any().leeway(Duration::from_secs(301)), ConfigError::Leeway),
        (Verifier::builder(es256().verifying_key(), []), ConfigError::NoAlgorithm),
        (Verifier::builder(es256().verifying_key(), [Algorithm::RS256]), ConfigError::Key),
    ] {
        assert_eq!(builder.build().err(), Some(error));
    }
    assert!(any().leeway(Duration::from_secs(300)).build().is_ok());
}

#[test]
fn the_insecure_doors_open_only_what_they_say() {
    let start = || Verifier::<()>::builder(es256().verifying_key(), [Algorithm::ES256]);
    let verifier = start().insecure_any_issuer().insecure_any_audience().clock(clock());
    let verifier = verifier.build().unwrap();

    assert!(verifier.verify(&sign(json!({ "exp": NOW + 1 }).to_string())).is_ok());
    let expired = sign(json!({ "exp": NOW - 30 }).to_string());
    assert_eq!(verifier.verify(&expired), Err(TokenError::Expired));
    let odd = sign(json!({ "exp": NOW + 1, "iss": 1 }).to_string());
    assert_eq!(verifier.verify(&odd), Err(TokenError::Claims));
}

#[test]
fn replaced_keys_take_effect_at_once() {
    let verifier = verifier();
    let token = token();
    assert!(verifier.verify(&token).is_ok());

    let other = SigningKey::generate(Algorithm::ES256).unwrap();
    verifier.keys().replace(other.verifying_key().into());
    assert_eq!(verifier.verify(&token), Err(TokenError::Signature));

    verifier.keys().replace(es256().verifying_key().into());
    assert!(verifier.verify(&token).is_ok());
}

#[test]
fn tokens_without_kid_are_tried_with_a_few_keys_only() {
    let others = |count| (0..count).map(|_| SigningKey::generate(Algorithm::ES256).unwrap());
    let verdict = |count| {
        let keys = others(count).map(|key| key.verifying_key());
        let keys = KeySet::new(keys.chain([es256().verifying_key()])).unwrap();
        let verifier = Verifier::<()>::builder(keys, [Algorithm::ES256]);
        let verifier = verifier.issuer(ISSUER).audience(AUDIENCE).clock(clock()).build().unwrap();
        verifier.verify(&sign(claims().to_string())).map(drop)
    };

    assert_eq!(verdict(3), Ok(()));
    assert_eq!(verdict(4), Err(TokenError::Key));
}

#[test]
fn all_algorithms_sign_and_verify() {
    use Algorithm::{
        ES256, ES384, ES512, EdDSA, HS256, HS384, HS512, PS256, PS384, PS512, RS256, RS384, RS512,
    };
    let all = [ES256, ES384, ES512, EdDSA, HS256, HS384, HS512, PS256, PS384, PS512, RS256, RS384, RS512];
    for algorithm in all {
        let key = SigningKey::generate(algorithm).unwrap();
        let verifier = Verifier::<()>::builder(key.verifying_key(), [algorithm]);
        let verifier = verifier.issuer(ISSUER).audience(AUDIENCE).clock(clock()).build().unwrap();
        let signer = TokenSigner::new(key, ISSUER).audience(AUDIENCE).clock(clock());
        let token = signer.sign(Claims::new("alice", ())).unwrap();

        let claims = verifier.verify(&token).unwrap();
        assert_eq!(claims.subject.as_deref(), Some("alice"), "{algorithm}");
        assert_eq!(claims.expires_at, Some(at(NOW + 900)));
        assert!(verifier.verify(&signer.sign(Claims::new("alice", ())).unwrap()).is_ok());
    }
}

#[test]
fn neither_errors_nor_debug_hold_the_token_or_the_secret() {
    let verifier = Verifier::<()>::builder(hs256().verifying_key(), [Algorithm::HS256]);
    let verifier = verifier.issuer(ISSUER).audience(AUDIENCE).build().unwrap();
    let secret = crate::support::secret();
    let bytes = format!("{:?}", secret.expose_secret());
    let inner = bytes.trim_matches(['[', ']']);
    let shown = format!("{verifier:?} {:?} {:?}", hs256(), signer());

    assert!(!shown.contains(inner), "{shown}");
    assert!(!shown.contains(&encode(secret.expose_secret())), "{shown}");
    let error = verifier.verify(&token()).unwrap_err();
    assert_eq!(format!("{error} {error:?}"), "the token's algorithm is not accepted Algorithm");
}
