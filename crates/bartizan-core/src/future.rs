//! Future types.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use http::{HeaderMap, Request, Response};
use pin_project_lite::pin_project;
use tower_service::Service;

use crate::Pass;
use crate::chain::{Chain, Stage};
use crate::layer::Shared;

pin_project! {
    /// Response future of [`Guarded`](crate::Guarded).
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<C, S, ReqBody>
    where
        C: Chain,
        S: Service<Request<ReqBody>>,
    {
        #[pin]
        state: State<C, C::Pass, C::Waiting, S, S::Future, ReqBody>,
    }
}

impl<C, S, ReqBody> ResponseFuture<C, S, ReqBody>
where
    C: Chain,
    S: Service<Request<ReqBody>>,
{
    #[inline]
    pub(crate) fn forward(future: S::Future, pass: C::Pass) -> Self {
        Self {
            state: State::Forward {
                future,
                pass: Some(pass),
            },
        }
    }

    pub(crate) fn stopped(response: Response<()>) -> Self {
        Self {
            state: State::Stopped {
                response: Some(response),
            },
        }
    }

    pub(crate) fn waiting(
        waiting: C::Waiting,
        inner: S,
        request: Request<ReqBody>,
        shared: Arc<Shared<C>>,
    ) -> Self {
        Self {
            state: State::Waiting {
                waiting,
                call: Some((inner, request)),
                shared,
            },
        }
    }
}

impl<C, S, ReqBody, ResBody> Future for ResponseFuture<C, S, ReqBody>
where
    C: Chain,
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    ResBody: Default,
{
    type Output = Result<S::Response, S::Error>;

    #[expect(
        clippy::expect_used,
        reason = "polling a completed future is a bug in the caller"
    )]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            match state.as_mut().project() {
                StateProj::Forward { future, pass } => {
                    // Sealed in place: each move of a response is a copy of it.
                    let mut result = future.poll(cx);
                    if let Poll::Ready(Ok(response)) = &mut result {
                        let pass = pass.take().expect("polled after completion");
                        reserve(response.headers_mut(), pass.fields());
                        pass.seal(response);
                    }
                    return result;
                }
                StateProj::Stopped { response } => {
                    let response = response.take().expect("polled after completion");
                    return Poll::Ready(Ok(response.map(|()| ResBody::default())));
                }
                StateProj::Waiting {
                    waiting,
                    call,
                    shared,
                } => {
                    let (_, request) = call.as_mut().expect("polled after completion");
                    let stage = shared.chain.resume(waiting, request, shared.watch(), cx);
                    let next = match ready!(stage) {
                        Stage::Passed(pass) => {
                            let (mut inner, request) = call.take().expect("borrowed above");
                            State::Forward {
                                future: inner.call(request),
                                pass: Some(pass),
                            }
                        }
                        Stage::Stopped(response) => State::Stopped {
                            response: Some(response),
                        },
                    };
                    state.set(next);
                }
            }
        }
    }
}

/// Makes room for what the guards add, so that the map grows once instead of again and
/// again. The first that a map allocates is enough for six; what guards say is a guess,
/// which is not to cost much where it is wrong.
#[inline]
fn reserve(headers: &mut HeaderMap, fields: usize) {
    if fields > 6 {
        // A map that cannot grow is found full by the guard that wants to add to it.
        let _ = headers.try_reserve(fields.min(64));
    }
}

impl<C, S, ReqBody> fmt::Debug for ResponseFuture<C, S, ReqBody>
where
    C: Chain,
    S: Service<Request<ReqBody>>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}

pin_project! {
    #[project = StateProj]
    enum State<C, P, W, S, F, ReqBody> {
        Forward {
            #[pin]
            future: F,
            pass: Option<P>,
        },
        Stopped {
            response: Option<Response<()>>,
        },
        Waiting {
            waiting: W,
            call: Option<(S, Request<ReqBody>)>,
            shared: Arc<Shared<C>>,
        },
    }
}
