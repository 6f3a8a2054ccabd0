mod body;
mod credentials;
mod form;

use bartizan_core::Rejection;
use http::header::{ALLOW, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode};

pub(crate) use self::body::read;
pub(crate) use self::credentials::{Presented, Proof};
pub(crate) use self::form::Form;

/// Refuses what is wrong by the head alone, before anything of the body is read.
pub(crate) fn check(head: &Parts, limit: usize) -> Result<(), Rejection> {
    if head.method != Method::POST {
        let rejection = invalid(
            StatusCode::METHOD_NOT_ALLOWED,
            "tokens are asked for by POST",
        );
        return Err(rejection.field(ALLOW, HeaderValue::from_static("POST")));
    }
    if !is_form(&head.headers) {
        let detail = "the content is not application/x-www-form-urlencoded";
        return Err(invalid(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
    }
    match announced_length(&head.headers) {
        Some(length) if length > limit => Err(too_large()),
        _ => Ok(()),
    }
}

pub(crate) fn invalid_request(detail: &'static str) -> Rejection {
    invalid(StatusCode::BAD_REQUEST, detail)
}

fn too_large() -> Rejection {
    invalid(
        StatusCode::PAYLOAD_TOO_LARGE,
        "the form is longer than is accepted",
    )
}

fn invalid(status: StatusCode, detail: &'static str) -> Rejection {
    Rejection::new(status, "invalid_request", detail)
}

fn is_form(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (Some(content_type), None) = (types.next(), types.next()) else {
        return false;
    };
    let media_type = content_type.as_bytes().split(|&byte| byte == b';').next();
    let is_plain = |coding: &HeaderValue| coding.as_bytes().eq_ignore_ascii_case(b"identity");
    media_type.is_some_and(|media_type| {
        media_type
            .trim_ascii()
            .eq_ignore_ascii_case(b"application/x-www-form-urlencoded")
    }) && headers.get_all(CONTENT_ENCODING).iter().all(is_plain)
}

/// A length that does not fit is longer than any limit. One that is no number is
/// for the server to refuse; the body is counted all the same.
fn announced_length(headers: &HeaderMap) -> Option<usize> {
    let length = headers.get(CONTENT_LENGTH)?.to_str().ok()?;
    let is_number = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| length.parse().unwrap_or(usize::MAX))
}
