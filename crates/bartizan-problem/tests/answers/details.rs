//! What is written for which response, and what is left as it is.

use std::time::Duration;

use bartizan_core::{Challenge, GuardLayer, Protocol, Realm, Rejection};
use bartizan_headers::SecurityHeaders;
use bartizan_problem::{Problem, ProblemLayer};
use bytes::Bytes;
use http::header::HeaderName;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use serde_json::json;

use crate::common::{answer, collect, empty, full, grpc_web, rejects, send, send_to, with_body};

const CANARY: &str = "canary-hunter2-/srv/secret.rs-SELECT";

#[tokio::test]
async fn rfc9457_1_a_rejection_is_written_as_problem_json() {
    let rejection = Rejection::forbidden("out-of-credit", "the credit is used up")
        .member("used-accounts", vec!["a".to_owned(), "b".to_owned()])
        .field(
            HeaderName::from_static("x-extra"),
            HeaderValue::from_static("1"),
        );

    let sent = send(&ProblemLayer::new(), rejects(rejection)).await;

    assert_eq!(sent.status, StatusCode::FORBIDDEN);
    assert_eq!(sent.field("content-type"), "application/problem+json");
    assert_eq!(sent.field("cache-control"), "no-store");
    assert_eq!(sent.field("x-content-type-options"), "nosniff");
    assert_eq!(sent.field("x-extra"), "1");
    assert_eq!(sent.field("content-length"), sent.body.len().to_string());
    let id = sent.field("x-request-id");
    assert_eq!(
        sent.json(),
        json!({
            "type": "about:blank",
            "title": "Forbidden",
            "status": 403,
            "detail": "the credit is used up",
            "used-accounts": ["a", "b"],
            "correlation_id": id,
        })
    );
}

#[tokio::test]
async fn rfc9457_2_the_member_status_is_the_status() {
    let codes = (400..=599).filter_map(|code| StatusCode::from_u16(code).ok());
    for status in codes {
        let rejection = Rejection::new(status, "slug", "detail");
        let expected = rejection.status();
        for response in [rejects(rejection), empty(status)] {
            let written = response.status();
            let sent = send(&ProblemLayer::new(), response).await;
            assert_eq!(sent.status, written);
            assert_eq!(sent.json()["status"], written.as_u16());
        }
        assert!(expected == status || status == StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn rfc9457_3_a_blank_type_has_the_phrase_of_the_status_as_title() {
    let response = rejects(Rejection::bad_request("slug", "detail"));
    let sent = send(&ProblemLayer::new(), response).await;

    assert_eq!(sent.json()["type"], "about:blank");
    assert_eq!(sent.json()["title"], "Bad Request");
}

#[tokio::test]
async fn rfc9457_5_types_are_uris() {
    let layer = ProblemLayer::new()
        .types_at("https://api.example.com/problems/")
        .unwrap();
    let registered = "https://iana.org/assignments/http-problem-types#quota-exceeded";
    let rejection = |slug| Rejection::bad_request(slug, "detail");
    let cases = [
        (
            rejection("invalid-credentials"),
            "https://api.example.com/problems/invalid-credentials",
            "Invalid credentials",
        ),
        (
            rejection("no_such-slug"),
            "https://api.example.com/problems/no_such-slug",
            "No such slug",
        ),
        (rejection("not a uri"), "about:blank", "Bad Request"),
        (
            rejection("quota").problem_type(registered),
            registered,
            "Quota",
        ),
        (
            rejection("quota").problem_type("no uri"),
            "https://api.example.com/problems/quota",
            "Quota",
        ),
    ];

    for (rejection, uri, title) in cases {
        let sent = send(&layer, rejects(rejection)).await;
        assert_eq!(
            (&sent.json()["type"], &sent.json()["title"]),
            (&json!(uri), &json!(title))
        );
    }
    for base in ["", "problems/", "/problems/", "https://a b/", "https:"] {
        let error = ProblemLayer::new().types_at(base).unwrap_err();
        assert!(error.to_string().ends_with("is no URI"), "{error}");
    }
}

#[tokio::test]
async fn rfc9110_6_a_hidden_rejection_is_the_404_of_the_application() {
    let hidden = || {
        Rejection::forbidden("not-yours", "the item is another's")
            .challenge(Challenge::bearer(&Realm::default()))
            .member("owner", vec!["alice".to_owned()])
            .problem_type("https://example.com/not-yours")
            .retry_after(Duration::from_secs(1))
            .hide_as_not_found()
    };
    let base = || {
        ProblemLayer::new()
            .types_at("https://example.com/")
            .unwrap()
    };
    let layers = [
        ProblemLayer::new(),
        base(),
        ProblemLayer::new().fill_empty(false),
    ];
    let accepts = ["*/*", "text/plain", "text/html"];

    for (layer, accept) in layers.iter().zip(accepts) {
        for method in [Method::GET, Method::HEAD, Method::POST] {
            let request = || {
                let request = Request::builder()
                    .method(method.clone())
                    .header("accept", accept);
                request.body(()).unwrap()
            };
            let html = layer.clone().html(|problem| format!("{problem:?}"));
            let missing = answer(empty(StatusCode::NOT_FOUND));
            let missing = send_to(&html, missing, request()).await;
            let denied = send_to(&html, answer(rejects(hidden())), request()).await;
            assert_eq!(denied.without_id(), missing.without_id());
            assert_eq!(denied.status, StatusCode::NOT_FOUND);
            let known = Rejection::new(StatusCode::NOT_FOUND, "slug", "the item was deleted");
            let known = answer(rejects(known.hide_as_not_found()));
            let known = send_to(&html, known, request()).await;
            assert_eq!(known.without_id(), missing.without_id());
        }
    }
    let shown = Problem::from(&hidden());
    assert_eq!(shown, Problem::new(StatusCode::NOT_FOUND));
}

#[tokio::test]
async fn rfc9110_6_a_hidden_rejection_has_the_fields_of_a_framework_in_their_order() {
    let layer = (
        ProblemLayer::new(),
        GuardLayer::new(SecurityHeaders::api().behind_tls()),
    );
    let hidden = || Rejection::forbidden("not-yours", "another's").hide_as_not_found();
    // Fields that frameworks put on their own 404, each of which is replaced.
    let own: [&[(&str, &str)]; 3] = [
        &[("content-length", "0")],
        &[("content-length", "0"), ("server-timing", "route;dur=1")],
        &[("cache-control", "no-cache"), ("content-digest", "x")],
    ];

    for request in [|| Request::new(()), grpc_web] {
        for fields in own {
            let mut missing = empty(StatusCode::NOT_FOUND);
            for (name, value) in fields {
                missing.headers_mut().insert(*name, value.parse().unwrap());
            }
            let missing = send_to(&layer, answer(missing), request()).await;
            for protocol in [Protocol::Http, Protocol::GrpcWeb] {
                let denied = hidden().into_response(protocol);
                let denied = answer(denied.map(|()| full(Bytes::new())));
                let denied = send_to(&layer, denied, request()).await;
                assert_eq!(denied.without_id(), missing.without_id());
            }
        }
    }
}

#[tokio::test]
async fn rfc9457_2_a_problem_says_the_status_that_it_is_sent_with() {
    let own = Problem::new(StatusCode::CONFLICT).detail("own");
    let mut response = own.clone().into_response().map(full);
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;

    let sent = send(&ProblemLayer::new(), response).await;
    assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(sent.json()["status"], 422);
    assert_eq!(sent.json()["detail"], "own");

    // What took its place is no problem any more, and is left.
    let mut page = with_body(StatusCode::NOT_FOUND, "own page");
    page.extensions_mut().insert(own);
    let sent = send(&ProblemLayer::new(), page).await;
    assert_eq!(sent.text(), "own page");
}

#[tokio::test]
async fn the_client_chooses_among_json_text_and_html() {
    let html = |problem: &Problem| format!("<h1>{}</h1>", problem.title());
    let plain = ProblemLayer::new();
    let with_html = ProblemLayer::new().html(html);
    let json = "application/problem+json";
    let text = "text/plain; charset=utf-8";
    let cases = [
        (&plain, "text/html", json),
        (&plain, "text/plain", text),
        (&with_html, "text/html", "text/html; charset=utf-8"),
        (&with_html, "*/*", json),
        (&with_html, "text/html;q=0.1, application/json;q=0.2", json),
    ];

    for (layer, accept, content_type) in cases {
        let request = Request::get("/").header("accept", accept).body(()).unwrap();
        let rejection = Rejection::forbidden("slug", "two\r\nlines")
            .member("policies", vec!["a".to_owned(), "b".to_owned()]);
        let sent = send_to(layer, answer(rejects(rejection)), request).await;
        assert_eq!(sent.field("content-type"), content_type, "{accept}");
        if content_type == text {
            let id = sent.field("x-request-id");
            assert_eq!(
                sent.text(),
                format!("403 Forbidden\ntwo  lines\npolicies: a, b\ncorrelation_id: {id}\n")
            );
        } else if content_type != json {
            assert_eq!(sent.text(), "<h1>Forbidden</h1>");
        }
    }
}

#[tokio::test]
async fn one_function_gives_json_another_shape() {
    let content_type = HeaderValue::from_static("application/json");
    let layer = ProblemLayer::new().shape(content_type, |problem| {
        json!({ "error": problem.detail_text() }).to_string()
    });

    let rejection = Rejection::forbidden("slug", "detail");
    let sent = send(&layer, rejects(rejection)).await;
    assert_eq!(sent.text(), r#"{"error":"detail"}"#);
    assert_eq!(sent.field("content-type"), "application/json");

    let content_type = HeaderValue::from_static("application/json");
    let broken = ProblemLayer::new().shape(content_type, |_| -> String { panic!("{CANARY}") });
    let sent = send(&broken, empty(StatusCode::NOT_FOUND)).await;
    assert_eq!(sent.json()["title"], "Not Found");
    assert_eq!(sent.field("content-type"), "application/problem+json");
}

#[tokio::test]
async fn head_gets_the_fields_of_get_without_the_body() {
    let response = || rejects(Rejection::forbidden("slug", "detail"));
    let head = Request::head("/").body(()).unwrap();

    let got = send(&ProblemLayer::new(), response()).await;
    let sent = send_to(&ProblemLayer::new(), answer(response()), head).await;

    assert_eq!(sent.text(), "");
    assert_eq!(sent.without_id().0, got.without_id().0);
    assert_eq!(sent.field("content-length"), got.body.len().to_string());
}

#[tokio::test]
async fn leaves_what_is_no_error_or_has_a_body_of_its_own() {
    let rejection = Rejection::forbidden("slug", "detail");
    let mut shaped = with_body(StatusCode::FORBIDDEN, "own shape");
    shaped.extensions_mut().insert(rejection.clone());
    let mut fault = with_body(StatusCode::SERVICE_UNAVAILABLE, "own shape");
    let unavailable = Rejection::unavailable("slug", CANARY);
    fault.extensions_mut().insert(unavailable);
    let mut fine = with_body(StatusCode::OK, "fine");
    fine.extensions_mut().insert(rejection);
    let described = Response::builder()
        .status(404)
        .header("content-type", "text/html");
    let announced = Response::builder()
        .status(404)
        .header("content-length", "7");
    let none = || full(Bytes::new());
    let responses = [
        empty(StatusCode::NO_CONTENT),
        empty(StatusCode::NOT_MODIFIED),
        empty(StatusCode::SWITCHING_PROTOCOLS),
        empty(StatusCode::OK),
        empty(StatusCode::FOUND),
        with_body(StatusCode::NOT_FOUND, "own page"),
        described.body(none()).unwrap(),
        announced.body(none()).unwrap(),
        fine,
        shaped,
        fault,
    ];

    for response in responses {
        let (head, body) = response.into_parts();
        let expected = (head.status, head.headers.clone(), body.clone());
        let response = Response::from_parts(head, body);
        let mut sent = send(&ProblemLayer::new(), response).await;
        assert!(sent.headers.remove("x-request-id").is_some());
        assert_eq!((sent.status, sent.headers), (expected.0, expected.1));
        let body = collect(expected.2).await;
        assert_eq!(sent.body, body);
    }
}

#[tokio::test]
async fn fills_the_empty_errors_of_frameworks_unless_told_not_to() {
    let bare = || {
        let response = Response::builder().status(405).header("allow", "GET, HEAD");
        let response = response.header("content-length", "0");
        response.body(full(Bytes::new())).unwrap()
    };

    let sent = send(&ProblemLayer::new(), bare()).await;
    assert_eq!(sent.json()["title"], "Method Not Allowed");
    assert_eq!(sent.field("allow"), "GET, HEAD");

    let sent = send(&ProblemLayer::new().fill_empty(false), bare()).await;
    assert_eq!(
        (sent.status, sent.text()),
        (StatusCode::METHOD_NOT_ALLOWED, "")
    );
    assert!(!sent.headers.contains_key("content-type"));
}

#[tokio::test]
async fn a_handlers_own_problem_is_shown_below_500_and_above_when_asked() {
    let own = |status| Problem::new(status).detail("own").into_response().map(full);
    let text = Request::get("/")
        .header("accept", "text/plain")
        .body(())
        .unwrap();

    let sent = send(&ProblemLayer::new(), own(StatusCode::CONFLICT)).await;
    assert_eq!(sent.json()["detail"], "own");
    assert_eq!(sent.json()["correlation_id"], sent.field("x-request-id"));
    let conflict = answer(own(StatusCode::CONFLICT));
    let sent = send_to(&ProblemLayer::new(), conflict, text).await;
    assert!(
        sent.text()
            .starts_with("409 Conflict\nown\ncorrelation_id: ")
    );

    let sent = send(&ProblemLayer::new(), own(StatusCode::BAD_GATEWAY)).await;
    assert_eq!(sent.json().get("detail"), None);
    let keeps = ProblemLayer::new().keep_own_problems(true);
    let sent = send(&keeps, own(StatusCode::BAD_GATEWAY)).await;
    assert_eq!(sent.json()["detail"], "own");
    let page = with_body(StatusCode::BAD_GATEWAY, CANARY);
    let sent = send(&keeps, page).await;
    assert!(!sent.text().contains("canary"));
}
