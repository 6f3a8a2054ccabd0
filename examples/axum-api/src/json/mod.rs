//! JSON, as it comes and as it goes.

mod members;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

pub(crate) use self::members::Members;
use crate::problem::Refused;

/// Reads the content of a request as an object.
pub(crate) fn read(
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Members, Refused> {
    if !is_json(headers) {
        let refused = Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        return Err(refused.detail("the content is not application/json"));
    }
    let body = body.map_err(|rejection| Refused::new(rejection.status()))?;
    Members::parse(&body)
}

/// Answers with JSON.
pub(crate) fn write(status: StatusCode, value: &impl Serialize) -> Response {
    let body = serde_json::to_string(value).unwrap_or_default();
    (status, [(CONTENT_TYPE, "application/json")], body).into_response()
}

fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (Some(content_type), None) = (types.next(), types.next()) else {
        return false;
    };
    let media_type = content_type.as_bytes().split(|&byte| byte == b';').next();
    media_type.is_some_and(|media_type| {
        media_type
            .trim_ascii()
            .eq_ignore_ascii_case(b"application/json")
    })
}

/// What needs no encoding in a fragment (RFC 3986), as far as names have it.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Escapes a name for a JSON Pointer (RFC 6901) in a fragment.
pub(crate) fn escape(name: &str) -> String {
    let name = name.replace('~', "~0").replace('/', "~1");
    utf8_percent_encode(&name, ENCODED).to_string()
}
