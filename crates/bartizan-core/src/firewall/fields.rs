use http::{HeaderMap, HeaderValue, Version};

use super::RefusedRequest;

/// How many header fields a request may have, and how large they may be together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) fields: usize,
    pub(super) bytes: usize,
}

/// Looks at each header field once, and returns `Host`.
pub(super) fn inspect(
    headers: &HeaderMap,
    version: Version,
    bounds: Bounds,
    allows_overrides: bool,
) -> Result<Option<&HeaderValue>, RefusedRequest> {
    if headers.len() > bounds.fields {
        return Err(RefusedRequest::TooManyFields);
    }
    let is_multiplexed = version >= Version::HTTP_2;
    let mut bytes: usize = 0;
    let mut host = None;
    let (mut length, mut encoding, mut kind) = (None, None, None);
    for (name, value) in headers {
        bytes = bytes.saturating_add(name.as_str().len() + value.len());
        match name.as_str() {
            "host" => once(&mut host, value)?,
            "content-type" => once(&mut kind, value)?,
            "content-length" if length.replace(value).is_some() || !is_number(value) => {
                return Err(RefusedRequest::InvalidContentLength);
            }
            // RFC 9113, section 8.2.2.
            "connection" | "keep-alive" | "proxy-connection" | "transfer-encoding" | "upgrade"
                if is_multiplexed =>
            {
                return Err(RefusedRequest::ConnectionField);
            }
            "te" if is_multiplexed && !value.as_bytes().eq_ignore_ascii_case(b"trailers") => {
                return Err(RefusedRequest::ConnectionField);
            }
            // RFC 9112, section 6.1.
            "transfer-encoding"
                if encoding.replace(value).is_some()
                    || version != Version::HTTP_11
                    || !value.as_bytes().eq_ignore_ascii_case(b"chunked") =>
            {
                return Err(RefusedRequest::InvalidTransferEncoding);
            }
            "x-http-method"
            | "x-http-method-override"
            | "x-method-override"
            | "x-original-url"
            | "x-rewrite-url"
                if !allows_overrides =>
            {
                return Err(RefusedRequest::OverrideField);
            }
            _ => {}
        }
    }
    if bytes > bounds.bytes {
        return Err(RefusedRequest::FieldsTooLarge);
    }
    // RFC 9112, section 6.3: what one takes for the length, another may not.
    if length.is_some() && encoding.is_some() {
        return Err(RefusedRequest::ConflictingLengths);
    }
    Ok(host)
}

fn once<'a>(
    field: &mut Option<&'a HeaderValue>,
    value: &'a HeaderValue,
) -> Result<(), RefusedRequest> {
    match field.replace(value) {
        Some(_) => Err(RefusedRequest::RepeatedField),
        None => Ok(()),
    }
}

/// Returns whether `value` is digits alone, few enough for 64 bits.
fn is_number(value: &HeaderValue) -> bool {
    matches!(value.len(), 1..=19) && value.as_bytes().iter().all(u8::is_ascii_digit)
}
