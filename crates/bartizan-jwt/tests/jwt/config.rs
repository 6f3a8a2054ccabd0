//! Settings of a verifier, and what they change.

use std::time::Duration;

use bartizan_jwt::{
    Algorithm, Claims, ConfigError, KeySet, SigningKey, TokenError, TokenSigner, Verifier,
};
use serde_json::json;

use crate::support::{
    AUDIENCE, ISSUER, NOW, at, claims, clock, encode, es256, hs256, sign, signer, token, verifier,
};

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
        (any().at_jwt().types(["at+jwt"]), ConfigError::Contradiction),
        (any().types(["at+jwt"]).at_jwt(), ConfigError::Contradiction),
        (
            Verifier::builder(es256().verifying_key(), []),
            ConfigError::NoAlgorithm,
        ),
        (
            Verifier::builder(es256().verifying_key(), [Algorithm::RS256]),
            ConfigError::Key,
        ),
    ] {
        assert_eq!(builder.build().err(), Some(error));
    }
    assert!(any().leeway(Duration::from_secs(300)).build().is_ok());
}

#[test]
fn the_insecure_doors_open_only_what_they_say() {
    let start = || Verifier::<()>::builder(es256().verifying_key(), [Algorithm::ES256]);
    let verifier = start()
        .insecure_any_issuer()
        .insecure_any_audience()
        .clock(clock());
    let verifier = verifier.build().unwrap();

    assert!(
        verifier
            .verify(&sign(json!({ "exp": NOW + 1 }).to_string()))
            .is_ok()
    );
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
        let verifier = verifier
            .issuer(ISSUER)
            .audience(AUDIENCE)
            .clock(clock())
            .build()
            .unwrap();
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
    let all = [
        ES256, ES384, ES512, EdDSA, HS256, HS384, HS512, PS256, PS384, PS512, RS256, RS384, RS512,
    ];
    for algorithm in all {
        let key = SigningKey::generate(algorithm).unwrap();
        let verifier = Verifier::<()>::builder(key.verifying_key(), [algorithm]);
        let verifier = verifier
            .issuer(ISSUER)
            .audience(AUDIENCE)
            .clock(clock())
            .build()
            .unwrap();
        let signer = TokenSigner::new(key, ISSUER)
            .audience(AUDIENCE)
            .clock(clock());
        let token = signer.sign(Claims::new("alice", ())).unwrap();

        let claims = verifier.verify(&token).unwrap();
        assert_eq!(claims.subject.as_deref(), Some("alice"), "{algorithm}");
        assert_eq!(claims.expires_at, Some(at(NOW + 900)));
        assert!(
            verifier
                .verify(&signer.sign(Claims::new("alice", ())).unwrap())
                .is_ok()
        );
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
    assert_eq!(
        format!("{error} {error:?}"),
        "the token's algorithm is not accepted Algorithm"
    );
}
