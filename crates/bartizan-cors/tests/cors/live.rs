use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bartizan_core::{GuardLayer, RequestHead};
use bartizan_cors::{Cors, Profile};
use bartizan_testkit::{Probe, assert_readiness, assert_rejected, send};
use http::{Request, StatusCode};
use tower::Layer;
use tower::{Service, ServiceExt};

use crate::support::{APP, access_control, ask, builder, field, get, layer, preflight, request};

const NEXT: &str = "https://next.example.com";

#[tokio::test]
async fn a_configuration_is_replaced_for_all_clones_at_once() {
    let cors = builder().build().unwrap();
    let handle = cors.handle();
    let layer = GuardLayer::new(cors.clone());
    let allowed = async |origin| {
        let response = send(&layer, &Probe::new(), get(origin)).await;
        field(&response, "access-control-allow-origin").is_some()
    };
    assert!(allowed(APP).await);
    assert!(!allowed(NEXT).await);

    let next = Cors::builder().origins([NEXT]).build().unwrap();
    handle.clone().replace(&next);

    assert!(!allowed(APP).await);
    assert!(allowed(NEXT).await);

    // What was copied does not follow, and what is wrong never gets that far.
    next.handle().replace(&builder().build().unwrap());
    assert!(allowed(NEXT).await);
    assert!(Cors::builder().build().is_err());
}

#[tokio::test]
async fn a_request_is_answered_by_what_it_was_judged_by() {
    let cors = builder().build().unwrap();
    let handle = cors.handle();
    let mut service = GuardLayer::new(cors).layer(Probe::new());

    let under_way = ServiceExt::<Request<()>>::ready(&mut service)
        .await
        .unwrap()
        .call(get(APP));
    handle.replace(
        &Cors::builder()
            .origins([NEXT])
            .credentials(true)
            .build()
            .unwrap(),
    );

    let response = under_way.await.unwrap();
    assert_eq!(access_control(&response), ["access-control-allow-origin"]);
}

#[tokio::test]
async fn a_predicate_is_asked_about_well_formed_origins_alone() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let builder = builder().origin_if(move |origin, head: RequestHead<'_>| {
        count.fetch_add(1, Ordering::SeqCst);
        origin.host() == "tenant.example" && head.headers().contains_key("x-tenant")
    });
    let tenant = ("origin", "https://tenant.example");
    for (request, is_allowed, is_asked) in [
        (request("GET", &[tenant, ("x-tenant", "a")]), true, 1),
        (request("GET", &[tenant]), false, 1),
        (get(APP), true, 0),
        (get("null"), false, 0),
        (get("https://tenant.example/"), false, 0),
        (get("https://TENANT.example"), false, 0),
        (request("GET", &[]), false, 0),
    ] {
        let before = asked.load(Ordering::SeqCst);
        let (response, reached) = ask(&builder, request).await;
        assert!(reached);
        let allowed = field(&response, "access-control-allow-origin");
        assert_eq!(allowed.is_some(), is_allowed);
        assert_eq!(asked.load(Ordering::SeqCst) - before, is_asked);
    }
    let (response, _) = ask(&builder, preflight("https://tenant.example", "PUT", &[])).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn an_async_predicate_is_waited_for() {
    let waiting = || {
        Cors::builder()
            .methods(["PUT"])
            .credentials(true)
            .origin_if_async(|origin, _| {
                let host = origin.host().to_owned();
                Box::pin(async move {
                    yield_once().await;
                    match host.as_str() {
                        "tenant.example" => Ok(true),
                        "broken.example" => Err("the store is down".into()),
                        _ => Ok(false),
                    }
                })
            })
    };
    let tenant = "https://tenant.example";
    let (response, reached) = ask(&waiting(), get(tenant)).await;
    assert!(reached);
    assert_eq!(
        field(&response, "access-control-allow-origin").as_deref(),
        Some(tenant)
    );
    assert_eq!(field(&response, "vary").as_deref(), Some("origin"));

    let (response, reached) = ask(&waiting(), get("https://evil.test")).await;
    assert!(reached);
    assert_eq!(access_control(&response), [""; 0]);

    let (response, _) = ask(&waiting(), preflight(tenant, "PUT", &[])).await;
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
    assert_eq!(
        field(&response, "access-control-allow-origin").as_deref(),
        Some(tenant)
    );
    let (response, _) = ask(&waiting(), preflight("https://evil.test", "PUT", &[])).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert_eq!(access_control(&response), [""; 0]);

    // Neither allowed nor denied.
    let broken = "https://broken.example";
    let unavailable = StatusCode::SERVICE_UNAVAILABLE;
    let slug = "cors-origin-unknown";
    let response = assert_rejected(&layer(waiting()), &get(broken), unavailable, slug).await;
    assert_eq!(access_control(&response), [""; 0]);
    assert_eq!(field(&response, "vary").as_deref(), Some("origin"));
    let (response, reached) = ask(&waiting(), preflight(broken, "PUT", &[])).await;
    assert_eq!((response.status(), reached), (unavailable, false));

    assert_readiness(&layer(waiting()), &get(tenant));
    let enforcing = layer(waiting().enforce_origin(true));
    let evil = get("https://evil.test");
    assert_rejected(&enforcing, &evil, StatusCode::FORBIDDEN, "cors-origin").await;
}

#[tokio::test]
async fn development_allows_this_machine_alone() {
    assert!(Cors::development(Profile::Production).is_err());
    let made = Cors::development(Profile::Development);
    assert_eq!(made.is_ok(), cfg!(debug_assertions));
    let Ok(cors) = made else {
        return;
    };
    let layer = GuardLayer::new(cors);
    for (origin, is_allowed) in [
        ("http://localhost:5173", true),
        ("http://localhost", true),
        ("https://app.localhost:3000", true),
        ("http://127.0.0.1:8080", true),
        ("http://[::1]:8080", true),
        ("http://127.0.0.2:8080", false),
        ("http://192.168.0.1:8080", false),
        ("http://localhost.evil.test", false),
        ("http://evillocalhost:5173", false),
        ("https://app.example.com", false),
        ("null", false),
    ] {
        let asked = preflight(origin, "PATCH", &["authorization,x-anything"]);
        let response = send(&layer, &Probe::new(), asked).await;
        let expected = if is_allowed {
            StatusCode::NO_CONTENT
        } else {
            StatusCode::FORBIDDEN
        };
        assert_eq!(response.status(), expected, "{origin}");
    }
}

/// Is pending once, on any runtime.
async fn yield_once() {
    let mut is_first = true;
    std::future::poll_fn(|cx| {
        if std::mem::take(&mut is_first) {
            cx.waker().wake_by_ref();
            return std::task::Poll::Pending;
        }
        std::task::Poll::Ready(())
    })
    .await;
}
