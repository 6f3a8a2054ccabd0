/// Returns whether the field of this name, in lower case, carries something else than
/// a key: a field of HTTP, one that says who sends a request or where it goes, or one
/// that only answers have.
pub(super) fn is_taken(name: &str) -> bool {
    NAMES.contains(&name) || STARTS.iter().any(|start| name.starts_with(start))
}

const STARTS: [&str; 19] = [
    "accept",
    "access-control-",
    "cf-connecting-",
    "content-",
    "cross-origin-",
    "forwarded",
    "grpc-",
    "if-",
    "proxy-",
    "sec-",
    "x-b3-",
    "x-cluster-",
    "x-correlation-",
    "x-envoy-",
    "x-forwarded",
    "x-http-method",
    "x-original-",
    "x-real-",
    "x-request-",
];

const NAMES: [&str; 64] = [
    "age",
    "allow",
    "alt-svc",
    "authentication-info",
    "authorization",
    "b3",
    "baggage",
    "cache-control",
    "client-ip",
    "connection",
    "cookie",
    "correlation-id",
    "date",
    "dnt",
    "early-data",
    "etag",
    "expect",
    "expires",
    "fastly-client-ip",
    "fly-client-ip",
    "from",
    "host",
    "http2-settings",
    "idempotency-key",
    "keep-alive",
    "last-event-id",
    "last-modified",
    "link",
    "location",
    "max-forwards",
    "origin",
    "pragma",
    "prefer",
    "priority",
    "range",
    "referer",
    "refresh",
    "request-id",
    "retry-after",
    "server",
    "set-cookie",
    "strict-transport-security",
    "te",
    "traceparent",
    "tracestate",
    "trailer",
    "transfer-encoding",
    "true-client-ip",
    "upgrade",
    "upgrade-insecure-requests",
    "user-agent",
    "vary",
    "via",
    "warning",
    "www-authenticate",
    "x-amzn-trace-id",
    "x-client-ip",
    "x-cloud-trace-context",
    "x-csrf-token",
    "x-host",
    "x-requested-with",
    "x-rewrite-url",
    "x-scheme",
    "x-xsrf-token",
];

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use crate::{InvalidLocator, Locator};

    #[test]
    fn refuses_fields_that_carry_something_else() {
        for name in super::NAMES.into_iter().chain([
            "accept",
            "accept-language",
            "access-control-request-headers",
            "access-control-request-method",
            "cf-connecting-ip",
            "content-type",
            "forwarded",
            "grpc-timeout",
            "if-none-match",
            "proxy-authorization",
            "sec-fetch-site",
            "x-cluster-client-ip",
            "x-correlation-id",
            "x-envoy-external-address",
            "x-forwarded-for",
            "x-http-method-override",
            "x-original-url",
            "x-real-ip",
            "x-request-id",
        ]) {
            let name = HeaderName::try_from(name).unwrap();
            let locator = Locator::header(name.clone());
            assert_eq!(locator, Err(InvalidLocator::Header), "{name}");
        }
        for name in ["x-api-key", "acme-key", "api-key", "x-auth-token"] {
            let name = HeaderName::from_static(name);
            assert!(Locator::header(name.clone()).is_ok(), "{name}");
        }
    }
}
