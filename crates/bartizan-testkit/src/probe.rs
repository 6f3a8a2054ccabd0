use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use http::{Request, Response};
use tower_service::Service;

/// An inner service that answers 200, counts its calls and keeps what it was
/// handed.
///
/// It holds a layer to the contract of `Service`: it panics when it is called
/// before it was polled ready, and readiness is not shared with clones. What it
/// counts and keeps is.
#[derive(Debug, Default)]
pub struct Probe {
    is_ready: bool,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Debug, Default)]
struct Seen {
    calls: usize,
    last: Option<Request<()>>,
}

impl Probe {
    /// Creates a probe that was not called yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns how often it was called, clones included.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.seen().calls
    }

    /// Returns the head of the last request, without its body.
    #[must_use]
    pub fn last(&self) -> Option<Request<()>> {
        self.seen().last.clone()
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<B> Service<Request<B>> for Probe {
    type Response = Response<String>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.is_ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        assert!(self.is_ready, "called before it was polled ready");
        self.is_ready = false;
        let mut seen = self.seen();
        seen.calls += 1;
        seen.last = Some(request.map(drop));
        ready(Ok(Response::new("inner".to_owned())))
    }
}

/// A clone has to be polled ready by itself.
impl Clone for Probe {
    fn clone(&self) -> Self {
        Self {
            is_ready: false,
            seen: Arc::clone(&self.seen),
        }
    }
}
