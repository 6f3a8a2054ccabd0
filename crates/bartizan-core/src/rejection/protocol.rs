use http::header::CONTENT_TYPE;
use http::{Method, StatusCode, Version};

use crate::RequestHead;

/// The protocol that a request speaks, and its rejection has to.
///
/// It is told by the request and not by the type of the response body, so that one
/// port can serve both. A rejection over gRPC has the HTTP status 200, which a
/// gateway that asks whether a request may pass takes for a yes. Only what every gRPC
/// client sends is taken for gRPC: a `POST` over HTTP/2. A gateway that asks in the
/// same way, with the client's own method and `Content-Type` over HTTP/2, has to read
/// `grpc-status` as well. A rejection over gRPC-Web, which needs neither, keeps its
/// HTTP status.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Protocol {
    /// gRPC: a `POST` over HTTP/2 or 3 of `application/grpc`, alone or followed by `+`
    /// or `;`.
    Grpc,
    /// gRPC-Web, in its binary form: a `POST`.
    GrpcWeb,
    /// gRPC-Web, in its base64 form: a `POST`.
    GrpcWebText,
    /// Any other use of HTTP.
    Http,
}

impl Protocol {
    /// Tells the protocol of the request with this `head`.
    ///
    /// A request with more than one `Content-Type` is plain HTTP.
    #[must_use]
    pub fn of(head: RequestHead<'_>) -> Self {
        if *head.method() != Method::POST {
            return Self::Http;
        }
        let mut fields = head.headers().get_all(CONTENT_TYPE).iter();
        let (Some(field), None) = (fields.next(), fields.next()) else {
            return Self::Http;
        };
        let rest = match field.as_bytes().split_at_checked(GRPC.len()) {
            Some((start, rest)) if start.eq_ignore_ascii_case(GRPC) => rest,
            _ => return Self::Http,
        };
        let end = rest
            .iter()
            .position(|byte| matches!(byte, b'+' | b';' | b' ' | b'\t'))
            .unwrap_or(rest.len());
        match rest.get(..end) {
            Some(b"") if head.version() >= Version::HTTP_2 => Self::Grpc,
            Some(kind) if kind.eq_ignore_ascii_case(b"-web") => Self::GrpcWeb,
            Some(kind) if kind.eq_ignore_ascii_case(b"-web-text") => Self::GrpcWebText,
            _ => Self::Http,
        }
    }

    /// Returns the content type of a response, for the kinds of gRPC.
    pub(super) const fn content_type(self) -> Option<&'static str> {
        match self {
            Self::Grpc => Some("application/grpc"),
            Self::GrpcWeb => Some("application/grpc-web"),
            Self::GrpcWebText => Some("application/grpc-web-text"),
            Self::Http => None,
        }
    }
}

const GRPC: &[u8] = b"application/grpc";

/// A status code of gRPC, of those that rejections use.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum GrpcCode {
    /// 10: the request conflicts with another.
    Aborted,
    /// 4: the time ran out.
    DeadlineExceeded,
    /// 9: the state of the system does not allow the request.
    FailedPrecondition,
    /// 13: a fault of the service.
    Internal,
    /// 3: the request is wrong in itself.
    InvalidArgument,
    /// 5: there is no such thing.
    NotFound,
    /// 7: the client is known but may not.
    PermissionDenied,
    /// 8: a quota or a limit is exceeded.
    ResourceExhausted,
    /// 16: nobody is authenticated.
    Unauthenticated,
    /// 14: the service cannot decide now.
    Unavailable,
    /// 12: the method does not exist.
    Unimplemented,
}

impl GrpcCode {
    /// Returns the code that says what `status` says.
    #[must_use]
    pub fn of(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Self::Unauthenticated,
            StatusCode::FORBIDDEN => Self::PermissionDenied,
            StatusCode::NOT_FOUND | StatusCode::GONE => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => Self::Unimplemented,
            StatusCode::CONFLICT => Self::Aborted,
            StatusCode::PRECONDITION_FAILED | StatusCode::PRECONDITION_REQUIRED => {
                Self::FailedPrecondition
            }
            StatusCode::PAYLOAD_TOO_LARGE
            | StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE
            | StatusCode::TOO_MANY_REQUESTS => Self::ResourceExhausted,
            StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT => Self::DeadlineExceeded,
            StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE => Self::Unavailable,
            status if status.is_client_error() => Self::InvalidArgument,
            _ => Self::Internal,
        }
    }

    /// Returns the number that goes on the wire.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::InvalidArgument => 3,
            Self::DeadlineExceeded => 4,
            Self::NotFound => 5,
            Self::PermissionDenied => 7,
            Self::ResourceExhausted => 8,
            Self::FailedPrecondition => 9,
            Self::Aborted => 10,
            Self::Unimplemented => 12,
            Self::Internal => 13,
            Self::Unavailable => 14,
            Self::Unauthenticated => 16,
        }
    }
}
