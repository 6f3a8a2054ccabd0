use std::task::{Context, Poll, ready};
use std::time::Instant;

use http::Request;

use super::one::{Settled, report, report_pass};
use super::{Chain, Progress, Stage, Waiting, Watch};
use crate::{Guard, Outcome, RequestHead, Verdict};

/// A guard that reports and does not enforce. Made by [`Guard::shadow`].
#[derive(Clone, Copy, Debug)]
pub struct Shadow<G> {
    guard: G,
}

impl<G: Guard> Shadow<G> {
    pub(crate) fn new(guard: G) -> Self {
        Self { guard }
    }

    fn report<B>(
        &self,
        settled: Settled<G::Pass>,
        request: &Request<B>,
        watch: Watch<'_>,
        started: Option<Instant>,
    ) {
        let guard = self.guard.name();
        match settled {
            Settled::Reject(rejection) => {
                let outcome = Outcome::Shadowed;
                report(guard, outcome, Some(&rejection), request, watch, started);
            }
            Settled::Pass(pass) if watch.passes => {
                report_pass(guard, &pass, request, watch, started);
            }
            Settled::Pass(_) => {}
            Settled::Respond(_) => {
                report(guard, Outcome::Shadowed, None, request, watch, started);
            }
        }
    }
}

impl<G: Guard> Chain for Shadow<G> {
    type Pass = ();
    type Waiting = Waiting<G::Pass>;

    #[inline(always)]
    fn start<B>(&self, request: &mut Request<B>, watch: Watch<'_>) -> Progress<(), Self::Waiting> {
        let started = watch.start();
        let settled = match self.guard.check(RequestHead::of(request)) {
            Verdict::Pass(pass) => Settled::Pass(pass),
            Verdict::Reject(rejection) => Settled::Reject(rejection),
            Verdict::Respond(response) => Settled::Respond(response),
            Verdict::Wait(verdict) => return Progress::Waiting(Waiting::new(verdict, started)),
        };
        self.report(settled, request, watch, started);
        Progress::Passed(())
    }

    fn resume<B>(
        &self,
        waiting: &mut Self::Waiting,
        request: &mut Request<B>,
        watch: Watch<'_>,
        cx: &mut Context<'_>,
    ) -> Poll<Stage<()>> {
        let settled = ready!(waiting.poll(cx));
        let started = Some(waiting.started());
        self.report(settled, request, watch, started);
        Poll::Ready(Stage::Passed(()))
    }
}
