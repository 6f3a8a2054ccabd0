use std::fmt;
use std::sync::Arc;

use bartizan_core::{BoxFuture, ClientAddr, LoginError, PasswordVerifier, Principal};
use bartizan_secret::SecretString;
use futures_channel::oneshot;

use super::attempt::log;
use super::{LoginAttempt, LoginThrottle};

/// Checks passwords with another verifier, as long as not too many were wrong.
///
/// It goes wherever a [`PasswordVerifier`] does: HTTP Basic, the password grant. Those
/// hand it the client's address, which [`FindClient`] finds; where there is none, each
/// login fails with [`LoginError::Failed`], which is 503, and so does one that is asked
/// for with [`verify`](PasswordVerifier::verify), which does not say whose it is. A
/// login that is refused is [`LoginError::Throttled`], with the time to wait: 429.
///
/// Right passwords may come at once, as where each request has one: where the quotas of
/// an account and an address have no room for another attempt, and others of the same
/// two are being checked here, up to 128 wait for those to end, in the order in which they
/// came. What failed leaves no room; once nothing is being checked any more, those that
/// wait are refused. Guesses that are sent together are thus as few as those sent one
/// after the other. Where it is another quota that has no room, nobody waits. A verifier
/// that never answers keeps those of its account and address waiting: it needs a time
/// limit of its own, or the requests do.
///
/// A request that is given up while it waits for others is not counted. Once it is with a
/// store that answers later, or with the verifier, it is, and stays counted as failed,
/// whether its password was looked at or not: a client that hangs up must not guess for
/// nothing. Where each request has a password, as with HTTP Basic, a page that is left
/// while it loads would thereby use up what may fail, with 5 requests in a minute, 15 in
/// an hour or 30 in a day. With [`spawn`](Self::spawn), each login comes to its end,
/// whether somebody waits for it or not, and only wrong passwords stay counted. A pool of
/// hashers that does not keep up must refuse, so that what is checked for nobody does not
/// pile up.
///
/// A login whose verifier panics, or that is dropped while it is checked, counts as
/// failed: nobody knows what it would have come to.
///
/// Where many machines of one neighbourhood log in to one account, more than 8 of them are
/// new ones at any time: give such an account a key for its machines instead, or
/// [`neighbours`](crate::LoginQuotas::neighbours) more room.
///
/// A request must not pass the same throttle twice, such as by two guards: its own first
/// attempt may then be what the second waits for.
///
/// [`FindClient`]: bartizan_core::FindClient
///
/// # Example
///
/// ```
/// use bartizan_core::{FindClient, GuardLayer, PasswordVerifier, TrustedProxies};
/// use bartizan_rate_limit::{LoginGuard, LoginThrottle};
///
/// # fn protected<V: PasswordVerifier>(users: V) {
/// let users = LoginGuard::new(users, LoginThrottle::new());
/// // `Basic::new(users)`, or `TokenEndpoint::password_grant(users)`, behind:
/// let layer = GuardLayer::new(FindClient::behind(TrustedProxies::none()));
/// # }
/// ```
pub struct LoginGuard<V> {
    verifier: Arc<V>,
    throttle: LoginThrottle,
    spawn: Option<Spawn>,
}

type Spawn = Arc<dyn Fn(BoxFuture<()>) + Send + Sync>;
type Answer = Result<Principal, LoginError>;

impl<V: PasswordVerifier> LoginGuard<V> {
    /// Creates a verifier that asks `verifier` as long as `throttle` admits it.
    #[must_use]
    pub fn new(verifier: V, throttle: LoginThrottle) -> Self {
        Self {
            verifier: Arc::new(verifier),
            throttle,
            spawn: None,
        }
    }

    /// Runs logins with `spawn`, so that they come to an end when the client has hung up.
    ///
    /// ```
    /// # use bartizan_core::PasswordVerifier;
    /// # use bartizan_rate_limit::LoginGuard;
    /// # fn spawning<V: PasswordVerifier>(users: LoginGuard<V>) -> LoginGuard<V> {
    /// users.spawn(|login| drop(tokio::spawn(login)))
    /// # }
    /// ```
    #[must_use]
    pub fn spawn<F>(mut self, spawn: F) -> Self
    where
        F: Fn(BoxFuture<()>) + Send + Sync + 'static,
    {
        self.spawn = Some(Arc::new(spawn));
        self
    }
}

impl<V: PasswordVerifier> PasswordVerifier for LoginGuard<V> {
    fn verify(
        &self,
        username: &str,
        password: SecretString,
    ) -> BoxFuture<Result<Principal, LoginError>> {
        self.verify_from(None, username, password)
    }

    fn verify_from(
        &self,
        client: Option<ClientAddr>,
        username: &str,
        password: SecretString,
    ) -> BoxFuture<Result<Principal, LoginError>> {
        let Some(client) = client else {
            let error = "the client of the login is not known";
            return Box::pin(async move { Err(LoginError::Failed(error.into())) });
        };
        let (verifier, throttle) = (Arc::clone(&self.verifier), self.throttle.clone());
        let username = username.to_owned();
        let login = async move {
            // The turn ends last, once what was counted has been given back.
            let (_turn, attempt) = match throttle.admit_in_turn(&username, client).await {
                Ok(admitted) => admitted,
                Err(refused) => {
                    return Err(match refused.retry_after() {
                        Some(retry_after) => LoginError::Throttled { retry_after },
                        None => LoginError::Failed(refused.into()),
                    });
                }
            };
            let answer = verifier.verify_from(Some(client), &username, password);
            settle(attempt, answer.await).await
        };
        match &self.spawn {
            Some(spawn) => Box::pin(detached(Arc::clone(spawn), login)),
            None => Box::pin(login),
        }
    }
}

async fn settle(attempt: LoginAttempt, answer: Answer) -> Answer {
    let settled = match &answer {
        Ok(_) => attempt.succeeded().await,
        Err(LoginError::Denied) => {
            attempt.failed();
            Ok(())
        }
        Err(_) => attempt.excused().await,
    };
    log(settled);
    answer
}

/// Waits for a login that goes on when nobody waits any more.
async fn detached(spawn: Spawn, login: impl Future<Output = Answer> + Send + 'static) -> Answer {
    let (answer, answered) = oneshot::channel();
    spawn(Box::pin(async move {
        // Nobody is there to take it when the client has hung up.
        let _ = answer.send(login.await);
    }));
    let answer = answered.await;
    answer.unwrap_or_else(|_| Err(LoginError::Failed("the login was not carried out".into())))
}

impl<V> Clone for LoginGuard<V> {
    fn clone(&self) -> Self {
        Self {
            verifier: Arc::clone(&self.verifier),
            throttle: self.throttle.clone(),
            spawn: self.spawn.clone(),
        }
    }
}

impl<V> fmt::Debug for LoginGuard<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginGuard")
            .field("throttle", &self.throttle)
            .finish_non_exhaustive()
    }
}
