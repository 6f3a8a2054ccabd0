use std::fmt;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use http::{Request, Response};

use super::{Chain, Progress, Stage, Watch};
use crate::{BoxFuture, Decision, Guard, Outcome, Pass, Protocol, Rejection, RequestHead, Verdict};

impl<G: Guard> Chain for G {
    type Pass = G::Pass;
    type Waiting = Waiting<G::Pass>;

    #[inline(always)]
    fn start<B>(
        &self,
        request: &mut Request<B>,
        watch: Watch<'_>,
    ) -> Progress<Self::Pass, Self::Waiting> {
        let started = watch.start();
        match self.check(RequestHead::of(request)) {
            Verdict::Pass(pass) => {
                Progress::Passed(admit(self.name(), pass, request, watch, started))
            }
            Verdict::Wait(verdict) => Progress::Waiting(Waiting::new(verdict, started)),
            Verdict::Reject(rejection) => {
                Progress::Stopped(reject(self.name(), rejection, request, watch, started))
            }
            Verdict::Respond(response) => {
                Progress::Stopped(respond(self.name(), response, request, watch, started))
            }
        }
    }

    fn resume<B>(
        &self,
        waiting: &mut Self::Waiting,
        request: &mut Request<B>,
        watch: Watch<'_>,
        cx: &mut Context<'_>,
    ) -> Poll<Stage<Self::Pass>> {
        let started = Some(waiting.started);
        let stage = match ready!(waiting.poll(cx)) {
            Settled::Pass(pass) => Stage::Passed(admit(self.name(), pass, request, watch, started)),
            Settled::Reject(rejection) => {
                Stage::Stopped(reject(self.name(), rejection, request, watch, started))
            }
            Settled::Respond(response) => {
                Stage::Stopped(respond(self.name(), response, request, watch, started))
            }
        };
        Poll::Ready(stage)
    }
}

/// What is kept while one guard waits.
pub struct Waiting<P> {
    verdict: BoxFuture<Verdict<P>>,
    started: Instant,
}

impl<P> Waiting<P> {
    pub(super) fn new(verdict: BoxFuture<Verdict<P>>, started: Option<Instant>) -> Self {
        Self {
            verdict,
            started: started.unwrap_or_else(Instant::now),
        }
    }

    pub(super) fn started(&self) -> Instant {
        self.started
    }

    /// Polls until the verdict is in; one that asks to wait again is followed.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Settled<P>> {
        loop {
            match ready!(self.verdict.as_mut().poll(cx)) {
                Verdict::Pass(pass) => return Poll::Ready(Settled::Pass(pass)),
                Verdict::Reject(rejection) => return Poll::Ready(Settled::Reject(rejection)),
                Verdict::Respond(response) => return Poll::Ready(Settled::Respond(response)),
                Verdict::Wait(next) => self.verdict = next,
            }
        }
    }
}

impl<P> fmt::Debug for Waiting<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiting")
            .field("started", &self.started)
            .finish_non_exhaustive()
    }
}

/// A verdict that no longer waits.
pub(super) enum Settled<P> {
    Pass(P),
    Reject(Rejection),
    Respond(Response<()>),
}

#[inline(always)]
fn admit<P: Pass, B>(
    guard: &'static str,
    mut pass: P,
    request: &mut Request<B>,
    watch: Watch<'_>,
    started: Option<Instant>,
) -> P {
    pass.admit(request);
    if watch.passes {
        report_pass(guard, &pass, request, watch, started);
    }
    pass
}

#[cold]
fn reject<B>(
    guard: &'static str,
    rejection: Rejection,
    request: &Request<B>,
    watch: Watch<'_>,
    started: Option<Instant>,
) -> Response<()> {
    let guard = rejection.guard().unwrap_or(guard);
    let outcome = Outcome::of(&rejection);
    report(guard, outcome, Some(&rejection), request, watch, started);
    let protocol = Protocol::of(RequestHead::of(request));
    if watch.observer.logs() {
        return rejection.logged().into_response(protocol);
    }
    rejection.into_response(protocol)
}

#[cold]
fn respond<B>(
    guard: &'static str,
    response: Response<()>,
    request: &Request<B>,
    watch: Watch<'_>,
    started: Option<Instant>,
) -> Response<()> {
    if watch.passes {
        report(guard, Outcome::Responded, None, request, watch, started);
    }
    response
}

pub(super) fn report_pass<P: Pass, B>(
    guard: &'static str,
    pass: &P,
    request: &Request<B>,
    watch: Watch<'_>,
    started: Option<Instant>,
) {
    let mut decision = Decision::new(guard, Outcome::Passed, RequestHead::of(request));
    decision.explanation = pass.explain();
    decision.latency = started.map(|started| started.elapsed());
    watch.observer.observe(&decision);
}

pub(super) fn report<B>(
    guard: &'static str,
    outcome: Outcome,
    rejection: Option<&Rejection>,
    request: &Request<B>,
    watch: Watch<'_>,
    started: Option<Instant>,
) {
    let mut decision = Decision::new(guard, outcome, RequestHead::of(request));
    decision.rejection = rejection;
    decision.latency = started.map(|started| started.elapsed());
    watch.observer.observe(&decision);
}
