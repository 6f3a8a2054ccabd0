use std::time::Duration;

use bartizan_jwt::{Claims, SignError, TokenError};
use serde::Serialize;
use serde_json::{Value, json};

use crate::support::{AUDIENCE, ISSUER, NOW, at, builder, signer, verifier};

fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).unwrap();
    let bytes = base64_simd::URL_SAFE_NO_PAD.decode_to_vec(part).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

#[test]
fn a_token_says_who_for_whom_and_until_when() {
    let token = signer().sign(Claims::new("alice", ())).unwrap();

    assert_eq!(part(&token, 0), json!({ "alg": "ES256", "typ": "JWT" }));
    let mut payload = part(&token, 1);
    let id = payload.as_object_mut().unwrap().remove("jti").unwrap();
    assert_eq!(id.as_str().unwrap().len(), 22);
    assert_eq!(
        payload,
        json!({ "iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "iat": NOW, "exp": NOW + 900 })
    );
}

#[test]
fn claims_of_its_own_go_before_the_signers() {
    let mut claims = Claims::new("alice", ())
        .with_audience(["a", "b"])
        .with_scope("read")
        .with_roles(["admin"]);
    claims.issuer = Some("other".into());
    claims.expires_at = Some(at(NOW + 5) + Duration::from_millis(999));
    claims.not_before = Some(at(NOW + 1));
    claims.issued_at = Some(at(NOW - 7));
    claims.id = Some("id".into());

    let token = signer().sign(claims).unwrap();

    assert_eq!(
        part(&token, 1),
        json!({
            "iss": "other", "aud": ["a", "b"], "sub": "alice", "exp": NOW + 5, "nbf": NOW + 1,
            "iat": NOW - 7, "jti": "id", "scope": "read", "roles": ["admin"],
        })
    );
}

#[test]
fn no_two_tokens_have_the_same_id() {
    let signer = signer();
    let id = || part(&signer.sign(Claims::new("alice", ())).unwrap(), 1)["jti"].to_string();

    assert_ne!(id(), id());
}

#[test]
fn the_lifetime_and_the_type_can_be_set() {
    let signer = signer().lifetime(Duration::from_secs(60)).typ("at+jwt");
    assert_eq!(signer.expires_in(), Duration::from_secs(60));
    let token = signer
        .sign(Claims::new("alice", json!({ "client_id": "cli" })))
        .unwrap();

    assert_eq!(verifier().verify(&token), Err(TokenError::Type));
    let claims = builder().at_jwt().build().unwrap().verify(&token).unwrap();
    assert_eq!(claims.expires_at, Some(at(NOW + 60)));
}

#[test]
fn a_claim_is_not_written_twice() {
    let scope = json!({ "scope": "write" });
    for custom in [
        json!({ "sub": "mallory" }),
        json!({ "exp": 0 }),
        json!({ "jti": "1" }),
    ] {
        assert_eq!(
            signer().sign(Claims::new("alice", custom)),
            Err(SignError::Claims)
        );
    }
    let twice = Claims::new("alice", scope.clone()).with_scope("read");
    assert_eq!(signer().sign(twice), Err(SignError::Claims));
    assert!(signer().sign(Claims::new("alice", scope)).is_ok());
}

#[test]
fn claims_that_are_no_object_are_refused() {
    #[derive(Serialize)]
    struct Tuple(u8, u8);

    assert_eq!(
        signer().sign(Claims::new("alice", vec![1])),
        Err(SignError::Claims)
    );
    assert_eq!(
        signer().sign(Claims::new("alice", Tuple(1, 2))),
        Err(SignError::Claims)
    );
    assert_eq!(
        signer().sign(Claims::new("alice", "text")),
        Err(SignError::Claims)
    );
}

proptest::proptest! {
    #[test]
    fn what_is_signed_is_read_back(
        subject: String,
        scopes in proptest::collection::vec("[!#-\\[\\]-~]{1,12}", 0..4),
        roles: Vec<String>,
        audience in proptest::collection::vec(proptest::prelude::any::<String>(), 0..3),
    ) {
        let audience: Vec<_> = audience.into_iter().chain([AUDIENCE.to_owned()]).collect();
        let claims = Claims::new(subject.clone(), ())
            .with_scope(scopes.join(" "))
            .with_roles(roles.clone())
            .with_audience(audience.clone());

        let read = builder().max_len(1 << 20).build().unwrap();
        let read = read.verify(&signer().sign(claims).unwrap()).unwrap();

        proptest::prop_assert_eq!(read.subject, Some(subject));
        proptest::prop_assert_eq!(read.scope, scopes.join(" "));
        proptest::prop_assert_eq!(read.roles, roles);
        proptest::prop_assert_eq!(read.audience, audience);
        proptest::prop_assert_eq!(read.issued_at, Some(at(NOW)));
    }
}
