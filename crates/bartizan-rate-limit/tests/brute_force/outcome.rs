//! What a login leaves behind.

use std::task::Poll;

use bartizan_rate_limit::{MemoryQuotaStore, Quota};
use bartizan_testkit::LogCapture;

use super::*;

#[tokio::test]
async fn the_attackers_own_account_buys_it_no_guesses() {
    let (throttle, _) = throttle();
    let mut guesses = 0;
    for victim in 0..200 {
        assert!(log_in(&throttle, "mallory", 1).await);
        guesses += guess(&throttle, &format!("user-{victim}"), 1).await;
    }
    assert_eq!(guesses, 20);
}

#[tokio::test]
async fn the_owners_logins_buy_no_guesses_to_those_who_share_the_address() {
    let (throttle, clock) = throttle();
    let mut guesses = 0;
    for _ in 0..24 * 60 {
        log_in(&throttle, "alice", HOME).await;
        guesses += guess(&throttle, "alice", HOME).await;
        clock.advance(MINUTE);
    }
    assert!(guesses <= 60, "{guesses} guesses on the first day");
}

#[tokio::test]
async fn one_address_that_many_accounts_are_known_at_gets_no_guesses_at_each() {
    let (throttle, clock) = throttle();
    let accounts: Vec<_> = (0..100).map(|number| format!("user{number}")).collect();
    for account in &accounts {
        assert!(log_in(&throttle, account, HOME).await);
    }
    let mut guesses = 0;
    for account in &accounts[..60] {
        guesses += guess(&throttle, account, HOME).await;
    }
    assert_eq!(guesses, 300);
    // Its owner has what strangers have there.
    assert!(log_in(&throttle, "user99", HOME).await);
    for account in &accounts[60..] {
        guesses += guess(&throttle, account, HOME).await;
    }
    assert_eq!(guesses, 320);
    assert!(!log_in(&throttle, "user99", HOME).await);
    clock.advance(Duration::from_secs(12));
    assert!(log_in(&throttle, "user99", HOME).await);
}

#[tokio::test]
async fn an_owner_who_mistypes_where_it_is_known_is_not_one_who_guesses_on() {
    let (throttle, clock) = throttle();
    assert!(log_in(&throttle, "alice", HOME).await);
    for _ in 0..5 {
        let attempt = throttle.admit(Some("alice"), client(HOME)).await;
        attempt.unwrap().failed();
        clock.advance(Duration::from_secs(3600));
    }
    // Then it is forgotten for others of the owner's.
    for elsewhere in 1..=8 {
        assert!(log_in(&throttle, "alice", stranger(elsewhere)).await);
        clock.advance(Duration::from_secs(3600));
    }
    // Enough for all that those have who guess on.
    for attacker in 100..=108 {
        for _ in 0..8 {
            guess(&throttle, "alice", stranger(attacker)).await;
        }
    }
    for _ in 0..10 {
        clock.advance(MINUTE);
        for attacker in 100..=108 {
            guess(&throttle, "alice", stranger(attacker)).await;
        }
    }
    assert!(log_in(&throttle, "alice", HOME).await);
}

#[tokio::test]
async fn an_account_that_is_spelled_alike_buys_no_guesses() {
    let (throttle, clock) = throttle();
    assert!(log_in(&throttle, "alice", HOME).await);
    assert_eq!(guess(&throttle, "alice", 1).await, 5);
    clock.advance(Duration::from_secs(12));
    assert!(log_in(&throttle, "Alice", 1).await);
    assert_eq!(guess(&throttle, "alice", 1).await, 1, "none is cleared");
    for _ in 0..3 {
        clock.advance(MINUTE);
        for attacker in 2..=1000 {
            guess(&throttle, "alice", stranger(attacker)).await;
        }
    }
    assert!(!log_in(&throttle, "alice", 1).await, "not known for alice");
    assert!(log_in(&throttle, "Alice", 1).await, "but for Alice");
    assert!(log_in(&throttle, "alice", HOME).await);
}

#[tokio::test]
async fn an_owner_who_mistypes_at_a_new_address_is_not_one_who_guesses_on() {
    let (throttle, clock) = throttle();
    // A few networks of one provider that guess for two days.
    for _ in 0..2 * 24 * 12 {
        for network in 0..16 {
            let address = (0x2001_0db8_u128 << 96) + (network << 64);
            let from = ClientAddr::new(IpAddr::V6(Ipv6Addr::from_bits(address)));
            while let Ok(attempt) = throttle.admit(Some("alice"), from).await {
                attempt.failed();
            }
        }
        clock.advance(5 * MINUTE);
    }
    for _ in 0..4 {
        let attempt = throttle.admit(Some("alice"), client(HOME)).await;
        attempt.unwrap().failed();
    }
    assert!(log_in(&throttle, "alice", HOME).await);
}

#[tokio::test]
async fn an_excuse_clears_no_failure_of_another_attempt() {
    let day = |count| Quota::per_day(count);
    let quotas = LoginQuotas::default().pair(day(100)).client(day(200));
    let quotas = quotas.account(day(4));
    let throttle = LoginThrottle::with_quotas(quotas).unwrap();
    let excused = throttle.admit(Some("alice"), client(1)).await.unwrap();
    for _ in 0..3 {
        let failed = throttle.admit(Some("alice"), client(1)).await.unwrap();
        failed.failed();
    }
    excused.excused().await.unwrap();
    // Those that guess on have a quota of their own.
    assert_eq!(guess(&throttle, "alice", 1).await, 4);
}

/// A store that gives nothing back: it fails, or never answers.
#[derive(Debug)]
struct Keeps(MemoryQuotaStore, bool);

impl QuotaStore for Keeps {
    fn take(&self, charges: &[Charge<'_>], now: SystemTime) -> Reply<Result<Taken, BoxError>> {
        self.0.take(charges, now)
    }

    fn peek(&self, charges: &[Charge<'_>], now: SystemTime) -> Reply<Result<Taken, BoxError>> {
        self.0.peek(charges, now)
    }

    fn penalise(&self, charges: &[Charge<'_>], now: SystemTime) -> Reply<Result<Taken, BoxError>> {
        self.0.penalise(charges, now)
    }

    fn give_back(&self, _: &[Charge<'_>], _: SystemTime) -> Reply<Result<(), BoxError>> {
        if self.1 {
            return Reply::Wait(Box::pin(std::future::pending()));
        }
        Reply::Ready(Err("connection refused".into()))
    }
}

#[tokio::test]
async fn a_success_counts_though_the_store_fails_or_nobody_waits_for_it() {
    for never_answers in [false, true] {
        let keeps = Keeps(MemoryQuotaStore::with_capacity(10_000), never_answers);
        let throttle = throttle().0.store(keeps);
        let attempt = throttle.admit(Some("alice"), client(HOME)).await.unwrap();
        let mut success = Box::pin(attempt.succeeded());
        let answer = std::future::poll_fn(|cx| Poll::Ready(success.as_mut().poll(cx))).await;
        assert_eq!(answer.is_pending(), never_answers);
        drop(success);
        for attacker in 1..=1000 {
            guess(&throttle, "alice", stranger(attacker)).await;
        }
        assert!(throttle.admit(Some("alice"), client(HOME)).await.is_ok());
    }
}

#[tokio::test]
async fn what_the_store_fails_to_give_back_is_logged() {
    let log = LogCapture::start();
    let keeps = Keeps(MemoryQuotaStore::with_capacity(1000), false);
    let verifier = LoginGuard::new(OnePassword::default(), throttle().0.store(keeps));
    assert!(verify(&verifier, "open sesame", Some(HOME)).await.is_ok());
    assert!(log.text().contains("connection refused"), "{}", log.text());
    assert!(!log.text().contains("alice"), "{}", log.text());
}
