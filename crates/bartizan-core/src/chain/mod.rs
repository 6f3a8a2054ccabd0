//! One guard, or several that are fused into one service.
//!
//! Joined guards run as one service with one future, so that the request is
//! moved once for all of them. Each is checked on the request as the guard before
//! it has left it, also when one of them had to wait. The marks that an outer
//! guard makes on responses are made on the rejections of those further in, too.

mod and;
mod one;
mod shadow;
mod when;

use std::fmt;
use std::task::{Context, Poll};
use std::time::Instant;

use http::{Request, Response};

pub use self::and::{And, AndWaiting};
pub use self::one::Waiting;
pub use self::shadow::Shadow;
pub use self::when::When;
use crate::{Observer, Pass, RequestHead};

/// One [`Guard`](crate::Guard), or several joined.
///
/// Implemented by every guard and by what the methods here return; it cannot be
/// implemented outside of this crate.
pub trait Chain: sealed::Sealed + Send + Sync + 'static {
    /// What a passed request carries, the passes of all guards together.
    type Pass: Pass;

    /// What is kept while a guard waits.
    type Waiting: Send + Unpin + 'static;

    /// Checks `request` until it is admitted by all, stopped by one, or must wait.
    fn start<B>(
        &self,
        request: &mut Request<B>,
        watch: Watch<'_>,
    ) -> Progress<Self::Pass, Self::Waiting>;

    /// Goes on from where a guard had to wait.
    fn resume<B>(
        &self,
        waiting: &mut Self::Waiting,
        request: &mut Request<B>,
        watch: Watch<'_>,
        cx: &mut Context<'_>,
    ) -> Poll<Stage<Self::Pass>>;

    /// Lets pass what this passes and then `next` does, as one service.
    #[must_use]
    fn and<C>(self, next: C) -> And<Self, C>
    where
        Self: Sized,
        C: Chain,
    {
        And::new(self, next)
    }

    /// Checks only requests for which `condition` holds; the rest go on unmarked,
    /// and **unchecked**.
    ///
    /// A condition on the raw path fails open: `//admin`, `/%61dmin` and `/./admin`
    /// may reach the handler of `/admin` and are not what the condition compares
    /// with, and axum's `nest` takes the prefix away. Put the guard on the route, or
    /// use [`unless`](Self::unless) with the whole paths that are public.
    #[must_use]
    fn when<F>(self, condition: F) -> When<Self, F>
    where
        Self: Sized,
        F: Fn(RequestHead<'_>) -> bool + Send + Sync + 'static,
    {
        When::new(self, condition, true)
    }

    /// Checks only requests for which `condition` does not hold; the rest go on
    /// unmarked, and **unchecked**.
    ///
    /// Compare whole paths, and only those that are public: a path in another
    /// spelling is then checked, which is safe.
    #[must_use]
    fn unless<F>(self, condition: F) -> When<Self, F>
    where
        Self: Sized,
        F: Fn(RequestHead<'_>) -> bool + Send + Sync + 'static,
    {
        When::new(self, condition, false)
    }
}

/// How far [`Chain::start`] came.
#[expect(clippy::exhaustive_enums, reason = "the engine knows these three")]
pub enum Progress<P, W> {
    /// All guards let the request pass.
    Passed(P),
    /// A guard answered in place of the inner service.
    Stopped(Response<()>),
    /// A guard waits.
    Waiting(W),
}

impl<P, W> fmt::Debug for Progress<P, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Passed(_) => "Passed",
            Self::Stopped(_) => "Stopped",
            Self::Waiting(_) => "Waiting",
        })
    }
}

/// How [`Chain::resume`] ended.
#[expect(clippy::exhaustive_enums, reason = "the engine knows these two")]
pub enum Stage<P> {
    /// All guards let the request pass.
    Passed(P),
    /// A guard answered in place of the inner service.
    Stopped(Response<()>),
}

impl<P> fmt::Debug for Stage<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Passed(_) => "Passed",
            Self::Stopped(_) => "Stopped",
        })
    }
}

/// To whom the guards of a chain report, and how much.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    observer: &'a dyn Observer,
    passes: bool,
}

impl<'a> Watch<'a> {
    #[inline]
    pub(crate) fn new(observer: &'a dyn Observer, passes: bool) -> Self {
        Self { observer, passes }
    }

    fn start(self) -> Option<Instant> {
        self.passes.then(Instant::now)
    }
}

impl fmt::Debug for Watch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch")
            .field("passes", &self.passes)
            .finish_non_exhaustive()
    }
}

mod sealed {
    #[expect(unnameable_types, reason = "that is what seals `Chain`")]
    pub trait Sealed {}

    impl<G: crate::Guard> Sealed for G {}
    impl<A, B> Sealed for super::And<A, B> {}
    impl<G> Sealed for super::Shadow<G> {}
    impl<C, F> Sealed for super::When<C, F> {}
}
