use bartizan_core::Rejection;
use http::header::{HOST, ORIGIN};
use http::request::Parts;
use http::{HeaderName, HeaderValue};

/// Whether pages of this origin are trusted with passwords.
pub(super) type Trusts = dyn Fn(&str) -> bool + Send + Sync;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses what a page of another origin has sent that nobody trusts.
pub(super) fn check(head: &Parts, trusts: Option<&Trusts>) -> Result<(), Rejection> {
    if !is_foreign(head) {
        return Ok(());
    }
    let origin = alone(head, &ORIGIN).and_then(|origin| origin.to_str().ok());
    match (trusts, origin) {
        (Some(trusts), Some(origin)) if trusts(origin) => Ok(()),
        _ => {
            let detail = "a page of another origin may not send passwords";
            Err(Rejection::forbidden("access_denied", detail))
        }
    }
}

/// Whether a browser says that a page of another origin has sent the request: by
/// `Sec-Fetch-Site`, or else by an `Origin` that is not the host asked. What is no
/// browser sends neither.
fn is_foreign(head: &Parts) -> bool {
    if head.headers.contains_key(SEC_FETCH_SITE) {
        let site = alone(head, &SEC_FETCH_SITE).map(HeaderValue::as_bytes);
        return !matches!(site, Some(b"same-origin" | b"none"));
    }
    if !head.headers.contains_key(ORIGIN) {
        return false;
    }
    let origin = alone(head, &ORIGIN).and_then(|origin| origin.to_str().ok());
    let host = match head.uri.authority() {
        Some(authority) => Some(authority.as_str()),
        None => alone(head, &HOST).and_then(|host| host.to_str().ok()),
    };
    let (Some(origin), Some(host)) = (origin, host) else {
        return true;
    };
    // An origin never has the default port of its scheme.
    let is_own = |scheme, port| {
        let host = host.strip_suffix(port).unwrap_or(host);
        let name = origin.strip_prefix(scheme);
        name.is_some_and(|name| name.eq_ignore_ascii_case(host))
    };
    !is_own("https://", ":443") && !is_own("http://", ":80")
}

/// Returns the value of a field that was sent once.
fn alone<'a>(head: &'a Parts, name: &HeaderName) -> Option<&'a HeaderValue> {
    let mut lines = head.headers.get_all(name).iter();
    let first = lines.next();
    first.filter(|_| lines.next().is_none())
}
