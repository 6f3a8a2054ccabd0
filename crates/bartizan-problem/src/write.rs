//! Puts a problem into a response.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LANGUAGE,
    CONTENT_LENGTH, CONTENT_LOCATION, CONTENT_RANGE, CONTENT_TYPE, ETAG, EXPIRES, LAST_MODIFIED,
    TRAILER, TRANSFER_ENCODING, X_CONTENT_TYPE_OPTIONS,
};
use http::response::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::accept::Format;
use crate::asked::Asked;
use crate::body::ProblemBody;
use crate::layer::Config;
use crate::problem::{PROBLEM_JSON, Problem};

/// The fields that describe the content which is replaced ([RFC 9110, section 8]), that
/// are computed from it, and that say how long it may be kept or how it was made.
///
/// [RFC 9110, section 8]: https://www.rfc-editor.org/rfc/rfc9110#section-8
const OF_CONTENT: [HeaderName; 23] = [
    ACCEPT_RANGES,
    CACHE_CONTROL,
    CONTENT_DISPOSITION,
    CONTENT_ENCODING,
    CONTENT_LANGUAGE,
    CONTENT_LENGTH,
    CONTENT_LOCATION,
    CONTENT_RANGE,
    CONTENT_TYPE,
    ETAG,
    EXPIRES,
    LAST_MODIFIED,
    TRAILER,
    TRANSFER_ENCODING,
    HeaderName::from_static("content-digest"),
    HeaderName::from_static("content-md5"),
    HeaderName::from_static("digest"),
    HeaderName::from_static("repr-digest"),
    HeaderName::from_static("server-timing"),
    HeaderName::from_static("signature"),
    HeaderName::from_static("signature-input"),
    HeaderName::from_static("sourcemap"),
    HeaderName::from_static("x-sourcemap"),
];

/// Takes away what describes a body that is not sent, and what is in `replaced`.
///
/// The order of the others stays, which `HeaderMap::remove` does not promise: by
/// another order, a client could tell a hidden rejection from a 404 that had fields to
/// take away.
pub(crate) fn strip(headers: &mut HeaderMap, replaced: &HeaderMap) {
    let is_kept = |name: &HeaderName| !OF_CONTENT.contains(name) && !replaced.contains_key(name);
    if headers.keys().all(is_kept) {
        return;
    }
    let mut kept = HeaderMap::new();
    for (name, value) in headers.iter().filter(|(name, _)| is_kept(name)) {
        // There are no more of them than there were.
        let _ = kept.try_append(name.clone(), value.clone());
    }
    *headers = kept;
}

/// Writes `problem` as the body of a response with the given head.
///
/// No `Vary` says that `Accept` was read, since no cache may keep the response.
pub(crate) fn write<B>(
    config: &Config,
    asked: &Asked,
    problem: &Problem,
    head: &mut Parts,
) -> ProblemBody<B> {
    let (content_type, content) = content(config, asked, problem);
    let headers = &mut head.headers;
    strip(headers, &HeaderMap::new());
    let fields = [
        (CONTENT_TYPE, content_type),
        // Also in the answer to HEAD, where it is the length of what GET would get.
        (CONTENT_LENGTH, HeaderValue::from(content.len())),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    for (name, value) in fields {
        // One that is full stays as it is: the body has its own length.
        let _ = headers.try_insert(name, value);
    }
    if asked.method == Method::HEAD {
        ProblemBody::details(Bytes::new())
    } else {
        ProblemBody::details(content)
    }
}

fn content(config: &Config, asked: &Asked, problem: &Problem) -> (HeaderValue, Bytes) {
    let format = asked.accepts.best(config.html.is_some());
    // A function of the user's that panics must not take the answer with it.
    let made = catch_unwind(AssertUnwindSafe(|| {
        match (format, &config.html, &config.shape) {
            (Format::Html, Some(html), _) => Some((HTML, html(problem).into())),
            (Format::Json, _, Some((content_type, shape))) => {
                Some((content_type.clone(), shape(problem)))
            }
            (Format::Text, ..) => Some((TEXT, problem.to_text().into())),
            (Format::Html | Format::Json, ..) => None,
        }
    }));
    let own = || {
        let json = HeaderValue::from_static(PROBLEM_JSON);
        (json, problem.to_json().into())
    };
    made.ok().flatten().unwrap_or_else(own)
}

const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
