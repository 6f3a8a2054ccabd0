use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Waker};

use bartizan_core::{
    BoxError, BoxFuture, ClientAddr, Guard, Pass, Rejection, RequestHead, Verdict,
};
use http::{Response, StatusCode};

use super::attempt::log;
use super::{LoginAttempt, LoginRefused, LoginThrottle};
use crate::status::status_of;

/// The problem type of a client that behaves as an attacker would ([section 5.3]).
///
/// [section 5.3]: https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-10#section-5.3
const ABNORMAL_USAGE: &str =
    "https://iana.org/assignments/http-problem-types#abnormal-usage-detected";

/// Lets pass requests to a login route, as long as not too many of them failed.
///
/// What an attempt came to is read from the response: a handler leaves a
/// [`LoginResult`] among its extensions. Without one, the status tells, which over gRPC
/// is `grpc-status`: an answer of 429, or of a failure of ours (500 and above), is not
/// counted, and any other stays counted as failed. That a login succeeded only the
/// handler can say, since a form that is shown again is 200, and a redirection can lead
/// back to it.
///
/// It stands behind [`FindClient`](bartizan_core::FindClient), without which each
/// request is 503.
///
/// An attempt is under way until its response comes. As many as may fail are at once,
/// and more are refused: it is for the route of a login, and a
/// [`LoginGuard`](crate::LoginGuard) for credentials that are sent with each request.
///
/// The body is not read here. Where the name of the account is in it, only the quotas
/// of the address, of its neighbourhood and of all hold; use [`LoginThrottle`] in the
/// handler, or a [`LoginGuard`](crate::LoginGuard), for those of the account.
///
/// # Example
///
/// ```
/// use bartizan_rate_limit::{LoginLimit, LoginThrottle};
///
/// let guard = LoginLimit::new(LoginThrottle::new()).account(|head| {
///     let mut names = head.headers().get_all("x-user").iter();
///     match (names.next(), names.next()) {
///         (Some(name), None) => name.to_str().ok().map(str::to_owned),
///         _ => None,
///     }
/// });
/// # let _ = bartizan_core::GuardLayer::new(guard);
/// ```
#[derive(Clone)]
#[must_use]
pub struct LoginLimit {
    throttle: LoginThrottle,
    account: Option<ReadAccount>,
    spawn: Option<Spawn>,
}

type ReadAccount = Arc<dyn Fn(RequestHead<'_>) -> Option<String> + Send + Sync>;
type Spawn = Arc<dyn Fn(BoxFuture<()>) + Send + Sync>;

impl LoginLimit {
    /// Creates a guard that counts with `throttle`.
    pub fn new(throttle: LoginThrottle) -> Self {
        Self {
            throttle,
            account: None,
            spawn: None,
        }
    }

    /// Reads the name of the account with `read`. A request for which it finds none is
    /// refused with 400: one that hides the name must not escape the quotas of the
    /// account.
    pub fn account<F>(mut self, read: F) -> Self
    where
        F: Fn(RequestHead<'_>) -> Option<String> + Send + Sync + 'static,
    {
        self.account = Some(Arc::new(read));
        self
    }

    /// Runs what is left to do when a response comes with `spawn`, where the store does
    /// not answer at once. Without it, what attempts have taken is not given back there.
    pub fn spawn_refunds<F>(mut self, spawn: F) -> Self
    where
        F: Fn(BoxFuture<()>) + Send + Sync + 'static,
    {
        self.spawn = Some(Arc::new(spawn));
        self
    }
}

impl Guard for LoginLimit {
    type Pass = Trial;

    fn name(&self) -> &'static str {
        "login-limit"
    }

    fn check(&self, head: RequestHead<'_>) -> Verdict<Trial> {
        let Some(client) = head.extensions().get::<ClientAddr>().copied() else {
            let error = "the client is not known";
            return Verdict::Reject(Rejection::unavailable("login-limit-unavailable", error));
        };
        let account = match &self.account {
            None => None,
            Some(read) => match read(head) {
                Some(account) => Some(account),
                None => {
                    let detail = "the request does not name one account";
                    return Verdict::Reject(Rejection::bad_request("login-account", detail));
                }
            },
        };
        let (throttle, spawn) = (self.throttle.clone(), self.spawn.clone());
        Verdict::Wait(Box::pin(async move {
            match throttle.admit(account.as_deref(), client).await {
                Ok(attempt) => Verdict::Pass(Trial { attempt, spawn }),
                Err(refused) => Verdict::Reject(rejection(refused)),
            }
        }))
    }
}

impl fmt::Debug for LoginLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginLimit")
            .field("throttle", &self.throttle)
            .finish_non_exhaustive()
    }
}

fn rejection(refused: LoginRefused) -> Rejection {
    match refused.retry_after() {
        None => Rejection::unavailable("login-limit-unavailable", refused),
        Some(delay) => Rejection::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too-many-failed-logins",
            "too many logins have failed",
        )
        .retry_after(delay)
        .problem_type(ABNORMAL_USAGE)
        .member("violated-policies", vec!["login".to_owned()]),
    }
}

/// What an attempt to log in came to: left among the extensions of a response by its
/// handler.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum LoginResult {
    /// It came to nothing, for a reason that is not the client's.
    Excused,
    /// User name or password were wrong.
    Failed,
    /// The user is logged in.
    Succeeded,
}

impl LoginResult {
    fn of<B>(response: &Response<B>) -> Self {
        let told = response.extensions().get().copied();
        told.unwrap_or_else(|| match status_of(response).as_u16() {
            429 | 500.. => Self::Excused,
            _ => Self::Failed,
        })
    }
}

/// What [`LoginLimit`] lets pass.
pub struct Trial {
    attempt: LoginAttempt,
    spawn: Option<Spawn>,
}

impl Pass for Trial {
    fn seal<B>(self, response: &mut Response<B>) {
        let Self { attempt, spawn } = self;
        let settle: BoxFuture<Result<(), BoxError>> = match LoginResult::of(response) {
            LoginResult::Excused => Box::pin(attempt.excused()),
            LoginResult::Failed => return attempt.failed(),
            LoginResult::Succeeded => Box::pin(attempt.succeeded()),
        };
        let mut settle: BoxFuture<()> = Box::pin(async move { log(settle.await) });
        let mut cx = Context::from_waker(Waker::noop());
        let is_pending = pin!(&mut settle).poll(&mut cx).is_pending();
        if let (true, Some(spawn)) = (is_pending, spawn) {
            spawn(settle);
        }
    }
}

impl fmt::Debug for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trial").finish_non_exhaustive()
    }
}
