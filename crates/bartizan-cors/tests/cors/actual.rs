use std::convert::Infallible;

use bartizan_core::chain::Chain;
use bartizan_core::{Challenge, GuardLayer, Realm, Rejection, RequestHead, Verdict, guard_fn};
use bartizan_cors::Cors;
use bartizan_testkit::{
    LogCapture, Probe, assert_readiness, assert_readiness_when_rejecting, assert_rejected, send,
};
use http::{Request, Response, StatusCode, Version};
use tower::{Layer, Service, ServiceExt, service_fn};

use crate::support::{APP, access_control, ask, builder, field, get, layer, request};

#[tokio::test]
async fn cors_4_an_allowed_origin_is_repeated_and_no_other() {
    let builder = builder().origins(["https://*.tenants.example.com:*"]);
    for (origin, is_allowed) in [
        (APP, true),
        ("https://a.tenants.example.com", true),
        ("https://a.b.tenants.example.com:8443", true),
        ("https://tenants.example.com", false),
        ("https://evil-tenants.example.com", false),
        ("https://a.tenants.example.com.", false),
        ("https://a.tenants.example.com@evil.test", false),
        ("https://a.tenants.example.com/", false),
        ("http://app.example.com", false),
        ("https://evil.test", false),
        ("null", false),
        ("*", false),
        ("", false),
        ("https://app.example.com, https://app.example.com", false),
        ("\u{e9}", false),
    ] {
        let (response, reached) = ask(&builder, get(origin)).await;

        assert!(reached, "{origin}");
        let allowed = field(&response, "access-control-allow-origin");
        assert_eq!(allowed.as_deref(), is_allowed.then_some(origin), "{origin}");
        if !is_allowed {
            assert_eq!(access_control(&response), [""; 0], "{origin}");
        }
    }
    let (response, _) = ask(
        &builder,
        request("GET", &[("origin", APP), ("origin", APP)]),
    )
    .await;
    assert_eq!(access_control(&response), [""; 0]);
}

#[tokio::test]
async fn credentials_and_exposed_headers_go_to_allowed_origins_alone() {
    let builder = builder()
        .credentials(true)
        .expose_headers(["ETag", "X-Total", "Expires"]);

    let (response, _) = ask(&builder, get(APP)).await;
    let allowed = field(&response, "access-control-allow-credentials");
    assert_eq!(allowed.as_deref(), Some("true"));
    let exposed = field(&response, "access-control-expose-headers");
    assert_eq!(exposed.as_deref(), Some("etag,x-total"));

    for request in [get("https://evil.test"), request("GET", &[])] {
        let (response, _) = ask(&builder, request).await;
        assert_eq!(access_control(&response), [""; 0]);
    }
}

#[tokio::test]
async fn what_guards_say_can_be_exposed() {
    let (response, _) = ask(&builder().expose_security_headers(), get(APP)).await;
    assert_eq!(
        field(&response, "access-control-expose-headers").unwrap(),
        "dpop-nonce,ratelimit,ratelimit-policy,retry-after,www-authenticate"
    );
}

#[tokio::test]
async fn cors_8_vary_origin_on_every_response() {
    for request in [
        request("GET", &[]),
        request("OPTIONS", &[]),
        get(APP),
        get("https://evil.test"),
        get("null"),
    ] {
        let (response, _) = ask(&builder(), request).await;
        assert_eq!(field(&response, "vary").as_deref(), Some("origin"));
    }
    let any = Cors::builder().any_origin().expose_all_headers();
    for request in [request("GET", &[]), get(APP), get("null")] {
        let (response, _) = ask(&any, request).await;
        assert_eq!(field(&response, "vary"), None);
        let allowed = field(&response, "access-control-allow-origin");
        assert_eq!(allowed.as_deref(), Some("*"));
        let exposed = field(&response, "access-control-expose-headers");
        assert_eq!(exposed.as_deref(), Some("*"));
    }
}

#[tokio::test]
async fn cors_9_vary_is_added_to_and_never_repeated() {
    for (before, after) in [
        (&[][..], "origin, x-tenant"),
        (&["accept-encoding"], "accept-encoding,origin,x-tenant"),
        (&["Origin"], "Origin,x-tenant"),
        (
            &["accept-encoding, ORIGIN"],
            "accept-encoding, ORIGIN,x-tenant",
        ),
        (&["accept", "x-tenant , origin"], "accept,x-tenant , origin"),
        (&["x-origin"], "x-origin,origin,x-tenant"),
        (&["*"], "*"),
    ] {
        let cors = Cors::builder().origin_if(|_, _| false).vary(["X-Tenant"]);
        let inner = answering("vary", before);
        let response = layer(cors).layer(inner).oneshot(get(APP)).await.unwrap();
        assert_eq!(field(&response, "vary").unwrap(), after, "{before:?}");
    }
}

#[tokio::test]
async fn cors_13_the_inner_services_own_permission_stays() {
    let log = LogCapture::start();
    let cors = builder()
        .credentials(true)
        .expose_headers(["etag"])
        .build()
        .unwrap();
    let layer = GuardLayer::new(cors);
    for origin in [APP, "https://evil.test"] {
        for name in [
            "access-control-allow-origin",
            "access-control-allow-credentials",
        ] {
            let inner = answering(name, &["inner"]);
            let response = layer.layer(inner).oneshot(get(origin)).await.unwrap();
            assert_eq!(access_control(&response), [name]);
            assert_eq!(field(&response, name).as_deref(), Some("inner"));
            assert_eq!(field(&response, "vary").as_deref(), Some("origin"));
        }
    }
    assert_eq!(log.text().matches("fields of its own").count(), 1);

    let name = "access-control-expose-headers";
    let inner = answering(name, &["x-own"]);
    let response = layer.layer(inner).oneshot(get(APP)).await.unwrap();
    assert_eq!(field(&response, name).as_deref(), Some("x-own"));
    let allowed = field(&response, "access-control-allow-origin");
    assert_eq!(allowed.as_deref(), Some(APP));
}

#[tokio::test]
async fn fields_of_ours_follow_the_services_however_many_it_has() {
    let builder = builder().credentials(true).expose_headers(["etag"]);
    let layer = layer(builder);
    for count in 0..40 {
        let names: Vec<_> = (0..count).map(|at| format!("x-own-{at}")).collect();
        let own = names.clone();
        let inner = service_fn(move |_: Request<()>| {
            let mut response = Response::new(String::new());
            for name in &own {
                let name = http::HeaderName::try_from(name).unwrap();
                let value = http::HeaderValue::from_static("1");
                response.headers_mut().append(name, value);
            }
            std::future::ready(Ok::<_, Infallible>(response))
        });
        let response = layer.layer(inner).oneshot(get(APP)).await.unwrap();

        let headers = response.headers().iter();
        let found: Vec<_> = headers
            .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
            .collect();
        let own = names.iter().map(|name| (name.as_str(), "1"));
        let expected: Vec<_> = own
            .chain([
                ("vary", "origin"),
                ("access-control-allow-origin", APP),
                ("access-control-allow-credentials", "true"),
                ("access-control-expose-headers", "etag"),
            ])
            .collect();
        assert_eq!(found, expected);
    }
}

#[tokio::test]
async fn cors_13_two_layers_are_as_good_as_one() {
    let inner = layer(builder()).layer(Probe::new());
    let both = layer(builder().credentials(true)).layer(inner);

    let response = both.oneshot(get(APP)).await.unwrap();

    assert_eq!(access_control(&response), ["access-control-allow-origin"]);
    assert_eq!(
        field(&response, "access-control-allow-origin").as_deref(),
        Some(APP)
    );
    assert_eq!(field(&response, "vary").as_deref(), Some("origin"));
}

#[tokio::test]
async fn cors_15_rejections_and_errors_are_marked_as_well() {
    let limited = |_: RequestHead<'_>| -> Verdict<()> {
        Verdict::Reject(Rejection::new(
            StatusCode::TOO_MANY_REQUESTS,
            "quota",
            "slow down",
        ))
    };
    let unauthenticated = |_: RequestHead<'_>| -> Verdict<()> {
        let challenge = Challenge::bearer(&Realm::default());
        Verdict::Reject(Rejection::unauthorized(
            "nobody",
            "authenticate",
            [challenge],
        ))
    };
    let down = |_: RequestHead<'_>| -> Verdict<()> {
        Verdict::Reject(Rejection::unavailable("down", "the store is down"))
    };
    let cors = || builder().expose_security_headers().build().unwrap();
    let nested = GuardLayer::new(guard_fn(limited)).layer(Probe::new());
    let nested = GuardLayer::new(cors()).layer(nested);
    assert_marked(nested, StatusCode::TOO_MANY_REQUESTS).await;
    let chain = cors().and(guard_fn(unauthenticated));
    assert_marked(
        GuardLayer::new(chain).layer(Probe::new()),
        StatusCode::UNAUTHORIZED,
    )
    .await;
    let chain = cors().and(guard_fn(down));
    assert_marked(
        GuardLayer::new(chain).layer(Probe::new()),
        StatusCode::SERVICE_UNAVAILABLE,
    )
    .await;
    let broken = service_fn(|_: Request<()>| async {
        let mut response = Response::new(String::new());
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        Ok::<_, Infallible>(response)
    });
    assert_marked(
        layer(builder()).layer(broken),
        StatusCode::INTERNAL_SERVER_ERROR,
    )
    .await;
}

/// A page reads the status of gRPC from the header fields of the response.
#[tokio::test]
async fn grpc_web_rejections_are_marked_as_well() {
    let closed = guard_fn(|_: RequestHead<'_>| -> Verdict<()> {
        Verdict::Reject(Rejection::forbidden("closed", "closed"))
    });
    let layer = GuardLayer::new(builder().grpc_web().build().unwrap().and(closed));
    for (content_type, status) in [
        ("application/grpc-web+proto", StatusCode::FORBIDDEN),
        ("application/grpc-web-text", StatusCode::FORBIDDEN),
        ("application/grpc", StatusCode::OK),
    ] {
        let lines = [("origin", APP), ("content-type", content_type)];
        let mut request = request("POST", &lines);
        *request.version_mut() = Version::HTTP_2;
        let response = send(&layer, &Probe::new(), request).await;
        assert_eq!(response.status(), status);
        assert_eq!(field(&response, "grpc-status").as_deref(), Some("7"));
        assert_eq!(
            field(&response, "access-control-allow-origin").as_deref(),
            Some(APP)
        );
        let exposed = field(&response, "access-control-expose-headers").unwrap();
        assert!(exposed.split(',').any(|name| name == "grpc-status"));
        assert_eq!(field(&response, "vary").as_deref(), Some("origin"));
    }
}

#[tokio::test]
async fn cors_17_timing_allow_origin_is_left_to_the_service() {
    let (response, _) = ask(&builder(), get(APP)).await;
    assert_eq!(field(&response, "timing-allow-origin"), None);
    let inner = answering("timing-allow-origin", &["*"]);
    let response = layer(builder())
        .layer(inner)
        .oneshot(get(APP))
        .await
        .unwrap();
    assert_eq!(
        field(&response, "timing-allow-origin").as_deref(),
        Some("*")
    );
}

#[tokio::test]
async fn cors_18_an_origin_can_be_enforced() {
    let enforcing = layer(builder().enforce_origin(true));
    let two = request("GET", &[("origin", APP), ("origin", APP)]);
    let handshake = [("origin", "https://evil.test"), ("upgrade", "websocket")];
    for request in [
        get("https://evil.test"),
        get("null"),
        two,
        request("GET", &handshake),
    ] {
        let response =
            assert_rejected(&enforcing, &request, StatusCode::FORBIDDEN, "cors-origin").await;
        assert_eq!(access_control(&response), [""; 0]);
        assert_eq!(field(&response, "vary").as_deref(), Some("origin"));
        assert_readiness_when_rejecting(&enforcing, &request);
    }
    for request in [
        get(APP),
        request("GET", &[]),
        request("POST", &[("origin", APP)]),
    ] {
        let (_, reached) = ask(&builder().enforce_origin(true), request).await;
        assert!(reached);
    }
}

#[tokio::test]
async fn a_shadow_neither_refuses_nor_marks() {
    use bartizan_core::Guard;

    let shadow = GuardLayer::new(builder().enforce_origin(true).build().unwrap().shadow());
    let probe = Probe::new();
    let response = send(&shadow, &probe, get("https://evil.test")).await;
    assert_eq!(probe.calls(), 1);
    assert_eq!(field(&response, "vary"), None);
}

#[test]
fn readiness_is_passed_on() {
    for request in [get(APP), get("https://evil.test"), request("GET", &[])] {
        assert_readiness(&layer(builder()), &request);
    }
}

#[test]
fn auto_traits_are_kept() {
    fn assert_kept<T: Send + Sync + Unpin + 'static>() {}
    assert_kept::<Cors>();
    assert_kept::<bartizan_cors::CorsHandle>();
    assert_kept::<bartizan_cors::CorsBuilder>();
    assert_kept::<bartizan_cors::CorsPass>();
}

async fn assert_marked<S>(service: S, status: StatusCode)
where
    S: Service<Request<()>, Response = Response<String>, Error = Infallible>,
{
    let response = service.oneshot(get(APP)).await.unwrap();
    assert_eq!(response.status(), status);
    assert_eq!(
        field(&response, "access-control-allow-origin").as_deref(),
        Some(APP)
    );
    assert_eq!(field(&response, "vary").as_deref(), Some("origin"));
}

/// A service that answers with these lines of one field.
fn answering(
    name: &'static str,
    lines: &[&'static str],
) -> impl Service<Request<()>, Response = Response<String>, Error = Infallible> + Clone + use<> {
    let lines = lines.to_vec();
    service_fn(move |_: Request<()>| {
        let mut response = Response::new(String::new());
        for line in &lines {
            response.headers_mut().append(name, line.parse().unwrap());
        }
        std::future::ready(Ok(response))
    })
}
