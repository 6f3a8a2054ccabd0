use std::time::Duration;

use bartizan_core::chain::Chain;
use bartizan_core::{GuardLayer, Outcome, Rejection, RequestHead, Verdict, guard_fn};
use bartizan_cors::Cors;
use bartizan_testkit::{Probe, Recorder, assert_readiness_when_rejecting, send};
use http::StatusCode;

use crate::browser::{Wish, may_send};
use crate::support::{APP, access_control, ask, builder, field, layer, preflight, request};

#[tokio::test]
async fn cors_1_only_a_real_preflight_is_answered_here() {
    let acrm = ("access-control-request-method", "PUT");
    for (method, lines, is_preflight) in [
        ("OPTIONS", &[("origin", APP), acrm][..], true),
        ("OPTIONS", &[("origin", "https://evil.test"), acrm], true),
        ("OPTIONS", &[("origin", APP)], false),
        ("OPTIONS", &[acrm], false),
        ("OPTIONS", &[], false),
        ("GET", &[("origin", APP), acrm], false),
        ("options", &[("origin", APP), acrm], false),
    ] {
        let (response, reached) = ask(&builder(), request(method, lines)).await;
        assert_eq!(reached, !is_preflight, "{method} {lines:?}");
        assert_eq!(response.status() == StatusCode::OK, reached);
    }
}

#[tokio::test]
async fn cors_2_and_3_a_preflight_is_204_with_permission_or_403_without() {
    for (origin, method, headers, slug) in [
        (APP, "PUT", &[][..], None),
        (APP, "GET", &["content-type"], None),
        (APP, "PUT", &["content-type,x-api-key"], None),
        (APP, "PUT", &["content-type", " x-api-key"], None),
        ("https://evil.test", "PUT", &[], Some("cors-origin")),
        ("null", "PUT", &[], Some("cors-origin")),
        ("", "PUT", &[], Some("cors-origin")),
        ("https://app.example.com/", "PUT", &[], Some("cors-origin")),
        (
            "https://app.example.com:443",
            "PUT",
            &[],
            Some("cors-origin"),
        ),
        ("HTTPS://app.example.com", "PUT", &[], Some("cors-origin")),
        (
            "https://r\u{e9}sum\u{e9}.test",
            "PUT",
            &[],
            Some("cors-origin"),
        ),
        (APP, "DELETE", &[], Some("cors-method")),
        (APP, "put", &[], Some("cors-method")),
        (APP, "", &[], Some("cors-method")),
        (APP, "PUT", &["x-other"], Some("cors-request-header")),
        (
            APP,
            "PUT",
            &["x-api-key,content-type"],
            Some("cors-request-header"),
        ),
        (APP, "PUT", &["X-Api-Key"], Some("cors-request-header")),
    ] {
        let (response, reached) = ask(&builder(), preflight(origin, method, headers)).await;

        assert!(!reached);
        let rejection = response.extensions().get::<Rejection>();
        assert_eq!(
            rejection.map(Rejection::slug),
            slug,
            "{origin} {method} {headers:?}"
        );
        if slug.is_some() {
            assert_eq!(response.status(), StatusCode::FORBIDDEN);
            assert_eq!(access_control(&response), [""; 0], "{origin}");
        } else {
            assert_eq!(response.status(), StatusCode::NO_CONTENT);
            assert_eq!(
                field(&response, "access-control-allow-origin").unwrap(),
                origin
            );
        }
        let vary = "origin, access-control-request-method, access-control-request-headers";
        assert_eq!(field(&response, "vary").as_deref(), Some(vary));
        assert_eq!(response.body(), "");
    }
}

#[tokio::test]
async fn two_origins_or_two_methods_are_none() {
    let acrm = "access-control-request-method";
    for lines in [
        &[("origin", APP), ("origin", APP), (acrm, "PUT")][..],
        &[
            ("origin", APP),
            ("origin", "https://evil.test"),
            (acrm, "PUT"),
        ],
        &[("origin", APP), (acrm, "PUT"), (acrm, "PUT")],
    ] {
        let (response, _) = ask(&builder(), request("OPTIONS", lines)).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{lines:?}");
        assert_eq!(access_control(&response), [""; 0]);
    }
}

#[tokio::test]
async fn the_answer_names_what_was_asked_for() {
    let allowed = "access-control-allow-methods";
    let (response, _) = ask(&builder(), preflight(APP, "PUT", &["x-api-key"])).await;
    assert_eq!(field(&response, allowed).as_deref(), Some("PUT"));
    let headers = field(&response, "access-control-allow-headers");
    assert_eq!(headers.as_deref(), Some("content-type,x-api-key"));

    // What needs no permission is not permitted.
    let (response, _) = ask(&builder(), preflight(APP, "POST", &[])).await;
    assert_eq!(access_control(&response), ["access-control-allow-origin"]);
}

#[tokio::test]
async fn cors_5_and_6_and_7_asterisks_mean_what_browsers_take_them_for() {
    let any = || {
        Cors::builder()
            .origins([APP])
            .any_method()
            .any_request_header()
    };
    let with_authorization = || any().request_headers(["Authorization"]);
    let asked = preflight(APP, "PATCH", &["authorization,x-a"]);
    for (builder, methods, headers) in [
        (any(), "*", "*"),
        (with_authorization(), "*", "*,authorization"),
        (any().credentials(true), "PATCH", "authorization,x-a"),
        (
            with_authorization().credentials(true),
            "PATCH",
            "authorization,x-a",
        ),
    ] {
        let (response, _) = ask(&builder, asked.clone()).await;
        let wish = Wish {
            origin: APP,
            method: "PATCH",
            headers: &["authorization", "x-a"],
            credentials: methods != "*",
        };
        assert_eq!(
            field(&response, "access-control-allow-methods").unwrap(),
            methods
        );
        assert_eq!(
            field(&response, "access-control-allow-headers").unwrap(),
            headers
        );
        assert_eq!(may_send(&response, wish), headers != "*");
        let credentials = field(&response, "access-control-allow-credentials");
        assert_eq!(credentials.as_deref(), (methods != "*").then_some("true"));
        let origin = field(&response, "access-control-allow-origin");
        assert_eq!(origin.as_deref(), Some(APP));
    }
    let exposing = any().credentials(true).expose_all_headers().build();
    assert!(
        exposing
            .unwrap_err()
            .to_string()
            .contains("exposes nothing")
    );
    for method in ["CONNECT", "trace", "Track", "P T", ""] {
        let (response, _) = ask(&any(), preflight(APP, method, &[])).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{method:?}");
    }
    let lines: Vec<_> = (0..9).map(|at| format!("x-{at}")).collect();
    let lines: Vec<_> = lines.iter().map(String::as_str).collect();
    for headers in [&lines[..], &["x-b,x-a"], &["X-A"], &["x a"]] {
        let (response, _) = ask(&any().credentials(true), preflight(APP, "PUT", headers)).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{headers:?}");
    }
}

#[tokio::test]
async fn every_origin_is_answered_alike() {
    let any = Cors::builder().any_origin().methods(["PUT"]);
    for origin in [APP, "null", "https://evil.test"] {
        let (response, _) = ask(&any, preflight(origin, "PUT", &[])).await;
        assert_eq!(response.status(), StatusCode::NO_CONTENT);
        let allowed = field(&response, "access-control-allow-origin");
        assert_eq!(allowed.as_deref(), Some("*"));
        assert!(!field(&response, "vary").unwrap().contains("origin"));
    }
}

#[tokio::test]
async fn cors_12_max_age_is_sent_when_it_is_set() {
    for (age, expected) in [
        (None, None),
        (Some(Duration::ZERO), Some("0")),
        (Some(Duration::from_millis(10_999)), Some("10")),
        (Some(Duration::from_secs(86_400)), Some("86400")),
    ] {
        let builder = match age {
            Some(age) => builder().max_age(age),
            None => builder(),
        };
        let (response, _) = ask(&builder, preflight(APP, "PUT", &[])).await;
        assert_eq!(
            field(&response, "access-control-max-age").as_deref(),
            expected
        );
    }
}

#[tokio::test]
async fn cors_14_a_guard_further_in_sees_no_preflight() {
    let recorder = Recorder::new();
    let closed = guard_fn(|_: RequestHead<'_>| -> Verdict<()> {
        Verdict::Reject(Rejection::unauthorized("closed", "authenticate", []))
    });
    let chain = builder().build().unwrap().and(closed);
    let layer = GuardLayer::observed(chain, recorder.clone());
    let probe = Probe::new();

    let allowed = send(&layer, &probe, preflight(APP, "PUT", &[])).await;
    let denied = send(&layer, &probe, preflight("https://evil.test", "PUT", &[])).await;

    assert_eq!(allowed.status(), StatusCode::NO_CONTENT);
    assert_eq!(denied.status(), StatusCode::FORBIDDEN);
    assert_eq!(probe.calls(), 0);
    assert_eq!(
        recorder.outcomes(),
        [
            ("cors", Outcome::Responded, None),
            ("cors", Outcome::Rejected, Some("cors-origin")),
        ]
    );
}

#[tokio::test]
async fn cors_16_no_private_network_is_ever_allowed() {
    let mut asked = preflight(APP, "PUT", &[]);
    let name = "access-control-request-private-network";
    asked.headers_mut().insert(name, "true".parse().unwrap());
    asked.headers_mut().insert(
        "access-control-request-local-network",
        "true".parse().unwrap(),
    );

    let (response, _) = ask(&builder(), asked).await;

    assert_eq!(
        access_control(&response),
        [
            "access-control-allow-origin",
            "access-control-allow-methods"
        ]
    );
}

#[test]
fn a_preflight_leaves_the_inner_service_alone() {
    assert_readiness_when_rejecting(&layer(builder()), &preflight(APP, "PUT", &[]));
    assert_readiness_when_rejecting(&layer(builder()), &preflight("null", "PUT", &[]));
}

/// GHSA-mh55-gqvf-xfwm, through the whole guard: what is allocated is the rejection.
#[tokio::test]
async fn cors_11_a_mebibyte_of_commas_costs_what_a_short_one_does() {
    use bartizan_core::Guard;

    let cors = builder().build().unwrap();
    let count = |lines: &[&str]| {
        let request = preflight(APP, "PUT", lines);
        let check = || {
            let verdict = cors.check(RequestHead::of(&request));
            assert!(matches!(verdict, Verdict::Reject(_)));
        };
        check();
        allocation_counter::measure(check).count_total
    };
    let long = ",".repeat(1 << 20);
    let many = vec![",,,,"; 1 << 14];
    let short = count(&["x-other"]);
    assert_eq!(count(&[&long]), short);
    assert_eq!(count(&many), short);
}
