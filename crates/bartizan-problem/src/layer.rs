use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use bartizan_core::TrustedProxies;
use bytes::Bytes;
use http::{Extensions, HeaderName, HeaderValue};
use tower_layer::Layer;

use crate::ids::{Ids, Trusted};
use crate::{InvalidProblem, Problem, Problems, uri};

/// Applies [`Problems`] to a service: the one outer layer that writes what went
/// wrong.
///
/// See the [crate documentation](crate) for an example.
#[derive(Clone, Debug)]
#[must_use]
pub struct ProblemLayer {
    config: Arc<Config>,
}

/// What all services of a layer share.
#[derive(Clone)]
pub(crate) struct Config {
    base: Option<Arc<str>>,
    pub(crate) fills_empty: bool,
    pub(crate) html: Option<Html>,
    pub(crate) ids: Ids,
    pub(crate) keeps_own: bool,
    pub(crate) shape: Option<(HeaderValue, Shape)>,
}

type Html = Arc<dyn Fn(&Problem) -> String + Send + Sync>;
type Shape = Arc<dyn Fn(&Problem) -> Bytes + Send + Sync>;

impl ProblemLayer {
    /// Creates a layer that writes JSON and plain text, with types `about:blank` and
    /// ids of its own.
    pub fn new() -> Self {
        Self {
            config: Arc::new(Config {
                base: None,
                fills_empty: true,
                html: None,
                ids: Ids::default(),
                keeps_own: false,
                shape: None,
            }),
        }
    }

    /// Makes types of slugs by putting `base` before them, such as
    /// `https://api.example.com/problems/`. There should be documentation there.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidProblem::Uri`] when `base` is not an absolute URI.
    pub fn types_at(mut self, base: &str) -> Result<Self, InvalidProblem> {
        if !uri::is_absolute(base) {
            return Err(InvalidProblem::Uri(base.to_owned()));
        }
        self.config().base = Some(base.into());
        Ok(self)
    }

    /// Sets the field that carries correlation ids, in requests and in responses.
    /// Default: `x-request-id`.
    ///
    /// A layer further in takes over the id of one further out, whatever their fields.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidProblem::IdField`] when the name does not end in `-id`, or is
    /// like that of a session or of a credential: what is in the field is logged, and
    /// sent back.
    pub fn id_field(mut self, name: HeaderName) -> Result<Self, InvalidProblem> {
        self.config().ids.set_field(name)?;
        Ok(self)
    }

    /// Takes over the well-formed ids of requests whose peer is one of `proxies`.
    /// Default: of none.
    ///
    /// The peer is read by [`socket_peer`](bartizan_core::socket_peer); see
    /// [`peer`](Self::peer). The proxies have to replace the id that a client may have
    /// sent.
    pub fn ids_from(mut self, proxies: TrustedProxies) -> Self {
        self.config().ids.trusted = Trusted::Proxies(proxies);
        self
    }

    /// Takes over the well-formed ids of all requests.
    ///
    /// A client can then give its request the id of another's, and so hide in the log
    /// what it did behind what somebody else did.
    pub fn insecure_ids_from_anyone(mut self) -> Self {
        self.config().ids.trusted = Trusted::Anyone;
        self
    }

    /// Reads the address of the connection's peer with `peer`, for
    /// [`ids_from`](Self::ids_from).
    pub fn peer<F>(mut self, peer: F) -> Self
    where
        F: Fn(&Extensions) -> Option<SocketAddr> + Send + Sync + 'static,
    {
        self.config().ids.peer = Arc::new(peer);
        self
    }

    /// Says whether an error without content, such as the 404 and the 405 of a
    /// framework, gets the details of its status. Default: true.
    ///
    /// Without, a rejection that is
    /// [hidden](bartizan_core::Rejection::hide_as_not_found) has no content either, and
    /// a client can tell it from the 404 of a framework that differs in a field, such as
    /// by a `Content-Length: 0` of its own.
    pub fn fill_empty(mut self, fill: bool) -> Self {
        self.config().fills_empty = fill;
        self
    }

    /// Says whether a handler's own problem details are shown when its status is 500
    /// or above, too. Default: false; the details are masked as all faults are.
    pub fn keep_own_problems(mut self, keep: bool) -> Self {
        self.config().keeps_own = keep;
        self
    }

    /// Offers HTML, made by `html`, to clients that prefer it, such as browsers.
    ///
    /// Everything of the problem has to be escaped: a detail may have parts that come
    /// from the request.
    ///
    /// ```
    /// use bartizan_problem::ProblemLayer;
    ///
    /// let layer = ProblemLayer::new().html(|problem| {
    ///     let title = problem.title().replace('&', "&amp;").replace('<', "&lt;");
    ///     format!("<!doctype html><title>{title}</title><h1>{title}</h1>")
    /// });
    /// # let _ = layer;
    /// ```
    pub fn html<F>(mut self, html: F) -> Self
    where
        F: Fn(&Problem) -> String + Send + Sync + 'static,
    {
        self.config().html = Some(Arc::new(html));
        self
    }

    /// Writes `shape` in place of problem details in JSON, with its `content_type`.
    ///
    /// ```
    /// use bartizan_problem::ProblemLayer;
    /// use http::HeaderValue;
    ///
    /// let json = HeaderValue::from_static("application/json");
    /// let layer = ProblemLayer::new().shape(json, |problem| {
    ///     let error = problem.detail_text().unwrap_or(problem.title());
    ///     serde_json::json!({ "error": error }).to_string()
    /// });
    /// # let _ = layer;
    /// ```
    pub fn shape<F, T>(mut self, content_type: HeaderValue, shape: F) -> Self
    where
        F: Fn(&Problem) -> T + Send + Sync + 'static,
        T: Into<Bytes>,
    {
        let shape: Shape = Arc::new(move |problem| shape(problem).into());
        self.config().shape = Some((content_type, shape));
        self
    }

    fn config(&mut self) -> &mut Config {
        Arc::make_mut(&mut self.config)
    }
}

impl Default for ProblemLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> Layer<S> for ProblemLayer {
    type Service = Problems<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Problems::new(inner, Arc::clone(&self.config))
    }
}

impl Config {
    pub(crate) fn base(&self) -> Option<&str> {
        self.base.as_deref()
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("base", &self.base)
            .field("fills_empty", &self.fills_empty)
            .field("ids", &self.ids)
            .field("keeps_own", &self.keeps_own)
            .finish_non_exhaustive()
    }
}
