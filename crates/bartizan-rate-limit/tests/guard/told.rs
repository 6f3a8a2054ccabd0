use std::time::Duration;

use bartizan_core::chain::Chain;
use bartizan_rate_limit::{Fields, Key, QuotaOutcome};
use http::HeaderMap;

use super::*;

/// What the client and the handler are told of one request.
async fn told(layer: &GuardLayer<RateLimit>) -> (StatusCode, HeaderMap, Option<String>) {
    let probe = Probe::new();
    let response = send(layer, &probe, from("192.0.2.1")).await;
    let request = probe.last();
    let outcome = request.and_then(|request| {
        let outcome = request.extensions().get::<QuotaOutcome>();
        outcome.map(|outcome| format!("{outcome:?}"))
    });
    (response.status(), response.headers().clone(), outcome)
}

#[tokio::test]
async fn the_same_whether_little_is_kept_of_a_request_or_all() {
    for text in [
        "3/minute",
        "2/second burst 3",
        "1000/day",
        "4000000000/hour",
    ] {
        for fields in [
            Fields::none(),
            Fields::standard(),
            Fields::standard().capped(),
        ] {
            for key in [Key::client(), Key::constant("all")] {
                for has_outcome in [true, false] {
                    let clock = clock();
                    let limit = Limit::new("api", quotas(text)).key(key.clone());
                    let guard = RateLimit::new(limit.clone()).clock(clock.clone());
                    let mut guard = guard.fields(fields.clone());
                    if !has_outcome {
                        guard = guard.without_outcome();
                    }
                    // A refund that never comes needs all that the request took.
                    let all = guard.clone().refund_when(|_| false);
                    let all = GuardLayer::new(all.store(memory()));
                    let little = GuardLayer::new(guard.store(memory()));
                    for millis in [0, 0, 0, 0, 400, 25_000] {
                        clock.advance(Duration::from_millis(millis));
                        let (little, all) = (told(&little).await, told(&all).await);
                        assert_eq!(little, all, "{text} {fields:?} {key:?}");
                        assert_eq!(little.2.is_some(), has_outcome && little.0.is_success());
                    }
                }
            }
        }
    }
}

fn memory() -> bartizan_rate_limit::MemoryQuotaStore {
    bartizan_rate_limit::MemoryQuotaStore::with_capacity(8)
}

#[tokio::test]
async fn once_of_a_name_and_of_each_name() {
    for (outer, inner, expected) in [
        ("api", "api", &[r#""api";r=4;t=12"#][..]),
        ("a b", "a b", &[r#""a b";r=4;t=12"#]),
        ("a, b", "a, b", &[r#""a, b";r=4;t=12"#]),
        ("b", "a b", &[r#""a b";r=4;t=12"#, r#""b";r=4;t=12"#]),
        ("ap", "api", &[r#""api";r=4;t=12"#, r#""ap";r=4;t=12"#]),
        ("api", "ap", &[r#""ap";r=4;t=12"#, r#""api";r=4;t=12"#]),
    ] {
        let guard = |name: &str| {
            let limit = Limit::new(name, quotas("5/minute"));
            RateLimit::new(limit).clock(clock())
        };
        let layer = GuardLayer::new(guard(outer).and(guard(inner)));
        let response = send(&layer, &Probe::new(), from("192.0.2.1")).await;
        assert_eq!(field(&response, "ratelimit"), expected);
        assert_eq!(field(&response, "ratelimit-policy").len(), expected.len());
    }
}

#[tokio::test]
async fn once_of_a_name_that_is_in_a_list() {
    let list = Limit::new("api", quotas("5/minute; 9/hour"));
    let list = RateLimit::new(list).clock(clock());
    let hour = Limit::new("api-hour", quotas("9/hour"));
    let hour = RateLimit::new(hour).clock(clock());
    let layer = GuardLayer::new(hour.and(list));
    let response = send(&layer, &Probe::new(), from("192.0.2.1")).await;
    let line = r#""api-minute";r=4;t=12, "api-hour";r=8;t=400"#;
    assert_eq!(field(&response, "ratelimit"), [line]);
}
