use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bartizan_core::{Decision, GuardLayer, Observer, Outcome, RequestHead};
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

    // Not the first time alone, and by whoever has a handle.
    cors.handle().replace(&builder().build().unwrap());
    assert!(allowed(APP).await);
    assert!(!allowed(NEXT).await);
    let copied = Cors::builder().origins([NEXT]).build().unwrap();
    copied.handle().replace(&cors);
    let layer = GuardLayer::new(copied);
    let response = send(&layer, &Probe::new(), get(APP)).await;
    assert!(field(&response, "access-control-allow-origin").is_some());
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
async fn with_credentials_a_predicate_is_not_asked_about_insecure_origins() {
    let asked = Arc::new(AtomicUsize::new(0));
    let asking = |credentials, insecure, later| {
        let count = Arc::clone(&asked);
        let builder = Cors::builder()
            .credentials(credentials)
            .insecure_origins(insecure);
        if later {
            builder.origin_if_async(move |_, _| {
                count.fetch_add(1, Ordering::SeqCst);
                Box::pin(async { Ok(true) })
            })
        } else {
            builder.origin_if(move |_, _| {
                count.fetch_add(1, Ordering::SeqCst);
                true
            })
        }
    };
    for (origin, is_secure) in [
        ("https://tenant.example", true),
        ("http://localhost:3000", true),
        ("http://app.localhost", true),
        ("http://127.0.0.1:3000", true),
        ("http://[::1]", true),
        ("http://tenant.example", false),
        ("http://localhost.evil.test", false),
        ("http://192.168.0.1", false),
        ("http://[::ffff:7f00:1]", false),
        ("chrome-extension://abcdef", false),
    ] {
        for (credentials, insecure, later) in [
            (true, false, false),
            (true, false, true),
            (true, true, false),
            (false, false, false),
        ] {
            let expected = is_secure || insecure || !credentials;
            let before = asked.load(Ordering::SeqCst);
            let builder = asking(credentials, insecure, later);
            let (response, _) = ask(&builder, get(origin)).await;
            let allowed = field(&response, "access-control-allow-origin");
            assert_eq!(allowed.is_some(), expected, "{origin} {credentials}");
            let count = asked.load(Ordering::SeqCst) - before;
            assert_eq!(count, usize::from(expected), "{origin}");
        }
    }
}

#[tokio::test]
async fn an_observer_of_passes_sees_origins_that_are_not_allowed() {
    for (request, expected) in [
        (get("https://evil.test"), Some("origin not allowed")),
        (get("null"), Some("origin not allowed")),
        (get(APP), None),
        (request("GET", &[]), None),
    ] {
        let seen: Arc<Mutex<Vec<_>>> = Arc::default();
        let layer =
            GuardLayer::observed(builder().build().unwrap(), Explanations(Arc::clone(&seen)));
        send(&layer, &Probe::new(), request).await;
        let expected = (Outcome::Passed, expected.map(str::to_owned));
        assert_eq!(*seen.lock().unwrap(), [expected]);
    }
}

type Explained = (Outcome, Option<String>);

/// Keeps what decisions came to, and why.
struct Explanations(Arc<Mutex<Vec<Explained>>>);

impl Observer for Explanations {
    fn observe(&self, decision: &Decision<'_>) {
        let explanation = decision.explanation.map(ToString::to_string);
        self.0.lock().unwrap().push((decision.outcome, explanation));
    }
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
