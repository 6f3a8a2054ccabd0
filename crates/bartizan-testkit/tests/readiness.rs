//! The checker of readiness finds each of these mistakes.

use std::future::{Ready, ready};
use std::pin::Pin;
use std::task::{Context, Poll};

use bartizan_testkit::{Inner, InnerFailed, assert_readiness, assert_readiness_when_rejecting};
use http::{Request, Response};
use tower::{Service, ServiceExt, layer::layer_fn};

type Answer = Result<Response<String>, InnerFailed>;
type BoxedAnswer = Pin<Box<dyn Future<Output = Answer>>>;

#[test]
fn finds_no_fault_with_what_passes_on_and_what_rejects() {
    assert_readiness(&layer_fn(|inner: Inner| inner), &Request::new(()));
    let rejects = layer_fn(|inner| Broken {
        inner,
        mistake: Mistake::NeverCalls,
    });
    assert_readiness_when_rejecting(&rejects, &Request::new(()));
}

#[test]
#[should_panic(expected = "called before it was polled ready")]
fn finds_a_clone_that_is_called() {
    find(Mistake::CallsAClone);
}

#[test]
#[should_panic(expected = "instances that were polled ready")]
fn finds_a_ready_instance_that_is_left_behind() {
    find(Mistake::ReadiesAClone);
}

#[test]
#[should_panic(expected = "ready although the inner service is not")]
fn finds_readiness_that_is_made_up() {
    find(Mistake::AlwaysReady);
}

#[test]
#[should_panic(expected = "failure to become ready was swallowed")]
fn finds_a_failure_that_is_swallowed() {
    find(Mistake::SwallowsFailure);
}

#[test]
#[should_panic(expected = "called by poll_ready")]
fn finds_a_call_in_poll_ready() {
    find(Mistake::CallsInPollReady);
}

#[test]
#[should_panic(expected = "calls of the inner service")]
fn finds_a_request_that_is_not_passed_on() {
    find(Mistake::NeverCalls);
}

#[test]
#[should_panic(expected = "the response is the inner service's")]
fn finds_a_response_that_is_replaced() {
    find(Mistake::CallsAndRejects);
}

#[test]
#[should_panic(expected = "calls of the inner service")]
fn finds_a_call_before_a_rejection() {
    let broken = layer_fn(|inner| Broken {
        inner,
        mistake: Mistake::CallsAndRejects,
    });
    assert_readiness_when_rejecting(&broken, &Request::new(()));
}

fn find(mistake: Mistake) {
    let broken = layer_fn(move |inner| Broken { inner, mistake });
    assert_readiness(&broken, &Request::new(()));
}

#[derive(Clone, Copy, PartialEq)]
enum Mistake {
    AlwaysReady,
    CallsAClone,
    CallsAndRejects,
    CallsInPollReady,
    NeverCalls,
    ReadiesAClone,
    SwallowsFailure,
}

struct Broken {
    inner: Inner,
    mistake: Mistake,
}

impl Service<Request<()>> for Broken {
    type Response = Response<String>;
    type Error = InnerFailed;
    type Future = BoxedAnswer;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), InnerFailed>> {
        match (self.mistake, self.inner.poll_ready(cx)) {
            (Mistake::AlwaysReady, _) => Poll::Ready(Ok(())),
            (Mistake::SwallowsFailure, Poll::Ready(_)) => Poll::Ready(Ok(())),
            (Mistake::CallsInPollReady, Poll::Ready(Ok(()))) => {
                drop(self.inner.call(Request::new(())));
                self.inner.poll_ready(cx)
            }
            (_, readiness) => readiness,
        }
    }

    fn call(&mut self, request: Request<()>) -> BoxedAnswer {
        match self.mistake {
            Mistake::CallsAClone => Box::pin(self.inner.clone().call(request)),
            Mistake::ReadiesAClone => Box::pin(self.inner.clone().oneshot(request)),
            Mistake::NeverCalls => Box::pin(rejection()),
            Mistake::CallsAndRejects => {
                drop(self.inner.call(request));
                Box::pin(rejection())
            }
            _ => Box::pin(self.inner.call(request)),
        }
    }
}

fn rejection() -> Ready<Answer> {
    ready(Ok(Response::new(String::new())))
}
