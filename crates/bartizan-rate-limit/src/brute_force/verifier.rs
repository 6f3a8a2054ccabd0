use std::fmt;
use std::sync::Arc;

use bartizan_core::{BoxFuture, ClientAddr, LoginError, PasswordVerifier, Principal};
use bartizan_secret::SecretString;

use super::LoginThrottle;
use super::attempt::log;

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
/// nothing. Two things follow:
///
/// - What the verifier queues must take less time than requests are given: with a pool of
///   hashers that does not keep up, it must refuse before the time limit of the request
///   strikes.
/// - A client that sends its password with each request and gives up 30 of them in a day,
///   such as a page that is often left while it loads, has to wait as if it had guessed.
///   Sessions or tokens are for those.
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
}

impl<V: PasswordVerifier> LoginGuard<V> {
    /// Creates a verifier that asks `verifier` as long as `throttle` admits it.
    #[must_use]
    pub fn new(verifier: V, throttle: LoginThrottle) -> Self {
        Self {
            verifier: Arc::new(verifier),
            throttle,
        }
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
        Box::pin(async move {
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
            let answer = verifier
                .verify_from(Some(client), &username, password)
                .await;
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
        })
    }
}

impl<V> Clone for LoginGuard<V> {
    fn clone(&self) -> Self {
        Self {
            verifier: Arc::clone(&self.verifier),
            throttle: self.throttle.clone(),
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
