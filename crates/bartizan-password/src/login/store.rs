use std::fmt;
use std::sync::Arc;

use bartizan_core::{BoxError, Principal, Reply};

use crate::PasswordHash;

/// Where users and their password hashes are kept.
pub trait UserStore: Send + Sync + 'static {
    /// Finds the user that logs in as `username`.
    ///
    /// How names compare, in case and Unicode form, is the store's decision.
    ///
    /// # Errors
    ///
    /// Whatever kept the store from telling. It is never taken for "no such
    /// user".
    fn find(&self, username: &str) -> Reply<Result<Option<UserRecord>, BoxError>>;

    /// Replaces the hash `old` by `new`, after a login with the right password.
    ///
    /// Nothing is to be replaced if the user's hash is no longer `old`: the
    /// password was changed meanwhile. The default keeps all hashes as they are;
    /// then each login of a user whose hash should be renewed makes a new one in
    /// vain.
    ///
    /// # Errors
    ///
    /// Whatever kept the store from it. The login succeeds nevertheless.
    fn replace_hash(
        &self,
        username: &str,
        old: &str,
        new: &PasswordHash,
    ) -> Reply<Result<(), BoxError>> {
        let _ = (username, old, new);
        Reply::Ready(Ok(()))
    }
}

impl<S: UserStore + ?Sized> UserStore for Arc<S> {
    fn find(&self, username: &str) -> Reply<Result<Option<UserRecord>, BoxError>> {
        (**self).find(username)
    }

    fn replace_hash(
        &self,
        username: &str,
        old: &str,
        new: &PasswordHash,
    ) -> Reply<Result<(), BoxError>> {
        (**self).replace_hash(username, old, new)
    }
}

/// A user, as a store keeps one.
///
/// ```
/// use bartizan_password::UserRecord;
///
/// let alice = UserRecord::new("alice", "$argon2id$v=19$m=19456,t=2,p=1$...")
///     .role("admin")
///     .scope("items:write");
///
/// assert_eq!(format!("{alice:?}"), r#"UserRecord { subject: "alice", .. }"#);
/// ```
#[derive(Clone)]
#[must_use]
pub struct UserRecord {
    subject: String,
    hash: String,
    roles: Vec<String>,
    scopes: Vec<String>,
    disabled: bool,
}

impl UserRecord {
    /// Creates a user from a subject and a password hash as it is stored.
    ///
    /// The subject is what the rest of the service knows the user by, such as a
    /// key that outlives a change of name.
    pub fn new(subject: impl Into<String>, hash: impl Into<String>) -> Self {
        Self {
            subject: subject.into(),
            hash: hash.into(),
            roles: Vec::new(),
            scopes: Vec::new(),
            disabled: false,
        }
    }

    /// Grants a role.
    pub fn role(mut self, role: impl Into<String>) -> Self {
        self.roles.push(role.into());
        self
    }

    /// Grants roles.
    pub fn roles(mut self, roles: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.roles.extend(roles.into_iter().map(Into::into));
        self
    }

    /// Grants a scope.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scopes.push(scope.into());
        self
    }

    /// Grants scopes.
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.scopes.extend(scopes.into_iter().map(Into::into));
        self
    }

    /// Refuses every login, without telling that from a wrong password.
    pub const fn disabled(mut self, disabled: bool) -> Self {
        self.disabled = disabled;
        self
    }

    pub(super) fn hash(&self) -> &str {
        &self.hash
    }

    pub(super) fn set_hash(&mut self, hash: &PasswordHash) {
        hash.as_str().clone_into(&mut self.hash);
    }

    pub(super) const fn is_disabled(&self) -> bool {
        self.disabled
    }

    pub(super) fn into_principal(self) -> Principal {
        Principal::builder(self.subject)
            .roles(self.roles)
            .scopes(self.scopes)
            .build()
    }
}

impl fmt::Debug for UserRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserRecord")
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}
