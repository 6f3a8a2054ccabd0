//! The future of [`TokenEndpoint`](crate::TokenEndpoint).

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bartizan_core::BoxFuture;
use bytes::Bytes;
use http::Response;
use http_body_util::Full;

/// The response of a [`TokenEndpoint`](crate::TokenEndpoint), to be awaited.
#[must_use = "futures do nothing unless polled"]
pub struct ResponseFuture(BoxFuture<Response<Full<Bytes>>>);

impl ResponseFuture {
    pub(crate) fn new(
        future: impl Future<Output = Response<Full<Bytes>>> + Send + 'static,
    ) -> Self {
        Self(Box::pin(future))
    }
}

impl Future for ResponseFuture {
    type Output = Result<Response<Full<Bytes>>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx).map(Ok)
    }
}

impl fmt::Debug for ResponseFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
