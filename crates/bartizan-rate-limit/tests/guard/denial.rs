use std::time::Duration;

use bartizan_core::{GuardLayer, Rejection};
use bartizan_rate_limit::{Fields, Limit, RateLimit};
use bartizan_testkit::{
    LogCapture, Probe, assert_readiness, assert_readiness_when_rejecting, assert_rejected, send,
    with_grpc,
};
use http::StatusCode;

use super::*;

#[tokio::test]
async fn asvs_2_4_1_the_sixth_of_five_a_minute_is_refused() {
    let (clock, probe) = (clock(), Probe::new());
    let layer = GuardLayer::new(five(&clock));
    for remaining in (0..5).rev() {
        let response = send(&layer, &probe, from("192.0.2.1")).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.body(), "inner");
        let r = format!(r#""api";r={remaining};"#);
        assert!(field(&response, "ratelimit")[0].starts_with(&r));
        assert_eq!(field(&response, "ratelimit-policy"), [r#""api";q=5;w=60"#]);
    }
    let refused = assert_rejected(
        &layer,
        &from("192.0.2.1"),
        StatusCode::TOO_MANY_REQUESTS,
        "quota-exceeded",
    )
    .await;
    assert_eq!(probe.calls(), 5);
    assert_eq!(field(&refused, "retry-after"), ["12"]);
    assert_eq!(field(&refused, "ratelimit"), [r#""api";r=0;t=12"#]);
    assert_eq!(field(&refused, "ratelimit-policy"), [r#""api";q=5;w=60"#]);

    clock.advance(Duration::from_secs(12));
    assert_eq!(passes(&layer, &from("192.0.2.1")).await, 1);
    clock.advance(Duration::from_secs(600));
    assert_eq!(passes(&layer, &from("192.0.2.1")).await, 5);
}

#[tokio::test]
async fn rl_6_a_refusal_has_the_problem_type_and_the_violated_policies() {
    let limit = Limit::new("api", quotas("2/second; 100/day; 2/hour"));
    let layer = GuardLayer::new(RateLimit::new(limit).clock(clock()));
    passes(&layer, &from("192.0.2.1")).await;

    let refused = ask(&layer, &from("192.0.2.1")).await;

    let rejection = refused.extensions().get::<Rejection>().unwrap();
    assert_eq!(
        rejection.type_uri(),
        Some("https://iana.org/assignments/http-problem-types#quota-exceeded"),
    );
    let violated = vec!["api-second".to_owned(), "api-hour".to_owned()];
    assert_eq!(rejection.members(), [("violated-policies", violated)]);
}

#[tokio::test]
async fn rl_9_a_refusal_says_when_to_come_back_and_never_0() {
    for (limit, wait, expected) in [
        ("5/second", 0, "1"),
        ("5/second", 199, "1"),
        ("1 per 1 second", 999, "1"),
        ("1 per 90 seconds", 0, "90"),
        ("1 per 90 seconds", 1, "90"),
        ("1 per 90 seconds", 89_001, "1"),
        ("1/hour", 0, "3600"),
    ] {
        let clock = clock();
        let limit_of = Limit::new("api", quotas(limit));
        let layer = GuardLayer::new(RateLimit::new(limit_of).clock(clock.clone()));
        passes(&layer, &from("192.0.2.1")).await;
        clock.advance(Duration::from_millis(wait));
        let refused = ask(&layer, &from("192.0.2.1")).await;
        assert_eq!(field(&refused, "retry-after"), [expected], "{limit}");
        assert_eq!(field(&refused, "cache-control"), ["no-store"]);
    }
}

#[tokio::test]
async fn a_refusal_over_grpc_is_resource_exhausted_with_pushback() {
    let layer = GuardLayer::new(five(&clock()));
    passes(&layer, &from("192.0.2.1")).await;

    let refused = ask(&layer, &with_grpc(&from("192.0.2.1"))).await;

    assert_eq!(refused.status(), StatusCode::OK);
    assert_eq!(field(&refused, "grpc-status"), ["8"]);
    assert_eq!(field(&refused, "grpc-retry-pushback-ms"), ["12000"]);
    assert_eq!(field(&refused, "ratelimit"), [r#""api";r=0;t=12"#]);
}

#[tokio::test]
async fn a_cost_beyond_the_burst_is_refused_from_a_full_bucket() {
    let limit = Limit::new("api", quotas("5/minute")).cost(6);
    let layer = GuardLayer::new(RateLimit::new(limit).clock(clock()));

    let refused = ask(&layer, &from("192.0.2.1")).await;

    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(field(&refused, "retry-after"), ["60"]);
}

#[tokio::test]
async fn the_cost_of_a_request_is_what_the_closure_finds() {
    let limit = Limit::new("api", quotas("10/minute"))
        .cost_by(|head| if head.uri().path() == "/video" { 4 } else { 1 });
    let layer = GuardLayer::new(RateLimit::new(limit).clock(clock()));

    assert_eq!(passes(&layer, &on("/video")).await, 2);
    assert_eq!(passes(&layer, &on("/text")).await, 2);
}

#[tokio::test]
async fn a_request_that_counts_as_0_passes_an_empty_bucket() {
    let limit = Limit::new("api", quotas("1/minute"))
        .cost_by(|head| u32::from(head.uri().path() != "/free"));
    let layer = GuardLayer::new(RateLimit::new(limit).clock(clock()));
    passes(&layer, &on("/")).await;

    assert_eq!(status(&layer, &on("/free")).await, StatusCode::OK);
}

#[tokio::test]
async fn a_refusal_without_fields_says_when_to_come_back_all_the_same() {
    let layer = GuardLayer::new(five(&clock()).fields(Fields::none()));
    passes(&layer, &from("192.0.2.1")).await;

    let refused = ask(&layer, &from("192.0.2.1")).await;

    assert_eq!(field(&refused, "retry-after"), ["12"]);
    assert!(field(&refused, "ratelimit").is_empty());
    assert!(field(&refused, "ratelimit-policy").is_empty());
}

#[tokio::test]
async fn exempt_requests_are_not_counted() {
    let limit = Limit::new("api", quotas("1/minute"))
        .exempt(|head| head.uri().path() == "/health")
        .exempt_networks(["10.0.0.0/8", "2001:db8::/32"])
        .unwrap();
    let layer = GuardLayer::new(RateLimit::new(limit).clock(clock()));
    for _ in 0..3 {
        let response = ask(&layer, &on("/health")).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert!(field(&response, "ratelimit").is_empty());
        assert_eq!(status(&layer, &from("10.1.2.3")).await, StatusCode::OK);
        assert_eq!(
            status(&layer, &from("::ffff:10.1.2.3")).await,
            StatusCode::OK
        );
        assert_eq!(status(&layer, &from("2001:db8::1")).await, StatusCode::OK);
    }
    assert_eq!(passes(&layer, &from("192.0.2.1")).await, 1);
}

#[test]
fn networks_that_are_none_are_named() {
    let limit = Limit::new("api", quotas("1/minute"));
    let error = limit
        .exempt_networks(["10.0.0.0/8", "10.0.0", "0.0.0.0/0"])
        .unwrap_err();
    assert_eq!(error.entries(), ["10.0.0", "0.0.0.0/0"]);
}

#[test]
fn keeps_the_contract_of_readiness() {
    let layer = GuardLayer::new(five(&clock()));
    assert_readiness(&layer, &from("192.0.2.1"));
    let limit = Limit::new("api", quotas("5/minute")).cost(6);
    let layer = GuardLayer::new(RateLimit::new(limit));
    assert_readiness_when_rejecting(&layer, &from("192.0.2.1"));
}

#[tokio::test]
async fn no_key_is_in_debug_or_logs() {
    let log = LogCapture::start();
    let limit = Limit::new("api", quotas("1/minute")).key(bartizan_rate_limit::Key::header(
        HeaderName::from_static("x-user"),
    ));
    let guard = RateLimit::new(limit).clock(clock());
    let layer = GuardLayer::new(guard.clone());
    passes(&layer, &with("x-user", "canary")).await;

    assert!(!format!("{guard:?}").contains("canary"));
    assert!(log.text().contains("quota-exceeded"), "{}", log.text());
    assert!(!log.text().contains("canary"));
}
