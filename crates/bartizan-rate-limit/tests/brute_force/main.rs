//! Attacks on logins.
#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

mod detached;
mod guard;
mod neighbours;
mod outcome;
mod parallel;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use bartizan_core::{
    BoxError, BoxFuture, ClientAddr, LoginError, PasswordVerifier, Principal, Reply,
};
use bartizan_rate_limit::{
    Charge, LoginAttempt, LoginGuard, LoginQuotas, LoginThrottle, QuotaStore, Quotas, Taken,
};
use bartizan_secret::SecretString;
use bartizan_testkit::FakeClock;
use http::{Request, Response};
use tower::{Layer, ServiceExt, service_fn};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);
const HOME: u32 = 0x0a00_0001;

fn client(number: u32) -> ClientAddr {
    ClientAddr::new(IpAddr::V4(Ipv4Addr::from_bits(number)))
}

/// An address in a neighbourhood of its own.
fn stranger(number: u32) -> u32 {
    0x5000_0000 + (number << 8)
}

fn throttle() -> (LoginThrottle, FakeClock) {
    let clock = FakeClock::at_unix(1_700_000_000);
    (LoginThrottle::new().clock(clock.clone()), clock)
}

/// Rounds up, as a response does: a store may round down by a fraction of a second.
fn seconds(time: Duration) -> u64 {
    time.as_millis().div_ceil(1000).try_into().unwrap()
}

/// Guesses until it is refused, and returns how often it guessed.
async fn guess(throttle: &LoginThrottle, account: &str, from: u32) -> u32 {
    let mut guesses = 0;
    while let Ok(attempt) = throttle.admit(Some(account), client(from)).await {
        attempt.failed();
        guesses += 1;
        assert!(guesses < 10_000, "it is never refused");
    }
    guesses
}

async fn log_in(throttle: &LoginThrottle, account: &str, from: u32) -> bool {
    match throttle.admit(Some(account), client(from)).await {
        Ok(attempt) => attempt.succeeded().await.is_ok(),
        Err(_) => false,
    }
}

#[tokio::test]
async fn asvs_6_3_1_one_attacker_at_one_account_is_slowed_down_more_and_more() {
    let (throttle, clock) = throttle();
    assert_eq!(guess(&throttle, "alice", 1).await, 5);
    let refused = throttle.admit(Some("alice"), client(1)).await.unwrap_err();
    assert_eq!(seconds(refused.retry_after().unwrap()), 12);

    let mut guesses = 5;
    let mut by_hour = Vec::new();
    for _ in 0..24 {
        let before = guesses;
        for _ in 0..60 {
            clock.advance(MINUTE);
            guesses += guess(&throttle, "alice", 1).await;
        }
        by_hour.push(guesses - before);
    }
    assert!(by_hour[0] >= by_hour[12], "{by_hour:?}");
    assert!(
        by_hour[12..].iter().all(|guesses| *guesses <= 2),
        "{by_hour:?}"
    );
    assert!(guesses <= 60, "{guesses} guesses on the first day");
    for day in 1..5 {
        let mut guesses = 0;
        for _ in 0..24 * 60 {
            clock.advance(MINUTE);
            guesses += guess(&throttle, "alice", 1).await;
        }
        assert!(guesses <= 31, "{guesses} guesses on day {day}");
    }
}

#[tokio::test]
async fn asvs_6_3_1_an_attacker_does_not_lock_the_owner_out() {
    let (throttle, clock) = throttle();
    for _ in 0..24 * 60 {
        guess(&throttle, "alice", 1).await;
        clock.advance(MINUTE);
    }
    // From an address never seen before.
    assert!(log_in(&throttle, "alice", HOME).await);
}

#[tokio::test]
async fn many_attackers_at_one_account_share_what_it_allows() {
    let (throttle, _) = throttle();
    assert!(log_in(&throttle, "alice", HOME).await);
    let mut guesses = 0;
    for attacker in 1..=1000 {
        guesses += guess(&throttle, "alice", stranger(attacker)).await;
    }
    // Those who have hardly failed there yet, and those who have.
    assert!(guesses <= 120, "{guesses} guesses");
    assert!(log_in(&throttle, "alice", HOME).await, "a known address");
}

#[tokio::test]
async fn those_who_guess_on_do_not_use_up_what_newcomers_have() {
    let (throttle, clock) = throttle();
    // Forty addresses that guess all day.
    let mut guesses = 0;
    for _ in 0..24 * 12 {
        for attacker in 1..=40 {
            guesses += guess(&throttle, "alice", stranger(attacker)).await;
        }
        clock.advance(5 * MINUTE);
    }
    assert!(guesses <= 3 * 40 + 200 + 200 + 60, "{guesses} guesses");
    assert!(log_in(&throttle, "alice", HOME).await, "a new address");
}

#[tokio::test]
async fn asvs_6_3_1_stuffing_many_accounts_from_one_address_is_stopped() {
    let (throttle, clock) = throttle();
    let mut guesses = 0;
    for account in 0..500 {
        guesses += guess(&throttle, &format!("user-{account}"), 1).await;
    }
    assert_eq!(guesses, 20);
    for minute in 0..60 {
        for account in 0..50 {
            guesses += guess(&throttle, &format!("user-{minute}-{account}"), 1).await;
        }
        clock.advance(MINUTE);
    }
    assert!(guesses <= 121, "{guesses} guesses in the first hour");
    assert!(log_in(&throttle, "user-1", HOME).await, "another address");
}

#[tokio::test]
async fn one_neighbourhood_does_not_use_up_what_all_may_fail() {
    let (throttle, _) = throttle();
    let mut guesses = 0;
    for network in 0..2000_u128 {
        let address = (0x2001_0db8_u128 << 96) + (network << 64);
        let from = ClientAddr::new(IpAddr::V6(Ipv6Addr::from_bits(address)));
        let name = format!("made-up-{network}");
        while let Ok(attempt) = throttle.admit(Some(&name), from).await {
            attempt.failed();
            guesses += 1;
        }
    }
    assert_eq!(guesses, 100);
    assert!(log_in(&throttle, "alice", HOME).await, "a new address");
}

#[tokio::test]
async fn asvs_6_3_1_stuffing_from_everywhere_is_slowed_down_and_known_addresses_get_in() {
    let (throttle, clock) = throttle();
    assert!(log_in(&throttle, "alice", HOME).await);
    let mut guesses = 0;
    for attacker in 0..3000 {
        let account = format!("user-{attacker}");
        let some = guess(&throttle, &account, stranger(attacker)).await;
        guesses += some.min(1);
    }
    assert!(guesses <= 1000, "{guesses} addresses got to guess");
    assert!(log_in(&throttle, "alice", HOME).await, "a known address");
    assert!(
        !log_in(&throttle, "bob", HOME).await,
        "not known for this account"
    );
    clock.advance(Duration::from_secs(1));
    assert!(
        log_in(&throttle, "bob", HOME).await,
        "a new address, a moment later"
    );
}

#[tokio::test]
async fn an_attempt_that_is_dropped_stays_counted() {
    let (throttle, _) = throttle();
    for _ in 0..5 {
        drop(throttle.admit(Some("alice"), client(1)).await.unwrap());
    }
    assert!(throttle.admit(Some("alice"), client(1)).await.is_err());
}

#[tokio::test]
async fn an_account_is_one_in_all_its_spellings() {
    let (throttle, _) = throttle();
    let mut guesses = 0;
    for spelling in [
        "alice",
        "Alice",
        "ALICE",
        " alice",
        "alice\t",
        "\u{ff21}lice",
    ] {
        guesses += guess(&throttle, spelling, 1).await;
    }
    assert_eq!(guesses, 5);
}

#[tokio::test]
async fn which_spellings_are_one_account_is_for_the_service_to_say() {
    let without_dots = |name: &str| name.replace('.', "");
    for (throttle, spellings, expected) in [
        (throttle().0, ["al.ice", "alice"], 10),
        (
            throttle().0.account_names(without_dots),
            ["al.ice", "alice"],
            5,
        ),
        (
            throttle().0.account_names(str::to_owned),
            ["Alice", "alice"],
            10,
        ),
    ] {
        let mut guesses = 0;
        for spelling in spellings {
            guesses += guess(&throttle, spelling, 1).await;
        }
        assert_eq!(guesses, expected, "{spellings:?}");
    }
}

#[tokio::test]
async fn one_neighbourhood_does_not_keep_newcomers_waiting() {
    let (throttle, _) = throttle();
    for network in 0..2000_u128 {
        let address = (0x2001_0db8_u128 << 96) + (network << 64);
        let from = ClientAddr::new(IpAddr::V6(Ipv6Addr::from_bits(address)));
        while let Ok(attempt) = throttle.admit(Some("alice"), from).await {
            attempt.failed();
        }
    }
    assert!(log_in(&throttle, "alice", HOME).await, "a new address");
    for address in 0..256 {
        guess(&throttle, "bob", stranger(0) + address).await;
    }
    assert!(!log_in(&throttle, "bob", stranger(0) + 250).await);
    assert!(log_in(&throttle, "bob", stranger(1)).await);
}

#[tokio::test]
async fn who_logs_in_from_everywhere_makes_no_known_address_forgotten() {
    let (throttle, _) = throttle();
    let owners: Vec<_> = (0..30).map(|owner| format!("owner-{owner}")).collect();
    for owner in &owners {
        assert!(log_in(&throttle, owner, HOME).await);
    }
    for address in 0..70_000 {
        assert!(log_in(&throttle, "mallory", stranger(0) + address).await);
    }
    // So much fails everywhere that only known addresses get in.
    for number in 0..300 {
        guess(&throttle, &format!("user-{number}"), stranger(number)).await;
    }
    assert!(!log_in(&throttle, "bob", HOME).await);
    for owner in &owners {
        assert!(log_in(&throttle, owner, HOME).await, "{owner}");
    }
}

#[test]
fn bits_that_no_network_has_are_refused_when_built() {
    for (ipv4, ipv6) in [(0, 0), (0, 64), (33, 64), (32, 0), (32, 129)] {
        assert!(LoginThrottle::new().network(ipv4, ipv6).is_err());
    }
    assert!(LoginThrottle::new().network(24, 48).is_ok());
}

#[tokio::test]
async fn an_address_is_known_for_a_time() {
    let (throttle, clock) = throttle();
    assert!(log_in(&throttle, "alice", HOME).await);
    for attacker in 1..=1000 {
        guess(&throttle, "alice", stranger(attacker)).await;
    }
    clock.advance(Duration::from_secs(1));
    assert!(log_in(&throttle, "alice", HOME).await);
    clock.advance(31 * DAY);
    for attacker in 1..=1000 {
        guess(&throttle, "alice", stranger(attacker)).await;
    }
    assert!(!log_in(&throttle, "alice", HOME).await);
}

#[test]
fn more_quotas_than_can_be_decided_together_are_refused_when_built() {
    let quotas = |text: &str| text.parse::<Quotas>().unwrap();
    assert!(LoginThrottle::with_quotas(LoginQuotas::default()).is_ok());
    let many = LoginQuotas::default().client(quotas("20/minute; 100/hour"));
    assert!(LoginThrottle::with_quotas(many).is_err());
}

/// A store that is down.
#[derive(Debug)]
struct Down;

impl QuotaStore for Down {
    fn take(&self, _: &[Charge<'_>], _: SystemTime) -> Reply<Result<Taken, BoxError>> {
        Reply::Ready(Err("connection refused".into()))
    }

    fn peek(&self, charges: &[Charge<'_>], now: SystemTime) -> Reply<Result<Taken, BoxError>> {
        self.take(charges, now)
    }

    fn penalise(&self, charges: &[Charge<'_>], now: SystemTime) -> Reply<Result<Taken, BoxError>> {
        self.take(charges, now)
    }

    fn give_back(&self, _: &[Charge<'_>], _: SystemTime) -> Reply<Result<(), BoxError>> {
        Reply::Ready(Err("connection refused".into()))
    }
}

/// Knows one password, and counts how often it is asked.
#[derive(Clone, Default)]
struct OnePassword(Arc<AtomicU32>);

impl PasswordVerifier for OnePassword {
    fn verify(
        &self,
        username: &str,
        password: SecretString,
    ) -> BoxFuture<Result<Principal, LoginError>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        let principal = Principal::builder(username).build();
        Box::pin(async move {
            tokio::task::yield_now().await;
            match password.expose_secret() {
                "open sesame" => Ok(principal),
                "overload" => Err(LoginError::Overloaded {
                    retry_after: MINUTE,
                }),
                _ => Err(LoginError::Denied),
            }
        })
    }
}

/// Asks a verifier as Basic and the token endpoint do.
async fn verify<V>(verifier: &V, password: &str, from: Option<u32>) -> Result<(), LoginError>
where
    V: PasswordVerifier,
{
    let (client, password) = (from.map(client), SecretString::from(password.to_owned()));
    let answer = verifier.verify_from(client, "alice", password).await;
    answer.map(drop)
}

#[tokio::test]
async fn a_guarded_verifier_is_not_asked_once_too_many_failed() {
    let (throttle, clock) = throttle();
    let inner = OnePassword::default();
    let verifier = Arc::new(LoginGuard::new(inner.clone(), throttle));
    for _ in 0..5 {
        let denied = verify(&verifier, "wrong", Some(1)).await;
        assert!(matches!(denied, Err(LoginError::Denied)));
    }
    for password in ["wrong", "open sesame"] {
        let refused = verify(&verifier, password, Some(1)).await;
        let Err(LoginError::Throttled { retry_after }) = refused else {
            panic!("the right password is not looked at, either");
        };
        assert_eq!(seconds(retry_after), 12);
    }
    assert_eq!(inner.0.load(Ordering::SeqCst), 5);

    assert!(verify(&verifier, "open sesame", Some(HOME)).await.is_ok());
    clock.advance(Duration::from_secs(12));
    assert!(verify(&verifier, "open sesame", Some(1)).await.is_ok());
    for _ in 0..20 {
        assert!(verify(&verifier, "open sesame", Some(1)).await.is_ok());
        let overloaded = verify(&verifier, "overload", Some(1)).await;
        assert!(matches!(overloaded, Err(LoginError::Overloaded { .. })));
    }
}

#[tokio::test]
async fn a_login_from_nowhere_is_a_failure_of_ours() {
    let (throttle, _) = throttle();
    let inner = OnePassword::default();
    let verifier = Arc::new(LoginGuard::new(inner.clone(), throttle));
    let unknown = verify(&verifier, "open sesame", None).await;
    assert!(matches!(unknown, Err(LoginError::Failed(_))));
    assert!(verify(&verifier, "open sesame", Some(1)).await.is_ok());
    let password = SecretString::from("open sesame".to_owned());
    let unsaid = verifier.verify("alice", password).await;
    assert!(matches!(unsaid, Err(LoginError::Failed(_))));

    let verifier = Arc::new(LoginGuard::new(
        inner.clone(),
        LoginThrottle::new().store(Down),
    ));
    let down = verify(&verifier, "open sesame", Some(1)).await;
    assert!(matches!(down, Err(LoginError::Failed(_))));
    assert_eq!(inner.0.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn no_account_is_in_debug() {
    let (throttle, _) = throttle();
    let attempt = throttle.admit(Some("canary"), client(1)).await.unwrap();
    assert!(!format!("{attempt:?} {throttle:?}").contains("canary"));
}
