use std::collections::HashMap;
use std::fmt;
use std::sync::{PoisonError, RwLock};

use bartizan_core::{BoxError, Reply};

use super::{UserRecord, UserStore};
use crate::PasswordHash;

/// Users in memory, for examples, tests and services with a handful of them.
///
/// Names compare byte by byte.
#[derive(Default)]
pub struct MemoryUserStore {
    users: RwLock<HashMap<String, UserRecord>>,
}

impl MemoryUserStore {
    /// Creates a store without users.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a user, or replaces the one of that name.
    #[must_use]
    pub fn user(self, username: impl Into<String>, user: UserRecord) -> Self {
        self.insert(username, user);
        self
    }

    /// Adds a user, or replaces the one of that name.
    pub fn insert(&self, username: impl Into<String>, user: UserRecord) {
        self.users
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(username.into(), user);
    }
}

impl UserStore for MemoryUserStore {
    fn find(&self, username: &str) -> Reply<Result<Option<UserRecord>, BoxError>> {
        let users = self.users.read().unwrap_or_else(PoisonError::into_inner);
        Reply::Ready(Ok(users.get(username).cloned()))
    }

    fn replace_hash(
        &self,
        username: &str,
        old: &str,
        new: &PasswordHash,
    ) -> Reply<Result<(), BoxError>> {
        let mut users = self.users.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(user) = users.get_mut(username)
            && user.hash() == old
        {
            user.set_hash(new);
        }
        Reply::Ready(Ok(()))
    }
}

impl fmt::Debug for MemoryUserStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryUserStore").finish_non_exhaustive()
    }
}
