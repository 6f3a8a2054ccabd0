mod protocol;
mod render;

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderName, HeaderValue, StatusCode};

pub use self::protocol::{GrpcCode, Protocol};
use crate::{BoxError, Challenge};

/// Why a request was turned away: made once, rendered once, for the protocol of
/// the request.
///
/// The slug and the detail may be shown to the client; the
/// [`source`](Error::source) is for logs alone. The engine renders a rejection by
/// [`Protocol`] and leaves it among the extensions of the response, where outer
/// layers can read it. Cloning is cheap.
///
/// # Example
///
/// ```
/// use bartizan_core::Rejection;
/// use http::StatusCode;
///
/// let rejection = Rejection::new(
///     StatusCode::CONFLICT,
///     "version-conflict",
///     "the item was changed meanwhile",
/// );
/// assert_eq!(rejection.slug(), "version-conflict");
/// ```
#[derive(Clone)]
pub struct Rejection(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    status: StatusCode,
    slug: &'static str,
    detail: Cow<'static, str>,
    challenges: Vec<Challenge>,
    fields: Vec<(HeaderName, HeaderValue)>,
    retry_after: Option<Duration>,
    type_uri: Option<&'static str>,
    members: Vec<(&'static str, Vec<String>)>,
    hidden: Option<Hidden>,
    source: Option<Arc<dyn Error + Send + Sync>>,
    guard: Option<&'static str>,
    is_logged: bool,
}

/// What a hidden rejection says there is not.
#[derive(Clone, Copy)]
enum Hidden {
    Object,
    Target,
}

impl Rejection {
    /// Creates a rejection with a `status`, a stable `slug` (`quota-exceeded`) and
    /// a `detail` that is safe to show.
    ///
    /// A status that is not an error (below 400) becomes 500: a rejection that
    /// looks like success would be taken for one.
    #[must_use]
    pub fn new(
        status: StatusCode,
        slug: &'static str,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        let is_error = status.is_client_error() || status.is_server_error();
        Self(Arc::new(Inner {
            status: if is_error {
                status
            } else {
                StatusCode::INTERNAL_SERVER_ERROR
            },
            slug,
            detail: detail.into(),
            challenges: Vec::new(),
            fields: Vec::new(),
            retry_after: None,
            type_uri: None,
            members: Vec::new(),
            hidden: None,
            source: None,
            guard: None,
            is_logged: false,
        }))
    }

    /// Creates a 400 for a request that cannot be understood.
    #[must_use]
    pub fn bad_request(slug: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, slug, detail)
    }

    /// Creates a 401 with the `challenges` that say how to authenticate.
    #[must_use]
    pub fn unauthorized(
        slug: &'static str,
        detail: impl Into<Cow<'static, str>>,
        challenges: impl IntoIterator<Item = Challenge>,
    ) -> Self {
        let mut rejection = Self::new(StatusCode::UNAUTHORIZED, slug, detail);
        rejection.inner().challenges.extend(challenges);
        rejection
    }

    /// Creates a 403 for a client that is known but may not.
    #[must_use]
    pub fn forbidden(slug: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::FORBIDDEN, slug, detail)
    }

    /// Creates a 503 for a failure of ours, with its cause for the log.
    #[must_use]
    pub fn unavailable(slug: &'static str, source: impl Into<BoxError>) -> Self {
        let detail = "the service cannot decide on the request now";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, slug, detail).caused_by(source)
    }

    /// Adds a `challenge`, sent in a `WWW-Authenticate` line of its own.
    #[must_use]
    pub fn challenge(mut self, challenge: Challenge) -> Self {
        self.inner().challenges.push(challenge);
        self
    }

    /// Adds a header field to the response.
    ///
    /// What the protocol itself needs (`Content-Type`, `grpc-status`) is not replaced
    /// by it.
    #[must_use]
    pub fn field(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.inner().fields.push((name, value));
        self
    }

    /// Says when a retry may succeed, sent in seconds, rounded up, and never 0.
    #[must_use]
    pub fn retry_after(mut self, delay: Duration) -> Self {
        self.inner().retry_after = Some(delay);
        self
    }

    /// Names the registered problem type of the reason, a URI.
    ///
    /// Where there is none, an outer layer that renders problem details
    /// ([RFC 9457]) makes the type from the slug.
    ///
    /// [RFC 9457]: https://www.rfc-editor.org/rfc/rfc9457#section-3.1.1
    #[must_use]
    pub fn problem_type(mut self, uri: &'static str) -> Self {
        self.inner().type_uri = Some(uri);
        self
    }

    /// Adds a member to the problem details ([RFC 9457, section 3.2]), a list of
    /// texts that are safe to show.
    ///
    /// [RFC 9457, section 3.2]: https://www.rfc-editor.org/rfc/rfc9457#section-3.2
    #[must_use]
    pub fn member(mut self, name: &'static str, values: Vec<String>) -> Self {
        self.inner().members.push((name, values));
        self
    }

    /// Answers as if there were nothing at the target of the request: 404, or
    /// `UNIMPLEMENTED`, with nothing else that a service without such a target would
    /// not send ([RFC 9110, section 15.5.4]).
    ///
    /// The status, the slug, the detail and the source stay what they are for the
    /// observer.
    ///
    /// [RFC 9110, section 15.5.4]: https://www.rfc-editor.org/rfc/rfc9110#section-15.5.4
    #[must_use]
    pub fn hide_as_not_found(mut self) -> Self {
        self.inner().hidden = Some(Hidden::Target);
        self
    }

    /// Answers as if the target were there and the object were not, which is what a
    /// service says of an object that it has looked for: 404, or `NOT_FOUND`, with
    /// nothing else ([RFC 9110, section 15.5.5]).
    ///
    /// A service that says more of an object that is not there tells the two apart: it
    /// is to answer with a rejection like this one then, too. What else was said of the
    /// rejection stays as in [`hide_as_not_found`](Self::hide_as_not_found), and
    /// whichever was called last decides.
    ///
    /// [RFC 9110, section 15.5.5]: https://www.rfc-editor.org/rfc/rfc9110#section-15.5.5
    #[must_use]
    pub fn hide_as_missing_object(mut self) -> Self {
        self.inner().hidden = Some(Hidden::Object);
        self
    }

    /// Keeps the cause for the log. It is never sent.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<BoxError>) -> Self {
        self.inner().source = Some(source.into().into());
        self
    }

    /// Says that it is in the log, as the engine does with those of guards where its
    /// observer [logs](crate::Observer::logs).
    #[must_use]
    pub fn logged(mut self) -> Self {
        self.inner().is_logged = true;
        self
    }

    /// Returns the status.
    ///
    /// A 401 without a challenge is a 403, since [RFC 9110, section 15.5.2]
    /// demands a challenge in each 401.
    ///
    /// [RFC 9110, section 15.5.2]: https://www.rfc-editor.org/rfc/rfc9110#section-15.5.2
    #[must_use]
    pub fn status(&self) -> StatusCode {
        if self.0.status == StatusCode::UNAUTHORIZED && self.0.challenges.is_empty() {
            StatusCode::FORBIDDEN
        } else {
            self.0.status
        }
    }

    /// Returns the code that a gRPC client receives.
    #[must_use]
    pub fn grpc_code(&self) -> GrpcCode {
        GrpcCode::of(self.status())
    }

    /// Returns the stable name of the reason.
    #[must_use]
    pub fn slug(&self) -> &'static str {
        self.0.slug
    }

    /// Returns the sentence that is safe to show.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// Returns the challenges.
    #[must_use]
    pub fn challenges(&self) -> &[Challenge] {
        &self.0.challenges
    }

    /// Returns the additional header fields.
    #[must_use]
    pub fn fields(&self) -> &[(HeaderName, HeaderValue)] {
        &self.0.fields
    }

    /// Returns the time after which a retry may succeed.
    #[must_use]
    pub fn delay(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns the URI of the registered problem type, if there is one.
    #[must_use]
    pub fn type_uri(&self) -> Option<&'static str> {
        self.0.type_uri
    }

    /// Returns the additional members of the problem details.
    #[must_use]
    pub fn members(&self) -> &[(&'static str, Vec<String>)] {
        &self.0.members
    }

    /// Returns whether the client is told no more than that there is nothing; see
    /// [`hide_as_not_found`](Self::hide_as_not_found) and
    /// [`hide_as_missing_object`](Self::hide_as_missing_object).
    #[must_use]
    pub fn is_hidden(&self) -> bool {
        self.0.hidden.is_some()
    }

    /// Returns the code by which gRPC hides what the rejection hides.
    fn hidden_code(&self) -> Option<GrpcCode> {
        self.0.hidden.map(|hidden| match hidden {
            Hidden::Object => GrpcCode::NotFound,
            // What tonic answers for a method that no service has.
            Hidden::Target => GrpcCode::Unimplemented,
        })
    }

    /// Returns whether it is in the log, so that an outer layer need not write it there
    /// once more.
    #[must_use]
    pub fn is_logged(&self) -> bool {
        self.0.is_logged
    }

    /// Returns whether the fault is ours and not the request's.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        self.0.status.is_server_error()
    }

    /// Says which part of a guard rejects, where it has several.
    pub(crate) fn by(mut self, guard: &'static str) -> Self {
        self.inner().guard = Some(guard);
        self
    }

    pub(crate) fn guard(&self) -> Option<&'static str> {
        self.0.guard
    }

    fn inner(&mut self) -> &mut Inner {
        Arc::make_mut(&mut self.0)
    }
}

impl Error for Rejection {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.detail)
    }
}

impl fmt::Debug for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejection")
            .field("status", &self.status())
            .field("slug", &self.0.slug)
            .field("detail", &self.0.detail)
            .finish_non_exhaustive()
    }
}
