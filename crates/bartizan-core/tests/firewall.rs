//! What the request firewall refuses, as tables.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

use std::error::Error as _;

use bartizan_core::{
    Guard, GuardLayer, HostList, RefusedRequest, Rejection, RequestFirewall, RequestHead, Verdict,
};
use bartizan_testkit::{
    Probe, assert_readiness, assert_readiness_when_rejecting, assert_rejected, send,
};
use http::header::ALLOW;
use http::{HeaderName, HeaderValue, Method, Request, StatusCode, Uri, Version};

#[tokio::test]
async fn asvs_16_3_3_path_tricks_are_answered_400_and_named_to_the_observer_alone() {
    let layer = GuardLayer::new(RequestFirewall::new());

    for path in ["//a", "/a/..", "/a;b", "/a%2fb", "/a%00", "/%ff", "/a."] {
        let request = request(path);
        let bad = StatusCode::BAD_REQUEST;
        let response = assert_rejected(&layer, &request, bad, "malformed-request").await;

        let rejection = response.extensions().get::<Rejection>().unwrap();
        assert_eq!(rejection.detail(), "the request is malformed");
        let source = rejection.source().unwrap().downcast_ref();
        assert!(matches!(source, Some(RefusedRequest::Path(_))), "{path}");
    }
}

#[tokio::test]
async fn rfc9110_9_and_asvs_4_1_4_other_methods_are_answered_405_with_allow() {
    let layer = GuardLayer::new(RequestFirewall::new().methods([Method::GET, Method::HEAD]));

    for method in ["TRACE", "TRACK", "CONNECT", "POST", "get", "PROPFIND"] {
        let mut request = request("/");
        *request.method_mut() = Method::from_bytes(method.as_bytes()).unwrap();
        let status = StatusCode::METHOD_NOT_ALLOWED;
        let response = assert_rejected(&layer, &request, status, "method-not-allowed").await;
        assert_eq!(response.headers()[ALLOW], "GET, HEAD", "{method}");
    }
}

#[test]
fn asvs_13_4_4_trace_is_refused_even_when_it_is_listed() {
    let listed = ["TRACE", "TRACK", "CONNECT", "GET"];
    let firewall =
        RequestFirewall::new().methods(listed.map(|name| name.parse::<Method>().unwrap()));

    for method in listed {
        let mut request = request("/");
        *request.method_mut() = method.parse().unwrap();
        let expected = (method != "GET").then_some(RefusedRequest::MethodNotAllowed);
        assert_eq!(refused(&firewall, &request), expected, "{method}");
    }
}

#[test]
fn targets_are_in_the_form_of_their_method() {
    let firewall = RequestFirewall::new();
    let form = Some(RefusedRequest::TargetForm);
    for (method, target, expected) in [
        (Method::OPTIONS, "*", None),
        (Method::GET, "*", form),
        (Method::POST, "*", form),
        (Method::GET, "example.com", form),
        (Method::OPTIONS, "example.com:443", form),
        (Method::GET, "http://example.com/a", None),
        (Method::GET, "https://example.com/a", None),
        (Method::GET, "http://example.com", None),
        (Method::GET, "ftp://example.com/a", form),
        (Method::GET, "file://example.com/etc/passwd", form),
        (Method::GET, "/a?b=c", None),
        (Method::GET, "/a?b=//..;%2f", None),
        (Method::GET, "/a?b=%00", Some(RefusedRequest::NulInQuery)),
    ] {
        let mut request = request("/");
        *request.uri_mut() = target.parse().unwrap();
        *request.method_mut() = method.clone();
        assert_eq!(refused(&firewall, &request), expected, "{method} {target}");
    }
}

#[test]
fn exactly_one_host_is_named_and_strictly_written() {
    let invalid = Some(RefusedRequest::InvalidHost);
    let long_label = format!("{}.example", "a".repeat(63));
    let longer_label = format!("{}.example", "a".repeat(64));
    let longer_name = format!("{}a", "a.".repeat(127));
    for (host, expected) in [
        ("example.com", None),
        ("EXAMPLE.com:8080", None),
        ("a_b.example", None),
        ("localhost", None),
        ("192.0.2.1:80", None),
        ("[2001:db8::1]:443", None),
        ("[::1]", None),
        ("", invalid),
        ("example.com.", invalid),
        (".example.com", invalid),
        ("example..com", invalid),
        ("-a.example", invalid),
        ("a-.example", invalid),
        ("a.example-", invalid),
        ("a-b.example", None),
        (&long_label, None),
        (&longer_label, invalid),
        (&longer_name, invalid),
        ("example.com:", invalid),
        ("example.com:evil.test", invalid),
        ("example.com:80:80", invalid),
        ("example.com:+80", invalid),
        ("example.com:65536", invalid),
        ("example.com:000080", invalid),
        ("user@example.com", invalid),
        ("example.com@evil.test", invalid),
        ("[::1]evil.test", invalid),
        ("[::1", invalid),
        ("::1", invalid),
        ("[fe80::1%25eth0]", invalid),
        ("[example.com]", invalid),
        ("example.com/path", invalid),
        ("example.com, evil.test", invalid),
        ("example.com evil.test", invalid),
        ("ex%61mple.com", invalid),
        ("http://example.com", invalid),
        ("exämple.com", invalid),
    ] {
        let mut request = Request::new(());
        let value = HeaderValue::from_bytes(host.as_bytes()).unwrap();
        request.headers_mut().insert("host", value);
        assert_eq!(
            refused(&RequestFirewall::new(), &request),
            expected,
            "{host:?}"
        );
    }
    let too_long = format!("{}a", "abcdefg.".repeat(32));
    let listed = HostList::default().contains(&too_long);
    assert!(!listed);
    assert_eq!(
        HostList::parse([&too_long]).unwrap_err().entries(),
        [too_long]
    );
}

#[test]
fn the_target_and_host_name_the_same() {
    let conflict = Some(RefusedRequest::ConflictingHosts);
    let (h1, h2) = (Version::HTTP_11, Version::HTTP_2);
    for (version, target, host, expected) in [
        (h1, "/", None, Some(RefusedRequest::MissingHost)),
        (h2, "/", None, Some(RefusedRequest::MissingHost)),
        (h2, "/", Some("a.test"), None),
        (
            h1,
            "http://a.test/",
            None,
            Some(RefusedRequest::MissingHost),
        ),
        (h2, "https://a.test/", None, None),
        (h1, "http://a.test/", Some("a.test"), None),
        (h1, "http://A.test:80/", Some("a.TEST"), None),
        (h2, "https://a.test/", Some("a.test:443"), None),
        (h2, "https://a.test/", Some("a.test:80"), conflict),
        (h2, "https://a.test/", Some("b.test"), conflict),
        (h1, "http://a.test/", Some("b.test"), conflict),
        (h1, "http://a.test:81/", Some("a.test"), conflict),
        (
            h2,
            "https://u@a.test/",
            None,
            Some(RefusedRequest::InvalidHost),
        ),
        (
            h2,
            "https://a.test:x/",
            None,
            Some(RefusedRequest::InvalidHost),
        ),
    ] {
        let mut request = Request::new(());
        *request.uri_mut() = target.parse::<Uri>().unwrap();
        *request.version_mut() = version;
        if let Some(host) = host {
            let value = HeaderValue::from_static(host);
            request.headers_mut().insert("host", value);
        }
        let found = refused(&RequestFirewall::new(), &request);
        assert_eq!(found, expected, "{version:?} {target} {host:?}");
    }

    let mut twice = request("/");
    let value = HeaderValue::from_static("example.com");
    twice.headers_mut().append("host", value);
    let found = refused(&RequestFirewall::new(), &twice);
    assert_eq!(found, Some(RefusedRequest::RepeatedField));

    let lax = RequestFirewall::new().insecure_allow_missing_host();
    assert_eq!(refused(&lax, &Request::new(())), None);
}

#[tokio::test]
async fn an_unlisted_host_is_answered_421() {
    let hosts = HostList::parse(["api.example.com", "*.shop.example", "local:81"]).unwrap();
    let firewall = RequestFirewall::new().hosts(hosts);
    for (host, is_listed) in [
        ("api.example.com", true),
        ("API.EXAMPLE.COM:8443", true),
        ("a.shop.example", true),
        ("a.b.SHOP.example:1", true),
        ("local:81", true),
        ("local", false),
        ("local:80", false),
        ("shop.example", false),
        ("evilshop.example", false),
        ("xapi.example.com", false),
        ("api.example.com.evil.test", false),
        ("[::1]", false),
    ] {
        let mut request = Request::new(());
        let value = HeaderValue::from_static(host);
        request.headers_mut().insert("host", value);
        let expected = (!is_listed).then_some(RefusedRequest::UnlistedHost);
        assert_eq!(refused(&firewall, &request), expected, "{host}");
    }
    let nothing = GuardLayer::new(RequestFirewall::new().hosts(HostList::default()));
    let status = StatusCode::MISDIRECTED_REQUEST;
    assert_rejected(&nothing, &request("/"), status, "misdirected-request").await;
}

#[test]
fn a_list_of_hosts_reports_every_wrong_entry() {
    let wrong = [
        "",
        "*",
        "*.",
        "*.192.0.2.1",
        "*.[::1]",
        "a.test/",
        "*a.test",
        "a.*.test",
    ];
    let error = HostList::parse(wrong.into_iter().chain(["a.test"])).unwrap_err();
    assert_eq!(error.entries(), wrong);
    assert!(
        error
            .to_string()
            .starts_with("not a host with at most a port: \"\", \"*\"")
    );
}

#[test]
fn fields_that_programs_disagree_on_are_refused() {
    use RefusedRequest as Refused;
    let (h0, h1, h2) = (Version::HTTP_10, Version::HTTP_11, Version::HTTP_2);
    let length = Some(Refused::InvalidContentLength);
    let encoding = Some(Refused::InvalidTransferEncoding);
    let connection = Some(Refused::ConnectionField);
    let over = Some(Refused::OverrideField);
    for (version, fields, expected) in [
        (h1, &[("content-length", "5")] as &[(_, _)], None),
        (
            h1,
            &[("content-length", "5"), ("content-length", "5")],
            length,
        ),
        (h1, &[("content-length", "5, 5")], length),
        (h1, &[("content-length", "+5")], length),
        (h1, &[("content-length", "0x5")], length),
        (h1, &[("content-length", "")], length),
        (h1, &[("content-length", "99999999999999999999")], length),
        (h1, &[("transfer-encoding", "Chunked")], None),
        (h1, &[("transfer-encoding", "gzip, chunked")], encoding),
        (h1, &[("transfer-encoding", "identity")], encoding),
        (
            h1,
            &[
                ("transfer-encoding", "chunked"),
                ("transfer-encoding", "chunked"),
            ],
            encoding,
        ),
        (h0, &[("transfer-encoding", "chunked")], encoding),
        (
            h1,
            &[("content-length", "5"), ("transfer-encoding", "chunked")],
            Some(Refused::ConflictingLengths),
        ),
        (h2, &[("transfer-encoding", "chunked")], connection),
        (h2, &[("connection", "close")], connection),
        (h2, &[("upgrade", "websocket")], connection),
        (h2, &[("keep-alive", "1")], connection),
        (h2, &[("proxy-connection", "close")], connection),
        (h2, &[("te", "trailers")], None),
        (h2, &[("te", "gzip")], connection),
        (
            h1,
            &[("connection", "upgrade"), ("upgrade", "websocket")],
            None,
        ),
        (
            h1,
            &[
                ("content-type", "application/json"),
                ("content-type", "text/plain"),
            ],
            Some(Refused::RepeatedField),
        ),
        (h1, &[("x-http-method-override", "DELETE")], over),
        (h1, &[("x-http-method", "DELETE")], over),
        (h1, &[("x-method-override", "DELETE")], over),
        (h1, &[("X-Original-URL", "/admin")], over),
        (h2, &[("X-Rewrite-URL", "/admin")], over),
        (
            h1,
            &[("accept", "a"), ("accept", "b"), ("cookie", "c")],
            None,
        ),
    ] {
        let mut request = request("/");
        *request.version_mut() = version;
        for (name, value) in fields {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            let value = HeaderValue::from_static(value);
            request.headers_mut().append(name, value);
        }
        let found = refused(&RequestFirewall::new(), &request);
        assert_eq!(found, expected, "{version:?} {fields:?}");
    }
    let mut request = request("/");
    let value = HeaderValue::from_static("/admin");
    request.headers_mut().insert("x-original-url", value);
    let lax = RequestFirewall::new().insecure_allow_override_fields();
    assert_eq!(refused(&lax, &request), None);
}

#[tokio::test]
async fn what_is_too_long_is_refused_at_the_bound() {
    let layer = GuardLayer::new(
        RequestFirewall::new()
            .max_path(8)
            .max_query(8)
            .max_fields(3)
            .max_fields_bytes(40),
    );
    let probe = Probe::new();
    let with = |path: &str, fields: &[&'static str]| {
        let mut request = request(path);
        for value in fields {
            let value = HeaderValue::from_static(value);
            request.headers_mut().append("x-a", value);
        }
        request
    };
    for fine in [
        with("/2345678?12345678", &[]),
        with("/", &["1", "2"]),
        // 15 for Host, 3 for the name, 22.
        with("/", &["1234567890123456789012"]),
    ] {
        assert_eq!(send(&layer, &probe, fine).await.status(), StatusCode::OK);
    }
    let long = (StatusCode::URI_TOO_LONG, "target-too-long");
    let large = (
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        "fields-too-large",
    );
    for (request, (status, slug)) in [
        (with("/23456789", &[]), long),
        (with("/?123456789", &[]), long),
        (with("/", &["1", "2", "3"]), large),
        (with("/", &["12345678901234567890123"]), large),
    ] {
        // The field that makes it gRPC counts, too.
        let response = send(&layer, &Probe::new(), request).await;
        assert_eq!(response.status(), status);
        let rejection = response.extensions().get::<Rejection>().unwrap();
        assert_eq!(rejection.slug(), slug);
    }
}

#[test]
fn readiness_is_passed_on() {
    let layer = GuardLayer::new(RequestFirewall::new());
    assert_readiness(&layer, &request("/"));
    assert_readiness_when_rejecting(&layer, &request("//"));
}

fn request(path: &str) -> Request<()> {
    let request = Request::get(path).header("host", "example.com");
    request.body(()).unwrap()
}

fn refused(firewall: &RequestFirewall, request: &Request<()>) -> Option<RefusedRequest> {
    match firewall.check(RequestHead::of(request)) {
        Verdict::Pass(()) => None,
        Verdict::Reject(rejection) => rejection.source().unwrap().downcast_ref().copied(),
        other => panic!("{other:?}"),
    }
}
