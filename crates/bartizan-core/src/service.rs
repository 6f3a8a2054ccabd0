use std::sync::Arc;
use std::task::{Context, Poll};
use std::{fmt, mem};

use http::{Request, Response};
use tower_service::Service;

use crate::chain::{Chain, Progress};
use crate::future::ResponseFuture;
use crate::layer::Shared;

/// Middleware that calls the inner service only for requests that its guards let
/// pass.
///
/// Made by [`GuardLayer`](crate::GuardLayer).
pub struct Guarded<C, S> {
    shared: Arc<Shared<C>>,
    inner: S,
}

impl<C, S> Guarded<C, S> {
    pub(crate) fn new(shared: Arc<Shared<C>>, inner: S) -> Self {
        Self { shared, inner }
    }

    /// Returns a reference to the inner service.
    #[must_use]
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// Returns a mutable reference to the inner service.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// Returns the inner service.
    #[must_use]
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<C, S, ReqBody, ResBody> Service<Request<ReqBody>> for Guarded<C, S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>> + Clone,
    C: Chain,
    ResBody: Default,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = ResponseFuture<C, S, ReqBody>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    #[inline]
    fn call(&mut self, mut request: Request<ReqBody>) -> Self::Future {
        match self.shared.chain.start(&mut request, self.shared.watch()) {
            Progress::Passed(pass) => ResponseFuture::forward(self.inner.call(request), pass),
            Progress::Stopped(response) => ResponseFuture::stopped(response),
            Progress::Waiting(waiting) => {
                // Readiness belongs to this instance, not to its clones: let this
                // one take the request, and leave the clone for the next.
                let clone = self.inner.clone();
                let ready = mem::replace(&mut self.inner, clone);
                ResponseFuture::waiting(waiting, ready, request, Arc::clone(&self.shared))
            }
        }
    }
}

impl<C, S: Clone> Clone for Guarded<C, S> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            inner: self.inner.clone(),
        }
    }
}

impl<C, S: fmt::Debug> fmt::Debug for Guarded<C, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guarded")
            .field("inner", &self.inner)
            .finish_non_exhaustive()
    }
}
