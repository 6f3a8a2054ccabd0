use bartizan_core::Protocol;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Response};
use http_body_util::{BodyExt, Full};
use serde_json::Value;

use super::{Body, full};

/// The metadata that carries the report, in base64 as binary metadata is.
const REPORT: HeaderName = HeaderName::from_static("report-bin");
const STATUS: HeaderName = HeaderName::from_static("grpc-status");

/// A message without content, which is one of every type of Protocol Buffers.
const EMPTY: &[u8] = &[0, 0, 0, 0, 0];

/// The same, and the trailers as gRPC-Web sends them.
const EMPTY_AND_OK: &[u8] = b"\0\0\0\0\0\x80\0\0\0\x10grpc-status: 0\r\n";

/// Answers a call with one empty message, and the report in its metadata.
pub(super) fn response(protocol: Protocol, report: &Value) -> Response<Body> {
    let (content_type, body) = match protocol {
        Protocol::GrpcWeb => ("application/grpc-web+proto", full(EMPTY_AND_OK)),
        Protocol::GrpcWebText => (
            "application/grpc-web-text+proto",
            full(STANDARD.encode(EMPTY_AND_OK)),
        ),
        _ => ("application/grpc", with_trailers()),
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let Ok(report) = HeaderValue::try_from(STANDARD_NO_PAD.encode(report.to_string())) {
        headers.insert(REPORT, report);
    }
    response
}

fn with_trailers() -> Body {
    let mut trailers = HeaderMap::new();
    trailers.insert(STATUS, HeaderValue::from_static("0"));
    Body::new(Full::new(EMPTY.into()).with_trailers(async { Some(Ok(trailers)) }))
}
