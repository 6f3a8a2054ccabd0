//! Which requests are read at all.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_ENCODING, CONTENT_LENGTH};
use http_body::{Body, Frame, SizeHint};

use super::*;

const ASK: &str = "grant_type=client_credentials";

#[tokio::test]
async fn rfc6749_3_2_tokens_are_asked_for_by_post() {
    for method in [
        "GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "post",
    ] {
        let mut request = post(&with_secret(ASK));
        *request.method_mut() = method.parse().unwrap();

        let answer = assert_refused(request, 405, "invalid_request").await;
        assert_eq!(answer.headers[ALLOW], "POST", "{method}");
    }
}

#[tokio::test]
async fn rfc6749_3_2_the_content_is_a_form() {
    for content_type in [
        "application/x-www-form-urlencoded",
        "Application/X-WWW-Form-Urlencoded",
        "application/x-www-form-urlencoded;charset=UTF-8",
        "application/x-www-form-urlencoded ; charset=\"utf-8\"; x=y",
        "application/x-www-form-urlencoded;charset=klingon",
    ] {
        let mut request = post(&with_secret(ASK));
        let value = content_type.parse().unwrap();
        request.headers_mut().insert(CONTENT_TYPE, value);
        assert_eq!(
            send(&endpoint(), request).await.status,
            200,
            "{content_type}"
        );
    }
    for content_type in [
        "",
        "application/json",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded-not",
        "x; application/x-www-form-urlencoded",
        "application/grpc",
    ] {
        let mut request = post(&with_secret(ASK));
        let value = content_type.parse().unwrap();
        request.headers_mut().insert(CONTENT_TYPE, value);
        assert_refused(request, 415, "invalid_request").await;
    }

    let mut untyped = post(&with_secret(ASK));
    untyped.headers_mut().remove(CONTENT_TYPE);
    assert_refused(untyped, 415, "invalid_request").await;

    let mut typed_twice = post(&with_secret(ASK));
    let value = FORM.parse().unwrap();
    typed_twice.headers_mut().append(CONTENT_TYPE, value);
    assert_refused(typed_twice, 415, "invalid_request").await;

    for (coding, status) in [("gzip", 415), ("identity", 200)] {
        let mut coded = post(&with_secret(ASK));
        let value = coding.parse().unwrap();
        coded.headers_mut().insert(CONTENT_ENCODING, value);
        assert_eq!(send(&endpoint(), coded).await.status, status);
    }
}

#[tokio::test]
async fn rfc6749_5_2_a_form_that_cannot_be_understood_is_an_invalid_request() {
    for form in [
        "",
        "&",
        "grant_type",
        "grant_type=",
        "GRANT_TYPE=client_credentials",
        "grant_type=client_credentials&grant_type=client_credentials",
        "grant_type=client_credentials&scope=read&scope=read",
        "grant_type=client_credentials&scope=&scope=read",
        "grant_type=client_credentials&unknown=1&unknown=2",
        "grant_type=client_credentials&broken=%",
        "grant_type=client_credentials&broken=%ff",
        "{\"grant_type\":\"client_credentials\"}",
    ] {
        assert_refused(post(&with_secret(form)), 400, "invalid_request").await;
    }
    let many: String = (0..64).map(|n| format!("&p{n}=")).collect();
    assert_refused(post(&with_secret(&many)), 400, "invalid_request").await;
}

#[tokio::test]
async fn rfc6749_3_2_what_is_unknown_or_empty_is_ignored() {
    let form = with_secret(&format!("{ASK}&scope=&resource=https%3A%2F%2Fx&username="));

    let answer = send(&endpoint(), post(&form)).await;

    assert_eq!(answer.json["scope"], "read write");
}

#[tokio::test]
async fn asvs_14_2_1_the_query_is_not_looked_at() {
    let mut request = post("");
    *request.uri_mut() = format!("/token?{}", with_secret(ASK)).parse().unwrap();
    assert_refused(request, 400, "invalid_request").await;

    let mut request = post(&with_secret(ASK));
    *request.uri_mut() = "/token?grant_type=x&scope=admin".parse().unwrap();
    assert_eq!(send(&endpoint(), request).await.status, 200);
}

#[tokio::test]
async fn rfc6749_5_2_a_grant_that_the_endpoint_does_not_have_is_unsupported() {
    for grant in [
        "password",
        "refresh_token",
        "authorization_code",
        "CLIENT_CREDENTIALS",
        "client_credentials ",
        "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer",
    ] {
        let form = with_secret(&format!("grant_type={grant}"));
        assert_refused(post(&form), 400, "unsupported_grant_type").await;
    }
}

#[tokio::test]
async fn asvs_5_2_1_a_body_over_the_limit_is_refused() {
    let pad = |bytes: usize| {
        let form = with_secret(ASK);
        format!("{form}&pad={}", "x".repeat(bytes - form.len() - 5))
    };
    let limit = TokenEndpoint::DEFAULT_BODY_LIMIT;
    assert_eq!(send(&endpoint(), post(&pad(limit))).await.status, 200);
    assert_refused(post(&pad(limit + 1)), 413, "invalid_request").await;

    let small = endpoint().body_limit(200);
    assert_eq!(send(&small, post(&pad(200))).await.status, 200);
    assert_eq!(send(&small, post(&pad(201))).await.status, 413);
}

#[tokio::test]
async fn asvs_5_2_1_a_length_that_is_announced_counts_before_anything_is_read() {
    for length in ["16385", "99999999999", "99999999999999999999999999"] {
        let request = Request::post("/token")
            .header(CONTENT_TYPE, FORM)
            .header(CONTENT_LENGTH, length);

        let body = Unread { announced: 0 };
        let response = endpoint().oneshot(request.body(body).unwrap()).await;
        assert_eq!(response.unwrap().status(), 413, "{length}");
    }
    // As under HTTP/2, where a server may know a length that no field has.
    for announced in [16_385, u64::MAX] {
        let request = Request::post("/token").header(CONTENT_TYPE, FORM);
        let body = Unread { announced };
        let response = endpoint().oneshot(request.body(body).unwrap()).await;
        assert_eq!(response.unwrap().status(), 413, "{announced}");
    }
}

#[tokio::test]
async fn asvs_5_2_1_a_body_that_never_ends_is_read_up_to_the_limit() {
    let body = Endless { left: 20 };
    let request = Request::post("/token").header(CONTENT_TYPE, FORM);

    let response = endpoint().oneshot(request.body(body).unwrap()).await;

    assert_eq!(response.unwrap().status(), 413);
}

/// A body that panics when it is read.
struct Unread {
    announced: u64,
}

impl Body for Unread {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        unreachable!("the body was read")
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = SizeHint::new();
        hint.set_lower(self.announced);
        hint
    }
}

/// A body of one KiB after the other, which panics when too many are read.
struct Endless {
    left: usize,
}

impl Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        assert!(self.left > 0, "read past the limit");
        self.left -= 1;
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b'x'; 1024])))))
    }
}
