use std::time::Duration;

use bartizan_core::chain::Chain;
use bartizan_rate_limit::{Key, QuotaOutcome};

use super::*;

#[tokio::test]
async fn the_handler_reads_the_outcome() {
    let (probe, clock) = (Probe::new(), clock());
    let limit = Limit::new("api", quotas("5/minute; 100/day"));
    let layer = GuardLayer::new(RateLimit::new(limit).clock(clock));
    send(&layer, &probe, from("192.0.2.1")).await;
    send(&layer, &probe, from("192.0.2.1")).await;

    let request = probe.last().unwrap();
    let outcome = request.extensions().get::<QuotaOutcome>().unwrap();
    assert_eq!(outcome.remaining(), 3);
    assert_eq!(outcome.reset(), Duration::from_secs(2 * 864));
    let quotas: Vec<_> = outcome
        .quotas()
        .map(|quota| {
            (
                quota.policy,
                quota.limit,
                quota.remaining,
                quota.reset.as_secs(),
            )
        })
        .collect();
    assert_eq!(
        quotas,
        [("api-minute", 5, 3, 24), ("api-day", 100, 98, 1728)]
    );
}

#[tokio::test]
async fn several_guards_leave_one_outcome() {
    let probe = Probe::new();
    let user = Limit::new("user", quotas("3/minute")).key(Key::principal());
    let user = RateLimit::new(user).clock(clock());
    let layer = GuardLayer::new(five(&clock()).and(user));
    send(&layer, &probe, by("alice")).await;

    let request = probe.last().unwrap();
    let outcome = request.extensions().get::<QuotaOutcome>().unwrap();
    assert_eq!(outcome.remaining(), 2);
    let policies: Vec<_> = outcome.quotas().map(|quota| quota.policy).collect();
    assert_eq!(policies, ["user", "api"]);
    assert!(format!("{outcome:?}").contains("remaining: 4"));
}

#[tokio::test]
async fn there_is_none_for_exempt_requests_or_where_none_is_wanted() {
    let probe = Probe::new();
    let limit = Limit::new("api", quotas("5/minute")).exempt(|_| true);
    let exempt = GuardLayer::new(RateLimit::new(limit));
    let unwanted = GuardLayer::new(five(&clock()).without_outcome());
    for layer in [exempt, unwanted] {
        send(&layer, &probe, from("192.0.2.1")).await;
        let request = probe.last().unwrap();
        assert!(request.extensions().get::<QuotaOutcome>().is_none());
    }
}
