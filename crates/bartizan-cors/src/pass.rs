use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bartizan_core::Pass;
use http::Response;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
    Entry, HeaderMap, HeaderName, HeaderValue,
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
    #[inline]
    fn seal<B>(self, response: &mut Response<B>) {
        let headers = response.headers_mut();
        self.config.vary.mark(headers);
        let origin = match self.mark {
            Mark::Allowed(origin) => origin,
            // A cache may give the answer to a page later on.
            Mark::Any | Mark::Plain if self.config.any_origin => HeaderValue::from_static("*"),
            Mark::Any | Mark::Plain => return,
            Mark::Denied => {
                if is_marked(headers) {
                    self.config.report_stacked();
                }
                return;
            }
        };
        self.config.allow(headers, origin);
    }
}

impl Config {
    /// Says that `origin` may read the response.
    ///
    /// All of it or nothing: an origin of the service's own, completed by our
    /// permission for credentials, would be a decision that neither has made.
    #[inline]
    fn allow(&self, headers: &mut HeaderMap, origin: HeaderValue) {
        if is_marked(headers) {
            self.report_stacked();
            return;
        }
        insert(headers, ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if self.credentials {
            let value = HeaderValue::from_static("true");
            insert(headers, ACCESS_CONTROL_ALLOW_CREDENTIALS, value);
        }
        if let Some(expose) = &self.expose {
            insert(headers, ACCESS_CONTROL_EXPOSE_HEADERS, expose.clone());
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

fn is_marked(headers: &HeaderMap) -> bool {
    headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN)
        || headers.contains_key(ACCESS_CONTROL_ALLOW_CREDENTIALS)
}

/// Adds a field that is not there; a handler's own list of exposed headers stays.
#[inline]
fn insert(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    if let Ok(Entry::Vacant(entry)) = headers.try_entry(name) {
        let _ = entry.try_insert(value);
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
