use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_channel::oneshot;

use super::PoolError;

/// Result of work on a [`PasswordHasherPool`](crate::PasswordHasherPool).
///
/// Dropping it skips work that has not begun; work that has begun goes on.
#[must_use = "the work is skipped when its future is dropped"]
pub struct Pending<T>(State<T>);

enum State<T> {
    Failed(Option<PoolError>),
    Waiting(oneshot::Receiver<Result<T, PoolError>>),
}

impl<T> Pending<T> {
    pub(super) const fn failed(error: PoolError) -> Self {
        Self(State::Failed(Some(error)))
    }

    pub(super) const fn waiting(receiver: oneshot::Receiver<Result<T, PoolError>>) -> Self {
        Self(State::Waiting(receiver))
    }
}

impl<T> Future for Pending<T> {
    type Output = Result<T, PoolError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            // Polled again, it says that nothing more will come.
            State::Failed(error) => Poll::Ready(Err(error.take().unwrap_or(PoolError::Closed))),
            State::Waiting(receiver) => Pin::new(receiver)
                .poll(cx)
                .map(|result| result.unwrap_or(Err(PoolError::Closed))),
        }
    }
}

impl<T> fmt::Debug for Pending<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").finish_non_exhaustive()
    }
}
