//! What a browser concludes from a response, by the Fetch standard.

use http::Response;

use crate::support::field;

/// What a page wants to do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish<'a> {
    pub(crate) origin: &'a str,
    pub(crate) method: &'a str,
    /// In lower case and sorted.
    pub(crate) headers: &'a [&'a str],
    pub(crate) credentials: bool,
}

/// The CORS check ([Fetch, section 4.10]): may the page read the response?
///
/// [Fetch, section 4.10]: https://fetch.spec.whatwg.org/#cors-check
pub(crate) fn may_read<B>(response: &Response<B>, wish: Wish<'_>) -> bool {
    let Some(allowed) = field(response, "access-control-allow-origin") else {
        return false;
    };
    if !wish.credentials && allowed == "*" {
        return true;
    }
    allowed == wish.origin
        && (!wish.credentials
            || field(response, "access-control-allow-credentials").as_deref() == Some("true"))
}

/// What the answer to a preflight allows ([Fetch, section 4.9]): will the request be
/// sent?
///
/// [Fetch, section 4.9]: https://fetch.spec.whatwg.org/#cors-preflight-fetch
pub(crate) fn may_send<B>(response: &Response<B>, wish: Wish<'_>) -> bool {
    let list = |name| {
        let value = field(response, name).unwrap_or_default();
        let names = value.split(',').map(|name| name.trim().to_owned());
        names.filter(|name| !name.is_empty()).collect::<Vec<_>>()
    };
    let methods = list("access-control-allow-methods");
    let headers = list("access-control-allow-headers");
    let has = |list: &[String], name: &str| list.iter().any(|listed| listed == name);
    let is_method = has(&methods, wish.method)
        || ["GET", "HEAD", "POST"].contains(&wish.method)
        || (!wish.credentials && has(&methods, "*"));
    let is_header = |name: &&str| {
        headers
            .iter()
            .any(|listed| listed.eq_ignore_ascii_case(name))
            || (!wish.credentials && *name != "authorization" && has(&headers, "*"))
    };
    may_read(response, wish)
        && response.status().is_success()
        && is_method
        && wish.headers.iter().all(is_header)
}

mod tests {
    use super::*;

    #[test]
    fn the_model_knows_the_standard() {
        let response = |lines: &[(&'static str, &'static str)]| {
            let mut response = Response::new(());
            for (name, value) in lines {
                response.headers_mut().append(*name, value.parse().unwrap());
            }
            response
        };
        let wish = Wish {
            origin: "https://a.test",
            method: "PUT",
            headers: &["authorization"],
            credentials: false,
        };
        let with_credentials = Wish {
            credentials: true,
            ..wish
        };
        let any = response(&[
            ("access-control-allow-origin", "*"),
            ("access-control-allow-credentials", "true"),
            ("access-control-allow-methods", "*"),
            ("access-control-allow-headers", "*"),
        ]);
        assert!(may_read(&any, wish));
        assert!(!may_read(&any, with_credentials));
        assert!(!may_send(&any, wish), "* is not authorization");
        let listed = response(&[
            ("access-control-allow-origin", "https://a.test"),
            ("access-control-allow-methods", "PUT"),
            ("access-control-allow-headers", "Authorization"),
        ]);
        assert!(may_send(&listed, wish));
        assert!(!may_send(&listed, with_credentials));
        let twice = response(&[
            ("access-control-allow-origin", "https://a.test"),
            ("access-control-allow-origin", "https://a.test"),
        ]);
        assert!(!may_read(&twice, wish));
    }
}
