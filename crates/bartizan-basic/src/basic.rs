use std::fmt;

use bartizan_core::{
    Attempt, AuthFailure, Challenge, ClientAddr, LoginError, PasswordVerifier, Principal, Realm,
    RequestHead, Scheme, credentials,
};

use crate::credentials::Credentials;

/// HTTP Basic authentication, over a [`PasswordVerifier`].
///
/// See the [crate documentation](crate) for an example.
#[must_use]
pub struct Basic<V> {
    verifier: V,
    realm: Realm,
    max_bytes: usize,
}

const NAME: &str = "basic";

impl<V: PasswordVerifier> Basic<V> {
    /// Default of [`max_bytes`](Self::max_bytes).
    pub const DEFAULT_MAX_BYTES: usize = 2048;

    /// Creates a scheme over `verifier`, in the realm `api`.
    pub fn new(verifier: V) -> Self {
        Self {
            verifier,
            realm: Realm::default(),
            max_bytes: Self::DEFAULT_MAX_BYTES,
        }
    }

    /// Names the realm.
    ///
    /// ```
    /// # use bartizan_basic::Basic;
    /// # use bartizan_core::{PasswordVerifier, Realm};
    /// # fn with_realm<V: PasswordVerifier>(login: V) -> Result<Basic<V>, Box<dyn std::error::Error>> {
    /// let basic = Basic::new(login).realm(Realm::parse("staff only")?);
    /// # Ok(basic)
    /// # }
    /// ```
    pub fn realm(mut self, realm: Realm) -> Self {
        self.realm = realm;
        self
    }

    /// Limits user name, colon and password in bytes, before they are decoded.
    ///
    /// ```
    /// # use bartizan_basic::Basic;
    /// # use bartizan_core::PasswordVerifier;
    /// # fn small<V: PasswordVerifier>(login: V) -> Basic<V> {
    /// Basic::new(login).max_bytes(512)
    /// # }
    /// ```
    pub const fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }
}

impl<V: PasswordVerifier> Scheme for Basic<V> {
    fn name(&self) -> &'static str {
        NAME
    }

    fn authenticate(&self, head: RequestHead<'_>) -> Attempt {
        let token = match credentials(head, NAME) {
            Ok(Some(token)) => token,
            Ok(None) => return Attempt::Absent,
            Err(failure) => return Attempt::Failed(failure),
        };
        let Credentials { username, password } = match Credentials::parse(token, self.max_bytes) {
            Ok(credentials) => credentials,
            Err(malformed) => {
                return Attempt::Failed(AuthFailure::invalid(NAME, malformed.detail()));
            }
        };
        let client = head.extensions().get::<ClientAddr>().copied();
        let login = self.verifier.verify_from(client, &username, password);
        Attempt::Wait(Box::pin(async move { judge(login.await) }))
    }

    fn challenge(&self, _failure: Option<&AuthFailure>) -> Challenge {
        Challenge::basic(&self.realm)
    }
}

fn judge(login: Result<Principal, LoginError>) -> Attempt {
    let error = match login {
        Ok(principal) => return Attempt::Authenticated(principal.with_scheme(NAME)),
        Err(error) => error,
    };
    Attempt::Failed(match error {
        LoginError::Denied => AuthFailure::invalid(NAME, "the user name or the password is wrong"),
        LoginError::Overloaded { retry_after } => {
            AuthFailure::unavailable(NAME, error).with_retry_after(retry_after)
        }
        LoginError::Throttled { retry_after } => AuthFailure::throttled(NAME, retry_after),
        // What is not a denial is no verdict on the user.
        error => AuthFailure::unavailable(NAME, error),
    })
}

impl<V> fmt::Debug for Basic<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Basic")
            .field("realm", &self.realm)
            .field("max_bytes", &self.max_bytes)
            .finish_non_exhaustive()
    }
}
