//! Futures that panic, and futures that are polled once too often.

use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use bartizan_problem::{CatchPanicLayer, ProblemLayer};
use http::{Request, Response, StatusCode};
use tower::{Layer, Service};

use crate::common::Body;

/// What a future does when it is polled for the first time.
#[derive(Clone, Copy)]
enum First {
    Answers,
    Panics,
    PanicsOnceMoreWhenDropped,
}

struct Once(First, bool);

impl Future for Once {
    type Output = Result<Response<Body>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        assert!(!self.1, "polled again");
        self.1 = true;
        if let First::Answers = self.0 {
            return Poll::Ready(Ok(Response::default()));
        }
        panic!("boom")
    }
}

impl Drop for Once {
    fn drop(&mut self) {
        if let First::PanicsOnceMoreWhenDropped = self.0 {
            panic!("boom, too");
        }
    }
}

#[test]
fn a_future_that_is_done_is_not_polled_again() {
    let cases = [
        (First::Answers, StatusCode::OK),
        (First::Panics, StatusCode::INTERNAL_SERVER_ERROR),
        (
            First::PanicsOnceMoreWhenDropped,
            StatusCode::INTERNAL_SERVER_ERROR,
        ),
    ];
    for (first, status) in cases {
        let inner = || tower::service_fn(move |_: Request<()>| Once(first, false));
        let mut outer = ProblemLayer::new().layer(inner());
        assert_eq!(polled_twice(outer.call(Request::new(()))), status);
        let mut outer = CatchPanicLayer::new().layer(inner());
        assert_eq!(polled_twice(outer.call(Request::new(()))), status);
    }
}

/// Returns the status of what the first poll gives, and sees the second panic.
fn polled_twice<B>(future: impl Future<Output = Result<Response<B>, Infallible>>) -> StatusCode {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    let Poll::Ready(Ok(response)) = future.as_mut().poll(&mut cx) else {
        panic!("no answer");
    };
    let again = catch_unwind(AssertUnwindSafe(|| future.poll(&mut cx).is_ready()));
    let again = again.unwrap_err().downcast::<String>();
    let message = again.map_or_else(|_| "not a text".to_owned(), |text| *text);
    assert_eq!(message, "polled after completion");
    response.status()
}
