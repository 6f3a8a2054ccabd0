//! Logins that come at once.

use std::sync::Mutex;

use bartizan_rate_limit::MemoryQuotaStore;
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
async fn neighbours_that_wait_do_not_keep_the_owner_waiting() {
    let slow = Slow::default();
    let guard = Arc::new(LoginGuard::new(slow.clone(), throttle().0));
    let mut neighbours = started_by(&guard, 1, 200).await;
    let answers = std::iter::from_fn(|| neighbours.try_join_next());
    assert_eq!(answers.count(), 200 - 5 - 128);
    let mut owner = started_by(&guard, 2, 1).await;
    assert!(owner.try_join_next().is_none(), "its password is looked at");
    // Of the quota of all neighbours there are two left: nobody waits for that.
    let mut others = started_by(&guard, 3, 3).await;
    let mut refused = 0;
    while let Some(answer) = others.try_join_next() {
        assert!(matches!(answer.unwrap(), Err(LoginError::Throttled { .. })));
        refused += 1;
    }
    slow.answer(Answer::Right);
    assert!(owner.join_all().await.iter().all(Result::is_ok));
    assert!(neighbours.join_all().await.iter().all(Result::is_ok));
    assert!(others.join_all().await.iter().all(Result::is_ok));
    assert_eq!(refused, 1);
}

/// A store that counts how often it is asked for room, and takes its time.
#[derive(Debug)]
pub(super) struct Counted(Arc<AtomicU32>, MemoryQuotaStore);

impl Counted {
    pub(super) fn new() -> Self {
        Self(Arc::default(), MemoryQuotaStore::with_capacity(1000))
    }
}

impl QuotaStore for Counted {
    fn take(&self, charges: &[Charge<'_>], now: SystemTime) -> Reply<Result<Taken, BoxError>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        let taken = self.1.take(charges, now);
        Reply::Wait(Box::pin(async move {
            yield_now().await;
            taken.get().await
        }))
    }

    fn peek(&self, charges: &[Charge<'_>], now: SystemTime) -> Reply<Result<Taken, BoxError>> {
        self.1.peek(charges, now)
    }

    fn penalise(&self, charges: &[Charge<'_>], now: SystemTime) -> Reply<Result<Taken, BoxError>> {
        self.1.penalise(charges, now)
    }

    fn give_back(&self, charges: &[Charge<'_>], now: SystemTime) -> Reply<Result<(), BoxError>> {
        self.1.give_back(charges, now)
    }
}

#[tokio::test]
async fn those_that_wait_in_vain_ask_the_store_once_each() {
    for (password, right, most) in [("wrong", 0, 100 + 5), ("open sesame", 100, 2 * 100)] {
        let store = Counted::new();
        let takes = Arc::clone(&store.0);
        let throttle = throttle().0.store(store);
        let guard = Arc::new(LoginGuard::new(OnePassword::default(), throttle));
        assert_eq!(log_in_at_once(&guard, HOME, &[password; 100]).await, right);
        let takes = takes.load(Ordering::SeqCst);
        assert!((100..=most).contains(&takes), "{takes} takes, {password}");
    }
}

#[tokio::test]
async fn one_that_gives_up_waiting_keeps_nobody_else_waiting() {
    let slow = Slow::default();
    let guard = Arc::new(LoginGuard::new(slow.clone(), throttle().0));
    let under_way = started_by(&guard, 1, 5).await;
    let mut given_up = started_by(&guard, 1, 5).await;
    let waiting = started_by(&guard, 1, 5).await;
    given_up.shutdown().await;
    slow.answer(Answer::Right);
    assert!(under_way.join_all().await.iter().all(Result::is_ok));
    assert!(waiting.join_all().await.iter().all(Result::is_ok));
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
    assert_eq!(log_in_at_once(&guard, stranger(2), &guesses).await, 0);
    assert_eq!(inner.0.load(Ordering::SeqCst), 15);
}

/// Answers no one until it is told what to.
#[derive(Clone, Default)]
struct Slow(Arc<Mutex<Option<Answer>>>);

#[derive(Clone, Copy)]
enum Answer {
    Denied,
    Overloaded,
    Right,
}

impl Slow {
    fn answer(&self, answer: Answer) {
        *self.0.lock().unwrap() = Some(answer);
    }
}

impl PasswordVerifier for Slow {
    fn verify(&self, username: &str, _: SecretString) -> BoxFuture<Result<Principal, LoginError>> {
        let (told, principal) = (Arc::clone(&self.0), Principal::builder(username).build());
        Box::pin(async move {
            loop {
                let answer = *told.lock().unwrap();
                match answer {
                    Some(Answer::Denied) => return Err(LoginError::Denied),
                    Some(Answer::Overloaded) => {
                        let retry_after = MINUTE;
                        return Err(LoginError::Overloaded { retry_after });
                    }
                    Some(Answer::Right) => return Ok(principal),
                    None => yield_now().await,
                }
            }
        })
    }
}

/// Starts logins that come at once, and lets them go as far as they can.
async fn started(slow: &Slow, count: usize) -> JoinSet<Result<(), LoginError>> {
    started_by(
        &Arc::new(LoginGuard::new(slow.clone(), throttle().0)),
        1,
        count,
    )
    .await
}

async fn started_by(
    guard: &Arc<LoginGuard<Slow>>,
    from: u32,
    count: usize,
) -> JoinSet<Result<(), LoginError>> {
    let mut logins = JoinSet::new();
    for _ in 0..count {
        let guard = Arc::clone(guard);
        logins.spawn(async move { verify(&*guard, "open sesame", Some(from)).await });
    }
    for _ in 0..10 {
        yield_now().await;
    }
    logins
}

fn count(answers: &[Result<(), LoginError>], is: fn(&LoginError) -> bool) -> usize {
    answers
        .iter()
        .filter_map(|it| it.as_ref().err())
        .filter(|it| is(it))
        .count()
}

#[tokio::test]
async fn an_attempt_waits_for_those_under_way_and_for_no_more() {
    for (answer, right, denied, throttled, overloaded) in [
        (Answer::Right, 20, 0, 0, 0),
        (Answer::Denied, 0, 5, 15, 0),
        (Answer::Overloaded, 0, 0, 0, 20),
    ] {
        let slow = Slow::default();
        let mut logins = started(&slow, 20).await;
        assert!(logins.try_join_next().is_none(), "nothing is answered yet");
        slow.answer(answer);
        let answers = logins.join_all().await;
        assert_eq!(answers.iter().filter(|it| it.is_ok()).count(), right);
        assert_eq!(
            count(&answers, |it| matches!(it, LoginError::Denied)),
            denied
        );
        let is_throttled = |it: &LoginError| matches!(it, LoginError::Throttled { .. });
        assert_eq!(count(&answers, is_throttled), throttled);
        let is_overloaded = |it: &LoginError| matches!(it, LoginError::Overloaded { .. });
        assert_eq!(count(&answers, is_overloaded), overloaded);
    }
}

#[tokio::test]
async fn no_more_wait_than_there_are_places() {
    let slow = Slow::default();
    let mut logins = started(&slow, 200).await;
    let mut refused = 0;
    while let Some(answer) = logins.try_join_next() {
        assert!(matches!(answer.unwrap(), Err(LoginError::Throttled { .. })));
        refused += 1;
    }
    assert_eq!(refused, 200 - 5 - 128);
    slow.answer(Answer::Right);
    assert!(logins.join_all().await.iter().all(Result::is_ok));
}

#[tokio::test]
async fn a_check_that_is_given_up_counts_and_keeps_nobody_waiting() {
    let slow = Slow::default();
    let mut given_up = JoinSet::new();
    let guard = Arc::new(LoginGuard::new(slow, throttle().0));
    for _ in 0..5 {
        let guard = Arc::clone(&guard);
        given_up.spawn(async move { verify(&*guard, "open sesame", Some(1)).await });
    }
    yield_now().await;
    let waiting = Arc::clone(&guard);
    let waiting = tokio::spawn(async move { verify(&*waiting, "open sesame", Some(1)).await });
    yield_now().await;
    assert!(!waiting.is_finished());
    given_up.shutdown().await;
    let answer = waiting.await.unwrap();
    assert!(matches!(answer, Err(LoginError::Throttled { .. })));
}

#[tokio::test]
async fn a_throttle_by_itself_refuses_at_once() {
    let (throttle, _) = throttle();
    let mut admitted = Vec::new();
    for _ in 0..100 {
        admitted.extend(throttle.admit(Some("alice"), client(1)).await);
    }
    assert_eq!(admitted.len(), 5);
    // Also where each is held by one that asks again.
    let guard = LoginGuard::new(OnePassword::default(), throttle.clone());
    let answer = verify(&guard, "open sesame", Some(1)).await;
    assert!(matches!(answer, Err(LoginError::Throttled { .. })));
    for attempt in admitted {
        attempt.excused().await.unwrap();
    }
    assert_eq!(guess(&throttle, "alice", 1).await, 5);
}
