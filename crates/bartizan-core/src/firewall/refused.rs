use std::error::Error;
use std::fmt;

/// A spelling of a path that not everyone reads alike.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum PathTrick {
    /// A `\`, encoded or not.
    Backslash,
    /// An encoded control character, NUL among them, or a line separator.
    ControlCharacter,
    /// A segment that is `.` or `..`, parameters aside.
    DotSegment,
    /// Two slashes in a row.
    EmptySegment,
    /// An encoded dot.
    EncodedDot,
    /// An encoded percent sign.
    EncodedPercent,
    /// An encoded slash.
    EncodedSlash,
    /// A character that has to be encoded in a path, and is not.
    ForbiddenCharacter,
    /// A percent sign without two hexadecimal digits after it.
    InvalidEncoding,
    /// Encoded octets that are not UTF-8, such as an overlong form.
    InvalidUtf8,
    /// No slash at the start.
    NoLeadingSlash,
    /// A `;`, encoded or not.
    PathParameter,
    /// A segment that ends in a dot or a space.
    TrailingDot,
}

impl Error for PathTrick {}

impl fmt::Display for PathTrick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Backslash => "path has a backslash",
            Self::ControlCharacter => "path has an encoded control character",
            Self::DotSegment => "path has a dot segment",
            Self::EmptySegment => "path has two slashes in a row",
            Self::EncodedDot => "path has an encoded dot",
            Self::EncodedPercent => "path has an encoded percent sign",
            Self::EncodedSlash => "path has an encoded slash",
            Self::ForbiddenCharacter => "path has a character that has to be encoded",
            Self::InvalidEncoding => "path has a percent sign without two digits",
            Self::InvalidUtf8 => "path does not decode to UTF-8",
            Self::NoLeadingSlash => "path does not begin with a slash",
            Self::PathParameter => "path has a semicolon",
            Self::TrailingDot => "path has a segment that ends in a dot or a space",
        })
    }
}

/// Why [`RequestFirewall`](crate::RequestFirewall) refused a request: the source of
/// its rejections, for logs alone.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum RefusedRequest {
    /// The target names another host than `Host` does.
    ConflictingHosts,
    /// There are both `Content-Length` and `Transfer-Encoding`.
    ConflictingLengths,
    /// A field about the connection, over HTTP/2 or 3.
    ConnectionField,
    /// The header fields are larger than allowed, together.
    FieldsTooLarge,
    /// `Content-Length` is not one number.
    InvalidContentLength,
    /// The host is not a name or an address with at most a port.
    InvalidHost,
    /// `Transfer-Encoding` is not `chunked`, or is sent over HTTP/1.0.
    InvalidTransferEncoding,
    /// The method is not among those allowed.
    MethodNotAllowed,
    /// The request names no host.
    MissingHost,
    /// The query has an encoded NUL.
    NulInQuery,
    /// A field that asks for another method or target than the request line.
    OverrideField,
    /// The path can be read in more than one way.
    Path(PathTrick),
    /// The path is longer than allowed.
    PathTooLong,
    /// The query is longer than allowed.
    QueryTooLong,
    /// `Host` or `Content-Type` is there more than once.
    RepeatedField,
    /// The target is in a form that is not for this method, or of a scheme other
    /// than `http` and `https`.
    TargetForm,
    /// There are more header fields than allowed.
    TooManyFields,
    /// The host is not among those allowed.
    UnlistedHost,
}

impl Error for RefusedRequest {}

impl fmt::Display for RefusedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ConflictingHosts => "target and Host name different hosts",
            Self::ConflictingLengths => "Content-Length and Transfer-Encoding are both there",
            Self::ConnectionField => "field about the connection over HTTP/2 or 3",
            Self::FieldsTooLarge => "header fields are too large together",
            Self::InvalidContentLength => "Content-Length is not one number",
            Self::InvalidHost => "host is not a name or an address with at most a port",
            Self::InvalidTransferEncoding => "Transfer-Encoding is not chunked over HTTP/1.1",
            Self::MethodNotAllowed => "method is not allowed",
            Self::MissingHost => "request names no host",
            Self::NulInQuery => "query has an encoded NUL",
            Self::OverrideField => "field asks for another method or target",
            Self::Path(trick) => return trick.fmt(f),
            Self::PathTooLong => "path is too long",
            Self::QueryTooLong => "query is too long",
            Self::RepeatedField => "field is there more than once",
            Self::TargetForm => "target is in a form that is not for this method",
            Self::TooManyFields => "request has too many header fields",
            Self::UnlistedHost => "host is not among those allowed",
        })
    }
}

impl From<PathTrick> for RefusedRequest {
    fn from(trick: PathTrick) -> Self {
        Self::Path(trick)
    }
}
