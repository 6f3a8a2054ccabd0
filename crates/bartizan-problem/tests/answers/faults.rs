//! What is written in place of faults and panics, and what gRPC is answered.

use bartizan_core::{
    Challenge, GuardLayer, Protocol, Realm, Rejection, RequestHead, Verdict, guard_fn,
};
use bartizan_problem::{CatchPanicLayer, Problem, ProblemLayer};
use bartizan_testkit::{LogCapture, with_grpc};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::json;

use crate::common::{Panics, answer, empty, full, grpc_web, rejects, send, send_to, with_body};

const CANARY: &str = "canary-hunter2-/srv/secret.rs-SELECT";

/// Fields that describe a body, or are made from it or beside it.
const OF_CONTENT: [&str; 12] = [
    "content-digest",
    "content-disposition",
    "content-location",
    "content-md5",
    "digest",
    "etag",
    "repr-digest",
    "server-timing",
    "signature",
    "signature-input",
    "sourcemap",
    "x-sourcemap",
];

#[tokio::test]
async fn rfc9457_6_nothing_of_a_fault_is_in_any_member() {
    let rejected = rejects(Rejection::unavailable("store-unavailable", CANARY));
    let own = Problem::new(StatusCode::INTERNAL_SERVER_ERROR).detail(CANARY);
    let typed = |content_type: &str| {
        let mut response = with_body(StatusCode::BAD_GATEWAY, CANARY);
        let headers = response.headers_mut();
        headers.insert("content-type", content_type.parse().unwrap());
        for name in OF_CONTENT {
            headers.append(name, CANARY.parse().unwrap());
        }
        headers.insert("content-length", CANARY.len().to_string().parse().unwrap());
        response
    };
    let mut overwritten = with_body(StatusCode::BAD_GATEWAY, CANARY);
    let other = Rejection::forbidden("slug", "detail");
    overwritten.extensions_mut().insert(other);
    let responses = [
        overwritten,
        rejected,
        own.into_response::<Bytes>().map(full),
        with_body(StatusCode::INTERNAL_SERVER_ERROR, CANARY),
        typed("text/plain"),
        typed("application/problem+json"),
        typed("application/grpc"),
    ];

    for response in responses {
        let status = response.status();
        let log = LogCapture::start();
        let sent = send(&ProblemLayer::new(), response).await;
        assert!(!sent.text().contains("canary"), "{}", sent.text());
        let fields = format!("{:?}", sent.headers);
        assert!(!fields.contains("canary"), "{fields}");
        assert_eq!(sent.status, status);
        assert_eq!(sent.field("content-type"), "application/problem+json");
        assert_eq!(sent.json()["correlation_id"], sent.field("x-request-id"));
        // What the client was told leads to the log, which names no secret either.
        assert!(
            log.text().contains(sent.field("x-request-id")),
            "{}",
            log.text()
        );
        assert!(!log.text().contains("canary"), "{}", log.text());
    }
}

#[tokio::test]
async fn asvs_16_5_4_a_panic_is_an_answer_and_its_message_goes_to_the_log() {
    for in_poll in [false, true] {
        for is_inside in [false, true] {
            let log = LogCapture::start();
            let service = Panics { in_poll };
            let request = Request::get("/path?token=canary").body(()).unwrap();
            let sent = if is_inside {
                let layers = (ProblemLayer::new(), CatchPanicLayer::new());
                send_to(&layers, service, request).await
            } else {
                send_to(&ProblemLayer::new(), service, request).await
            };

            assert_eq!(sent.status, StatusCode::INTERNAL_SERVER_ERROR);
            assert_eq!(
                sent.json(),
                json!({
                    "type": "about:blank",
                    "title": "Internal Server Error",
                    "status": 500,
                    "detail": "the service failed to answer",
                    "correlation_id": sent.field("x-request-id"),
                })
            );
            let text = log.text();
            assert!(text.contains("panicked: boom\\n of the handler"), "{text}");
            assert!(text.contains(sent.field("x-request-id")), "{text}");
            assert!(!text.contains("canary"), "{text}");
        }
    }
}

#[tokio::test]
async fn asvs_16_5_1_a_panic_and_a_fault_look_alike() {
    let service = Panics { in_poll: true };
    let panicked = send_to(&ProblemLayer::new(), service, Request::new(())).await;
    let failed = empty(StatusCode::INTERNAL_SERVER_ERROR);
    let failed = send(&ProblemLayer::new(), failed).await;

    assert_eq!(panicked.without_id(), failed.without_id());
}

#[tokio::test]
async fn cors_15_what_guards_add_is_on_the_answer_to_a_panic() {
    let layers = (
        ProblemLayer::new(),
        GuardLayer::new(bartizan_headers::SecurityHeaders::api()),
        CatchPanicLayer::new(),
    );

    let service = Panics { in_poll: true };
    let sent = send_to(&layers, service, Request::new(())).await;

    assert_eq!(sent.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(sent.field("x-frame-options"), "DENY");
    assert_eq!(sent.json()["title"], "Internal Server Error");
}

#[tokio::test]
async fn a_panicking_guard_is_an_answer_too() {
    let guard = guard_fn(|_: RequestHead<'_>| -> Verdict<()> { panic!("{CANARY}") });
    let layers = (ProblemLayer::new(), GuardLayer::new(guard));

    let inner = answer(empty(StatusCode::OK));
    let sent = send_to(&layers, inner, Request::new(())).await;
    assert_eq!(sent.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!sent.text().contains("canary"));
}

#[tokio::test]
async fn rfc9457_7_grpc_is_left_as_it_is() {
    let request = with_grpc(&Request::new(()));
    let denied = Rejection::forbidden("slug", "detail").into_response(Protocol::Grpc);
    let denied = denied.map(|()| full(Bytes::new()));
    let own = Response::builder()
        .header("content-type", "application/grpc")
        .body(full("frames".into()))
        .unwrap();

    let sent = send_to(&ProblemLayer::new(), answer(denied), request.clone()).await;
    assert_eq!((sent.status, sent.text()), (StatusCode::OK, ""));
    assert_eq!(sent.field("grpc-status"), "7");
    assert_eq!(sent.field("content-type"), "application/grpc");
    assert_eq!(sent.field("x-request-id").len(), 32);
    let sent = send_to(&ProblemLayer::new(), answer(own), request).await;
    assert_eq!((sent.status, sent.text()), (StatusCode::OK, "frames"));
}

#[tokio::test]
async fn a_request_that_says_grpc_does_not_unmask_the_faults_of_what_is_not() {
    let request = with_grpc(&Request::new(()));
    let failed = [
        (with_body(StatusCode::INTERNAL_SERVER_ERROR, CANARY), "13"),
        (with_body(StatusCode::SERVICE_UNAVAILABLE, CANARY), "14"),
        (empty(StatusCode::GATEWAY_TIMEOUT), "4"),
    ];
    for (mut response, code) in failed {
        let headers = response.headers_mut();
        headers.insert("content-length", "36".parse().unwrap());
        headers.insert("etag", CANARY.parse().unwrap());
        let sent = send_to(&ProblemLayer::new(), answer(response), request.clone()).await;
        assert_eq!((sent.status, sent.text()), (StatusCode::OK, ""));
        assert_eq!(sent.field("content-type"), "application/grpc");
        assert_eq!(sent.field("grpc-status"), code);
        assert!(!sent.headers.contains_key("content-length"));
        assert!(!sent.headers.contains_key("etag"));
    }

    let service = Panics { in_poll: true };
    let sent = send_to(&ProblemLayer::new(), service, request.clone()).await;
    assert_eq!(
        (sent.status, sent.field("grpc-status")),
        (StatusCode::OK, "13")
    );
    let layers = (ProblemLayer::new(), CatchPanicLayer::new());
    let sent = send_to(&layers, service, request.clone()).await;
    assert_eq!(
        (sent.status, sent.field("grpc-status")),
        (StatusCode::OK, "13")
    );

    let missing = answer(empty(StatusCode::NOT_FOUND));
    let sent = send_to(&ProblemLayer::new(), missing, request).await;
    assert_eq!((sent.status, sent.text()), (StatusCode::NOT_FOUND, ""));
}

#[tokio::test]
async fn a_request_that_says_grpc_web_does_not_make_a_fault_a_success() {
    let cases = [
        (StatusCode::INTERNAL_SERVER_ERROR, "13"),
        (StatusCode::NOT_IMPLEMENTED, "12"),
        (StatusCode::BAD_GATEWAY, "14"),
    ];
    for (status, code) in cases {
        let failed = answer(with_body(status, CANARY));
        let sent = send_to(&ProblemLayer::new(), failed, grpc_web()).await;
        assert_eq!((sent.status, sent.text()), (status, ""));
        assert_eq!(sent.field("grpc-status"), code);
        assert_eq!(sent.field("content-type"), "application/grpc-web");
    }
    let failed = (StatusCode::INTERNAL_SERVER_ERROR, "13");
    for in_poll in [false, true] {
        let service = Panics { in_poll };
        let sent = send_to(&ProblemLayer::new(), service, grpc_web()).await;
        assert_eq!((sent.status, sent.field("grpc-status")), failed);
        let layers = (ProblemLayer::new(), CatchPanicLayer::new());
        let sent = send_to(&layers, service, grpc_web()).await;
        assert_eq!((sent.status, sent.field("grpc-status")), failed);
    }

    let denied = Rejection::forbidden("slug", "detail").into_response(Protocol::GrpcWeb);
    let denied = answer(denied.map(|()| full(Bytes::new())));
    let sent = send_to(&ProblemLayer::new(), denied, grpc_web()).await;
    assert_eq!((sent.status, sent.text()), (StatusCode::FORBIDDEN, ""));
    assert_eq!(sent.field("grpc-status"), "7");
}

#[tokio::test]
async fn every_challenge_of_a_masked_call_is_sent_and_no_other() {
    let challenge = || Challenge::bearer(&Realm::default());
    let rejection = Rejection::unavailable("slug", CANARY)
        .challenge(challenge())
        .challenge(Challenge::basic(&Realm::default()));
    let masked = async |rejection: Rejection| {
        let mut response = with_body(StatusCode::SERVICE_UNAVAILABLE, CANARY);
        let own = "Own realm=\"x\"".parse().unwrap();
        response.headers_mut().insert("www-authenticate", own);
        response.extensions_mut().insert(rejection);
        let request = with_grpc(&Request::new(()));
        send_to(&ProblemLayer::new(), answer(response), request).await
    };

    let sent = masked(rejection).await;
    let lines = sent.headers.get_all("www-authenticate");
    let schemes: Vec<_> = lines.iter().map(|line| &line.as_bytes()[..6]).collect();
    assert_eq!(schemes, [b"Bearer".as_slice(), b"Basic "]);
    assert_eq!(sent.field("grpc-status"), "14");

    // It was left by what is not the last to have answered.
    let other = Rejection::forbidden("slug", "detail").challenge(challenge());
    let sent = masked(other).await;
    assert_eq!(sent.field("grpc-status"), "14");
    assert_eq!(sent.field("www-authenticate"), "Own realm=\"x\"");
}
