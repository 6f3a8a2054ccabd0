use bartizan_core::GuardLayer;
use bartizan_rate_limit::{LoginLimit, LoginResult};
use bartizan_testkit::{LogCapture, Probe, assert_readiness, assert_rejected, send};
use http::StatusCode;

use super::*;

fn limit() -> (LoginLimit, FakeClock) {
    let (throttle, clock) = throttle();
    let limit = LoginLimit::new(throttle).account(|head| {
        head.headers()
            .get("x-user")?
            .to_str()
            .ok()
            .map(str::to_owned)
    });
    (limit, clock)
}

fn login(from: u32) -> Request<()> {
    let mut request = Request::new(());
    request
        .headers_mut()
        .insert("x-user", "alice".parse().unwrap());
    request.extensions_mut().insert(client(from));
    request
}

/// Returns the status of the answer, and whether the handler gave it.
async fn answered(
    guard: &LoginLimit,
    status: u16,
    result: Option<LoginResult>,
) -> (StatusCode, bool) {
    let handler = service_fn(move |_: Request<()>| async move {
        let mut response = Response::new("the handler's".to_owned());
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        if let Some(result) = result {
            response.extensions_mut().insert(result);
        }
        Ok::<_, std::convert::Infallible>(response)
    });
    let service = GuardLayer::new(guard.clone()).layer(handler);
    let response = service.oneshot(login(1)).await.unwrap();
    (response.status(), !response.body().is_empty())
}

#[tokio::test]
async fn the_guard_reads_what_a_login_came_to() {
    use LoginResult::{Excused, Failed, Succeeded};
    for (status, result, passes) in [
        // A form that is shown again, and a redirection that leads back to it.
        (200, None, 5),
        (302, None, 5),
        (302, Some(Succeeded), 50),
        (401, None, 5),
        (400, None, 5),
        (403, None, 5),
        (429, None, 50),
        (500, None, 50),
        (503, None, 50),
        (200, Some(Failed), 5),
        (200, Some(Succeeded), 50),
        (401, Some(Succeeded), 50),
        (401, Some(Excused), 50),
    ] {
        let (guard, _) = limit();
        let mut passed = 0;
        while passed < 50 && answered(&guard, status, result).await.1 {
            passed += 1;
        }
        let next = answered(&guard, status, result).await;
        assert_eq!(passed, passes, "{status} {result:?}");
        let expected = if passes == 5 {
            (429, false)
        } else {
            (status, true)
        };
        assert_eq!((next.0.as_u16(), next.1), expected, "{status} {result:?}");
    }
}

#[tokio::test]
async fn the_guard_reads_what_a_login_over_grpc_came_to() {
    for (code, passes) in [
        ("0", 5),
        ("7", 5),
        ("16", 5),
        ("1", 5),
        ("8", 50),
        ("14", 50),
    ] {
        let (guard, _) = limit();
        let layer = GuardLayer::new(guard);
        let service = layer.layer(service_fn(move |_: Request<()>| async move {
            let mut response = Response::new(String::new());
            let code = code.parse().unwrap();
            response.headers_mut().insert("grpc-status", code);
            Ok::<_, std::convert::Infallible>(response)
        }));
        let mut passed = 0;
        while passed < 50 {
            let response = service.clone().oneshot(login(1)).await.unwrap();
            if response.status() != StatusCode::OK {
                break;
            }
            passed += 1;
        }
        assert_eq!(passed, passes, "grpc-status: {code}");
    }
}

#[tokio::test]
async fn a_request_that_names_no_account_is_refused() {
    let (guard, _) = limit();
    let layer = GuardLayer::new(guard);
    let mut unnamed = login(1);
    unnamed.headers_mut().remove("x-user");
    let mut unreadable = login(1);
    let name = http::HeaderValue::from_bytes(b"alic\xe9").unwrap();
    unreadable.headers_mut().insert("x-user", name);
    for request in [unnamed, unreadable] {
        let status = StatusCode::BAD_REQUEST;
        assert_rejected(&layer, &request, status, "login-account").await;
    }
}

#[tokio::test]
async fn the_guard_refuses_over_http_and_grpc() {
    let log = LogCapture::start();
    let (guard, _) = limit();
    while answered(&guard, 401, None).await.1 {}
    let layer = GuardLayer::new(guard);
    let status = StatusCode::TOO_MANY_REQUESTS;
    let refused = assert_rejected(&layer, &login(1), status, "too-many-failed-logins").await;
    assert_eq!(refused.headers()["retry-after"], "12");
    assert!(!refused.headers().contains_key("ratelimit"));
    let response = send(&layer, &Probe::new(), login(HOME)).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(!log.text().contains("alice"), "{}", log.text());
}

#[tokio::test]
async fn the_guard_fails_closed() {
    let (guard, _) = limit();
    let status = StatusCode::SERVICE_UNAVAILABLE;
    let slug = "login-limit-unavailable";
    assert_rejected(&GuardLayer::new(guard), &Request::new(()), status, slug).await;
    let guard = LoginLimit::new(LoginThrottle::new().store(Down));
    assert_rejected(&GuardLayer::new(guard), &login(1), status, slug).await;
}

#[test]
fn the_guard_keeps_the_contract_of_readiness() {
    assert_readiness(&GuardLayer::new(limit().0), &login(1));
}
