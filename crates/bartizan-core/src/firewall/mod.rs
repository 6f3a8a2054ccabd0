mod fields;
mod host;
mod judge;
mod path;
mod refused;
mod scan;

use http::{HeaderValue, Method};

use self::fields::Bounds;
pub use self::host::{HostList, InvalidHost};
pub use self::path::{PathRules, normalize_path};
pub use self::refused::{PathTrick, RefusedRequest};
use crate::{Guard, RequestHead, Verdict};

/// Refuses requests that the programs behind it could read in different ways.
///
/// What decides about a request and what serves it are rarely the same program. A
/// request that one takes for `/public` and the other for `/admin`, or that hides a
/// second request in its body, gets around any decision. This guard refuses those
/// before anything else looks at them:
///
/// 1. A method that is not among [`methods`](Self::methods) is answered 405 with
///    `Allow`; `TRACE`, `TRACK` and `CONNECT` always are.
/// 2. `*` is a target for `OPTIONS` alone, and any other is a path, alone or after
///    `http` or `https` and a host ([RFC 9112, section 3.2]).
/// 3. A path or query that is too long is answered 414, and one with a
///    [`PathTrick`], or `%00` in the query, 400.
/// 4. More header fields than [`max_fields`](Self::max_fields) allows are answered
///    431. `Content-Length` beside `Transfer-Encoding`, either of them repeated or
///    odd, a field about the connection over HTTP/2 ([RFC 9113, section 8.2.2]), a
///    repeated `Host` or `Content-Type`, and `X-HTTP-Method-Override`,
///    `X-Original-URL` and their like are answered 400.
/// 5. A request names one host, as a name or an address with at most a port, and the
///    same one wherever it names it; otherwise it is answered 400, and 421 where it is
///    not among [`hosts`](Self::hosts).
///
/// The response says nothing more; the [`RefusedRequest`] goes to the observer. It is
/// to run in front of the router: layered inside of axum's `Router`, it runs after
/// the route was chosen.
///
/// # Example
///
/// ```
/// use bartizan_core::{Guard, HostList, RequestFirewall, RequestHead, Verdict};
/// use http::Request;
///
/// let firewall = RequestFirewall::new().hosts(HostList::parse(["api.example.com"])?);
///
/// let status = |path: &str, host: &str| {
///     let request = Request::get(path).header("host", host).body(()).unwrap();
///     match firewall.check(RequestHead::of(&request)) {
///         Verdict::Reject(rejection) => rejection.status().as_u16(),
///         _ => 200,
///     }
/// };
/// assert_eq!(status("/items/1", "api.example.com"), 200);
/// assert_eq!(status("/items/..;/admin", "api.example.com"), 400);
/// assert_eq!(status("//admin", "api.example.com"), 400);
/// assert_eq!(status("/items/1", "api.example.com@evil.test"), 400);
/// assert_eq!(status("/items/1", "evil.test"), 421);
/// # Ok::<(), bartizan_core::InvalidHost>(())
/// ```
///
/// [RFC 9112, section 3.2]: https://www.rfc-editor.org/rfc/rfc9112#section-3.2
/// [RFC 9113, section 8.2.2]: https://www.rfc-editor.org/rfc/rfc9113#section-8.2.2
#[derive(Clone, Debug)]
#[must_use]
pub struct RequestFirewall {
    methods: Vec<Method>,
    allow: HeaderValue,
    hosts: Option<HostList>,
    paths: PathRules,
    max_path: usize,
    max_query: usize,
    bounds: Bounds,
    allows_overrides: bool,
    allows_missing_host: bool,
}

impl RequestFirewall {
    /// Creates a firewall that allows `DELETE`, `GET`, `HEAD`, `OPTIONS`, `PATCH`,
    /// `POST` and `PUT` to any host.
    pub fn new() -> Self {
        Self {
            methods: Vec::new(),
            allow: HeaderValue::from_static(""),
            hosts: None,
            paths: PathRules::strict(),
            max_path: 4096,
            max_query: 16 * 1024,
            bounds: Bounds {
                fields: 100,
                bytes: 64 * 1024,
            },
            allows_overrides: false,
            allows_missing_host: false,
        }
        .methods([
            Method::DELETE,
            Method::GET,
            Method::HEAD,
            Method::OPTIONS,
            Method::PATCH,
            Method::POST,
            Method::PUT,
        ])
    }

    /// Sets which methods are allowed. `TRACE`, `TRACK` and `CONNECT` are refused all
    /// the same.
    pub fn methods(self, methods: impl IntoIterator<Item = Method>) -> Self {
        let is_safe = |method: &Method| {
            *method != Method::TRACE && *method != Method::CONNECT && method.as_str() != "TRACK"
        };
        let methods: Vec<Method> = methods.into_iter().filter(is_safe).collect();
        let names: Vec<_> = methods.iter().map(Method::as_str).collect();
        let allow = HeaderValue::try_from(names.join(", "))
            .unwrap_or_else(|_| HeaderValue::from_static(""));
        Self {
            methods,
            allow,
            ..self
        }
    }

    /// Sets which hosts are answered for. Default: any.
    pub fn hosts(self, hosts: HostList) -> Self {
        Self {
            hosts: Some(hosts),
            ..self
        }
    }

    /// Sets which spellings of a path are allowed. Default: [`PathRules::strict`].
    pub fn paths(self, paths: PathRules) -> Self {
        Self { paths, ..self }
    }

    /// Sets how long a path may be, in bytes. Default: 4096.
    pub fn max_path(self, bytes: usize) -> Self {
        Self {
            max_path: bytes,
            ..self
        }
    }

    /// Sets how long a query may be, in bytes. Default: 16,384.
    pub fn max_query(self, bytes: usize) -> Self {
        Self {
            max_query: bytes,
            ..self
        }
    }

    /// Sets how many lines of header fields there may be, those that layers further out
    /// have added to the request among them. Default: 100.
    pub fn max_fields(mut self, lines: usize) -> Self {
        self.bounds.fields = lines;
        self
    }

    /// Sets how large the header fields may be together, names and values, in bytes.
    /// Default: 65,536.
    pub fn max_fields_bytes(mut self, bytes: usize) -> Self {
        self.bounds.bytes = bytes;
        self
    }

    /// Lets pass `X-HTTP-Method-Override`, `X-Original-URL` and their like. Whatever
    /// obeys them serves something that no guard has seen.
    pub fn insecure_allow_override_fields(self) -> Self {
        Self {
            allows_overrides: true,
            ..self
        }
    }

    /// Lets pass requests that name no host, such as the probes of a load balancer
    /// over HTTP/1.0. A list of [`hosts`](Self::hosts) does not keep them out.
    pub fn insecure_allow_missing_host(self) -> Self {
        Self {
            allows_missing_host: true,
            ..self
        }
    }
}

impl Default for RequestFirewall {
    fn default() -> Self {
        Self::new()
    }
}

impl Guard for RequestFirewall {
    type Pass = ();

    fn name(&self) -> &'static str {
        "request-firewall"
    }

    #[inline]
    fn check(&self, head: RequestHead<'_>) -> Verdict<()> {
        match self.judge(head) {
            Ok(()) => Verdict::Pass(()),
            Err(refused) => Verdict::Reject(self.refuse(refused)),
        }
    }
}
