//! Logging in with a name and a password.

mod memory;
mod store;

use std::fmt;
use std::sync::Arc;

use bartizan_core::{BoxFuture, LoginError, PasswordVerifier, Principal};
use bartizan_secret::SecretString;

pub use self::memory::MemoryUserStore;
pub use self::store::{UserRecord, UserStore};
use crate::{PasswordHash, PasswordHasherPool};

/// Checks names and passwords against a store of users.
///
/// | user | password | work | answer |
/// |---|---|---|---|
/// | any | empty or too long | none | [`LoginError::Denied`] |
/// | unknown | any | one verification | [`LoginError::Denied`] |
/// | known | wrong | one verification | [`LoginError::Denied`] |
/// | known, disabled | any | one verification | [`LoginError::Denied`] |
/// | known | right | one verification | the principal |
/// | known, hash to be renewed | right | one verification, one hash | the principal |
/// | known, hash unreadable or above the limits | any | none | [`LoginError::Failed`] |
/// | store fails | any | none | [`LoginError::Failed`] |
/// | any, queue full | any | none | [`LoginError::Overloaded`] |
///
/// ```
/// use bartizan_core::PasswordVerifier as _;
/// use bartizan_password::{
///     Argon2Params, Login, MemoryUserStore, PasswordHasher, PasswordHasherPool, UserRecord,
/// };
/// use bartizan_secret::SecretString;
///
/// # tokio_test::block_on(async {
/// let pool = PasswordHasherPool::new(PasswordHasher::new(Argon2Params::default()))?;
/// let hash = pool.hash(SecretString::from("correct horse")).await?;
/// let users = MemoryUserStore::new().user("alice", UserRecord::new("alice", hash.as_str()));
///
/// let login = Login::new(users, pool);
///
/// let alice = login.verify("alice", "correct horse".into()).await?;
/// assert_eq!(alice.subject(), "alice");
/// assert!(login.verify("alice", "wrong".into()).await.is_err());
/// assert!(login.verify("mallory", "wrong".into()).await.is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
pub struct Login<S> {
    store: Arc<S>,
    pool: PasswordHasherPool,
}

impl<S> Login<S> {
    /// Creates a login over `store`.
    #[must_use]
    pub fn new(store: S, pool: PasswordHasherPool) -> Self {
        Self {
            store: Arc::new(store),
            pool,
        }
    }
}

impl<S: UserStore> PasswordVerifier for Login<S> {
    fn verify(
        &self,
        username: &str,
        password: SecretString,
    ) -> BoxFuture<Result<Principal, LoginError>> {
        let store = Arc::clone(&self.store);
        let pool = self.pool.clone();
        let username = username.to_owned();
        Box::pin(async move {
            pool.admit_password(&password)?;
            let found = store.find(&username).get().await;
            match found.map_err(LoginError::Failed)? {
                Some(user) if !user.is_disabled() => {
                    known(&*store, &pool, &username, user, password).await
                }
                Some(disabled) => {
                    let stored = stored_hash(&disabled)?;
                    pool.verify(password, stored).await.map(drop)?;
                    Err(LoginError::Denied)
                }
                None => {
                    pool.verify_nobody(password).await?;
                    Err(LoginError::Denied)
                }
            }
        })
    }
}

async fn known<S: UserStore>(
    store: &S,
    pool: &PasswordHasherPool,
    username: &str,
    user: UserRecord,
    password: SecretString,
) -> Result<Principal, LoginError> {
    let stored = stored_hash(&user)?;
    let (verification, renewed) = pool.verify_and_rehash(password, stored).await?;
    if !verification.is_match() {
        return Err(LoginError::Denied);
    }
    if let Some(hash) = renewed {
        let replaced = store.replace_hash(username, user.hash(), &hash);
        // The user was right either way, and the next login tries again.
        if let Err(error) = replaced.get().await {
            tracing::warn!(error, "a password hash could not be renewed");
        }
    }
    Ok(user.into_principal())
}

/// A hash that cannot be read is not a wrong password.
fn stored_hash(user: &UserRecord) -> Result<PasswordHash, LoginError> {
    user.hash()
        .parse()
        .map_err(|error: crate::HashError| LoginError::Failed(error.into()))
}

/// The clone shares the store.
impl<S> Clone for Login<S> {
    fn clone(&self) -> Self {
        Self {
            store: Arc::clone(&self.store),
            pool: self.pool.clone(),
        }
    }
}

impl<S> fmt::Debug for Login<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").finish_non_exhaustive()
    }
}
