use std::error::Error;
use std::fmt;
use std::future::{Ready, ready};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use http::{Request, Response};
use tower_layer::Layer;
use tower_service::Service;

/// Shows that the services that `layer` makes keep the contract of `poll_ready`.
///
/// 1. They are pending while the inner service is, and fail when it fails.
/// 2. They call the very instance that was polled ready, once, and not a clone of
///    it; also when they wait before they call.
/// 3. They do not call it before they were called themselves.
///
/// A layer that turns the request `GET /` away need not call at all.
///
/// # Panics
///
/// Panics when any of it is not so.
pub fn assert_readiness<L>(layer: &L)
where
    L: Layer<Inner>,
    L::Service: Service<Request<()>, Response = Response<String>, Error = InnerFailed>,
{
    let mut cx = Context::from_waker(Waker::noop());

    let mut service = layer.layer(Inner::new(State::Pending));
    assert!(
        service.poll_ready(&mut cx).is_pending(),
        "ready although the inner service is not"
    );

    let mut service = layer.layer(Inner::new(State::Failed));
    assert!(
        matches!(service.poll_ready(&mut cx), Poll::Ready(Err(InnerFailed))),
        "the inner service's failure to become ready was swallowed"
    );

    let inner = Inner::new(State::Ready);
    let calls = Arc::clone(&inner.calls);
    let mut service = layer.layer(inner);
    for round in 1..=3 {
        assert!(
            matches!(service.poll_ready(&mut cx), Poll::Ready(Ok(()))),
            "not ready although the inner service is"
        );
        assert!(
            calls.load(Ordering::SeqCst) < round,
            "the inner service was called by poll_ready"
        );
        let mut response = pin!(service.call(Request::new(())));
        // Some layers wait for another thread: poll for as long as they ask to be.
        let outcome = drive(response.as_mut());
        assert!(outcome.is_ok(), "the response failed");
        assert!(
            calls.load(Ordering::SeqCst) <= round,
            "the inner service was called twice for one request"
        );
    }
}

fn drive<F: Future>(mut future: Pin<&mut F>) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut cx = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut cx) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

/// The inner service of [`assert_readiness`].
#[derive(Debug)]
pub struct Inner {
    state: State,
    is_ready: bool,
    calls: Arc<AtomicUsize>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Failed,
    Pending,
    Ready,
}

impl Inner {
    fn new(state: State) -> Self {
        Self {
            state,
            is_ready: false,
            calls: Arc::default(),
        }
    }
}

impl Service<Request<()>> for Inner {
    type Response = Response<String>;
    type Error = InnerFailed;
    type Future = Ready<Result<Self::Response, InnerFailed>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), InnerFailed>> {
        match self.state {
            State::Failed => Poll::Ready(Err(InnerFailed)),
            State::Pending => Poll::Pending,
            State::Ready => {
                self.is_ready = true;
                Poll::Ready(Ok(()))
            }
        }
    }

    fn call(&mut self, _: Request<()>) -> Self::Future {
        assert!(self.is_ready, "called before it was polled ready");
        self.is_ready = false;
        self.calls.fetch_add(1, Ordering::SeqCst);
        ready(Ok(Response::default()))
    }
}

/// A clone has to be polled ready by itself.
impl Clone for Inner {
    fn clone(&self) -> Self {
        Self {
            state: self.state,
            is_ready: false,
            calls: Arc::clone(&self.calls),
        }
    }
}

/// What [`Inner`] fails with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct InnerFailed;

impl Error for InnerFailed {}

impl fmt::Display for InnerFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("inner service failed to become ready")
    }
}
