use std::num::NonZeroU32;

use bartizan_core::{Guard, RequestHead, Verdict};
use bartizan_rate_limit::InFlight;
use bartizan_testkit::{
    assert_readiness, assert_readiness_when_rejecting, assert_rejected, with_grpc,
};

use super::*;

fn two() -> InFlight {
    InFlight::new(NonZeroU32::new(2).unwrap()).retry_after(std::time::Duration::from_millis(2500))
}

#[tokio::test]
async fn more_than_are_let_in_at_a_time_are_shed() {
    let guard = two();
    let request = Request::new(());
    let permits: Vec<_> = (0..2)
        .map(|_| guard.check(RequestHead::of(&request)))
        .collect();
    assert!(
        permits
            .iter()
            .all(|verdict| matches!(verdict, Verdict::Pass(_)))
    );
    assert_eq!(guard.current(), 2);

    let layer = GuardLayer::new(guard.clone());
    let status = StatusCode::SERVICE_UNAVAILABLE;
    let refused = assert_rejected(&layer, &request, status, "overloaded").await;
    assert_eq!(field(&refused, "retry-after"), ["3"]);
    let refused = send(&layer, &Probe::new(), with_grpc(&request)).await;
    assert_eq!(field(&refused, "grpc-retry-pushback-ms"), ["2500"]);
    assert_eq!(guard.current(), 2);

    drop(permits);
    assert_eq!(guard.current(), 0);
    let response = send(&layer, &Probe::new(), request).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(guard.current(), 0);
}

#[tokio::test]
async fn a_request_that_is_dropped_no_longer_counts() {
    use tower::{Layer, Service, ServiceExt};

    let guard = two();
    let never = tower::service_fn(|_: Request<()>| {
        std::future::pending::<Result<Response<()>, std::convert::Infallible>>()
    });
    let mut service = GuardLayer::new(guard.clone()).layer(never);
    let future = service.ready().await.unwrap().call(Request::new(()));
    assert_eq!(guard.current(), 1);
    drop(future);
    assert_eq!(guard.current(), 0);
}

#[test]
fn keeps_the_contract_of_readiness() {
    let guard = two();
    assert_readiness(&GuardLayer::new(guard.clone()), &Request::new(()));
    let request = Request::new(());
    let _permits: Vec<_> = (0..2)
        .map(|_| guard.check(RequestHead::of(&request)))
        .collect();
    assert_readiness_when_rejecting(&GuardLayer::new(guard), &request);
}
