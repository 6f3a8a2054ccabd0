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
    /// of trailers only: status 200 with `grpc-status` and `grpc-message`; for gRPC-Web
    /// it is these fields with the status of HTTP, which its clients read as well. All
    /// carry the challenges, a line each, `Retry-After`, the additional fields and
    /// `Cache-Control: no-store`. One that is [hidden](Self::is_hidden) has
    /// nothing but the status. The rejection is left in the extensions.
    #[must_use]
    pub fn into_response(self, protocol: Protocol) -> Response<()> {
        let mut response = Response::new(());
        if let Some(code) = self.hidden_code() {
            if protocol != Protocol::Grpc {
                *response.status_mut() = StatusCode::NOT_FOUND;
            }
            // The 404 of gRPC-Web alone says that there is no such target.
            let says_code = protocol == Protocol::Grpc || code == GrpcCode::NotFound;
            if let Some(content_type) = protocol.content_type().filter(|_| says_code) {
                write_code(response.headers_mut(), content_type, code);
            }
            response.extensions_mut().insert(self);
            return response;
        }
        self.write_fields(response.headers_mut());
        if let Some(content_type) = protocol.content_type() {
            self.write_grpc(response.headers_mut(), content_type);
        }
        if protocol != Protocol::Grpc {
            *response.status_mut() = self.status();
        }
        response.extensions_mut().insert(self);
        response
    }

    fn write_grpc(&self, headers: &mut HeaderMap, content_type: &'static str) {
        write_code(headers, content_type, self.grpc_code());
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

fn write_code(headers: &mut HeaderMap, content_type: &'static str, code: GrpcCode) {
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(GRPC_STATUS, HeaderValue::from(u16::from(code.number())));
}

/// Rounds up, and to at least 1: a client that is told 0 comes back at once.
fn ceil_secs(delay: Duration) -> u64 {
    let partial = u64::from(delay.subsec_nanos() > 0);
    delay.as_secs().saturating_add(partial).max(1)
}

fn ceil_millis(delay: Duration) -> u128 {
    delay.as_nanos().div_ceil(1_000_000).max(1)
}
