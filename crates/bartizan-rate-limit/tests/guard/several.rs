use bartizan_core::chain::Chain;
use bartizan_core::{Rejection, Verdict, guard_fn};
use bartizan_rate_limit::{Fields, Key, LegacyReset, Plan, Quota};

use super::*;

#[tokio::test]
async fn a_request_that_one_limit_refuses_is_not_counted_by_the_others() {
    let all = Limit::new("all", quotas("4/minute")).key(Key::constant("all"));
    let each = Limit::new("each", quotas("2/minute"));
    let guard = RateLimit::all([each, all]).unwrap().clock(clock());
    let layer = GuardLayer::new(guard);

    assert_eq!(passes(&layer, &from("192.0.2.1")).await, 2);
    for _ in 0..10 {
        let refused = ask(&layer, &from("192.0.2.1")).await;
        assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(
            field(&refused, "ratelimit"),
            [r#""each";r=0;t=30, "all";r=2;t=30"#]
        );
    }
    assert_eq!(passes(&layer, &from("192.0.2.2")).await, 2);
    assert_eq!(passes(&layer, &from("192.0.2.3")).await, 0);
}

#[tokio::test]
async fn several_quotas_are_decided_together() {
    let limit = Limit::new("api", quotas("2/second; 3/hour"));
    let clock = clock();
    let layer = GuardLayer::new(RateLimit::new(limit).clock(clock.clone()));

    assert_eq!(passes(&layer, &from("192.0.2.1")).await, 2);
    clock.advance(std::time::Duration::from_secs(1));
    assert_eq!(passes(&layer, &from("192.0.2.1")).await, 1);
    let refused = ask(&layer, &from("192.0.2.1")).await;
    let policy = r#""api-second";q=2;w=1, "api-hour";q=3;w=3600"#;
    assert_eq!(field(&refused, "ratelimit-policy"), [policy]);
}

#[test]
fn more_quotas_than_can_be_decided_together_are_refused_when_built() {
    let limit = |scope| Limit::new(scope, quotas("1/second; 2/minute; 3/hour"));
    assert!(RateLimit::all([limit("a"), limit("b")]).is_ok());
    let error = RateLimit::all([limit("a"), limit("b"), limit("c")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "9 quotas were given to be decided together, of at most 8",
    );
    assert!(RateLimit::all([]).is_err());
}

#[tokio::test]
async fn plans_that_come_to_too_many_quotas_are_a_failure_and_not_a_pass() {
    let plan = Plan::new(
        "big",
        quotas("1/second; 2/second; 3/second; 4/second; 5/second"),
    );
    let limit = |scope| {
        let plan = plan.clone();
        Limit::dynamic(scope, move |_| plan.clone())
    };
    let guard = RateLimit::all([limit("a"), limit("b")]).unwrap();
    let layer = GuardLayer::new(guard);
    bartizan_testkit::assert_rejected(
        &layer,
        &from("192.0.2.1"),
        StatusCode::SERVICE_UNAVAILABLE,
        "rate-limit-unavailable",
    )
    .await;
}

#[tokio::test]
async fn the_plan_of_the_principal_decides() {
    let free = Plan::new("free", Quota::per_minute(2));
    let paid = Plan::new("paid", Quota::per_minute(9).burst(4));
    let staff = Plan::unlimited();
    let limit = Limit::dynamic("api", move |head| {
        match head.extensions().get::<Principal>().map(Principal::subject) {
            Some("root") => staff.clone(),
            Some("alice") => paid.clone(),
            _ => free.clone(),
        }
    })
    .key(Key::principal());
    let layer = GuardLayer::new(RateLimit::new(limit).clock(clock()));

    assert_eq!(passes(&layer, &by("alice")).await, 4);
    assert_eq!(passes(&layer, &by("bob")).await, 2);
    let refused = ask(&layer, &by("alice")).await;
    assert_eq!(field(&refused, "ratelimit-policy"), [r#""paid";q=9;w=60"#]);
    let unlimited = ask(&layer, &by("root")).await;
    assert_eq!(unlimited.status(), StatusCode::OK);
    assert!(field(&unlimited, "ratelimit").is_empty());
}

fn stack(clock: &FakeClock, fields: &Fields) -> (RateLimit, RateLimit) {
    let limit = |scope, text, key: Key| {
        let limit = Limit::new(scope, quotas(text)).key(key);
        RateLimit::new(limit)
            .clock(clock.clone())
            .fields(fields.clone())
    };
    (
        limit("address", "3/minute", Key::client()),
        limit("user", "5/hour", Key::principal()),
    )
}

#[tokio::test]
async fn several_guards_make_one_set_of_fields() {
    let (address, user) = stack(&clock(), &Fields::standard().legacy(LegacyReset::Delay));
    let layer = GuardLayer::new(address.and(user));
    let response = send(&layer, &Probe::new(), by("alice")).await;

    let limits = field(&response, "ratelimit").join(", ");
    assert_eq!(limits, r#""user";r=4;t=720, "address";r=2;t=20"#);
    let policies = field(&response, "ratelimit-policy").join(", ");
    assert_eq!(policies, r#""user";q=5;w=3600, "address";q=3;w=60"#);
    // Of which the least is left.
    assert_eq!(field(&response, "x-ratelimit-limit"), ["3"]);
    assert_eq!(field(&response, "x-ratelimit-remaining"), ["2"]);
    assert_eq!(field(&response, "x-ratelimit-reset"), ["20"]);
}

#[tokio::test]
async fn an_outer_guard_adds_to_the_refusal_of_an_inner_one() {
    let clock = clock();
    let (address, user) = stack(&clock, &Fields::standard());
    let layer = GuardLayer::new(user.and(address));
    for _ in 0..3 {
        send(&layer, &Probe::new(), by("alice")).await;
    }
    let refused = send(&layer, &Probe::new(), by("alice")).await;

    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(field(&refused, "retry-after"), ["20"]);
    // RL-5: no `t` beyond `Retry-After`.
    let limits = field(&refused, "ratelimit").join(", ");
    assert_eq!(limits, r#""address";r=0;t=20, "user";r=1"#);
}

#[tokio::test]
async fn the_same_limit_twice_in_a_stack_is_told_once() {
    let store = std::sync::Arc::new(bartizan_rate_limit::MemoryQuotaStore::with_capacity(64));
    let guard = || five(&clock()).store(std::sync::Arc::clone(&store));
    let layer = GuardLayer::new(guard().and(guard()));
    let response = send(&layer, &Probe::new(), from("192.0.2.1")).await;

    assert_eq!(field(&response, "ratelimit"), [r#""api";r=3;t=24"#]);
    assert_eq!(field(&response, "ratelimit-policy"), [r#""api";q=5;w=60"#]);
}

#[tokio::test]
async fn scopes_are_counted_apart_and_equal_ones_together() {
    let store = std::sync::Arc::new(bartizan_rate_limit::MemoryQuotaStore::with_capacity(64));
    let guard = |scope| {
        let limit = Limit::new(scope, quotas("2/minute"));
        let guard = RateLimit::with_store(limit, std::sync::Arc::clone(&store));
        GuardLayer::new(guard.clock(clock()))
    };
    let (read, write, write_too) = (guard("read"), guard("write"), guard("write"));
    assert_eq!(passes(&write, &from("192.0.2.1")).await, 2);
    assert_eq!(passes(&write_too, &from("192.0.2.1")).await, 0);
    assert_eq!(passes(&read, &from("192.0.2.1")).await, 2);
}

#[tokio::test]
async fn rl_10_a_denial_tells_no_counters_but_the_requesters_own() {
    let deny = |status: u16, is_hidden: bool| {
        guard_fn(move |_: bartizan_core::RequestHead<'_>| -> Verdict<()> {
            let status = StatusCode::from_u16(status).unwrap();
            let challenge = bartizan_core::Challenge::basic(&bartizan_core::Realm::default());
            let rejection = Rejection::new(status, "denied", "denied").challenge(challenge);
            Verdict::Reject(if is_hidden {
                rejection.hide_as_not_found()
            } else {
                rejection
            })
        })
    };
    let header = || Key::header(HeaderName::from_static("x-user"));
    let own = || (Key::client(), Key::path()).into();
    for (key, status, is_hidden, expected) in [
        (Key::client(), 401, false, 1),
        (Key::client(), 403, false, 1),
        (Key::client(), 403, true, 1),
        (Key::principal(), 403, false, 1),
        (own(), 403, false, 1),
        (header(), 401, false, 0),
        (header(), 403, false, 0),
        (header(), 403, true, 0),
        (header(), 404, false, 0),
        (header(), 400, true, 0),
        (Key::constant("all"), 403, false, 0),
        (Key::principal().or(header()), 403, false, 0),
        (header(), 429, false, 1),
        (header(), 409, false, 1),
    ] {
        let limit = Limit::new("api", quotas("5/minute")).key(key.clone());
        let guard = RateLimit::new(limit.clone()).clock(clock());
        let kept = guard.clone().refund_when(|_| false);
        let with_own = Limit::new("own", quotas("5/minute")).key(own());
        let both = RateLimit::all([with_own, limit]).unwrap().clock(clock());
        for guard in [guard, kept, both] {
            let layer = GuardLayer::new(guard.and(deny(status, is_hidden)));
            let mut request = by("alice");
            request
                .headers_mut()
                .insert("x-user", "bob".parse().unwrap());
            for request in [bartizan_testkit::with_grpc(&request), request] {
                let response = send(&layer, &Probe::new(), request).await;
                let lines = field(&response, "ratelimit").len();
                assert_eq!(lines, expected, "{key:?} {status} {is_hidden}");
                let tells_policies = !field(&response, "ratelimit-policy").is_empty();
                assert_eq!(tells_policies, expected > 0, "{key:?} {status} {is_hidden}");
            }
        }
    }
}

#[tokio::test]
async fn refunds_cannot_tell_what_is_hidden_from_what_is_not_there() {
    let left = async |hides: bool, request: Request<()>| {
        let rejection = |hides: bool| {
            let hidden = Rejection::forbidden("denied", "denied").hide_as_not_found();
            let missing = Rejection::new(StatusCode::NOT_FOUND, "missing", "missing");
            if hides { hidden } else { missing }
        };
        let inner = guard_fn(move |_: bartizan_core::RequestHead<'_>| -> Verdict<()> {
            Verdict::Reject(rejection(hides))
        });
        let limit = Limit::new("api", quotas("5/minute"));
        let guard = RateLimit::new(limit).clock(clock());
        let guard = guard.refund_when(|status| status == 403 || status == 404);
        let layer = GuardLayer::new(guard.and(inner));
        let response = send(&layer, &Probe::new(), request).await;
        field(&response, "ratelimit").concat()
    };
    let request = from("192.0.2.1");
    let (hidden, missing) = (
        left(true, request.clone()).await,
        left(false, request).await,
    );
    assert_eq!(hidden, missing);
}
