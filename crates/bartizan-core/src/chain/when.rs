use std::fmt;
use std::task::{Context, Poll};

use http::Request;

use super::{Chain, Progress, Stage, Watch};
use crate::RequestHead;

/// A chain for some requests only. Made by [`Chain::when`] and
/// [`Chain::unless`].
#[derive(Clone, Copy)]
pub struct When<C, F> {
    chain: C,
    condition: F,
    applies: bool,
}

impl<C, F> When<C, F> {
    pub(super) fn new(chain: C, condition: F, applies: bool) -> Self {
        Self {
            chain,
            condition,
            applies,
        }
    }
}

impl<C, F> Chain for When<C, F>
where
    C: Chain,
    F: Fn(RequestHead<'_>) -> bool + Send + Sync + 'static,
{
    type Pass = Option<C::Pass>;
    type Waiting = C::Waiting;

    #[inline(always)]
    fn start<B>(
        &self,
        request: &mut Request<B>,
        watch: Watch<'_>,
    ) -> Progress<Self::Pass, Self::Waiting> {
        if (self.condition)(RequestHead::of(request)) != self.applies {
            return Progress::Passed(None);
        }
        match self.chain.start(request, watch) {
            Progress::Passed(pass) => Progress::Passed(Some(pass)),
            Progress::Stopped(response) => Progress::Stopped(response),
            Progress::Waiting(waiting) => Progress::Waiting(waiting),
        }
    }

    fn resume<B>(
        &self,
        waiting: &mut Self::Waiting,
        request: &mut Request<B>,
        watch: Watch<'_>,
        cx: &mut Context<'_>,
    ) -> Poll<Stage<Self::Pass>> {
        self.chain
            .resume(waiting, request, watch, cx)
            .map(|stage| match stage {
                Stage::Passed(pass) => Stage::Passed(Some(pass)),
                Stage::Stopped(response) => Stage::Stopped(response),
            })
    }
}

impl<C: fmt::Debug, F> fmt::Debug for When<C, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("When")
            .field("chain", &self.chain)
            .field("applies", &self.applies)
            .finish_non_exhaustive()
    }
}
