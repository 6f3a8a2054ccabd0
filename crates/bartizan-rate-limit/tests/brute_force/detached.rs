//! Logins whose client hangs up.

use std::future::poll_fn;
use std::sync::Mutex;
use std::task::Poll;

use super::parallel::Counted;
use super::*;

/// Checks that go on without whoever has asked for them.
#[derive(Clone, Default)]
struct Spawned(Arc<Mutex<Vec<BoxFuture<()>>>>);

impl Spawned {
    fn guard(&self, throttle: &LoginThrottle) -> LoginGuard<OnePassword> {
        let Self(checks) = self.clone();
        let guard = LoginGuard::new(OnePassword::default(), throttle.clone());
        guard.spawn(move |check| checks.lock().unwrap().push(check))
    }

    async fn finish(&self) {
        let checks = std::mem::take(&mut *self.0.lock().unwrap());
        for check in checks {
            check.await;
        }
    }
}

/// Asks for a login, and hangs up while the password is checked.
async fn hang_up(guard: &LoginGuard<OnePassword>, password: &str) {
    let mut login = Box::pin(verify(guard, password, Some(HOME)));
    let answer = poll_fn(|cx| Poll::Ready(login.as_mut().poll(cx))).await;
    assert!(answer.is_pending());
}

#[tokio::test]
async fn only_wrong_passwords_stay_counted_when_the_client_hangs_up() {
    for (password, left) in [("open sesame", 5), ("wrong", 1)] {
        let (throttle, _) = throttle();
        let spawned = Spawned::default();
        let guard = spawned.guard(&throttle);
        for _ in 0..4 {
            hang_up(&guard, password).await;
        }
        spawned.finish().await;
        assert_eq!(guess(&throttle, "alice", HOME).await, left, "{password}");
    }
}

#[tokio::test]
async fn so_it_is_where_the_store_answers_later() {
    let throttle = throttle().0;
    let throttle = throttle.store(Counted::new());
    let guard = LoginGuard::new(OnePassword::default(), throttle.clone());
    let guard = guard.spawn(|login| drop(tokio::spawn(login)));
    for _ in 0..4 {
        hang_up(&guard, "open sesame").await;
    }
    // Each task that was spawned goes on a few times.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(guess(&throttle, "alice", HOME).await, 5);
}

#[tokio::test]
async fn a_login_that_is_waited_for_is_answered() {
    let guard = LoginGuard::new(OnePassword::default(), throttle().0);
    let guard = guard.spawn(|check| drop(tokio::spawn(check)));
    assert!(verify(&guard, "open sesame", Some(HOME)).await.is_ok());
    let denied = verify(&guard, "wrong", Some(HOME)).await;
    assert!(matches!(denied, Err(LoginError::Denied)));
}

#[tokio::test]
async fn a_check_that_nobody_carries_out_is_a_failure_of_ours() {
    let (throttle, _) = throttle();
    let guard = LoginGuard::new(OnePassword::default(), throttle.clone()).spawn(drop);
    let answer = verify(&guard, "open sesame", Some(HOME)).await;
    assert!(matches!(answer, Err(LoginError::Failed(_))));
    // It has not begun.
    assert_eq!(guess(&throttle, "alice", HOME).await, 5);
}
