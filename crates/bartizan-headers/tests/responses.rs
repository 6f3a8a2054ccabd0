//! What the guard adds to responses, and what it leaves as it is.

#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

use std::convert::Infallible;
use std::net::SocketAddr;

use bartizan_core::chain::Chain;
use bartizan_core::{GuardLayer, Rejection, RequestHead, TrustedProxies, Verdict, guard_fn};
use bartizan_headers::{
    ContentSecurityPolicy, FrameOptions, Hsts, PermissionsPolicy, ReferrerPolicy, ResourcePolicy,
    SecureTransport, SecurityHeader, SecurityHeaders, Transport,
};
use bartizan_testkit::{Probe, assert_readiness, assert_rejected, send};
use http::{HeaderMap, HeaderName, Request, Response, StatusCode, Version};
use tower::{Layer, ServiceExt, service_fn};

const HSTS: &str = "strict-transport-security";

#[tokio::test]
async fn asvs_3_4_1_hsts_is_for_two_years_and_all_subdomains() {
    let headers = seal(SecurityHeaders::api().behind_tls(), Response::new(())).await;
    assert_eq!(
        values(&headers, HSTS),
        ["max-age=63072000; includeSubDomains"]
    );
}

#[tokio::test]
async fn asvs_3_4_3_the_policy_allows_nothing() {
    let headers = seal(SecurityHeaders::api(), Response::new(())).await;
    let expected =
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
    assert_eq!(values(&headers, "content-security-policy"), [expected]);
    let policy: ContentSecurityPolicy = expected.parse().unwrap();
    assert_eq!(policy.to_string(), expected);
}

#[tokio::test]
async fn asvs_3_4_4_nothing_is_sniffed() {
    let headers = seal(SecurityHeaders::api().behind_tls(), Response::new(())).await;
    assert_eq!(values(&headers, "x-content-type-options"), ["nosniff"]);
}

#[tokio::test]
async fn asvs_3_4_5_no_referrer_is_sent() {
    let headers = seal(SecurityHeaders::api().behind_tls(), Response::new(())).await;
    assert_eq!(values(&headers, "referrer-policy"), ["no-referrer"]);
}

#[tokio::test]
async fn asvs_3_4_6_nothing_frames_it_in_old_browsers_either() {
    let headers = seal(SecurityHeaders::api().behind_tls(), Response::new(())).await;
    assert_eq!(values(&headers, "x-frame-options"), ["DENY"]);
}

#[tokio::test]
async fn asvs_3_5_8_no_other_origin_embeds_it() {
    let headers = seal(SecurityHeaders::api().behind_tls(), Response::new(())).await;
    assert_eq!(
        values(&headers, "cross-origin-resource-policy"),
        ["same-origin"]
    );
}

#[tokio::test]
async fn asvs_14_3_2_nothing_is_stored() {
    let headers = seal(SecurityHeaders::api().behind_tls(), Response::new(())).await;
    assert_eq!(values(&headers, "cache-control"), ["no-store"]);
}

#[tokio::test]
async fn no_feature_is_permitted_and_nothing_else_is_added() {
    let headers = seal(SecurityHeaders::api().behind_tls(), Response::new(())).await;
    let permissions = values(&headers, "permissions-policy");
    assert!(permissions[0].contains("camera=(), "), "{permissions:?}");
    assert!(!permissions[0].contains("=*"));
    assert_eq!(headers.len(), 8);
}

#[tokio::test]
async fn rfc9111_4_3_4_a_304_replaces_nothing_that_caches_hold() {
    let page = response(304, &[("etag", "\"1\""), ("server", "acme/1.2")]);
    let headers = seal(SecurityHeaders::api().behind_tls(), page.clone()).await;
    let names: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
    assert_eq!(names, ["etag", HSTS]);

    let headers = seal(SecurityHeaders::api(), page).await;
    assert_eq!(headers.len(), 1, "{headers:?}");
}

#[tokio::test]
async fn a_peer_is_read_whichever_is_said_first() {
    let behind = || Transport::behind(TrustedProxies::parse(["192.0.2.0/24"]).unwrap());
    let proxy = |_: &http::Extensions| Some(SocketAddr::from(([192, 0, 2, 9], 1)));
    let api = SecurityHeaders::api;
    let cases = [
        (api().peer(proxy).transport(behind()), true),
        (api().transport(behind()).peer(proxy), true),
        (api().transport(behind().peer(proxy)), true),
        (api().peer(|_| None).transport(behind().peer(proxy)), true),
        (api().peer(proxy).transport(behind().peer(|_| None)), false),
        (api().transport(behind()), false),
        (api().peer(proxy), false),
    ];

    for (at, (guard, expected)) in cases.into_iter().enumerate() {
        let request = with(request("198.51.100.7"), "x-forwarded-proto", "https");
        let response = send(&GuardLayer::new(guard), &Probe::new(), request).await;
        let is_sent = response.headers().contains_key(HSTS);
        assert_eq!(is_sent, expected, "case {at}");
    }
}

#[tokio::test]
async fn keeps_what_the_handler_has_set() {
    let own = [
        ("cache-control", "public, max-age=60"),
        ("content-security-policy", "default-src 'self'"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("permissions-policy", "usb=(self)"),
        ("referrer-policy", "origin"),
        (HSTS, "max-age=0"),
        ("x-content-type-options", "other"),
        ("x-frame-options", "SAMEORIGIN"),
    ];
    let mut response = Response::builder();
    for (name, value) in own {
        response = response.header(name, value);
    }
    // Two policies are both enforced, and so both are kept.
    let second = ("content-security-policy", "img-src 'none'");
    let response = response.header(second.0, second.1).body(()).unwrap();

    let headers = seal(SecurityHeaders::api().behind_tls(), response).await;

    for (name, value) in own {
        let found = values(&headers, name);
        assert_eq!(found[0], value, "{name}");
        assert_eq!(found.len(), 1 + usize::from(name == second.0), "{name}");
    }
    assert_eq!(headers.len(), own.len() + 1);
}

#[tokio::test]
async fn leaves_caching_to_a_handler_that_says_how() {
    let cases = [
        (response(200, &[]), Some("no-store")),
        (response(404, &[]), Some("no-store")),
        (response(200, &[("expires", "0")]), None),
        (response(304, &[]), None),
        (response(200, &[("pragma", "no-cache")]), Some("no-store")),
    ];

    for (response, expected) in cases {
        let shown = format!("{response:?}");
        let headers = seal(SecurityHeaders::api(), response).await;
        assert_eq!(
            values(&headers, "cache-control"),
            Vec::from_iter(expected),
            "{shown}"
        );
    }
}

#[tokio::test]
async fn asvs_13_4_6_takes_away_what_names_the_software() {
    let named = || {
        response(
            200,
            &[
                ("server", "acme/1.2"),
                ("x-powered-by", "acme"),
                ("via", "x"),
                ("vary", "origin"),
                ("vary", "accept"),
                ("etag", "1"),
            ],
        )
    };

    let headers = seal(SecurityHeaders::api(), named()).await;
    let lines = headers.iter().take(4);
    let lines: Vec<_> = lines
        .map(|(name, value)| format!("{name}: {value:?}"))
        .collect();
    let kept = [
        "via: \"x\"",
        "vary: \"origin\"",
        "vary: \"accept\"",
        "etag: \"1\"",
    ];
    assert_eq!(lines, kept);
    assert!(!headers.contains_key("server") && !headers.contains_key("x-powered-by"));
    assert_eq!(values(&headers, "via"), ["x"]);

    let headers = seal(SecurityHeaders::api().remove([]), named()).await;
    assert_eq!(values(&headers, "server"), ["acme/1.2"]);

    let other = SecurityHeaders::api().remove([HeaderName::from_static("via")]);
    let headers = seal(other, named()).await;
    assert!(!headers.contains_key("via") && headers.contains_key("server"));
}

#[tokio::test]
async fn gives_grpc_nothing_that_is_for_browsers() {
    let types = [
        "application/grpc",
        "application/grpc+proto",
        "Application/GRPC; x=y",
        "application/grpc-web+proto",
        "application/grpc-web-text",
    ];
    for content_type in types {
        let response = response(200, &[("content-type", content_type)]);
        let headers = seal(SecurityHeaders::api().behind_tls(), response).await;
        assert_eq!(headers.len(), 3, "{content_type}: {headers:?}");
        assert_eq!(values(&headers, "x-content-type-options"), ["nosniff"]);
        assert_eq!(values(&headers, "cache-control"), ["no-store"]);
    }

    let page = response(200, &[("content-type", "application/grpcish")]);
    let headers = seal(SecurityHeaders::api(), page).await;
    assert!(headers.contains_key("content-security-policy"));
}

#[tokio::test]
async fn a_request_that_says_grpc_takes_no_headers_off_a_page() {
    let request = Request::post("/")
        .version(Version::HTTP_2)
        .header("content-type", "application/grpc")
        .body(())
        .unwrap();

    let layer = GuardLayer::new(SecurityHeaders::api());
    let sealed = send(&layer, &Probe::new(), request).await;
    assert!(sealed.headers().contains_key("x-frame-options"));
}

#[tokio::test]
async fn rfc6797_7_2_hsts_is_sent_over_secure_transport_alone() {
    let proxied = |proto: &str| with(request("192.0.2.1"), "x-forwarded-proto", proto);
    let marked = || {
        let mut request = request("198.51.100.7");
        request.extensions_mut().insert(SecureTransport);
        request
    };
    let twice = || with(proxied("https"), "x-forwarded-proto", "https");
    let claimed = || {
        let mut request = request("192.0.2.1");
        *request.version_mut() = Version::HTTP_2;
        *request.uri_mut() = "https://api.example.com/".parse().unwrap();
        request
    };
    let stranger = || with(request("198.51.100.7"), "x-forwarded-proto", "https");
    let nobody = || with(Request::new(()), "x-forwarded-proto", "https");
    let behind = || Transport::behind(TrustedProxies::parse(["192.0.2.0/24"]).unwrap());
    let by_field = || Transport::when(|head| head.headers().contains_key("x-tls"));

    let cases = [
        (Transport::default(), claimed(), false),
        (Transport::default(), proxied("https"), false),
        (Transport::default(), marked(), true),
        (Transport::always(), request("192.0.2.1"), true),
        (behind(), claimed(), false),
        (behind(), marked(), true),
        (behind(), proxied("https"), true),
        (behind(), proxied("HTTPS"), true),
        (behind(), proxied("https, https"), true),
        (behind(), proxied("https, http"), false),
        (behind(), proxied("http, https"), false),
        (behind(), proxied("http"), false),
        (behind(), proxied(""), false),
        (behind(), proxied("https:"), false),
        (behind(), twice(), false),
        (behind(), stranger(), false),
        (behind(), nobody(), false),
        (behind().peer(|_| None), proxied("https"), false),
        (
            behind().peer(|_| Some(SocketAddr::from(([192, 0, 2, 9], 1)))),
            stranger(),
            true,
        ),
        (by_field(), with(request("192.0.2.1"), "x-tls", "1"), true),
        (by_field(), marked(), false),
    ];

    for (at, (transport, request, expected)) in cases.into_iter().enumerate() {
        let shown = format!("case {at}: {transport:?}");
        let layer = GuardLayer::new(SecurityHeaders::api().transport(transport));
        let response = send(&layer, &Probe::new(), request).await;
        assert_eq!(response.headers().contains_key(HSTS), expected, "{shown}");
    }
}

#[tokio::test]
async fn replaces_and_leaves_out_each_header() {
    let policy = ContentSecurityPolicy::new().directive("default-src", ["'self'"]);
    let permissions = PermissionsPolicy::deny_all()
        .allow("usb", ["self"])
        .unwrap();
    let day = std::time::Duration::from_secs(86_400);
    let replaced = SecurityHeaders::api()
        .behind_tls()
        .cache_control("private")
        .and_then(|headers| headers.content_security_policy(policy?))
        .and_then(|headers| headers.permissions_policy(&permissions))
        .and_then(|headers| headers.hsts(Hsts::default().max_age(day)))
        .unwrap()
        .frame_options(FrameOptions::SameOrigin)
        .referrer_policy(ReferrerPolicy::StrictOrigin)
        .resource_policy(ResourcePolicy::SameSite);
    let expected = [
        ("cache-control", "private"),
        ("content-security-policy", "default-src 'self'"),
        ("cross-origin-resource-policy", "same-site"),
        ("referrer-policy", "strict-origin"),
        (HSTS, "max-age=86400; includeSubDomains"),
        ("x-frame-options", "SAMEORIGIN"),
    ];
    let headers = seal(replaced, Response::new(())).await;
    for (name, value) in expected {
        assert_eq!(values(&headers, name), [value], "{name}");
    }
    assert!(values(&headers, "permissions-policy")[0].contains("usb=(self)"));

    let all = [
        (SecurityHeader::CacheControl, "cache-control"),
        (
            SecurityHeader::ContentSecurityPolicy,
            "content-security-policy",
        ),
        (SecurityHeader::ContentTypeOptions, "x-content-type-options"),
        (SecurityHeader::FrameOptions, "x-frame-options"),
        (SecurityHeader::PermissionsPolicy, "permissions-policy"),
        (SecurityHeader::ReferrerPolicy, "referrer-policy"),
        (
            SecurityHeader::ResourcePolicy,
            "cross-origin-resource-policy",
        ),
        (SecurityHeader::TransportSecurity, HSTS),
    ];
    let mut none = SecurityHeaders::api().behind_tls();
    for (header, name) in all {
        let one = SecurityHeaders::api().behind_tls().without(header);
        let headers = seal(one, Response::new(())).await;
        assert!(!headers.contains_key(name), "{name}");
        assert_eq!(headers.len(), all.len() - 1);
        none = none.without(header);
    }
    assert!(seal(none.clone(), Response::new(())).await.is_empty());
    let again = none.frame_options(FrameOptions::Deny);
    assert_eq!(seal(again, Response::new(())).await.len(), 1);
}

#[tokio::test]
async fn marks_the_rejections_of_guards_further_in() {
    let closed = guard_fn(|_: RequestHead<'_>| -> Verdict<()> {
        Verdict::Reject(Rejection::forbidden("closed", "the gate is closed"))
    });
    let layer = GuardLayer::new(SecurityHeaders::api().and(closed));

    let response =
        assert_rejected(&layer, &Request::new(()), StatusCode::FORBIDDEN, "closed").await;
    assert_eq!(values(response.headers(), "x-frame-options"), ["DENY"]);
    assert_eq!(values(response.headers(), "cache-control"), ["no-store"]);
}

#[test]
fn passes_readiness_on() {
    assert_readiness(&GuardLayer::new(SecurityHeaders::api()), &Request::new(()));
}

#[test]
fn allocates_nothing_but_room_in_the_header_map() {
    use bartizan_core::{Guard, Pass};

    let guard = SecurityHeaders::api().behind_tls();
    let request = Request::new(());
    let seal = |response: &mut Response<()>| {
        let Verdict::Pass(pass) = guard.check(RequestHead::of(&request)) else {
            panic!("it lets every request pass");
        };
        pass.seal(response);
    };
    // The first clone of a made value makes it one that is shared.
    seal(&mut Response::new(()));
    // The indices and the entries of the map, each once.
    for fields in [0, 3, 6] {
        let mut own = Response::new(());
        for field in 0..fields {
            let name = HeaderName::try_from(format!("x-{field}")).unwrap();
            own.headers_mut().insert(name, "x".parse().unwrap());
        }
        let counted = allocation_counter::measure(|| seal(&mut own));
        assert!(counted.count_total <= 2, "{fields}: {counted:?}");
    }
    let mut roomy = Response::new(());
    roomy.headers_mut().reserve(32);
    let counted = allocation_counter::measure(|| seal(&mut roomy));
    assert_eq!(counted.count_total, 0);
    assert_eq!(roomy.headers().len(), 8);
}

async fn seal(guard: SecurityHeaders, response: Response<()>) -> HeaderMap {
    let inner = service_fn(move |_: Request<()>| {
        let response = response.clone();
        async move { Ok::<_, Infallible>(response) }
    });
    let service = GuardLayer::new(guard).layer(inner);
    let sealed = service.oneshot(Request::new(())).await.unwrap();
    sealed.into_parts().0.headers
}

fn response(status: u16, fields: &[(&str, &str)]) -> Response<()> {
    let mut response = Response::builder().status(status);
    for (name, value) in fields {
        response = response.header(*name, *value);
    }
    response.body(()).unwrap()
}

fn request(peer: &str) -> Request<()> {
    let mut request = Request::new(());
    let peer = SocketAddr::new(peer.parse().unwrap(), 40_000);
    request.extensions_mut().insert(peer);
    request
}

fn with(mut request: Request<()>, name: &'static str, value: &str) -> Request<()> {
    request.headers_mut().append(name, value.parse().unwrap());
    request
}

fn values<'a>(headers: &'a HeaderMap, name: &str) -> Vec<&'a str> {
    let values = headers.get_all(name).into_iter();
    values.map(|value| value.to_str().unwrap()).collect()
}
