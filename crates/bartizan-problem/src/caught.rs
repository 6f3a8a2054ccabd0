use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use crate::panic::Panicked;

pin_project! {
    /// A future whose panics are results.
    pub(crate) struct Caught<F> {
        #[pin]
        state: State<F>,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<F> {
        Called {
            #[pin]
            future: F,
        },
        Done {
            panicked: Option<Panicked>,
        },
    }
}

impl<F> Caught<F> {
    /// Makes the future by `call`, which may panic as well.
    pub(crate) fn call(call: impl FnOnce() -> F) -> Self {
        let state = match catch_unwind(AssertUnwindSafe(call)) {
            Ok(future) => State::Called { future },
            Err(payload) => State::Done {
                panicked: Some(Panicked::of(payload)),
            },
        };
        Self { state }
    }
}

impl<F: Future> Future for Caught<F> {
    type Output = Result<F::Output, Panicked>;

    #[expect(
        clippy::expect_used,
        reason = "polling a completed future is a bug in the caller"
    )]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        let output = match state.as_mut().project() {
            StateProj::Called { future } => {
                match catch_unwind(AssertUnwindSafe(|| future.poll(cx))) {
                    Ok(polled) => Ok(ready!(polled)),
                    Err(payload) => Err(Panicked::of(payload)),
                }
            }
            StateProj::Done { panicked } => Err(panicked.take().expect("polled after completion")),
        };
        // What is done is not to be polled again, since a second panic would look like
        // an answer. What it holds may panic when it is dropped; the state is set all
        // the same.
        let done = State::Done { panicked: None };
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| state.set(done))) {
            let _ = Panicked::of(payload);
        }
        Poll::Ready(output)
    }
}
