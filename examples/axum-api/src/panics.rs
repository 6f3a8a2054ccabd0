use std::any::Any;
use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook};
use std::pin::pin;
use std::task::Poll;

/// Sends what panics say to the log, where secrets are masked, and not straight to
/// standard error.
pub(crate) fn log() {
    set_hook(Box::new(|panic: &PanicHookInfo<'_>| {
        let place = panic.location().map(tracing::field::display);
        tracing::error!(place, message = said(panic.payload()), "panicked");
    }));
}

/// Waits for `future`, and makes an error of its panic.
pub(crate) async fn caught<F: Future>(future: F) -> Result<F::Output, Panicked> {
    let mut future = pin!(future);
    // A future that has panicked is not polled again, so that nobody sees what it
    // has left half done.
    poll_fn(|cx| {
        let poll = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx)));
        poll.map_or(Poll::Ready(Err(Panicked)), |poll| poll.map(Ok))
    })
    .await
}

fn said(payload: &(dyn Any + Send)) -> Option<&str> {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied())
}

/// A handler panicked. What it said is in the log.
#[derive(Debug)]
pub(crate) struct Panicked;

impl Error for Panicked {}

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a handler panicked")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn asvs_16_5_4_a_panic_becomes_an_error() {
        assert!(matches!(caught(async { 7 }).await, Ok(7)));

        let panics = async {
            tokio::task::yield_now().await;
            panic!("hunter2");
        };
        let caught: Result<(), Panicked> = caught(panics).await;

        assert_eq!(caught.unwrap_err().to_string(), "a handler panicked");
    }

    #[test]
    fn what_a_panic_says_is_found() {
        assert_eq!(said(&"text"), Some("text"));
        assert_eq!(said(&"text".to_owned()), Some("text"));
        assert_eq!(said(&7), None);
    }
}
