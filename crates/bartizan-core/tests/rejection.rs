//! How a rejection is rendered.

#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

use std::error::Error;
use std::time::Duration;

use bartizan_core::{Challenge, GrpcCode, Protocol, Realm, Rejection, RequestHead};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, Version};

#[test]
fn rfc9110_1_every_401_has_a_challenge() {
    let bare = Rejection::new(StatusCode::UNAUTHORIZED, "who", "who are you");
    let response = bare.clone().into_response(Protocol::Http);
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert_eq!(bare.grpc_code(), GrpcCode::PermissionDenied);

    let challenged = bare.challenge(Challenge::bearer(&Realm::default()));
    let response = challenged.into_response(Protocol::Http);
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(
        fields(&response, "www-authenticate"),
        [r#"Bearer realm="api""#]
    );
}

#[test]
fn rfc9110_7_sends_one_challenge_a_line() {
    let realm = Realm::default();
    let challenges = [Challenge::basic(&realm), Challenge::bearer(&realm)];
    let rejection = Rejection::unauthorized("who", "who are you", challenges);
    let expected = [
        r#"Basic realm="api", charset="UTF-8""#,
        r#"Bearer realm="api""#,
    ];
    for protocol in [Protocol::Http, Protocol::Grpc] {
        let response = rejection.clone().into_response(protocol);
        assert_eq!(fields(&response, "www-authenticate"), expected);
    }
}

#[test]
fn a_rejection_never_looks_like_success() {
    for status in [200, 204, 302, 304, 101] {
        let status = StatusCode::from_u16(status).unwrap();
        let response = Rejection::new(status, "odd", "odd").into_response(Protocol::Http);
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}

#[test]
fn speaks_grpc_to_grpc() {
    for (status, code) in [
        (400, "3"),
        (401, "16"),
        (403, "7"),
        (404, "5"),
        (405, "12"),
        (408, "4"),
        (409, "10"),
        (412, "9"),
        (413, "8"),
        (415, "3"),
        (421, "3"),
        (429, "8"),
        (431, "8"),
        (500, "13"),
        (501, "12"),
        (502, "14"),
        (503, "14"),
        (504, "4"),
    ] {
        let status = StatusCode::from_u16(status).unwrap();
        let rejection = Rejection::new(status, "slug", "detail")
            .challenge(Challenge::bearer(&Realm::default()));
        let response = rejection.into_response(Protocol::Grpc);

        assert_eq!(response.status(), StatusCode::OK, "{status}");
        assert_eq!(fields(&response, "grpc-status"), [code], "{status}");
        assert_eq!(fields(&response, "content-type"), ["application/grpc"]);
        assert_eq!(fields(&response, "cache-control"), ["no-store"]);
    }
}

#[test]
fn encodes_the_message_of_grpc() {
    for (detail, expected) in [
        ("plain text, with: signs", "plain text, with: signs"),
        ("100 %", "100 %25"),
        ("line\r\nset-cookie: a=b", "line%0D%0Aset-cookie: a=b"),
        ("Grüße", "Gr%C3%BC%C3%9Fe"),
        ("", ""),
    ] {
        let rejection = Rejection::forbidden("slug", detail);
        let response = rejection.into_response(Protocol::Grpc);
        assert_eq!(fields(&response, "grpc-message"), [expected]);
    }
}

#[test]
fn rounds_the_time_of_a_retry_up_and_never_to_0() {
    for (delay, seconds, millis) in [
        (Duration::ZERO, "1", "1"),
        (Duration::from_nanos(1), "1", "1"),
        (Duration::from_millis(1500), "2", "1500"),
        (Duration::from_secs(60), "60", "60000"),
        (Duration::from_micros(60_000_001), "61", "60001"),
        (Duration::MAX, "18446744073709551615", "2147483647"),
    ] {
        let rejection = Rejection::unavailable("busy", "busy").retry_after(delay);
        let http = rejection.clone().into_response(Protocol::Http);
        let grpc = rejection.into_response(Protocol::Grpc);

        assert_eq!(fields(&http, "retry-after"), [seconds], "{delay:?}");
        assert_eq!(fields(&http, "grpc-retry-pushback-ms"), [""; 0]);
        assert_eq!(
            fields(&grpc, "grpc-retry-pushback-ms"),
            [millis],
            "{delay:?}"
        );
    }
}

#[test]
fn cannot_be_made_cacheable() {
    let name = HeaderName::from_static("cache-control");
    let rejection = Rejection::forbidden("slug", "detail")
        .field(name, HeaderValue::from_static("public, max-age=60"))
        .field(
            HeaderName::from_static("x-more"),
            HeaderValue::from_static("1"),
        );
    let response = rejection.into_response(Protocol::Http);

    assert_eq!(fields(&response, "cache-control"), ["no-store"]);
    assert_eq!(fields(&response, "x-more"), ["1"]);
}

#[test]
fn tells_the_protocol_by_the_request() {
    use Protocol::{Grpc, GrpcWeb, GrpcWebText, Http};
    for (content_type, over_2, over_1) in [
        ("application/grpc", Grpc, Http),
        ("application/grpc+proto", Grpc, Http),
        ("Application/gRPC;charset=utf-8", Grpc, Http),
        ("application/grpc-web", GrpcWeb, GrpcWeb),
        ("application/grpc-web+proto", GrpcWeb, GrpcWeb),
        ("application/grpc-web-text", GrpcWebText, GrpcWebText),
        ("application/grpc-web-textual", Http, Http),
        ("application/grpcx", Http, Http),
        ("application/grp", Http, Http),
        ("application/json", Http, Http),
        ("text/plain; a=application/grpc", Http, Http),
        ("", Http, Http),
    ] {
        let mut request = Request::post("/").body(()).unwrap();
        let field = content_type.parse().unwrap();
        request.headers_mut().insert("content-type", field);
        assert_eq!(protocol(&request), over_1, "{content_type}");
        *request.version_mut() = Version::HTTP_2;
        assert_eq!(protocol(&request), over_2, "{content_type}");
    }
    assert_eq!(protocol(&Request::post("/").body(()).unwrap()), Http);
}

/// A gateway that asks whether a request may pass copies the client's fields, and
/// takes 200 for a yes.
#[test]
fn a_client_cannot_choose_to_be_answered_200() {
    for method in [Method::GET, Method::HEAD, Method::PUT, Method::OPTIONS] {
        for version in [Version::HTTP_10, Version::HTTP_11, Version::HTTP_2] {
            for content_type in ["application/grpc", "application/grpc-web"] {
                let request = Request::builder()
                    .method(&method)
                    .version(version)
                    .header("content-type", content_type);
                assert_eq!(protocol(&request.body(()).unwrap()), Protocol::Http);
            }
        }
    }
    for version in [Version::HTTP_10, Version::HTTP_11, Version::HTTP_2] {
        for content_type in ["application/grpc-web", "application/grpc-web-text+proto"] {
            let request = Request::post("/")
                .version(version)
                .header("content-type", content_type);
            let protocol = protocol(&request.body(()).unwrap());
            let response = Rejection::forbidden("slug", "detail").into_response(protocol);
            assert_eq!(response.status(), StatusCode::FORBIDDEN);
        }
    }
    let twice = Request::post("/")
        .version(Version::HTTP_2)
        .header("content-type", "application/grpc")
        .header("content-type", "text/html");
    assert_eq!(protocol(&twice.body(()).unwrap()), Protocol::Http);
}

#[test]
fn speaks_grpc_web_to_grpc_web() {
    for (protocol, expected) in [
        (Protocol::GrpcWeb, "application/grpc-web"),
        (Protocol::GrpcWebText, "application/grpc-web-text"),
    ] {
        let rejection = Rejection::forbidden("slug", "detail");
        let response = rejection.clone().into_response(protocol);
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
        assert_eq!(fields(&response, "content-type"), [expected]);
        assert_eq!(fields(&response, "grpc-status"), ["7"]);

        let hidden = rejection.hide_as_not_found().into_response(protocol);
        assert_eq!(hidden.status(), StatusCode::NOT_FOUND);
        assert!(hidden.headers().is_empty(), "{:?}", hidden.headers());
    }
}

#[test]
fn rfc9110_6_a_hidden_rejection_is_a_bare_404() {
    let hidden = Rejection::forbidden("not-permitted", "the request is not permitted")
        .challenge(Challenge::bearer(&Realm::default()))
        .retry_after(Duration::from_secs(3))
        .hide_as_not_found();
    assert_eq!(hidden.status(), StatusCode::FORBIDDEN);

    let http = hidden.clone().into_response(Protocol::Http);
    assert_eq!(http.status(), StatusCode::NOT_FOUND);
    assert!(http.headers().is_empty(), "{:?}", http.headers());

    let grpc = hidden.into_response(Protocol::Grpc);
    assert_eq!(grpc.status(), StatusCode::OK);
    assert_eq!(fields(&grpc, "grpc-status"), ["12"]);
    assert_eq!(fields(&grpc, "content-type"), ["application/grpc"]);
    assert_eq!(grpc.headers().len(), 2);
    let kept = grpc.extensions().get::<Rejection>().unwrap();
    assert_eq!(kept.slug(), "not-permitted");
    assert!(kept.is_hidden());
}

#[test]
fn a_hidden_object_is_answered_as_one_that_is_not_there() {
    let hidden = Rejection::forbidden("not-permitted", "the request is not permitted")
        .challenge(Challenge::bearer(&Realm::default()))
        .hide_as_missing_object();
    assert!(hidden.is_hidden());
    assert_eq!(hidden.status(), StatusCode::FORBIDDEN);

    let http = hidden.clone().into_response(Protocol::Http);
    assert_eq!(http.status(), StatusCode::NOT_FOUND);
    assert!(http.headers().is_empty(), "{:?}", http.headers());

    for (protocol, status) in [
        (Protocol::Grpc, StatusCode::OK),
        (Protocol::GrpcWeb, StatusCode::NOT_FOUND),
    ] {
        let grpc = hidden.clone().into_response(protocol);
        assert_eq!(grpc.status(), status);
        assert_eq!(fields(&grpc, "grpc-status"), ["5"]);
        assert_eq!(grpc.headers().len(), 2);
    }
    let target = hidden.hide_as_not_found().into_response(Protocol::Grpc);
    assert_eq!(fields(&target, "grpc-status"), ["12"]);
}

#[test]
fn rfc9457_4_carries_what_problem_details_need() {
    let uri = "https://example.com/problems/quota";
    let policies = vec!["burst".to_owned()];
    let rejection = Rejection::new(StatusCode::TOO_MANY_REQUESTS, "quota", "too many")
        .problem_type(uri)
        .member("violated-policies", policies.clone());

    assert_eq!(rejection.type_uri(), Some(uri));
    assert_eq!(rejection.members(), [("violated-policies", policies)]);
}

#[test]
fn a_field_of_a_guard_does_not_replace_what_the_protocol_needs() {
    let rejection = Rejection::forbidden("slug", "detail")
        .field(
            HeaderName::from_static("grpc-status"),
            HeaderValue::from_static("0"),
        )
        .field(
            http::header::CONTENT_TYPE,
            HeaderValue::from_static("text/html"),
        );
    let response = rejection.into_response(Protocol::Grpc);

    assert_eq!(fields(&response, "grpc-status"), ["7"]);
    assert_eq!(fields(&response, "content-type"), ["application/grpc"]);
}

#[test]
fn keeps_the_cause_from_the_client() {
    let rejection = Rejection::unavailable("down", "password of db is hunter2");
    let cause = rejection.source().unwrap().to_string();
    assert_eq!(cause, "password of db is hunter2");

    for protocol in [Protocol::Http, Protocol::Grpc] {
        let response = rejection.clone().into_response(protocol);
        let shown = format!("{:?} {rejection} {rejection:?}", response.headers());
        assert!(!shown.contains("hunter2"), "{shown}");
        let kept = response.extensions().get::<Rejection>().unwrap();
        assert_eq!(kept.slug(), "down");
    }
}

fn protocol(request: &Request<()>) -> Protocol {
    Protocol::of(RequestHead::of(request))
}

fn fields<'a, B>(response: &'a Response<B>, name: &str) -> Vec<&'a str> {
    let values = response.headers().get_all(name).iter();
    values.map(|value| value.to_str().unwrap()).collect()
}
