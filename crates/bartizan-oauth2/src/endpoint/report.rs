use std::time::Duration;

use bartizan_core::{Decision, Observer, Outcome, Principal, Rejection, RequestHead};

/// Reports a decision.
///
/// `known` is who the request is sure to come from by then: the client, once it is
/// authenticated, and whom the token is for, once it is issued. The user name of an
/// attempt that failed is not in it: people type passwords there.
pub(super) fn report(
    observer: &dyn Observer,
    head: RequestHead<'_>,
    known: Option<&Principal>,
    rejection: Option<&Rejection>,
    latency: Duration,
) {
    let outcome = rejection.map_or(Outcome::Issued, Outcome::of);
    let mut decision = Decision::new("token-endpoint", outcome, head).with_latency(latency);
    if let Some(rejection) = rejection {
        decision = decision.with_rejection(rejection);
    }
    if let Some(principal) = known {
        decision = decision.with_principal(principal);
    }
    observer.observe(&decision);
}
