//! Future types.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::Response;
use http_body::Body;
use pin_project_lite::pin_project;

use crate::asked::Asked;
use crate::body::ProblemBody;
pub use crate::catch_panic::CatchPanicFuture;
use crate::caught::Caught;
use crate::layer::Config;
use crate::render;

pin_project! {
    /// Response future of [`Problems`](crate::Problems).
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F> {
        #[pin]
        caught: Caught<F>,
        asked: Asked,
        config: Arc<Config>,
    }
}

impl<F> ResponseFuture<F> {
    pub(crate) fn new(caught: Caught<F>, asked: Asked, config: Arc<Config>) -> Self {
        Self {
            caught,
            asked,
            config,
        }
    }
}

impl<F, B, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Body<Data = Bytes>,
{
    type Output = Result<Response<ProblemBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        Poll::Ready(match ready!(this.caught.poll(cx)) {
            Ok(result) => {
                result.map(|response| render::response(this.config, this.asked, response))
            }
            Err(panicked) => Ok(render::panicked(this.config, this.asked, panicked)),
        })
    }
}

impl<F> fmt::Debug for ResponseFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
