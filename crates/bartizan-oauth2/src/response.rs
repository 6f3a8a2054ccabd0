use std::time::Duration;

use bartizan_core::Rejection;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::Full;
use serde::Serialize;

use crate::{Grant, IssuedToken};

/// Renders a token ([RFC 6749, section 5.1]).
///
/// [RFC 6749, section 5.1]: https://www.rfc-editor.org/rfc/rfc6749#section-5.1
pub(crate) fn success(grant: &Grant, token: &IssuedToken) -> Response<Full<Bytes>> {
    #[derive(Serialize)]
    struct Success<'a> {
        access_token: &'a str,
        token_type: &'static str,
        expires_in: u64,
        #[serde(skip_serializing_if = "String::is_empty")]
        scope: String,
    }

    json(
        StatusCode::OK,
        &Success {
            access_token: token.access_token(),
            token_type: "Bearer",
            expires_in: token.expires_in(),
            scope: grant.scopes().to_string(),
        },
    )
}

/// Renders a refusal, whose slug is the error code ([RFC 6749, section 5.2]).
///
/// [RFC 6749, section 5.2]: https://www.rfc-editor.org/rfc/rfc6749#section-5.2
pub(crate) fn error(rejection: Rejection) -> Response<Full<Bytes>> {
    #[derive(Serialize)]
    struct Error<'a> {
        error: &'static str,
        error_description: &'a str,
    }

    let mut response = json(
        rejection.status(),
        &Error {
            error: rejection.slug(),
            error_description: rejection.detail(),
        },
    );
    let headers = response.headers_mut();
    for (name, value) in rejection.fields() {
        headers.append(name.clone(), value.clone());
    }
    for challenge in rejection.challenges() {
        headers.append(WWW_AUTHENTICATE, challenge.to_value());
    }
    if let Some(delay) = rejection.delay() {
        headers.insert(RETRY_AFTER, HeaderValue::from(ceil_secs(delay)));
    }
    // As guards do: an outer layer knows by it that the body is made for the client.
    response.extensions_mut().insert(rejection);
    response
}

fn json(status: StatusCode, body: &impl Serialize) -> Response<Full<Bytes>> {
    // Maps of strings and numbers alone: it cannot fail, and if it did, an empty
    // body is no token.
    let body = serde_json::to_vec(body).unwrap_or_default();
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let media_type = HeaderValue::from_static("application/json");
    headers.insert(CONTENT_TYPE, media_type);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

/// Rounds up, and to at least 1: a client that is told 0 comes back at once.
fn ceil_secs(delay: Duration) -> u64 {
    let partial = u64::from(delay.subsec_nanos() > 0);
    delay.as_secs().saturating_add(partial).max(1)
}
