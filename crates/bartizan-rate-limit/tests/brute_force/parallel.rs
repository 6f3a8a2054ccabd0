//! Logins that come at once.

use tokio::task::{JoinSet, yield_now};

use super::*;

type Guarded = Arc<LoginGuard<OnePassword>>;

fn guarded() -> (Guarded, OnePassword, LoginThrottle) {
    let (inner, (throttle, _)) = (OnePassword::default(), throttle());
    let guard = LoginGuard::new(inner.clone(), throttle.clone());
    (Arc::new(guard), inner, throttle)
}

/// Logs in with each password at once, and returns how many got in.
async fn log_in_at_once(guard: &Guarded, from: u32, passwords: &[&'static str]) -> usize {
    let mut logins = JoinSet::new();
    for password in passwords.iter().copied() {
        let guard = Arc::clone(guard);
        logins.spawn(async move { verify(&*guard, password, Some(from)).await });
    }
    let answers = logins.join_all().await;
    answers.iter().filter(|answer| answer.is_ok()).count()
}

#[tokio::test]
async fn right_passwords_are_let_in_however_many_come_at_once() {
    let (guard, inner, _) = guarded();
    // Of a new address, and of one that is known by then.
    assert_eq!(log_in_at_once(&guard, HOME, &["open sesame"; 20]).await, 20);
    assert_eq!(log_in_at_once(&guard, HOME, &["open sesame"; 20]).await, 20);
    assert_eq!(
        log_in_at_once(&guard, HOME, &["open sesame"; 100]).await,
        100
    );
    assert_eq!(inner.0.load(Ordering::SeqCst), 140);
}

#[test]
fn right_passwords_are_let_in_from_many_threads() {
    let (guard, _, _) = guarded();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let mut runtime = tokio::runtime::Builder::new_current_thread();
                let runtime = runtime.build().unwrap();
                for _ in 0..100 {
                    let answer = runtime.block_on(verify(&*guard, "open sesame", Some(HOME)));
                    assert!(answer.is_ok());
                }
            });
        }
    });
}

#[tokio::test]
async fn the_machines_of_one_neighbourhood_are_let_in_at_once() {
    let (guard, _, _) = guarded();
    let mut logins = JoinSet::new();
    for machine in 0..100 {
        let guard = Arc::clone(&guard);
        logins.spawn(async move { verify(&*guard, "open sesame", Some(HOME + machine)).await });
    }
    assert!(logins.join_all().await.iter().all(Result::is_ok));
}

#[tokio::test]
async fn right_passwords_are_let_in_after_some_that_failed() {
    let (guard, _, _) = guarded();
    assert_eq!(log_in_at_once(&guard, HOME, &["wrong"; 4]).await, 0);
    assert_eq!(log_in_at_once(&guard, HOME, &["open sesame"; 20]).await, 20);
}

#[tokio::test]
async fn guesses_sent_together_do_not_slip_through_together() {
    let (guard, inner, throttle) = guarded();
    // Neither at a new address nor at one that is known.
    assert_eq!(log_in_at_once(&guard, 1, &["wrong"; 100]).await, 0);
    assert_eq!(inner.0.load(Ordering::SeqCst), 5);
    assert!(log_in(&throttle, "alice", HOME).await);
    assert_eq!(log_in_at_once(&guard, HOME, &["wrong"; 300]).await, 0);
    assert_eq!(inner.0.load(Ordering::SeqCst), 10);
    // The right one comes too late, and is not told from the others.
    let mut guesses = vec!["wrong"; 30];
    guesses.push("open sesame");
    assert_eq!(log_in_at_once(&guard, 2, &guesses).await, 0);
    assert_eq!(inner.0.load(Ordering::SeqCst), 15);
}

#[tokio::test]
async fn an_attempt_waits_for_those_under_way_and_for_no_more() {
    for (ends_well, expected) in [(true, true), (false, false)] {
        let (throttle, _) = throttle();
        let mut under_way = Vec::new();
        for _ in 0..5 {
            under_way.push(throttle.admit(Some("alice"), client(1)).await.unwrap());
        }
        let mut waiting = JoinSet::new();
        let another = throttle.clone();
        waiting.spawn(async move { log_in(&another, "alice", 1).await });
        for _ in 0..10 {
            yield_now().await;
        }
        assert!(waiting.try_join_next().is_none(), "it is not answered yet");
        for attempt in under_way {
            if ends_well {
                attempt.excused().await.unwrap();
            } else {
                attempt.failed();
            }
        }
        assert_eq!(waiting.join_all().await, [expected]);
    }
}

#[tokio::test]
async fn so_many_may_wait_and_whoever_leaves_makes_room() {
    let (throttle, _) = throttle();
    let mut under_way = Vec::new();
    for _ in 0..5 {
        under_way.push(throttle.admit(Some("alice"), client(1)).await.unwrap());
    }
    let mut waiting = JoinSet::new();
    for _ in 0..200 {
        let another = throttle.clone();
        waiting.spawn(async move { log_in(&another, "alice", 1).await });
    }
    for _ in 0..10 {
        yield_now().await;
    }
    let mut refused = 0;
    while let Some(answer) = waiting.try_join_next() {
        assert!(!answer.unwrap());
        refused += 1;
    }
    assert_eq!(refused, 200 - 128);
    waiting.shutdown().await;
    let another = throttle.clone();
    waiting.spawn(async move { log_in(&another, "alice", 1).await });
    yield_now().await;
    for attempt in under_way {
        attempt.excused().await.unwrap();
    }
    assert_eq!(waiting.join_all().await, [true]);
}
