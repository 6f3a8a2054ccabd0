//! Future types.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bartizan_core::ClientAddr;
use pin_project_lite::pin_project;

use crate::brute_force::Entered;

pin_project! {
    /// Response future of [`LoginScope`](crate::LoginScope).
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F> {
        #[pin]
        future: F,
        client: Option<ClientAddr>,
    }
}

impl<F> ResponseFuture<F> {
    pub(crate) const fn new(future: F, client: Option<ClientAddr>) -> Self {
        Self { future, client }
    }
}

impl<F: Future> Future for ResponseFuture<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _entered = Entered::new(*this.client);
        this.future.poll(cx)
    }
}

impl<F> fmt::Debug for ResponseFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
