use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::SystemTime;

use bartizan_core::{BoxError, Reply};
use bartizan_rate_limit::{Charge, MemoryQuotaStore, Plan, QuotaStore, Taken};
use bartizan_testkit::{assert_readiness, assert_rejected};

use super::*;

/// A store that answers later.
#[derive(Debug)]
pub(super) struct Slow(Arc<MemoryQuotaStore>);

impl Slow {
    pub(super) fn new() -> Self {
        Self(Arc::new(MemoryQuotaStore::with_capacity(64)))
    }
}

fn later<T: Send + 'static>(reply: Reply<T>) -> Reply<T> {
    Reply::Wait(Box::pin(async {
        tokio::task::yield_now().await;
        reply.get().await
    }))
}

impl QuotaStore for Slow {
    fn take(&self, charges: &[Charge<'_>], now: SystemTime) -> Reply<Result<Taken, BoxError>> {
        later(self.0.take(charges, now))
    }

    fn peek(&self, charges: &[Charge<'_>], now: SystemTime) -> Reply<Result<Taken, BoxError>> {
        later(self.0.peek(charges, now))
    }

    fn penalise(&self, charges: &[Charge<'_>], now: SystemTime) -> Reply<Result<Taken, BoxError>> {
        later(self.0.penalise(charges, now))
    }

    fn give_back(&self, charges: &[Charge<'_>], now: SystemTime) -> Reply<Result<(), BoxError>> {
        let store = Arc::clone(&self.0);
        let owned = charges
            .iter()
            .map(|c| (c.key.to_vec(), c.quota.clone(), c.cost));
        let owned: Vec<_> = owned.collect();
        Reply::Wait(Box::pin(async move {
            let charges = owned
                .iter()
                .map(|(key, quota, cost)| Charge::new(key, quota, *cost));
            let charges: Vec<_> = charges.collect();
            store.give_back(&charges, now).get().await
        }))
    }
}

/// A store that is down.
#[derive(Debug)]
struct Down {
    is_slow: bool,
}

impl Down {
    fn fail<T: Send + 'static>(&self) -> Reply<Result<T, BoxError>> {
        let reply = Reply::Ready(Err("connection refused".into()));
        if self.is_slow { later(reply) } else { reply }
    }
}

impl QuotaStore for Down {
    fn take(&self, _: &[Charge<'_>], _: SystemTime) -> Reply<Result<Taken, BoxError>> {
        self.fail()
    }

    fn peek(&self, _: &[Charge<'_>], _: SystemTime) -> Reply<Result<Taken, BoxError>> {
        self.fail()
    }

    fn penalise(&self, _: &[Charge<'_>], _: SystemTime) -> Reply<Result<Taken, BoxError>> {
        self.fail()
    }

    fn give_back(&self, _: &[Charge<'_>], _: SystemTime) -> Reply<Result<(), BoxError>> {
        self.fail()
    }
}

/// A store that forgets what it was asked.
#[derive(Debug)]
struct Forgetful;

impl QuotaStore for Forgetful {
    fn take(&self, _: &[Charge<'_>], now: SystemTime) -> Reply<Result<Taken, BoxError>> {
        MemoryQuotaStore::with_capacity(64).take(&[], now)
    }

    fn peek(&self, charges: &[Charge<'_>], now: SystemTime) -> Reply<Result<Taken, BoxError>> {
        self.take(charges, now)
    }

    fn penalise(&self, charges: &[Charge<'_>], now: SystemTime) -> Reply<Result<Taken, BoxError>> {
        self.take(charges, now)
    }

    fn give_back(&self, _: &[Charge<'_>], _: SystemTime) -> Reply<Result<(), BoxError>> {
        Reply::Ready(Ok(()))
    }
}

#[tokio::test]
async fn more_quotas_than_can_be_decided_are_refused_where_a_failing_store_is_not() {
    let many = |scope: &str| {
        let plan = Plan::new(
            scope,
            quotas("1/minute; 2/minute; 3/minute; 4/minute; 5/minute"),
        );
        Limit::dynamic(scope, move |_| plan.clone())
    };
    let guard = RateLimit::all([many("a"), many("b")]).unwrap();
    let layer = GuardLayer::new(guard.insecure_fail_open());
    let (status, slug) = (StatusCode::SERVICE_UNAVAILABLE, "rate-limit-unavailable");
    assert_rejected(&layer, &from("192.0.2.1"), status, slug).await;
}

#[tokio::test]
async fn a_store_may_answer_later() {
    let layer = GuardLayer::new(five(&clock()).store(Slow::new()));
    assert_eq!(passes(&layer, &from("192.0.2.1")).await, 5);
    let refused = ask(&layer, &from("192.0.2.1")).await;
    assert_eq!(field(&refused, "retry-after"), ["12"]);
    assert_eq!(passes(&layer, &from("192.0.2.2")).await, 5);
}

#[test]
fn waiting_keeps_the_contract_of_readiness() {
    let layer = GuardLayer::new(five(&clock()).store(Ready));
    assert_readiness(&layer, &from("192.0.2.1"));
}

/// A store that answers later, without a runtime.
#[derive(Debug)]
struct Ready;

impl QuotaStore for Ready {
    fn take(&self, charges: &[Charge<'_>], now: SystemTime) -> Reply<Result<Taken, BoxError>> {
        let reply = MemoryQuotaStore::with_capacity(64).take(charges, now);
        Reply::Wait(Box::pin(reply.get()))
    }

    fn peek(&self, charges: &[Charge<'_>], now: SystemTime) -> Reply<Result<Taken, BoxError>> {
        self.take(charges, now)
    }

    fn penalise(&self, charges: &[Charge<'_>], now: SystemTime) -> Reply<Result<Taken, BoxError>> {
        self.take(charges, now)
    }

    fn give_back(&self, _: &[Charge<'_>], _: SystemTime) -> Reply<Result<(), BoxError>> {
        Reply::Ready(Ok(()))
    }
}

#[tokio::test]
async fn asvs_16_5_2_a_store_that_is_down_is_503_and_neither_a_yes_nor_a_no() {
    for is_slow in [false, true] {
        let layer = GuardLayer::new(five(&clock()).store(Down { is_slow }));
        let status = StatusCode::SERVICE_UNAVAILABLE;
        let request = from("192.0.2.1");
        let refused = assert_rejected(&layer, &request, status, "rate-limit-unavailable").await;
        assert!(field(&refused, "ratelimit").is_empty());
    }
    let layer = GuardLayer::new(five(&clock()).store(Forgetful));
    assert_eq!(
        status(&layer, &from("192.0.2.1")).await,
        StatusCode::SERVICE_UNAVAILABLE,
    );
}

#[tokio::test]
async fn failing_open_lets_all_pass_by_opt_in() {
    for is_slow in [false, true] {
        let guard = five(&clock()).store(Down { is_slow }).insecure_fail_open();
        let layer = GuardLayer::new(guard);
        for _ in 0..9 {
            assert_eq!(status(&layer, &from("192.0.2.1")).await, StatusCode::OK);
        }
    }
}

#[tokio::test]
async fn an_instance_allows_its_share_while_the_store_is_down() {
    for is_slow in [false, true] {
        let limit = Limit::new("api", quotas("12/minute; 100/day"));
        let guard = RateLimit::with_store(limit, Down { is_slow })
            .clock(clock())
            .local_share(NonZeroU32::new(4).unwrap());
        let layer = GuardLayer::new(guard);
        assert_eq!(passes(&layer, &from("192.0.2.1")).await, 3);
        let refused = ask(&layer, &from("192.0.2.1")).await;
        assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
        // What is left of the share is told to nobody.
        assert_eq!(field(&refused, "retry-after"), ["20"]);
        assert!(field(&refused, "ratelimit").is_empty());
        assert!(field(&refused, "ratelimit-policy").is_empty());
        assert_eq!(passes(&layer, &from("192.0.2.2")).await, 3);
    }
}

#[tokio::test]
async fn what_requests_cost_does_not_make_a_share_larger() {
    let limit = Limit::new("api", quotas("100/minute")).cost_by(|head| {
        let cost = head.uri().path().trim_start_matches('/');
        cost.parse().unwrap()
    });
    let guard = RateLimit::with_store(limit, Down { is_slow: false })
        .clock(clock())
        .local_share(NonZeroU32::new(4).unwrap());
    let layer = GuardLayer::new(guard);
    let mut allowed = 0;
    for cost in (0..=200).rev() {
        let mut request = from("192.0.2.1");
        *request.uri_mut() = format!("/{cost}").parse().unwrap();
        if status(&layer, &request).await == StatusCode::OK {
            assert!(cost <= 100, "more than there is");
            allowed += cost.min(25);
        }
    }
    assert_eq!(allowed, 25);
}

#[tokio::test]
async fn a_share_has_room_for_a_request_that_costs_more() {
    let limit = Limit::new("api", quotas("12/minute; 100/day")).cost(4);
    let guard = RateLimit::with_store(limit, Down { is_slow: false })
        .clock(clock())
        .local_share(NonZeroU32::new(4).unwrap());
    assert_eq!(passes(&GuardLayer::new(guard), &from("192.0.2.1")).await, 1);
}
