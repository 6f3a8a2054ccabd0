//! Logins that are too old or too weak (RFC 9470).

use std::time::{Duration, UNIX_EPOCH};

use bartizan_core::{
    Authentication, Clock, GuardLayer, Principal, PrincipalBuilder, Realm, Rejection,
};
use bartizan_rbac::{Policy, acr, all, amr, any, max_age, not, require, role, scope};
use bartizan_testkit::{FakeClock, Probe, assert_rejected, send};
use http::header::WWW_AUTHENTICATE;
use http::{Request, StatusCode};

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn rfc9470_3_a_login_that_will_not_do_is_asked_for_again() {
    let refused = r#"Bearer realm="api", error="insufficient_user_authentication", error_description="a more recent or a stronger login is required""#;
    for (policy, rest) in [
        (max_age(5 * MINUTE), r#", max_age="300""#),
        (acr("gold"), r#", acr_values="gold""#),
        (amr("hwk"), ""),
        (
            any([acr("gold"), acr("silver")]),
            r#", acr_values="gold silver""#,
        ),
        (
            all([acr("gold"), max_age(5 * MINUTE), max_age(MINUTE)]),
            r#", acr_values="gold", max_age="60""#,
        ),
        (
            all([any([acr("gold"), acr("silver")]), acr("silver")]),
            r#", acr_values="silver""#,
        ),
        // A token with more scopes is not to be asked for before.
        (
            all([scope("write"), max_age(MINUTE), role("editor")]),
            r#", max_age="60", scope="write""#,
        ),
        (all([scope("read"), max_age(MINUTE)]), r#", max_age="60""#),
        (any([role("admin"), max_age(MINUTE)]), r#", max_age="60""#),
        (acr("not \u{e9} text"), ""),
    ] {
        let layer = GuardLayer::new(require(policy.clone()).clock(clock()));
        let old = logged_in(Authentication::new().at(start()).in_context_class("bronze"));
        let request = request(old);
        let status = StatusCode::UNAUTHORIZED;
        let response = assert_rejected(&layer, &request, status, "insufficient-authentication");
        let response = response.await;
        let sent = response.headers()[WWW_AUTHENTICATE].to_str().unwrap();
        assert_eq!(sent, format!("{refused}{rest}"), "{policy}");

        let rejection = response.extensions().get::<Rejection>().unwrap();
        let source = std::error::Error::source(rejection).unwrap().to_string();
        assert!(source.starts_with("missing: "), "{source}");
    }
}

#[tokio::test]
async fn what_no_login_helps_with_is_answered_403_as_ever() {
    for policy in [
        all([role("admin"), max_age(MINUTE)]),
        all([max_age(MINUTE), not(max_age(MINUTE))]),
        all([acr("gold"), acr("silver")]),
        not(acr("bronze")),
    ] {
        let layer = GuardLayer::new(require(policy.clone()).clock(clock()));
        let old = logged_in(Authentication::new().at(start()).in_context_class("bronze"));
        let request = request(old);
        let status = StatusCode::FORBIDDEN;
        let response = assert_rejected(&layer, &request, status, "not-permitted").await;
        assert!(
            !response.headers().contains_key(WWW_AUTHENTICATE),
            "{policy}"
        );
    }
}

#[tokio::test]
async fn who_does_not_come_by_token_is_not_asked_for_another() {
    let layer = GuardLayer::new(require(max_age(MINUTE)).clock(clock()));
    let session = Principal::builder("alice").scheme("session").build();
    let status = StatusCode::FORBIDDEN;
    let slug = "insufficient-authentication";
    let response = assert_rejected(&layer, &request(session), status, slug).await;
    assert!(!response.headers().contains_key(WWW_AUTHENTICATE));
}

#[tokio::test]
async fn a_login_is_recent_until_its_age_is_over() {
    let clock = clock();
    let layer = GuardLayer::new(require(max_age(5 * MINUTE)).clock(clock.clone()));
    let now = clock.now();
    let second = Duration::from_secs(1);
    for (time, expected) in [
        (Some(now), 200),
        (Some(now - 5 * MINUTE), 200),
        (Some(now - 5 * MINUTE - second), 401),
        // The clock of who saw the login may be a little ahead.
        (Some(now + MINUTE), 200),
        (Some(now + MINUTE + second), 401),
        (Some(UNIX_EPOCH), 401),
        (None, 401),
    ] {
        let login = Authentication::new();
        let login = time.into_iter().fold(login, Authentication::at);
        assert_eq!(status(&layer, logged_in(login)).await, expected, "{time:?}");
    }
    assert_eq!(status(&layer, alice().build()).await, 401);
}

#[tokio::test]
async fn a_login_has_the_class_and_the_methods_that_it_says() {
    let gold = || {
        let login = Authentication::new().in_context_class("gold");
        login.method("pwd").method("otp")
    };
    for (policy, expected) in [
        (acr("gold"), 200),
        (acr("Gold"), 401),
        (acr("gold "), 401),
        (any([acr("silver"), acr("gold")]), 200),
        (amr("otp"), 200),
        (all([amr("otp"), amr("pwd")]), 200),
        (all([amr("otp"), amr("hwk")]), 401),
    ] {
        let layer = GuardLayer::new(require(policy.clone()));
        assert_eq!(
            status(&layer, logged_in(gold())).await,
            expected,
            "{policy}"
        );
    }
}

#[tokio::test]
async fn a_step_up_keeps_the_realm_of_the_given_challenge() {
    let realm: Realm = "shop".parse().unwrap();
    let guard = require(acr("gold")).challenge(bartizan_core::Challenge::bearer(&realm));
    let layer = GuardLayer::new(guard);
    let response = send(&layer, &Probe::new(), request(alice().build())).await;
    let sent = response.headers()[WWW_AUTHENTICATE].to_str().unwrap();
    assert!(sent.starts_with(r#"Bearer realm="shop", error="insufficient_user"#));
}

#[test]
fn parts_of_a_second_are_no_longer_age() {
    let policy: Policy = max_age(Duration::from_millis(1999));
    assert_eq!(policy.to_string(), "max-age 1");
}

fn clock() -> FakeClock {
    FakeClock::at(start() + 60 * MINUTE)
}

fn start() -> std::time::SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_700_000_000)
}

fn alice() -> PrincipalBuilder {
    Principal::builder("alice")
        .scheme("bearer")
        .role("editor")
        .scope("read")
}

fn logged_in(login: Authentication) -> Principal {
    alice().attribute(login).build()
}

fn request(principal: Principal) -> Request<()> {
    let mut request = Request::new(());
    request.extensions_mut().insert(principal);
    request
}

async fn status(layer: &GuardLayer<bartizan_rbac::Require>, principal: Principal) -> u16 {
    let response = send(layer, &Probe::new(), request(principal)).await;
    response.status().as_u16()
}
