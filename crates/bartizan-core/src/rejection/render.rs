use std::time::Duration;

use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::{GrpcCode, Protocol, Rejection};

const GRPC_MESSAGE: HeaderName = HeaderName::from_static("grpc-message");
const GRPC_PUSHBACK: HeaderName = HeaderName::from_static("grpc-retry-pushback-ms");
const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");

/// What [gRPC over HTTP/2] percent-encodes in `grpc-message`, beside what is not
/// ASCII.
///
/// [gRPC over HTTP/2]: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
const ENCODED: &AsciiSet = &CONTROLS.add(b'%');

impl Rejection {
    /// Renders the rejection for a request that speaks `protocol`.
    ///
    /// For HTTP that is the status with an empty body; for gRPC it is a response
    /// of trailers only: status 200 with `grpc-status` and `grpc-message`. Both
    /// carry the challenges, a line each, `Retry-After`, the additional fields and
    /// `Cache-Control: no-store`. One that is [hidden](Self::hide_as_not_found) has
    /// nothing but the status. The rejection is left in the extensions.
    #[must_use]
    pub fn into_response(self, protocol: Protocol) -> Response<()> {
        let mut response = Response::new(());
        if self.is_hidden() {
            match protocol.content_type() {
                Some(content_type) => write_unimplemented(response.headers_mut(), content_type),
                None => *response.status_mut() = StatusCode::NOT_FOUND,
            }
            response.extensions_mut().insert(self);
            return response;
        }
        self.write_fields(response.headers_mut());
        match protocol.content_type() {
            Some(content_type) => self.write_grpc(response.headers_mut(), content_type),
            None => *response.status_mut() = self.status(),
        }
        response.extensions_mut().insert(self);
        response
    }

    fn write_grpc(&self, headers: &mut HeaderMap, content_type: &'static str) {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        let code = HeaderValue::from(u16::from(self.grpc_code().number()));
        headers.insert(GRPC_STATUS, code);
        let message = utf8_percent_encode(self.detail(), ENCODED).to_string();
        if let Ok(message) = HeaderValue::try_from(message) {
            headers.insert(GRPC_MESSAGE, message);
        }
        if let Some(delay) = self.delay() {
            // Clients read it into 32 bits, and do not retry at all on a number beyond.
            let millis = i32::try_from(ceil_millis(delay)).unwrap_or(i32::MAX);
            headers.insert(GRPC_PUSHBACK, HeaderValue::from(millis));
        }
    }

    fn write_fields(&self, headers: &mut HeaderMap) {
        for (name, value) in self.fields() {
            headers.append(name.clone(), value.clone());
        }
        for challenge in self.challenges() {
            headers.append(WWW_AUTHENTICATE, challenge.to_value());
        }
        if let Some(delay) = self.delay() {
            headers.insert(RETRY_AFTER, HeaderValue::from(ceil_secs(delay)));
        }
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// What tonic answers for a method that no service has.
fn write_unimplemented(headers: &mut HeaderMap, content_type: &'static str) {
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    let code = GrpcCode::Unimplemented.number();
    headers.insert(GRPC_STATUS, HeaderValue::from(u16::from(code)));
}

/// Rounds up, and to at least 1: a client that is told 0 comes back at once.
fn ceil_secs(delay: Duration) -> u64 {
    let partial = u64::from(delay.subsec_nanos() > 0);
    delay.as_secs().saturating_add(partial).max(1)
}

fn ceil_millis(delay: Duration) -> u128 {
    delay.as_nanos().div_ceil(1_000_000).max(1)
}
