use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use pin_project_lite::pin_project;
use tower_service::Service;

/// What one would write by hand to look at each request and pass it on: a service
/// with shared settings, and a named future that can also refuse.
#[derive(Clone, Debug)]
pub(super) struct PassThrough<S> {
    inner: S,
    at_most: Arc<usize>,
}

impl<S> PassThrough<S> {
    /// Creates one in front of `inner`.
    pub(super) fn new(inner: S) -> Self {
        Self {
            inner,
            at_most: Arc::new(100),
        }
    }
}

impl<S, B, R> Service<Request<B>> for PassThrough<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: Default,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, R>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    #[inline]
    fn call(&mut self, request: Request<B>) -> Self::Future {
        if request.headers().len() > *self.at_most {
            let mut response = Response::new(R::default());
            *response.status_mut() = http::StatusCode::FORBIDDEN;
            let response = Some(response);
            return ResponseFuture {
                state: State::Refuse { response },
            };
        }
        let future = self.inner.call(request);
        ResponseFuture {
            state: State::Forward { future },
        }
    }
}

pin_project! {
    /// Response future of [`PassThrough`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub(super) struct ResponseFuture<F, R> {
        #[pin]
        state: State<F, R>,
    }
}

pin_project! {
    #[derive(Debug)]
    #[project = StateProj]
    enum State<F, R> {
        Forward {
            #[pin]
            future: F,
        },
        Refuse {
            response: Option<Response<R>>,
        },
    }
}

impl<F, R, E> Future for ResponseFuture<F, R>
where
    F: Future<Output = Result<Response<R>, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().state.project() {
            StateProj::Forward { future } => future.poll(cx),
            StateProj::Refuse { response } => {
                Poll::Ready(Ok(response.take().expect("polled after completion")))
            }
        }
    }
}
