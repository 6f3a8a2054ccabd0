use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use bartizan_core::{Protocol, RequestHead};
use http::{Method, Request, Response, Uri};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;
use tracing::error;

use crate::CorrelationId;
use crate::asked::beginning;
use crate::panic::Panicked;
use crate::render::TARGET;

/// Applies [`CatchPanic`] to a service: the innermost layer, inside the guards.
///
/// A panic that is caught outside of the guards has left without what these put on
/// responses, such as security headers and those of CORS; a browser then keeps the
/// error from the page. Caught here, it is a response like others.
///
/// It does not catch what panics while a body is read or written, nor in
/// `poll_ready`, and nothing in a program that was built with `panic = "abort"`.
#[derive(Clone, Copy, Debug, Default)]
#[must_use]
#[non_exhaustive]
pub struct CatchPanicLayer;

impl CatchPanicLayer {
    /// Creates a layer.
    pub const fn new() -> Self {
        Self
    }
}

impl<S> Layer<S> for CatchPanicLayer {
    type Service = CatchPanic<S>;

    fn layer(&self, inner: S) -> Self::Service {
        CatchPanic { inner }
    }
}

/// Middleware that answers with an empty 500 when the inner service panics.
///
/// Made by [`CatchPanicLayer`]. The response has a
/// [`Rejection`](bartizan_core::Rejection) among its extensions, with the slug
/// `internal-error` and a [`Panicked`] as its source; the message goes to the log
/// alone.
#[derive(Clone, Debug)]
pub struct CatchPanic<S> {
    inner: S,
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for CatchPanic<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    ResBody: Default,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = CatchPanicFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let asked = Asked {
            id: request.extensions().get().cloned(),
            method: request.method().clone(),
            protocol: Protocol::of(RequestHead::of(&request)),
            uri: request.uri().clone(),
        };
        let inner = &mut self.inner;
        let state = match catch_unwind(AssertUnwindSafe(|| inner.call(request))) {
            Ok(future) => State::Called { future },
            Err(payload) => State::Panicked {
                panicked: Some(Panicked::of(&*payload)),
            },
        };
        CatchPanicFuture { state, asked }
    }
}

/// What is kept of a request for the log.
struct Asked {
    id: Option<CorrelationId>,
    method: Method,
    protocol: Protocol,
    uri: Uri,
}

impl Asked {
    fn answer<B: Default>(&self, panicked: Panicked) -> Response<B> {
        error!(
            target: TARGET,
            correlation_id = self.id.as_ref().map(CorrelationId::as_str),
            method = self.method.as_str(),
            path = ?beginning(self.uri.path()),
            reason = %panicked.to_string().escape_debug(),
            "panicked"
        );
        let response = panicked.into_rejection().into_response(self.protocol);
        response.map(|()| B::default())
    }
}

pin_project! {
    /// Response future of [`CatchPanic`](crate::CatchPanic).
    #[must_use = "futures do nothing unless polled"]
    pub struct CatchPanicFuture<F> {
        #[pin]
        state: State<F>,
        asked: Asked,
    }
}

impl<F, B, E> Future for CatchPanicFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Default,
{
    type Output = Result<Response<B>, E>;

    #[expect(
        clippy::expect_used,
        reason = "polling a completed future is a bug in the caller"
    )]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let panicked = match this.state.as_mut().project() {
            StateProj::Called { future } => {
                match catch_unwind(AssertUnwindSafe(|| future.poll(cx))) {
                    Ok(polled) => return polled,
                    Err(payload) => Panicked::of(&*payload),
                }
            }
            StateProj::Panicked { panicked } => panicked.take().expect("polled after completion"),
        };
        // What has panicked is not to be polled again.
        this.state.set(State::Panicked { panicked: None });
        Poll::Ready(Ok(this.asked.answer(panicked)))
    }
}

impl<F> fmt::Debug for CatchPanicFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CatchPanicFuture").finish_non_exhaustive()
    }
}

pin_project! {
    #[project = StateProj]
    enum State<F> {
        Called {
            #[pin]
            future: F,
        },
        Panicked {
            panicked: Option<Panicked>,
        },
    }
}
