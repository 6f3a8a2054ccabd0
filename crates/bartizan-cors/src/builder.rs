use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bartizan_core::{BoxError, BoxFuture, RequestHead};

use crate::config::{Ask, AskLater};
use crate::{Cors, InvalidCors, Origin};

/// What is to be allowed, checked as a whole by [`build`](Self::build).
///
/// Made by [`Cors::builder`]. Lists are added to, and `*` in one stands for all. See
/// the [crate documentation](crate) for an example.
#[derive(Clone, Default)]
#[must_use]
pub struct CorsBuilder {
    pub(crate) origins: Vec<String>,
    pub(crate) asks: Vec<Ask>,
    pub(crate) ask_later: Option<AskLater>,
    pub(crate) methods: Vec<String>,
    pub(crate) request_headers: Vec<String>,
    pub(crate) expose_headers: Vec<String>,
    pub(crate) vary: Vec<String>,
    pub(crate) credentials: bool,
    pub(crate) max_age: Option<i64>,
    pub(crate) enforce_origin: bool,
    pub(crate) insecure_origins: bool,
    pub(crate) insecure_public_suffixes: bool,
}

impl CorsBuilder {
    /// Allows origins and [patterns](crate::OriginPattern) of origins.
    pub fn origins(mut self, origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.origins.extend(origins.into_iter().map(Into::into));
        self
    }

    /// Allows every origin, without credentials: the responses are public.
    pub fn any_origin(self) -> Self {
        self.origins(["*"])
    }

    /// Allows the origins for which `allows` holds, beside those that are listed.
    ///
    /// It is asked on the path of the request, and only about origins that are well
    /// formed; never about `null`. Of a preflight it sees the preflight's head, which
    /// has neither cookies nor `Authorization`. What it reads of the head is to be
    /// named in [`vary`](Self::vary). With credentials it is asked about origins of
    /// `https` and of this machine alone, unless there are
    /// [`insecure_origins`](Self::insecure_origins), and it has to be as careful with
    /// [names that anybody can register](crate::CredentialRisk::PublicSuffix) as a list.
    ///
    /// ```
    /// # use bartizan_cors::Cors;
    /// let tenants = ["https://a.example", "https://b.example"];
    /// let cors = Cors::builder()
    ///     .origin_if(move |origin, _| tenants.contains(&origin.as_str()))
    ///     .build()?;
    /// # Ok::<(), bartizan_cors::InvalidCors>(())
    /// ```
    pub fn origin_if(
        mut self,
        allows: impl Fn(&Origin, RequestHead<'_>) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.asks.push(Arc::new(allows));
        self
    }

    /// Asks about origins that nothing else allows, and waits for the answer.
    ///
    /// An error is a failure of ours: the request, preflight or not, is answered 503.
    /// There is one such question; the last one given counts. See
    /// [`origin_if`](Self::origin_if) for what it sees, and what it is asked about.
    ///
    /// It is asked before any guard further in is, the limits of rate among them, and by
    /// anybody, with as many origins as they like. What bounds it is what it brings
    /// itself: answers that are remembered, those of a no as well and no more of them
    /// than fit, a bound on how many questions are open, and an end to each.
    ///
    /// ```
    /// # use bartizan_cors::Cors;
    /// let cors = Cors::builder()
    ///     .origin_if_async(|origin, _| {
    ///         // Scheme, host and port: the host alone is another origin's as well.
    ///         let origin = origin.as_str().to_owned();
    ///         Box::pin(async move { Ok(origin == "https://tenant.example") })
    ///     })
    ///     .build()?;
    /// # Ok::<(), bartizan_cors::InvalidCors>(())
    /// ```
    pub fn origin_if_async(
        mut self,
        allows: impl Fn(&Origin, RequestHead<'_>) -> BoxFuture<Result<bool, BoxError>>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        self.ask_later = Some(Arc::new(allows));
        self
    }

    /// Names request headers, beside `Origin`, that a predicate reads: they go into
    /// `Vary`, so that no cache mixes the answers up.
    pub fn vary(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.vary.extend(names.into_iter().map(Into::into));
        self
    }

    /// Allows methods. `GET`, `HEAD` and `POST` need no permission, and none can
    /// be withheld.
    ///
    /// They are compared with regard to letter case, after what browsers do: they
    /// send `put` as `PUT`, but `patch` as `patch`.
    pub fn methods(mut self, methods: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.methods.extend(methods.into_iter().map(Into::into));
        self
    }

    /// Allows every method but the three that browsers refuse to send.
    pub fn any_method(self) -> Self {
        self.methods(["*"])
    }

    /// Allows request headers.
    ///
    /// `Content-Type` is to be listed for JSON: only the types of HTML forms need no
    /// permission.
    pub fn request_headers(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.request_headers
            .extend(names.into_iter().map(Into::into));
        self
    }

    /// Allows every request header.
    ///
    /// Without credentials, `Authorization` is not among them, and has to be listed
    /// beside this ([Fetch, section 4.9]).
    ///
    /// [Fetch, section 4.9]: https://fetch.spec.whatwg.org/#cors-preflight-fetch
    pub fn any_request_header(self) -> Self {
        self.request_headers(["*"])
    }

    /// Lets pages read response headers.
    pub fn expose_headers(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.expose_headers
            .extend(names.into_iter().map(Into::into));
        self
    }

    /// Lets pages read every response header; not to be had with credentials.
    pub fn expose_all_headers(self) -> Self {
        self.expose_headers(["*"])
    }

    /// Lets pages read what guards say to clients: `WWW-Authenticate`, `RateLimit`,
    /// `RateLimit-Policy`, `Retry-After` and `DPoP-Nonce`.
    pub fn expose_security_headers(self) -> Self {
        self.expose_headers([
            "www-authenticate",
            "ratelimit",
            "ratelimit-policy",
            "retry-after",
            "dpop-nonce",
        ])
    }

    /// Allows what gRPC-Web sends, and lets its clients read the status.
    pub fn grpc_web(self) -> Self {
        self.request_headers(["content-type", "grpc-timeout", "x-grpc-web", "x-user-agent"])
            .expose_headers([
                "grpc-message",
                "grpc-retry-pushback-ms",
                "grpc-status",
                "grpc-status-details-bin",
            ])
    }

    /// Lets pages send cookies, client certificates and HTTP authentication that the
    /// browser keeps, and read the answer.
    ///
    /// A page that sets `Authorization` itself does not need it.
    pub const fn credentials(mut self, allows: bool) -> Self {
        self.credentials = allows;
        self
    }

    /// Lets browsers remember the answer to a preflight for so long, in whole seconds:
    /// at most a day, and not at all for 0. Browsers have limits of their own, and
    /// remember for five seconds when nothing is said.
    pub const fn max_age(mut self, age: Duration) -> Self {
        let seconds = age.as_secs();
        // Whatever does not fit is too long, as the greatest number is.
        self.max_age = Some(if seconds > i64::MAX.unsigned_abs() {
            i64::MAX
        } else {
            seconds.cast_signed()
        });
        self
    }

    /// Answers 403 to every request, and not only to preflights, with an origin that
    /// is not allowed.
    ///
    /// CORS alone keeps pages from *reading* answers: a simple request is carried out
    /// all the same. And neither a WebSocket's handshake nor a form is kept from
    /// anything. A request without `Origin` passes: it does not come from a page of
    /// another origin, or not from a browser. The service's own origin has to be
    /// listed: browsers send it with a `POST`.
    pub const fn enforce_origin(mut self, enforces: bool) -> Self {
        self.enforce_origin = enforces;
        self
    }

    /// Allows credentials for origins that are not `https`, whether they are listed or
    /// asked about.
    ///
    /// Whoever can change what such a page's visitor receives, such as the owner of a
    /// wireless network, acts on the service as that visitor. `localhost` and loopback
    /// addresses do not need it.
    pub const fn insecure_origins(mut self, allows: bool) -> Self {
        self.insecure_origins = allows;
        self
    }

    /// Allows credentials for all names below a public suffix, such as
    /// `https://*.github.io`.
    ///
    /// Anybody can register a name there, and then acts on the service as whoever
    /// visits it.
    pub const fn insecure_public_suffixes(mut self, allows: bool) -> Self {
        self.insecure_public_suffixes = allows;
        self
    }

    /// Checks everything, and makes the guard.
    ///
    /// # Errors
    ///
    /// Returns all that is wrong, each with the value that is.
    pub fn build(self) -> Result<Cors, InvalidCors> {
        crate::config::Config::compile(&self).map(Cors::new)
    }
}

impl fmt::Debug for CorsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CorsBuilder")
            .field("origins", &self.origins)
            .field("methods", &self.methods)
            .field("request_headers", &self.request_headers)
            .field("expose_headers", &self.expose_headers)
            .field("vary", &self.vary)
            .field("credentials", &self.credentials)
            .field("max_age", &self.max_age)
            .field("enforce_origin", &self.enforce_origin)
            .field("insecure_origins", &self.insecure_origins)
            .field("insecure_public_suffixes", &self.insecure_public_suffixes)
            .finish_non_exhaustive()
    }
}
