use std::error::Error;
use std::pin::Pin;

/// A boxed error, for failures that can have any cause.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// A boxed future, for answers that cannot be given at once.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send + 'static>>;

/// What a store answers: at once, or later.
///
/// A store in memory answers at once and allocates nothing; only one that has to
/// wait pays for a boxed future.
#[expect(
    clippy::exhaustive_enums,
    reason = "an answer is either there or awaited"
)]
pub enum Reply<T> {
    /// The answer.
    Ready(T),
    /// The answer, once the future resolves.
    Wait(BoxFuture<T>),
}

impl<T> Reply<T> {
    /// Waits for the answer.
    pub async fn get(self) -> T {
        match self {
            Self::Ready(answer) => answer,
            Self::Wait(future) => future.await,
        }
    }
}

impl<T> std::fmt::Debug for Reply<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Ready(_) => "Ready",
            Self::Wait(_) => "Wait",
        })
    }
}
