use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use bartizan_core::chain::Chain;
use bartizan_core::{BoxFuture, Guard, Pass, Rejection, RequestHead, Verdict, guard_fn};
use bartizan_rate_limit::Refund;
use http::HeaderValue;
use tower::{Layer, ServiceExt, service_fn};

use super::stores::Slow;
use super::*;

/// Answers with the status that the path names; `/refund` gives back.
async fn answer(request: Request<()>) -> Result<Response<String>, Infallible> {
    let path = request.uri().path().trim_start_matches('/');
    let mut response = Response::new(String::new());
    match path.parse() {
        Ok(status) => *response.status_mut() = StatusCode::from_u16(status).unwrap(),
        Err(_) => drop(response.extensions_mut().insert(Refund)),
    }
    Ok(response)
}

async fn ask(guard: &RateLimit, path: &str) -> Response<String> {
    let service = GuardLayer::new(guard.clone()).layer(service_fn(answer));
    service.oneshot(on(path)).await.unwrap()
}

async fn left(guard: &RateLimit, path: &str) -> u32 {
    let response = ask(guard, path).await;
    let line = field(&response, "ratelimit")[0];
    let digits = line.split("r=").nth(1).unwrap().split(';').next().unwrap();
    digits.parse().unwrap()
}

#[tokio::test]
async fn a_response_gives_back_what_its_request_took() {
    let guard = five(&clock()).refund_when(|status| status.is_success());
    for (path, expected) in [
        ("/200", 5),
        ("/401", 4),
        ("/204", 4),
        ("/500", 3),
        ("/200", 3),
    ] {
        assert_eq!(left(&guard, path).await, expected, "{path}");
    }
}

#[tokio::test]
async fn a_failure_over_grpc_is_no_success() {
    let guard = five(&clock()).refund_when(|status| status.is_success());
    let service = GuardLayer::new(guard).layer(service_fn(|_: Request<()>| async {
        let mut response = Response::new(String::new());
        let code = HeaderValue::from_static("16");
        response.headers_mut().insert("grpc-status", code);
        Ok::<_, Infallible>(response)
    }));
    let mut passed = 0;
    while passed < 9 && service.clone().oneshot(on("/")).await.unwrap().status() == StatusCode::OK {
        passed += 1;
    }
    assert_eq!(passed, 5);
}

#[tokio::test]
async fn requests_that_are_kept_open_save_up_nothing() {
    let clock = clock();
    let guard = five(&clock).refund_when(|_| true);
    let take = || guard.check(RequestHead::of(&from("192.0.2.1")));
    let mut open = Vec::new();
    for _ in 0..20 {
        while let Verdict::Pass(pass) = take() {
            open.push(pass);
        }
        clock.advance(std::time::Duration::from_secs(60));
    }
    assert_eq!(open.len(), 100);
    let mut passed = 0;
    for pass in open {
        pass.seal(&mut Response::new(()));
        while let Verdict::Pass(_) = take() {
            passed += 1;
        }
    }
    assert_eq!(passed, 5);
}

#[tokio::test]
async fn what_was_taken_a_moment_ago_is_given_back_whole() {
    let clock = clock();
    let guard = five(&clock).refund_when(|_| true);
    for _ in 0..20 {
        let Verdict::Pass(pass) = guard.check(RequestHead::of(&from("192.0.2.1"))) else {
            panic!("it was given back");
        };
        clock.advance(std::time::Duration::from_millis(300));
        pass.seal(&mut Response::new(()));
    }
}

#[tokio::test]
async fn a_handler_gives_back_where_it_may() {
    let guard = five(&clock()).refund_by_handler();
    let response = ask(&guard, "/refund").await;
    assert_eq!(field(&response, "ratelimit"), [r#""api";r=5;t=0"#]);
    assert!(response.extensions().get::<Refund>().is_none());
    assert_eq!(left(&guard, "/200").await, 4);

    let guard = five(&clock());
    assert_eq!(left(&guard, "/refund").await, 4);
    assert_eq!(left(&guard, "/refund").await, 3);
}

#[tokio::test]
async fn the_rejection_of_an_inner_guard_counts_with_its_status_over_grpc_too() {
    let deny = guard_fn(|_: RequestHead<'_>| -> Verdict<()> {
        Verdict::Reject(Rejection::forbidden("denied", "denied"))
    });
    let guard = five(&clock()).refund_when(|status| status == StatusCode::FORBIDDEN);
    let layer = GuardLayer::new(guard.and(deny));
    for _ in 0..9 {
        let request = bartizan_testkit::with_grpc(&from("192.0.2.1"));
        let response = send(&layer, &Probe::new(), request).await;
        assert_eq!(field(&response, "grpc-status"), ["7"]);
    }
}

#[tokio::test]
async fn a_store_that_does_not_answer_at_once_needs_something_to_wait_on() {
    let guard = five(&clock()).store(Slow::new()).refund_when(|_| true);
    assert_eq!(left(&guard, "/200").await, 4);
    assert_eq!(left(&guard, "/200").await, 3);

    let spawned: Arc<Mutex<Vec<BoxFuture<()>>>> = Arc::default();
    let queue = Arc::clone(&spawned);
    let guard = guard.spawn_refunds(move |refund| queue.lock().unwrap().push(refund));
    assert_eq!(left(&guard, "/200").await, 2);
    let refund = spawned.lock().unwrap().pop().unwrap();
    refund.await;
    assert_eq!(left(&guard, "/200").await, 2);
}
