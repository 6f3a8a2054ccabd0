//! Future types.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
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
use crate::layer::Config;
use crate::panic::Panicked;
use crate::render;

pin_project! {
    /// Response future of [`Problems`](crate::Problems).
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F> {
        #[pin]
        state: State<F>,
        asked: Asked,
        config: Arc<Config>,
    }
}

impl<F> ResponseFuture<F> {
    pub(crate) fn new(called: Result<F, Panicked>, asked: Asked, config: Arc<Config>) -> Self {
        let state = match called {
            Ok(future) => State::Called { future },
            Err(panicked) => State::Panicked {
                panicked: Some(panicked),
            },
        };
        Self {
            state,
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

    #[expect(
        clippy::expect_used,
        reason = "polling a completed future is a bug in the caller"
    )]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let panicked = match this.state.as_mut().project() {
            StateProj::Called { future } => {
                match catch_unwind(AssertUnwindSafe(|| future.poll(cx))) {
                    Ok(polled) => {
                        let response = ready!(polled)?;
                        return Poll::Ready(Ok(render::response(
                            this.config,
                            this.asked,
                            response,
                        )));
                    }
                    Err(payload) => Panicked::of(&*payload),
                }
            }
            StateProj::Panicked { panicked } => panicked.take().expect("polled after completion"),
        };
        // What has panicked is not to be polled again.
        this.state.set(State::Panicked { panicked: None });
        Poll::Ready(Ok(render::panicked(this.config, this.asked, panicked)))
    }
}

impl<F> fmt::Debug for ResponseFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
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
