//! Logins, judged by what they answer and by the work that they cost.
#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bartizan_core::{BoxError, LoginError, PasswordVerifier, Principal, Rejection, Reply};
use bartizan_password::{
    Argon2Params, HashError, Login, MemoryUserStore, PasswordHash, PasswordHasher,
    PasswordHasherPool, PepperRing, PoolError, PoolSettings, PoolStats, UserRecord, UserStore,
};
use bartizan_secret::SecretString;
use http::StatusCode;
use tokio_test::block_on;

/// bcrypt of "password".
const BCRYPT: &str = "$2a$05$bvIG6Nmid91Mu9RcmmWZfO5HJIMCT8riNW0hEp8f6/FuA2/mHZFpe";

#[test]
fn asvs_6_3_8_every_denial_costs_one_verification_and_reads_the_same() {
    let (pool, login) = people();
    for (username, password, dummies, verifications) in [
        ("alice", "wrong", 0, 1),
        ("mallory", "wrong", 1, 0),
        ("mallory", "correct horse", 1, 0),
        ("", "correct horse", 1, 0),
        ("Alice", "correct horse", 1, 0),
        ("bob", "wrong", 0, 1),
        // Bob is disabled.
        ("bob", "correct horse", 0, 1),
    ] {
        let before = pool.stats();

        let denied = verify(&login, username, password).unwrap_err();

        assert!(
            matches!(denied, LoginError::Denied),
            "{username} {password}"
        );
        assert_eq!(denied.to_string(), "user name or password is wrong");
        let cost = cost(before, pool.stats());
        assert_eq!(cost, (0, verifications, dummies), "{username} {password}");
    }
}

#[test]
fn the_right_password_makes_the_principal() {
    let (pool, login) = people();
    let before = pool.stats();

    let alice = verify(&login, "alice", "correct horse").unwrap();

    assert_eq!(alice.subject(), "user-1");
    assert!(alice.has_role("admin") && alice.has_role("editor"));
    assert!(alice.has_scope("items:read") && alice.has_scope("items:write"));
    assert_eq!(cost(before, pool.stats()), (0, 1, 0));
}

#[test]
fn a_password_that_cannot_be_right_costs_nothing_whoever_it_is_for() {
    let (pool, login) = people();
    for username in ["alice", "mallory", "bob"] {
        for password in [String::new(), "x".repeat(1025)] {
            let before = pool.stats();

            let denied = verify(&login, username, &password).unwrap_err();

            assert!(matches!(denied, LoginError::Denied));
            assert_eq!(cost(before, pool.stats()), (0, 0, 0));
        }
    }
}

#[test]
fn a_legacy_hash_is_renewed_by_a_login() {
    let pool = pool();
    let users = MemoryUserStore::new().user("carol", UserRecord::new("carol", BCRYPT));
    let users = Arc::new(users);
    let login = Login::new(Arc::clone(&users), pool.clone());

    assert!(verify(&login, "carol", "wrong").is_err());
    assert_eq!(cost(PoolStats::default(), pool.stats()), (0, 1, 0));
    verify(&login, "carol", "password").unwrap();
    assert_eq!(cost(PoolStats::default(), pool.stats()), (1, 2, 0));

    // The third login finds a hash that is as new ones are.
    verify(&login, "carol", "password").unwrap();
    assert_eq!(cost(PoolStats::default(), pool.stats()), (1, 3, 0));
    assert!(verify(&login, "carol", "wrong").is_err());
}

#[test]
fn a_password_that_was_changed_meanwhile_is_not_undone() {
    let users = MemoryUserStore::new().user("carol", UserRecord::new("carol", BCRYPT));
    let renewed: PasswordHash = block_on(pool().hash("password".into())).unwrap();
    let changed = block_on(pool().hash("new password".into())).unwrap();
    users.insert("carol", UserRecord::new("carol", changed.as_str()));

    block_on(users.replace_hash("carol", BCRYPT, &renewed).get()).unwrap();

    let login = Login::new(users, pool());
    assert!(verify(&login, "carol", "new password").is_ok());
    assert!(verify(&login, "carol", "password").is_err());
}

#[test]
fn a_store_that_cannot_renew_a_hash_does_not_keep_the_user_out() {
    let store = Recorder::new(Ok(Some(UserRecord::new("carol", BCRYPT))));
    let login = Login::new(Arc::clone(&store), pool());

    assert!(verify(&login, "carol", "password").is_ok());
    assert_eq!(
        *store.replaced.lock().unwrap(),
        [("carol".into(), BCRYPT.into())]
    );
}

#[test]
fn a_failing_store_is_a_failure_and_no_denial() {
    let pool = pool();
    let login = Login::new(Recorder::new(Err("no route to database")), pool.clone());

    let failed = verify(&login, "alice", "correct horse").unwrap_err();

    assert!(
        matches!(&failed, LoginError::Failed(error) if error.to_string() == "no route to database")
    );
    // Nothing is asked about a password that cannot be right.
    let denied = verify(&login, "alice", "").unwrap_err();
    assert!(matches!(denied, LoginError::Denied));
    assert_eq!(cost(PoolStats::default(), pool.stats()), (0, 0, 0));
}

#[test]
fn a_bad_stored_hash_is_a_failure_and_no_denial() {
    let pool = pool();
    let of_pepper = PasswordHasher::new(params())
        .peppers(PepperRing::new("lost", &vec![1; 32].into()).unwrap())
        .hash(&"correct horse".into())
        .unwrap();
    for stored in [
        "",
        "correct horse",
        "$2x$05$6bNw2HLQYeqHYyBfLMsv/OiwqTymGIGzFsA4hOTWebfehXHNprcAS",
        "$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHQ",
        "$argon2id$v=19$m=4294967295,t=2,p=1$c2FsdHNhbHQ$7DoIajNvmUUqMmDVmDJeHeCNxite8nxq1bYMHiKfFFI",
        of_pepper.as_str(),
    ] {
        for disabled in [false, true] {
            let user = UserRecord::new("alice", stored).disabled(disabled);
            let login = Login::new(MemoryUserStore::new().user("alice", user), pool.clone());

            let failed = verify(&login, "alice", "correct horse").unwrap_err();

            assert!(matches!(failed, LoginError::Failed(_)), "{stored}");
            assert_eq!(cost(PoolStats::default(), pool.stats()), (0, 0, 0));
        }
    }
}

#[test]
fn a_full_pool_is_overloaded_for_everybody() {
    let settings = PoolSettings::default()
        .threads(NonZeroUsize::MIN)
        .queue(0)
        .retry_after(Duration::from_secs(3));
    // Seconds, so that the thread is still busy when the logins come.
    let slow = PasswordHasher::new(Argon2Params::insecure_new(1024, 4000, 1).unwrap());
    let pool = PasswordHasherPool::start(slow, settings).unwrap();
    let users = MemoryUserStore::new().user("alice", UserRecord::new("alice", BCRYPT));
    let login = Login::new(users, pool.clone());
    let _busy = pool.hash("correct horse".into());

    for username in ["alice", "mallory"] {
        let error = verify(&login, username, "password").unwrap_err();
        assert!(
            matches!(error, LoginError::Overloaded { retry_after } if retry_after.as_secs() == 3),
            "{username}"
        );
    }
}

#[test]
fn errors_of_the_pool_become_rejections() {
    let overloaded = PoolError::Overloaded {
        retry_after: Duration::from_secs(3),
    };
    for (error, status, slug, retry_after) in [
        (
            overloaded,
            StatusCode::SERVICE_UNAVAILABLE,
            "logins-overloaded",
            Some(Duration::from_secs(3)),
        ),
        (
            PoolError::Closed,
            StatusCode::SERVICE_UNAVAILABLE,
            "logins-failed",
            None,
        ),
        (
            PoolError::Panicked,
            StatusCode::SERVICE_UNAVAILABLE,
            "logins-failed",
            None,
        ),
        (
            HashError::UnknownFormat.into(),
            StatusCode::SERVICE_UNAVAILABLE,
            "logins-failed",
            None,
        ),
        (
            HashError::PasswordEmpty.into(),
            StatusCode::BAD_REQUEST,
            "password-empty",
            None,
        ),
        (
            HashError::PasswordTooLong { limit: 9 }.into(),
            StatusCode::BAD_REQUEST,
            "password-too-long",
            None,
        ),
    ] {
        let rejection = Rejection::from(error);

        assert_eq!(rejection.status(), status, "{slug}");
        assert_eq!(rejection.slug(), slug);
        assert_eq!(rejection.delay(), retry_after, "{slug}");
    }
}

#[test]
fn nothing_shows_a_password_or_a_hash() {
    let (_, login) = people();
    let user = UserRecord::new("alice", BCRYPT);
    let shown = format!(
        "{login:?} {user:?} {:?}",
        MemoryUserStore::new().user("alice", user.clone())
    );

    assert_eq!(
        shown,
        r#"Login { .. } UserRecord { subject: "alice", .. } MemoryUserStore { .. }"#
    );
}

/// A store that gives one answer, cannot renew hashes, and remembers what it
/// was to renew.
struct Recorder {
    answer: Result<Option<UserRecord>, &'static str>,
    replaced: Mutex<Vec<(String, String)>>,
}

impl Recorder {
    fn new(answer: Result<Option<UserRecord>, &'static str>) -> Arc<Self> {
        Arc::new(Self {
            answer,
            replaced: Mutex::default(),
        })
    }
}

impl UserStore for Recorder {
    fn find(&self, _username: &str) -> Reply<Result<Option<UserRecord>, BoxError>> {
        let answer = self.answer.clone().map_err(BoxError::from);
        Reply::Wait(Box::pin(async move { answer }))
    }

    fn replace_hash(
        &self,
        username: &str,
        old: &str,
        _new: &PasswordHash,
    ) -> Reply<Result<(), BoxError>> {
        let mut replaced = self.replaced.lock().unwrap();
        replaced.push((username.to_owned(), old.to_owned()));
        Reply::Ready(Err("read-only".into()))
    }
}

fn params() -> Argon2Params {
    Argon2Params::insecure_new(32, 1, 1).unwrap()
}

fn pool() -> PasswordHasherPool {
    PasswordHasherPool::new(PasswordHasher::new(params())).unwrap()
}

/// Alice, and Bob, who is disabled. Both have the password "correct horse".
fn people() -> (PasswordHasherPool, Login<MemoryUserStore>) {
    let hasher = PasswordHasher::new(params());
    let hash = hasher.hash(&"correct horse".into()).unwrap();
    let alice = UserRecord::new("user-1", hash.as_str())
        .role("admin")
        .roles(["editor"])
        .scope("items:read")
        .scopes(["items:write"]);
    let users = MemoryUserStore::new().user("alice", alice).user(
        "bob",
        UserRecord::new("user-2", hash.as_str()).disabled(true),
    );
    let pool = PasswordHasherPool::new(hasher).unwrap();
    (pool.clone(), Login::new(users, pool))
}

fn verify(
    login: &impl PasswordVerifier,
    username: &str,
    password: &str,
) -> Result<Principal, LoginError> {
    block_on(login.verify(username, SecretString::from(password)))
}

/// New hashes, verifications, dummy verifications.
fn cost(before: PoolStats, after: PoolStats) -> (u64, u64, u64) {
    (
        after.hashes - before.hashes,
        after.verifications - before.verifications,
        after.dummies - before.dummies,
    )
}
