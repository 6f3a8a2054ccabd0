use std::fmt;
use std::task::{Context, Poll, ready};

use http::Request;

use super::{Chain, Progress, Stage, Watch};
use crate::Pass;

/// Two chains, one after the other. Made by [`Chain::and`].
#[derive(Clone, Copy, Debug)]
pub struct And<A, B> {
    first: A,
    second: B,
}

impl<A, B> And<A, B> {
    pub(super) fn new(first: A, second: B) -> Self {
        Self { first, second }
    }
}

impl<A: Chain, B: Chain> And<A, B> {
    /// Asks the second chain about what the first has admitted.
    #[inline(always)]
    fn proceed<T>(
        &self,
        pass: A::Pass,
        request: &mut Request<T>,
        watch: Watch<'_>,
    ) -> Progress<(A::Pass, B::Pass), AndWaiting<A, B>> {
        match self.second.start(request, watch) {
            Progress::Passed(second) => Progress::Passed((pass, second)),
            Progress::Stopped(mut response) => {
                pass.seal(&mut response);
                Progress::Stopped(response)
            }
            Progress::Waiting(waiting) => {
                Progress::Waiting(AndWaiting(State::Second(Some(pass), waiting)))
            }
        }
    }
}

impl<A: Chain, B: Chain> Chain for And<A, B> {
    type Pass = (A::Pass, B::Pass);
    type Waiting = AndWaiting<A, B>;

    #[inline(always)]
    fn start<T>(
        &self,
        request: &mut Request<T>,
        watch: Watch<'_>,
    ) -> Progress<Self::Pass, Self::Waiting> {
        match self.first.start(request, watch) {
            Progress::Passed(pass) => self.proceed(pass, request, watch),
            Progress::Stopped(response) => Progress::Stopped(response),
            Progress::Waiting(waiting) => Progress::Waiting(AndWaiting(State::First(waiting))),
        }
    }

    #[expect(
        clippy::expect_used,
        reason = "polling a completed future is a bug in the caller"
    )]
    fn resume<T>(
        &self,
        waiting: &mut Self::Waiting,
        request: &mut Request<T>,
        watch: Watch<'_>,
        cx: &mut Context<'_>,
    ) -> Poll<Stage<Self::Pass>> {
        loop {
            match &mut waiting.0 {
                State::First(first) => {
                    let pass = match ready!(self.first.resume(first, request, watch, cx)) {
                        Stage::Passed(pass) => pass,
                        Stage::Stopped(response) => return Poll::Ready(Stage::Stopped(response)),
                    };
                    match self.proceed(pass, request, watch) {
                        Progress::Passed(pass) => return Poll::Ready(Stage::Passed(pass)),
                        Progress::Stopped(response) => {
                            return Poll::Ready(Stage::Stopped(response));
                        }
                        Progress::Waiting(next) => *waiting = next,
                    }
                }
                State::Second(pass, second) => {
                    let stage = ready!(self.second.resume(second, request, watch, cx));
                    let pass = pass.take().expect("polled after completion");
                    return Poll::Ready(match stage {
                        Stage::Passed(second) => Stage::Passed((pass, second)),
                        Stage::Stopped(mut response) => {
                            pass.seal(&mut response);
                            Stage::Stopped(response)
                        }
                    });
                }
            }
        }
    }
}

/// What is kept while one of two chains waits.
pub struct AndWaiting<A: Chain, B: Chain>(State<A, B>);

impl<A: Chain, B: Chain> Unpin for AndWaiting<A, B> {}

impl<A: Chain, B: Chain> fmt::Debug for AndWaiting<A, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AndWaiting")
            .field(match self.0 {
                State::First(_) => &"First",
                State::Second(..) => &"Second",
            })
            .finish()
    }
}

enum State<A: Chain, B: Chain> {
    First(A::Waiting),
    Second(Option<A::Pass>, B::Waiting),
}
