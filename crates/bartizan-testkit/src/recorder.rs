use std::error::Error;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use bartizan_core::{Decision, Observer, Outcome, Rejection};

/// An observer that keeps what it is told. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Recorder(Arc<Mutex<Vec<Recorded>>>);

/// What a [`Recorder`] keeps of a decision.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Recorded {
    /// The name of the guard.
    pub guard: &'static str,
    /// What the decision came to.
    pub outcome: Outcome,
    /// Why the request was turned away.
    pub slug: Option<&'static str>,
    /// Why the request was turned away, for the log: the causes, outermost first.
    pub causes: Vec<String>,
    /// Why the request went on.
    pub explanation: Option<String>,
    /// The subject of the principal.
    pub subject: Option<String>,
    /// The address of the client.
    pub client: Option<IpAddr>,
    /// Whether the check was timed.
    pub is_timed: bool,
}

impl Recorder {
    /// Creates a recorder that keeps nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the decisions so far, oldest first.
    #[must_use]
    pub fn decisions(&self) -> Vec<Recorded> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Returns guard, outcome and slug of the decisions so far.
    #[must_use]
    pub fn outcomes(&self) -> Vec<(&'static str, Outcome, Option<&'static str>)> {
        let decisions = self.decisions().into_iter();
        decisions.map(|d| (d.guard, d.outcome, d.slug)).collect()
    }
}

impl Observer for Recorder {
    fn observe(&self, decision: &Decision<'_>) {
        let recorded = Recorded {
            guard: decision.guard,
            outcome: decision.outcome,
            slug: decision.slug(),
            causes: decision.rejection.map(causes).unwrap_or_default(),
            explanation: decision.explanation.map(ToString::to_string),
            subject: decision.principal.map(|p| p.subject().to_owned()),
            client: decision.client.map(IpAddr::from),
            is_timed: decision.latency.is_some(),
        };
        let mut decisions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        decisions.push(recorded);
    }
}

fn causes(rejection: &Rejection) -> Vec<String> {
    let causes = std::iter::successors(rejection.source(), |cause| (*cause).source());
    causes.map(ToString::to_string).collect()
}
