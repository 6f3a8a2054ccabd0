use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bartizan_core::Pass;
use http::Response;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
    HeaderMap, HeaderValue, VARY,
};

use crate::config::Config;

/// Marks the response to a request that was no preflight.
///
/// It keeps the configuration that the request was judged by.
pub struct CorsPass {
    config: Arc<Config>,
    mark: Mark,
}

/// What a response is marked for.
pub(crate) enum Mark {
    /// An origin, where all are allowed.
    Any,
    /// This origin.
    Allowed(HeaderValue),
    /// An origin that is not allowed.
    Denied,
    /// No origin was named.
    Plain,
}

impl CorsPass {
    #[inline]
    pub(crate) const fn new(config: Arc<Config>, mark: Mark) -> Self {
        Self { config, mark }
    }
}

impl Pass for CorsPass {
    /// `Vary` and the three that allow.
    #[inline]
    fn fields(&self) -> usize {
        4
    }

    #[inline]
    fn seal<B>(self, response: &mut Response<B>) {
        let Self { config, mark } = self;
        let headers = response.headers_mut();
        if headers.capacity() == 0 {
            *headers = config.bare(mark);
            return;
        }
        let present = Present::among(headers);
        if matches!(mark, Mark::Allowed(_)) {
            // A map grows once for all. One that cannot is full of the service's own.
            let _ = headers.try_reserve(config.bare.allowed.len());
        }
        config.vary.mark(headers, present.vary);
        let origin = match mark {
            Mark::Allowed(origin) => origin,
            // A cache may give the answer to a page later on.
            Mark::Any | Mark::Plain if config.any_origin => HeaderValue::from_static("*"),
            Mark::Any | Mark::Plain => return,
            Mark::Denied => {
                if present.allows {
                    config.report_stacked();
                }
                return;
            }
        };
        if present.allows {
            config.report_stacked();
        } else {
            config.allow(headers, origin, present.exposes);
        }
    }

    /// A page of an origin that is not allowed is one that tries, or one that was
    /// forgotten; the response alone does not say so to the service.
    fn explain(&self) -> Option<&dyn fmt::Display> {
        match self.mark {
            Mark::Denied => Some(&"origin not allowed"),
            Mark::Any | Mark::Allowed(_) | Mark::Plain => None,
        }
    }
}

/// What a response without fields is given, written out: a map is copied faster than
/// filled.
#[derive(Debug, Default)]
pub(crate) struct Bare {
    allowed: HeaderMap,
    others: HeaderMap,
}

impl Config {
    /// Writes out what responses without fields are given.
    pub(crate) fn write_bare(&mut self) {
        let mut others = HeaderMap::new();
        self.vary.mark(&mut others, false);
        let mut allowed = others.clone();
        self.allow(&mut allowed, HeaderValue::from_static("*"), false);
        if self.any_origin {
            others = allowed.clone();
        }
        self.bare = Bare { allowed, others };
    }

    #[inline]
    fn bare(&self, mark: Mark) -> HeaderMap {
        let Mark::Allowed(origin) = mark else {
            return self.bare.others.clone();
        };
        let mut headers = self.bare.allowed.clone();
        if let Some(value) = headers.get_mut(ACCESS_CONTROL_ALLOW_ORIGIN) {
            *value = origin;
        }
        headers
    }

    /// Says that `origin` may read the response, which has none of the two fields that
    /// say so. A handler's own list of exposed headers stays.
    ///
    /// All of it or nothing: an origin of the service's own, completed by our
    /// permission for credentials, would be a decision that neither has made.
    fn allow(&self, headers: &mut HeaderMap, origin: HeaderValue, exposes: bool) {
        let _ = headers.try_insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if self.credentials {
            let value = HeaderValue::from_static("true");
            let _ = headers.try_insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, value);
        }
        if let Some(expose) = self.expose.as_ref().filter(|_| !exposes) {
            let _ = headers.try_insert(ACCESS_CONTROL_EXPOSE_HEADERS, expose.clone());
        }
    }

    /// Warns once: it is a fault of the assembly, and the same for each request.
    #[cold]
    fn report_stacked(&self) {
        if !self.is_stacked.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                target: "bartizan",
                guard = "cors",
                "the inner service sends Access-Control-Allow fields of its own, which stay as they are"
            );
        }
    }
}

/// Which fields of ours a response has already.
#[derive(Default)]
struct Present {
    vary: bool,
    /// One of the two that let pages read it.
    allows: bool,
    exposes: bool,
}

impl Present {
    /// Looks once at all names, which takes less than looking four of them up.
    #[inline]
    fn among(headers: &HeaderMap) -> Self {
        let mut present = Self::default();
        for name in headers.keys() {
            present.vary |= *name == VARY;
            present.allows |=
                *name == ACCESS_CONTROL_ALLOW_ORIGIN || *name == ACCESS_CONTROL_ALLOW_CREDENTIALS;
            present.exposes |= *name == ACCESS_CONTROL_EXPOSE_HEADERS;
        }
        present
    }
}

impl fmt::Debug for CorsPass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CorsPass")
            .field(
                "mark",
                &match self.mark {
                    Mark::Allowed(_) => "allowed",
                    Mark::Any => "any",
                    Mark::Denied => "denied",
                    Mark::Plain => "plain",
                },
            )
            .finish_non_exhaustive()
    }
}
