use bartizan_core::Rejection;
use http::{HeaderMap, HeaderName, Response, StatusCode};

const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");

/// Returns the status that the response would have over HTTP.
///
/// A failure over gRPC is 200 with a `grpc-status` among the fields; one that comes
/// after a body is not known here. A rejection that is hidden has the status of what it
/// is to be taken for.
pub(crate) fn status_of<B>(response: &Response<B>) -> StatusCode {
    let rejection = response.extensions().get::<Rejection>();
    if let Some(rejection) = rejection.filter(|rejection| !rejection.is_hidden()) {
        return rejection.status();
    }
    let status = response.status();
    if status.is_success() {
        of_grpc(response.headers()).unwrap_or(status)
    } else {
        status
    }
}

/// Returns the status that says what `grpc-status` says, unless that is no failure. Of
/// several, or one that cannot be read, the call failed in a way that is not known.
fn of_grpc(headers: &HeaderMap) -> Option<StatusCode> {
    let mut values = headers.get_all(GRPC_STATUS).iter();
    let value = values.next()?;
    let code = values.next().is_none().then(|| value.as_bytes());
    Some(match code.unwrap_or_default() {
        b"0" => return None,
        b"3" | b"9" | b"11" => StatusCode::BAD_REQUEST,
        b"4" => StatusCode::GATEWAY_TIMEOUT,
        b"5" => StatusCode::NOT_FOUND,
        b"6" | b"10" => StatusCode::CONFLICT,
        b"7" => StatusCode::FORBIDDEN,
        b"8" => StatusCode::TOO_MANY_REQUESTS,
        b"12" => StatusCode::NOT_IMPLEMENTED,
        b"14" => StatusCode::SERVICE_UNAVAILABLE,
        b"16" => StatusCode::UNAUTHORIZED,
        // Given up by the client, which is none of ours.
        b"1" => StatusCode::REQUEST_TIMEOUT,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_over_grpc_has_the_status_of_http() {
        for (status, codes, expected) in [
            (200, &[][..], 200),
            (200, &["0"], 200),
            (200, &["16"], 401),
            (200, &["7"], 403),
            (200, &["8"], 429),
            (200, &["13"], 500),
            (200, &["14"], 503),
            (200, &["1"], 408),
            (200, &["99"], 500),
            (200, &["x"], 500),
            (200, &["0", "16"], 500),
            (401, &["0"], 401),
            (403, &["16"], 403),
        ] {
            let mut response = Response::new(());
            *response.status_mut() = StatusCode::from_u16(status).unwrap();
            for code in codes {
                let code = code.parse().unwrap();
                response.headers_mut().append(GRPC_STATUS, code);
            }
            assert_eq!(status_of(&response), expected, "{status} {codes:?}");
        }
    }
}
