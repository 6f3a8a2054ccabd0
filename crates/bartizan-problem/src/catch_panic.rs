use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bartizan_core::{Protocol, RequestHead};
use http::{Method, Request, Response, Uri};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;
use tracing::error;

use crate::CorrelationId;
use crate::asked::beginning;
use crate::caught::Caught;
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
///
/// The panic hook has run by then: the one that Rust sets writes the whole message to
/// the standard error, wherever that goes. A service whose panics may quote secrets
/// sets another by [`std::panic::set_hook`].
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
/// `internal-error` and a [`Panicked`] as its source; of the response, the message is
/// no part.
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
        let caught = Caught::call(|| inner.call(request));
        CatchPanicFuture { caught, asked }
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
        let response = panicked
            .into_rejection()
            .logged()
            .into_response(self.protocol);
        response.map(|()| B::default())
    }
}

pin_project! {
    /// Response future of [`CatchPanic`](crate::CatchPanic).
    #[must_use = "futures do nothing unless polled"]
    pub struct CatchPanicFuture<F> {
        #[pin]
        caught: Caught<F>,
        asked: Asked,
    }
}

impl<F, B, E> Future for CatchPanicFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Default,
{
    type Output = Result<Response<B>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        match ready!(this.caught.poll(cx)) {
            Ok(result) => Poll::Ready(result),
            Err(panicked) => Poll::Ready(Ok(this.asked.answer(panicked))),
        }
    }
}

impl<F> fmt::Debug for CatchPanicFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CatchPanicFuture").finish_non_exhaustive()
    }
}
