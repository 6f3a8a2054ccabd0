//! RFC 6750: a request, and what is said of it.

use std::num::NonZeroUsize;
use std::time::Duration;

use bartizan_core::{Attempt, Authenticate, GuardLayer, Principal, Realm, RequestHead, Scheme};
use bartizan_jwt::{Bearer, Claims, SigningKey, TokenError};
use bartizan_testkit::{Probe, assert_readiness, assert_readiness_when_rejecting, assert_rejected};
use http::{Request, StatusCode};
use serde::Deserialize;
use serde_json::json;

use crate::support::{
    ISSUER, NOW, at, builder, claims, claims_with, clock, es256, sign, signer, token,
};

fn bearer() -> Bearer {
    Bearer::new(builder().build().unwrap()).realm("items".parse::<Realm>().unwrap())
}

fn request(authorization: &str) -> Request<()> {
    let request = Request::get("/items").header("authorization", authorization);
    request.body(()).unwrap()
}

fn attempt(request: &Request<()>) -> Attempt {
    bearer().authenticate(RequestHead::of(request))
}

/// Returns status and challenge.
fn refusal(request: &Request<()>) -> (StatusCode, String) {
    match attempt(request) {
        Attempt::Failed(failure) => {
            let challenge = bearer().challenge(Some(&failure));
            (failure.status(), challenge.to_string())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn rfc6750_1_a_token_in_the_authorization_field_makes_a_principal() {
    for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
        for spaces in [" ", "   "] {
            let request = request(&format!("{scheme}{spaces}{}", token()));
            assert!(
                matches!(attempt(&request), Attempt::Authenticated(_)),
                "{scheme}"
            );
        }
    }
}

#[test]
fn rfc6750_2_without_credentials_there_is_no_error() {
    let none = Request::get("/items").body(()).unwrap();
    assert!(matches!(attempt(&none), Attempt::Absent));
    assert!(matches!(attempt(&request("Basic YTpi")), Attempt::Absent));
    assert!(matches!(
        attempt(&request(&format!("Bearer{}", token()))),
        Attempt::Absent
    ));

    assert_eq!(
        bearer().challenge(None).to_string(),
        "Bearer realm=\"items\""
    );
}

#[test]
fn rfc6750_3_a_malformed_request_is_400() {
    let mut twice = request(&format!("Bearer {}", token()));
    twice
        .headers_mut()
        .append("authorization", "Bearer x".parse().unwrap());
    for request in [
        twice,
        request("Bearer"),
        request("Bearer "),
        request("Bearer \u{e9}"),
    ] {
        let (status, challenge) = refusal(&request);
        assert_eq!(status, StatusCode::BAD_REQUEST, "{request:?}");
        assert!(
            challenge.contains("error=\"invalid_request\""),
            "{challenge}"
        );
    }
}

#[test]
fn rfc6750_4_an_invalid_token_is_401() {
    let expired = sign(claims_with("exp", &json!(NOW - 30)).to_string());
    for (token, sentence) in [
        ("x", TokenError::Malformed),
        ("a b", TokenError::Malformed),
        ("a,b", TokenError::Malformed),
        ("=", TokenError::Malformed),
        ("a.b.c", TokenError::Malformed),
        (&format!("{}, Basic YTpi", token()), TokenError::Malformed),
        (&format!("\"{}\"", token()), TokenError::Malformed),
        (&expired, TokenError::Expired),
    ] {
        let (status, challenge) = refusal(&request(&format!("Bearer {token}")));
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{token}");
        assert_eq!(
            challenge,
            format!(
                "Bearer realm=\"items\", error=\"invalid_token\", error_description=\"{sentence}\""
            ),
        );
    }
}

#[test]
fn rfc9068_8_an_access_token_that_is_refused_is_an_invalid_token() {
    let bearer = Bearer::new(builder().at_jwt().build().unwrap());
    let request = request(&format!("Bearer {}", token()));
    let Attempt::Failed(failure) = bearer.authenticate(RequestHead::of(&request)) else {
        panic!("a token of another type was taken");
    };

    assert_eq!(failure.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(
        bearer.challenge(Some(&failure)).get("error"),
        Some("invalid_token")
    );
}

#[test]
fn rfc6750_6_a_token_in_the_query_is_not_looked_at() {
    let uri = format!("/items?access_token={}", token());
    let request = Request::get(uri).body(()).unwrap();

    assert!(matches!(attempt(&request), Attempt::Absent));
}

#[test]
fn rfc6750_7_a_token_in_a_form_is_not_looked_at() {
    let request =
        Request::post("/items").header("content-type", "application/x-www-form-urlencoded");
    let request = request.body(()).unwrap();

    assert!(matches!(attempt(&request), Attempt::Absent));
}

#[test]
fn rfc6750_8_and_9_challenges_keep_to_the_grammar() {
    for error in [
        TokenError::Algorithm,
        TokenError::Audience,
        TokenError::Claims,
        TokenError::Critical,
        TokenError::Expired,
        TokenError::Header,
        TokenError::IssuedInFuture,
        TokenError::Issuer,
        TokenError::Key,
        TokenError::Lifetime,
        TokenError::Malformed,
        TokenError::MissingClaim("sub"),
        TokenError::NotYetValid,
        TokenError::Signature,
        TokenError::TooLong,
        TokenError::Type,
    ] {
        let allowed = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        assert!(error.as_str().bytes().all(allowed), "{error}");
    }
    let (_, challenge) = refusal(&request("Bearer x"));
    assert_eq!(challenge.matches("realm=").count(), 1);
    assert_eq!(challenge.matches("error=").count(), 1);
    assert_eq!(challenge.matches("scope=").count(), 0);
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
struct Tenant {
    tenant: String,
}

#[test]
fn jwt_14_a_principal_has_what_the_token_says() {
    let bearer = Bearer::new(builder().with_custom::<Tenant>().build().unwrap());
    let mut claims = Claims::new("alice", json!({ "tenant": "north" }))
        .with_scope("items:read items:write")
        .with_roles(["admin"]);
    claims.id = Some("token-1".into());
    let principal = bearer.principal(&signer().sign(claims).unwrap()).unwrap();

    assert_eq!(principal.subject(), "alice");
    assert_eq!(principal.issuer(), Some(ISSUER));
    assert_eq!(principal.scheme(), "bearer");
    assert_eq!(principal.roles(), ["admin"]);
    assert_eq!(principal.scopes(), ["items:read", "items:write"]);
    assert_eq!(principal.credential_id(), Some("token-1"));
    assert_eq!(principal.expires_at(), Some(at(NOW + 900)));
    let claims = principal.attribute::<Claims<Tenant>>().unwrap();
    assert_eq!(claims.custom.tenant, "north");
}

#[test]
fn a_token_about_nobody_makes_no_principal() {
    for subject in [serde_json::Value::Null, json!("")] {
        let token = sign(claims_with("sub", &subject).to_string());
        for bearer in [bearer(), cached().0] {
            for _again in 0..2 {
                let principal = bearer.principal(&token);
                assert_eq!(principal.err(), Some(TokenError::MissingClaim("sub")));
            }
        }
    }
}

#[test]
fn only_the_log_is_told_which_claim_is_missing() {
    let error = TokenError::MissingClaim("sub");
    assert_eq!(error.to_string(), "the token lacks a required claim: sub");

    let token = sign(claims_with("sub", &serde_json::Value::Null).to_string());
    let (_, challenge) = refusal(&request(&format!("Bearer {token}")));
    assert!(
        challenge.ends_with("error_description=\"the token lacks a required claim\""),
        "{challenge}"
    );
    let Attempt::Failed(failure) = attempt(&request(&format!("Bearer {token}"))) else {
        panic!("a token about nobody was taken");
    };
    assert_eq!(failure.detail(), error.as_str());
    let cause = std::error::Error::source(&failure).unwrap();
    assert_eq!(cause.to_string(), error.to_string());
}

#[test]
fn a_second_bearer_is_not_asked_about_the_token_that_the_first_refuses() {
    let two = || builder().issuer("https://two.example").build().unwrap();
    let signer = bartizan_jwt::TokenSigner::new(es256(), "https://two.example")
        .audience(crate::support::AUDIENCE)
        .clock(clock());
    let token = signer.sign(Claims::new("alice", ())).unwrap();
    let request = request(&format!("Bearer {token}"));

    let alone = Bearer::new(two()).authenticate(RequestHead::of(&request));
    assert!(matches!(alone, Attempt::Authenticated(_)));
    let second = bearer().or(Bearer::new(two()));
    let second = second.authenticate(RequestHead::of(&request));
    assert!(matches!(second, Attempt::Failed(_)), "{second:?}");
}

fn cached() -> (Bearer, bartizan_testkit::FakeClock) {
    let clock = clock();
    let verifier = builder().clock(clock.clone()).build().unwrap();
    (
        Bearer::new(verifier).cache(NonZeroUsize::new(16).unwrap()),
        clock,
    )
}

#[test]
fn a_remembered_token_expires_when_it_would_have() {
    let (bearer, clock) = cached();
    let token = sign(claims().to_string());
    let first = bearer.principal(&token).unwrap();

    clock.advance(Duration::from_secs(89));
    assert_eq!(bearer.principal(&token).unwrap().subject(), first.subject());
    clock.advance(Duration::from_secs(1));
    assert_eq!(bearer.principal(&token).err(), Some(TokenError::Expired));
}

#[test]
fn a_remembered_token_is_gone_with_its_key() {
    let (bearer, _) = cached();
    let token = token();
    assert!(bearer.principal(&token).is_ok());

    let other = SigningKey::generate(bartizan_jwt::Algorithm::ES256).unwrap();
    bearer
        .verifier()
        .keys()
        .replace(other.verifying_key().into());
    assert_eq!(bearer.principal(&token).err(), Some(TokenError::Signature));

    bearer
        .verifier()
        .keys()
        .replace(es256().verifying_key().into());
    assert!(bearer.principal(&token).is_ok());
}

#[test]
fn the_cache_finds_the_same_bytes_only() {
    let (bearer, _) = cached();
    let token = token();
    assert!(bearer.principal(&token).is_ok());
    let (head, signature) = token.rsplit_once('.').unwrap();
    let mallory = claims_with("sub", &json!("mallory")).to_string();
    let header = token.split('.').next().unwrap();
    let forged = format!(
        "{header}.{}.{signature}",
        crate::support::encode(mallory.as_bytes())
    );

    assert_eq!(bearer.principal(&forged).err(), Some(TokenError::Signature));
    assert!(bearer.principal(&format!("{head}.x{signature}")).is_err());
    assert_eq!(bearer.principal(&token).unwrap().subject(), "alice");
}

#[test]
fn what_did_not_verify_is_not_remembered() {
    let (bearer, clock) = cached();
    let early = sign(claims_with("nbf", &json!(NOW + 31)).to_string());

    assert_eq!(
        bearer.principal(&early).err(),
        Some(TokenError::NotYetValid)
    );
    clock.advance(Duration::from_secs(1));
    assert!(bearer.principal(&early).is_ok());
}

#[test]
fn debug_does_not_show_remembered_tokens() {
    let (bearer, _) = cached();
    let token = token();
    bearer.principal(&token).unwrap();

    let shown = format!("{bearer:?}");
    assert!(
        !shown.contains(&token[..20]) && !shown.contains("alice"),
        "{shown}"
    );
}

fn layer() -> GuardLayer<Authenticate<Bearer>> {
    GuardLayer::new(Authenticate::required(bearer()))
}

#[test]
fn readiness_is_passed_on() {
    assert_readiness(&layer(), &request(&format!("Bearer {}", token())));
    assert_readiness_when_rejecting(&layer(), &request("Bearer x.y.z"));
}

#[test]
fn what_fails_is_turned_away_over_http_and_grpc() {
    for (request, status, slug) in [
        (
            request("Bearer x"),
            StatusCode::UNAUTHORIZED,
            "invalid-token",
        ),
        (
            request("Bearer"),
            StatusCode::BAD_REQUEST,
            "malformed-credentials",
        ),
    ] {
        tokio_test::block_on(assert_rejected(&layer(), &request, status, slug));
    }
}

#[test]
fn what_passes_is_called_once_with_its_principal_and_without_the_token() {
    let probe = Probe::new();
    let request = request(&format!("Bearer {}", token()));

    let response = tokio_test::block_on(bartizan_testkit::send(&layer(), &probe, request));

    assert_eq!((response.status(), probe.calls()), (StatusCode::OK, 1));
    let seen = probe.last().unwrap();
    assert_eq!(
        seen.extensions().get::<Principal>().unwrap().subject(),
        "alice"
    );
    assert!(!seen.headers().contains_key("authorization"));
}

#[test]
fn guards_over_it_can_be_shared_between_threads() {
    fn shared<T: Clone + Send + Sync + 'static>(_: &T) {}
    shared(&layer());
}
