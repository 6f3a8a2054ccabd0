use crate::NameFault;

/// The methods that need no permission ([Fetch, section 2.2.1]).
///
/// [Fetch, section 2.2.1]: https://fetch.spec.whatwg.org/#cors-safelisted-method
pub(crate) const SAFELISTED_METHODS: [&str; 3] = ["GET", "HEAD", "POST"];

/// Checks the name of a method, and writes it as a browser does.
///
/// A browser sends six methods in upper case whatever the page has written, and all
/// others as they are ([Fetch, section 2.2.1]).
///
/// [Fetch, section 2.2.1]: https://fetch.spec.whatwg.org/#concept-method-normalize
pub(crate) fn method(name: &str) -> Result<&str, NameFault> {
    const NORMALISED: [&str; 6] = ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"];
    if !is_token(name.as_bytes()) {
        return Err(NameFault::Invalid);
    }
    if is_forbidden_method(name.as_bytes()) {
        return Err(NameFault::Forbidden);
    }
    let normalised = NORMALISED.iter().find(|n| n.eq_ignore_ascii_case(name));
    Ok(normalised.copied().unwrap_or(name))
}

pub(crate) fn is_forbidden_method(name: &[u8]) -> bool {
    let forbidden: [&[u8]; 3] = [b"CONNECT", b"TRACE", b"TRACK"];
    forbidden
        .iter()
        .any(|method| name.eq_ignore_ascii_case(method))
}

/// Checks the name of a request header that pages are to send, and writes it in lower
/// case.
pub(crate) fn request_header(name: &str) -> Result<String, NameFault> {
    let name = header(name)?;
    if FORBIDDEN_IN_REQUESTS.contains(&name.as_str())
        || name.starts_with("proxy-")
        || name.starts_with("sec-")
    {
        return Err(NameFault::Forbidden);
    }
    if name.starts_with(CORS_PREFIX) {
        return Err(NameFault::Prohibited);
    }
    Ok(name)
}

/// Checks the name of a response header that pages are to read, and writes it in
/// lower case.
pub(crate) fn response_header(name: &str) -> Result<String, NameFault> {
    let name = header(name)?;
    if matches!(name.as_str(), "set-cookie" | "set-cookie2") {
        return Err(NameFault::Forbidden);
    }
    if name.starts_with(CORS_PREFIX) || name == "origin" {
        return Err(NameFault::Prohibited);
    }
    Ok(name)
}

/// Checks the name of a request header that a decision depends on.
pub(crate) fn header(name: &str) -> Result<String, NameFault> {
    if is_token(name.as_bytes()) && name != "*" {
        Ok(name.to_ascii_lowercase())
    } else {
        Err(NameFault::Invalid)
    }
}

/// Returns whether pages read this header without permission ([Fetch, section 2.2.2]).
///
/// [Fetch, section 2.2.2]: https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name
pub(crate) fn is_always_exposed(name: &str) -> bool {
    matches!(
        name,
        "cache-control"
            | "content-language"
            | "content-length"
            | "content-type"
            | "expires"
            | "last-modified"
            | "pragma"
    )
}

const CORS_PREFIX: &str = "access-control-";

/// What a page cannot set ([Fetch, section 2.2.2]), beside two prefixes.
///
/// [Fetch, section 2.2.2]: https://fetch.spec.whatwg.org/#forbidden-request-header
const FORBIDDEN_IN_REQUESTS: [&str; 22] = [
    "accept-charset",
    "accept-encoding",
    "access-control-request-headers",
    "access-control-request-method",
    "connection",
    "content-length",
    "cookie",
    "cookie2",
    "date",
    "dnt",
    "expect",
    "host",
    "keep-alive",
    "origin",
    "referer",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "access-control-request-private-network",
];

/// Returns whether `name` is a token ([RFC 9110, section 5.6.2]).
///
/// [RFC 9110, section 5.6.2]: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2
pub(crate) fn is_token(name: &[u8]) -> bool {
    let is_tchar = |b: &u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(b);
    !name.is_empty() && name.iter().all(is_tchar)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cors_10_methods_are_written_as_browsers_write_them() {
        for (name, expected) in [
            ("PUT", Ok("PUT")),
            ("put", Ok("PUT")),
            ("oPtIoNs", Ok("OPTIONS")),
            ("PATCH", Ok("PATCH")),
            ("patch", Ok("patch")),
            ("QUERY", Ok("QUERY")),
            ("CONNECT", Err(NameFault::Forbidden)),
            ("trace", Err(NameFault::Forbidden)),
            ("Track", Err(NameFault::Forbidden)),
            ("", Err(NameFault::Invalid)),
            ("GET ", Err(NameFault::Invalid)),
            ("r\u{e9}sum\u{e9}", Err(NameFault::Invalid)),
        ] {
            assert_eq!(method(name), expected, "{name:?}");
        }
    }

    #[test]
    fn header_names_that_pages_cannot_use_are_refused() {
        for name in FORBIDDEN_IN_REQUESTS {
            assert_eq!(request_header(name), Err(NameFault::Forbidden), "{name}");
        }
        for (name, expected) in [
            ("Authorization", Ok("authorization")),
            ("X-Api-Key", Ok("x-api-key")),
            ("Sec-Fetch-Mode", Err(NameFault::Forbidden)),
            ("PROXY-Authorization", Err(NameFault::Forbidden)),
            ("Access-Control-Allow-Origin", Err(NameFault::Prohibited)),
            ("x y", Err(NameFault::Invalid)),
            ("*", Err(NameFault::Invalid)),
        ] {
            assert_eq!(
                request_header(name).as_deref(),
                expected.as_ref().copied(),
                "{name}"
            );
        }
        for (name, expected) in [
            ("ETag", Ok("etag")),
            ("Set-Cookie", Err(NameFault::Forbidden)),
            ("set-cookie2", Err(NameFault::Forbidden)),
            ("Access-Control-Allow-Origin", Err(NameFault::Prohibited)),
            ("Access-Control-Request-Method", Err(NameFault::Prohibited)),
            ("Origin", Err(NameFault::Prohibited)),
            ("", Err(NameFault::Invalid)),
        ] {
            assert_eq!(
                response_header(name).as_deref(),
                expected.as_ref().copied(),
                "{name}"
            );
        }
    }
}
