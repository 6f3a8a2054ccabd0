//! A token, and what is said of its form, its header and its signature.

use bartizan_jwt::{
    Algorithm, Claims, KeySet, SigningKey, TokenError, TokenSigner, Verifier, sign_jws, verify_jws,
};
use serde_json::json;

use crate::support::{
    AUDIENCE, ISSUER, builder, claims, claims_with, clock, encode, es256, forge, rs256,
    sign_segments, token, verifier,
};

#[test]
fn jwt_1_only_listed_algorithms_are_accepted() {
    let keys = || KeySet::new([es256().verifying_key(), rs256().verifying_key()]).unwrap();
    let only = |algorithm| {
        let builder = Verifier::<()>::builder(keys(), [algorithm]);
        builder
            .issuer(ISSUER)
            .audience(AUDIENCE)
            .clock(clock())
            .build()
            .unwrap()
    };
    let signed = |key| {
        let signer = TokenSigner::new(key, ISSUER)
            .audience(AUDIENCE)
            .clock(clock());
        signer.sign(Claims::new("alice", ())).unwrap()
    };

    assert!(only(Algorithm::ES256).verify(&signed(es256())).is_ok());
    assert!(only(Algorithm::RS256).verify(&signed(rs256())).is_ok());
    assert_eq!(
        only(Algorithm::RS256).verify(&signed(es256())),
        Err(TokenError::Algorithm)
    );
    assert_eq!(
        only(Algorithm::ES256).verify(&signed(rs256())),
        Err(TokenError::Algorithm)
    );
}

#[test]
fn jwt_2_the_header_does_not_choose_how_a_key_is_used() {
    let id = rs256().id().unwrap().to_owned();
    let verifier = Verifier::<()>::builder(
        rs256().verifying_key(),
        [Algorithm::RS256, Algorithm::PS256, Algorithm::HS256],
    );
    let verifier = verifier
        .issuer(ISSUER)
        .audience(AUDIENCE)
        .clock(clock())
        .build()
        .unwrap();

    for algorithm in ["PS256", "HS256", "ES256", "none", "rs256", ""] {
        let header = format!(r#"{{"alg":"{algorithm}","kid":"{id}"}}"#);
        let token = forge(&header, claims().to_string());
        assert_eq!(
            verifier.verify(&token),
            Err(TokenError::Algorithm),
            "{algorithm}"
        );
    }
}

#[test]
fn jwt_3_each_issuer_has_its_own_keys_and_algorithms() {
    let verifier = |issuer: &str, key: &SigningKey| {
        let builder = Verifier::<()>::builder(key.verifying_key(), [key.algorithm()]);
        builder
            .issuer(issuer)
            .audience(AUDIENCE)
            .clock(clock())
            .build()
            .unwrap()
    };
    let (one, two) = (verifier("one", &es256()), verifier("two", &rs256()));
    let signed = |key, issuer: &str| {
        let signer = TokenSigner::new(key, issuer)
            .audience(AUDIENCE)
            .clock(clock());
        signer.sign(Claims::new("alice", ())).unwrap()
    };

    assert!(one.verify(&signed(es256(), "one")).is_ok());
    assert!(two.verify(&signed(rs256(), "two")).is_ok());
    assert_eq!(one.verify(&signed(es256(), "two")), Err(TokenError::Issuer));
    assert_eq!(
        two.verify(&signed(es256(), "two")),
        Err(TokenError::Algorithm)
    );
}

#[test]
fn jwt_4_unsigned_tokens_are_refused() {
    for algorithm in ["none", "None", "NONE", "nOnE"] {
        let header = encode(format!(r#"{{"alg":"{algorithm}"}}"#).as_bytes());
        let unsigned = format!("{header}.{}.", encode(claims().to_string().as_bytes()));
        assert_eq!(
            verifier().verify(&unsigned),
            Err(TokenError::Algorithm),
            "{algorithm}"
        );
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
        assert!(
            verdict.is_some_and(|error| error != TokenError::Claims),
            "{other:?}"
        );
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
        (
            header.clone(),
            base64_simd::STANDARD_NO_PAD.encode_to_string(&marked),
        ),
        (header.clone(), format!("{}\n", encode(payload.as_bytes()))),
        (header.clone(), payload.clone()),
        (header.clone(), format!("{}.", encode(payload.as_bytes()))),
        // "{}", with a bit set after its last byte.
        (header, "e31".into()),
    ] {
        let token = sign_segments(&format!("{header}.{payload}"));
        assert_eq!(
            verifier().verify(&token),
            Err(TokenError::Malformed),
            "{token}"
        );
    }
}

#[test]
fn jwt_15_a_kid_is_only_compared() {
    for id in [
        "../../dev/null",
        "' OR 1=1 --",
        "\u{0}",
        "x",
        &"k".repeat(256),
    ] {
        let header = json!({ "alg": "ES256", "kid": id }).to_string();
        let token = forge(&header, claims().to_string());
        // The key of the verifier has no id of its own, and so verifies any.
        assert!(verifier().verify(&token).is_ok(), "{id}");
    }
    let header = json!({ "alg": "ES256", "kid": "k".repeat(257) }).to_string();
    let token = forge(&header, claims().to_string());
    assert_eq!(verifier().verify(&token), Err(TokenError::Header));
}

#[test]
fn jwt_15_a_kid_that_is_no_keys_leads_nowhere() {
    let key = es256().verifying_key().with_id("one").unwrap();
    let verifier = Verifier::<()>::builder(key, [Algorithm::ES256]);
    let verifier = verifier
        .issuer(ISSUER)
        .audience(AUDIENCE)
        .clock(clock())
        .build()
        .unwrap();
    let signed = |header: &str| {
        verifier
            .verify(&forge(header, claims().to_string()))
            .map(drop)
    };

    assert_eq!(signed(r#"{"alg":"ES256","kid":"one"}"#), Ok(()));
    assert_eq!(signed(r#"{"alg":"ES256"}"#), Ok(()));
    assert_eq!(
        signed(r#"{"alg":"ES256","kid":"two"}"#),
        Err(TokenError::Key)
    );
    assert_eq!(signed(r#"{"alg":"ES256","kid":""}"#), Err(TokenError::Key));
}

#[test]
fn jwt_16_a_key_in_the_header_is_not_used() {
    let attacker = SigningKey::generate(Algorithm::ES256).unwrap();
    let jwk = attacker.verifying_key().to_jwk().unwrap();
    for name in ["jwk", "jku", "x5u", "x5c"] {
        let value = if name == "jwk" {
            jwk.clone()
        } else {
            json!("https://evil.test/keys")
        };
        let header = json!({ "alg": "ES256", name: value }).to_string();
        let ours = forge(&header, claims().to_string());
        assert!(verifier().verify(&ours).is_ok(), "{name} is ignored");
    }
    let signer = TokenSigner::new(attacker, ISSUER)
        .audience(AUDIENCE)
        .clock(clock());
    let theirs = signer.sign(Claims::new("alice", ())).unwrap();
    assert_eq!(verifier().verify(&theirs), Err(TokenError::Signature));
}

#[test]
fn jwt_17_kinds_of_token_exclude_each_other() {
    let typed = |typ: &str| {
        forge(
            &format!(r#"{{"alg":"ES256","typ":"{typ}"}}"#),
            claims().to_string(),
        )
    };
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
fn jwt_22_a_jws_has_a_greatest_length_too() {
    let keys = KeySet::from(es256().verifying_key());
    let long = "!".repeat(1024 * 1024 + 1);
    assert_eq!(verify_jws(&long, &keys), Err(TokenError::TooLong));
    assert_eq!(verify_jws(&long[1..], &keys), Err(TokenError::Malformed));

    let payload = vec![b'x'; 765 * 1024];
    let token = sign_jws(&es256(), &payload).unwrap();
    assert_eq!(verify_jws(&token, &keys), Ok(payload));
}

#[test]
fn jwt_22_claims_are_not_looked_at_before_the_signature() {
    let forged = |payload: &str| {
        let signature = encode(&[1; 64]);
        format!(
            "{}.{}.{signature}",
            encode(br#"{"alg":"ES256"}"#),
            encode(payload.as_bytes())
        )
    };
    for payload in [
        "",
        "{",
        "{\"exp\":0}",
        &claims_with("exp", &json!(0)).to_string(),
    ] {
        assert_eq!(
            verifier().verify(&forged(payload)),
            Err(TokenError::Signature),
            "{payload}"
        );
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
