use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bartizan_secret::SecretString;

use crate::{BoxError, BoxFuture, ClientAddr, Principal};

/// Checks a user name and a password.
///
/// HTTP Basic and the password grant ask one; `bartizan-password` has one over a
/// store of users.
pub trait PasswordVerifier: Send + Sync + 'static {
    /// Checks `password` for the user called `username`.
    ///
    /// An implementation spends the same work on a user that it does not know as
    /// on a wrong password ([ASVS 6.3.8]).
    ///
    /// [ASVS 6.3.8]: https://github.com/OWASP/ASVS/tree/v5.0.0
    fn verify(
        &self,
        username: &str,
        password: SecretString,
    ) -> BoxFuture<Result<Principal, LoginError>>;

    /// Checks `password` for the user called `username`, who logs in from `client`.
    ///
    /// This is what those that ask call, with the [`ClientAddr`] that [`FindClient`]
    /// left among the extensions of the request, and with `None` where none is there.
    /// The default asks [`verify`](Self::verify), and leaves the address out.
    ///
    /// An implementation that needs the address, such as one that counts failures,
    /// answers [`LoginError::Failed`] where there is none, and so does its
    /// [`verify`](Self::verify). One that asks another verifier hands the address on.
    ///
    /// [`FindClient`]: crate::FindClient
    fn verify_from(
        &self,
        client: Option<ClientAddr>,
        username: &str,
        password: SecretString,
    ) -> BoxFuture<Result<Principal, LoginError>> {
        let _ = client;
        self.verify(username, password)
    }
}

impl<V: PasswordVerifier + ?Sized> PasswordVerifier for Arc<V> {
    fn verify(
        &self,
        username: &str,
        password: SecretString,
    ) -> BoxFuture<Result<Principal, LoginError>> {
        (**self).verify(username, password)
    }

    fn verify_from(
        &self,
        client: Option<ClientAddr>,
        username: &str,
        password: SecretString,
    ) -> BoxFuture<Result<Principal, LoginError>> {
        (**self).verify_from(client, username, password)
    }
}

/// Why a login did not succeed.
#[derive(Debug)]
#[non_exhaustive]
pub enum LoginError {
    /// The user is unknown, disabled or gave a wrong password: never told apart.
    Denied,
    /// The check could not be made, for a reason that is ours.
    Failed(BoxError),
    /// Too many checks are under way.
    Overloaded {
        /// When a retry may succeed.
        retry_after: Duration,
    },
    /// Too many logins have failed, and the password was not looked at.
    Throttled {
        /// When a retry may succeed.
        retry_after: Duration,
    },
}

impl Error for LoginError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Failed(source) => Some(&**source),
            Self::Denied | Self::Overloaded { .. } | Self::Throttled { .. } => None,
        }
    }
}

impl fmt::Display for LoginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Denied => "user name or password is wrong",
            Self::Failed(_) => "the password could not be checked",
            Self::Overloaded { .. } => "too many passwords are being checked",
            Self::Throttled { .. } => "too many logins have failed",
        })
    }
}
