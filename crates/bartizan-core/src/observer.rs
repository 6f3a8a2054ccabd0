use std::error::Error;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tracing::{Level, enabled, event};

use crate::{ClientAddr, CorrelationId, Principal, Rejection, RequestHead};

/// Receives what every guard decides.
///
/// It is called on the path of the request: hand over and return.
pub trait Observer: Send + Sync + 'static {
    /// Returns whether requests that pass are to be reported, and timed.
    ///
    /// Asked when a request comes, and again while it waits. Rejections are always
    /// reported.
    fn observes_passes(&self) -> bool {
        true
    }

    /// Receives a decision.
    fn observe(&self, decision: &Decision<'_>);

    /// Returns whether each rejection that it receives goes to the log, with the
    /// [`CorrelationId`] of its request: then no outer layer writes it there as well.
    fn logs(&self) -> bool {
        false
    }
}

impl<O: Observer + ?Sized> Observer for Arc<O> {
    fn observes_passes(&self) -> bool {
        (**self).observes_passes()
    }

    fn observe(&self, decision: &Decision<'_>) {
        (**self).observe(decision);
    }

    fn logs(&self) -> bool {
        (**self).logs()
    }
}

/// What a guard decided about a request.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Decision<'a> {
    /// The name of the guard.
    pub guard: &'static str,
    /// What it came to.
    pub outcome: Outcome,
    /// Why the request was turned away, or would have been.
    pub rejection: Option<&'a Rejection>,
    /// Why the request went on, such as the rule that let it, where the guard says
    /// so. Why one was turned away is the [source](std::error::Error::source) of the
    /// rejection.
    pub explanation: Option<&'a dyn fmt::Display>,
    /// The head of the request, with its credentials while these are not stripped:
    /// log no header values.
    pub head: RequestHead<'a>,
    /// Who the request comes from, as far as it is known by then.
    pub principal: Option<&'a Principal>,
    /// Which client the request comes from, where a guard has found it out.
    pub client: Option<ClientAddr>,
    /// The time since the check began. There is none for a guard that answered at
    /// once to an observer that does not [observe
    /// passes](Observer::observes_passes).
    pub latency: Option<Duration>,
}

impl<'a> Decision<'a> {
    /// Creates a decision about the request with this `head`, for a service that
    /// decides by itself and is no guard.
    ///
    /// The principal and the client are those among the extensions of the request.
    #[must_use]
    pub fn new(guard: &'static str, outcome: Outcome, head: RequestHead<'a>) -> Self {
        Self {
            guard,
            outcome,
            rejection: None,
            explanation: None,
            head,
            principal: head.extensions().get(),
            client: head.extensions().get().copied(),
            latency: None,
        }
    }

    /// Says why the request was turned away.
    #[must_use]
    pub fn with_rejection(self, rejection: &'a Rejection) -> Self {
        Self {
            rejection: Some(rejection),
            ..self
        }
    }

    /// Says who the request turned out to come from.
    #[must_use]
    pub fn with_principal(self, principal: &'a Principal) -> Self {
        Self {
            principal: Some(principal),
            ..self
        }
    }

    /// Says how long it took.
    #[must_use]
    pub fn with_latency(self, latency: Duration) -> Self {
        Self {
            latency: Some(latency),
            ..self
        }
    }

    /// Returns the stable name of the reason that the request was turned away.
    #[must_use]
    pub fn slug(&self) -> Option<&'static str> {
        self.rejection.map(Rejection::slug)
    }
}

impl fmt::Debug for Decision<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decision")
            .field("guard", &self.guard)
            .field("outcome", &self.outcome)
            .field("rejection", &self.rejection)
            .field("explanation", &self.explanation.map(|e| e.to_string()))
            .field("head", &self.head)
            .field("principal", &self.principal)
            .field("client", &self.client)
            .field("latency", &self.latency)
            .finish()
    }
}

/// What a guard's decision came to.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Outcome {
    /// The guard could not decide; the request was turned away.
    Failed,
    /// A credential was issued, such as a token to a user who logged in.
    Issued,
    /// The request went on.
    Passed,
    /// The request was turned away.
    Rejected,
    /// The guard answered by itself.
    Responded,
    /// The request went on, but would not have if the guard were enforced.
    Shadowed,
}

impl Outcome {
    /// Returns what a rejection comes to: failed when the fault is ours.
    #[must_use]
    pub fn of(rejection: &Rejection) -> Self {
        if rejection.is_failure() {
            Self::Failed
        } else {
            Self::Rejected
        }
    }

    /// Returns the name as logs have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Issued => "issued",
            Self::Passed => "passed",
            Self::Rejected => "rejected",
            Self::Responded => "responded",
            Self::Shadowed => "shadowed",
        }
    }
}

/// Reports decisions as [`tracing`] events with the target `bartizan`.
///
/// Failures are errors, and warnings when a retry may help; rejections and issued
/// credentials are `INFO`, passes `DEBUG`. An event names the guard, the outcome, the
/// slug, the [correlation id](CorrelationId), the method, the path without its query,
/// the subject and the id of its credential, the client's address and the latency;
/// header values are never in it. Text that comes from the request is escaped, so that
/// it cannot forge a line.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "it has nothing to set")]
pub struct TracingObserver;

const TARGET: &str = "bartizan";

impl Observer for TracingObserver {
    #[inline]
    fn observes_passes(&self) -> bool {
        enabled!(target: TARGET, Level::DEBUG)
    }

    fn logs(&self) -> bool {
        true
    }

    fn observe(&self, decision: &Decision<'_>) {
        macro_rules! report {
            ($level:expr) => {
                event!(
                    target: TARGET,
                    $level,
                    guard = decision.guard,
                    outcome = decision.outcome.as_str(),
                    slug = decision.slug(),
                    correlation_id = decision.head.extensions().get().map(CorrelationId::as_str),
                    method = decision.head.method().as_str(),
                    path = ?beginning(decision.head.uri().path()),
                    subject = decision.principal.map(|p| tracing::field::debug(p.subject())),
                    credential = decision
                        .principal
                        .and_then(Principal::credential_id)
                        .map(tracing::field::debug),
                    client = decision.client.map(|c| tracing::field::display(IpAddr::from(c))),
                    latency_us = decision.latency.map(|latency| latency.as_micros()),
                    reason = decision.rejection.map(|r| tracing::field::display(Chain(r))),
                    because = decision.explanation.map(|e| tracing::field::display(Escaped(e))),
                    "decided"
                )
            };
        }
        match decision.outcome {
            // Having too much to do is no fault that each request has to report.
            Outcome::Failed if decision.rejection.and_then(Rejection::delay).is_some() => {
                report!(Level::WARN);
            }
            Outcome::Failed => report!(Level::ERROR),
            Outcome::Shadowed if decision.rejection.is_some_and(Rejection::is_failure) => {
                report!(Level::ERROR);
            }
            Outcome::Issued | Outcome::Rejected | Outcome::Shadowed => report!(Level::INFO),
            Outcome::Passed | Outcome::Responded => report!(Level::DEBUG),
        }
    }
}

/// The most characters of a path in the log: a client chooses how long it is.
const MAX_PATH: usize = 512;

fn beginning(path: &str) -> &str {
    let end = path.char_indices().nth(MAX_PATH);
    end.and_then(|(end, _)| path.get(..end)).unwrap_or(path)
}

/// An explanation, on one line.
struct Escaped<'a>(&'a dyn fmt::Display);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.to_string().escape_debug())
    }
}

/// A rejection with all its causes, on one line.
struct Chain<'a>(&'a Rejection);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.detail().escape_debug())?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(f, ": {}", error.to_string().escape_debug())?;
            source = error.source();
        }
        Ok(())
    }
}
