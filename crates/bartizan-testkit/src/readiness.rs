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

/// Shows that the services that `layer` makes keep the contract of `poll_ready`,
/// with a request that they let through.
///
/// 1. They are pending while the inner service is, and fail when it fails.
/// 2. They call the very instance that was polled ready, once a request, and answer
///    with its response; also when they wait before they call.
/// 3. They do not call it before they were called themselves.
///
/// # Panics
///
/// Panics when any of it is not so.
pub fn assert_readiness<L>(layer: &L, request: &Request<()>)
where
    L: Layer<Inner>,
    L::Service: Service<Request<()>, Response = Response<String>, Error = InnerFailed>,
{
    check(layer, request, true);
}

/// As [`assert_readiness`], with a request that is turned away: the inner service is
/// not called.
///
/// # Panics
///
/// Panics when any of it is not so.
pub fn assert_readiness_when_rejecting<L>(layer: &L, request: &Request<()>)
where
    L: Layer<Inner>,
    L::Service: Service<Request<()>, Response = Response<String>, Error = InnerFailed>,
{
    check(layer, request, false);
}

fn check<L>(layer: &L, request: &Request<()>, passes: bool)
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
    let counts = Arc::clone(&inner.counts);
    let mut service = layer.layer(inner);
    for round in 1..=3 {
        let called = if passes { round } else { 0 };
        assert!(
            matches!(service.poll_ready(&mut cx), Poll::Ready(Ok(()))),
            "not ready although the inner service is"
        );
        assert_eq!(
            counts.calls(),
            called.max(1) - 1,
            "the inner service was called by poll_ready"
        );
        let response = drive(pin!(service.call(request.clone())));
        let is_inner = response.is_ok_and(|response| response.body() == ANSWER);
        assert_eq!(
            counts.calls(),
            called,
            "calls of the inner service, after {round} requests"
        );
        assert_eq!(is_inner, passes, "the response is the inner service's");
        // One that is readied and neither called nor dropped keeps what it has
        // reserved.
        let readied = counts.readied();
        assert!(
            readied == round || (!passes && readied <= round),
            "instances that were polled ready: {readied}, after {round} requests"
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

/// The inner service of [`assert_readiness`]. A clone has to be polled ready by
/// itself.
#[derive(Debug)]
pub struct Inner {
    state: State,
    is_ready: bool,
    counts: Arc<Counts>,
}

/// What all clones of an inner service have counted.
#[derive(Debug, Default)]
struct Counts {
    calls: AtomicUsize,
    readied: AtomicUsize,
}

impl Counts {
    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    fn readied(&self) -> usize {
        self.readied.load(Ordering::SeqCst)
    }
}

/// The body of the inner service's response.
const ANSWER: &str = "inner";

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
            counts: Arc::default(),
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
                if !self.is_ready {
                    self.counts.readied.fetch_add(1, Ordering::SeqCst);
                }
                self.is_ready = true;
                Poll::Ready(Ok(()))
            }
        }
    }

    fn call(&mut self, _: Request<()>) -> Self::Future {
        assert!(self.is_ready, "called before it was polled ready");
        self.is_ready = false;
        self.counts.calls.fetch_add(1, Ordering::SeqCst);
        ready(Ok(Response::new(ANSWER.to_owned())))
    }
}

impl Clone for Inner {
    fn clone(&self) -> Self {
        Self {
            state: self.state,
            is_ready: false,
            counts: Arc::clone(&self.counts),
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
