use bartizan_core::chain::{Chain, When};
use bartizan_core::{Guard, RequestHead, Verdict};

/// A guard that settings may leave out. One that is left out is not asked, and
/// reports nothing.
pub(super) type Optional<G> = When<Maybe<G>, fn(RequestHead<'_>) -> bool>;

/// Returns the guard for a chain, if there is one.
pub(super) fn optional<G: Guard>(guard: Option<G>) -> Optional<G> {
    let condition: fn(RequestHead<'_>) -> bool = match guard {
        Some(_) => |_| true,
        None => |_| false,
    };
    Maybe(guard).when(condition)
}

/// What [`Optional`] asks.
pub(super) struct Maybe<G>(Option<G>);

impl<G: Guard> Guard for Maybe<G> {
    type Pass = Option<G::Pass>;

    fn name(&self) -> &'static str {
        self.0.as_ref().map_or("left-out", Guard::name)
    }

    #[inline]
    fn check(&self, head: RequestHead<'_>) -> Verdict<Self::Pass> {
        match &self.0 {
            Some(guard) => some(guard.check(head)),
            None => Verdict::Pass(None),
        }
    }
}

impl<Step, G: Guard + crate::step::Fits<Step>> crate::step::Fits<Step> for Maybe<G> {}

fn some<P: Send + 'static>(verdict: Verdict<P>) -> Verdict<Option<P>> {
    match verdict {
        Verdict::Pass(pass) => Verdict::Pass(Some(pass)),
        Verdict::Reject(rejection) => Verdict::Reject(rejection),
        Verdict::Respond(response) => Verdict::Respond(response),
        Verdict::Wait(verdict) => Verdict::Wait(Box::pin(async move { some(verdict.await) })),
    }
}
