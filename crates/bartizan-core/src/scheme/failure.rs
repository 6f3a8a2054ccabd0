use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

use crate::{BoxError, Challenge, Rejection};

/// Why credentials were refused, or could not be checked.
#[derive(Clone)]
pub struct AuthFailure {
    scheme: &'static str,
    status: StatusCode,
    slug: &'static str,
    detail: &'static str,
    retry_after: Option<Duration>,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

impl AuthFailure {
    /// The credentials are not good: 401.
    #[must_use]
    pub fn invalid(scheme: &'static str, detail: &'static str) -> Self {
        let slug = "invalid-credentials";
        Self::new(scheme, StatusCode::UNAUTHORIZED, slug, detail)
    }

    /// The request cannot be understood, such as when it has two sets of
    /// credentials: 400.
    #[must_use]
    pub fn malformed(scheme: &'static str, detail: &'static str) -> Self {
        let slug = "malformed-credentials";
        Self::new(scheme, StatusCode::BAD_REQUEST, slug, detail)
    }

    /// Too many credentials were wrong, and these were not looked at: 429.
    #[must_use]
    pub fn throttled(scheme: &'static str, retry_after: Duration) -> Self {
        let (status, slug) = (StatusCode::TOO_MANY_REQUESTS, "too-many-failed-logins");
        Self::new(scheme, status, slug, "too many logins have failed").with_retry_after(retry_after)
    }

    /// The credentials could not be checked, for a reason that is ours: 503.
    #[must_use]
    pub fn unavailable(scheme: &'static str, source: impl Into<BoxError>) -> Self {
        let slug = "authentication-unavailable";
        let detail = "the credentials cannot be checked now";
        Self::new(scheme, StatusCode::SERVICE_UNAVAILABLE, slug, detail).caused_by(source)
    }

    /// Gives the reason a stable name of its own.
    #[must_use]
    pub fn with_slug(mut self, slug: &'static str) -> Self {
        self.slug = slug;
        self
    }

    /// Says when a retry may succeed.
    #[must_use]
    pub fn with_retry_after(mut self, delay: Duration) -> Self {
        self.retry_after = Some(delay);
        self
    }

    /// Keeps the cause for the log. It is never sent.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<BoxError>) -> Self {
        self.source = Some(source.into().into());
        self
    }

    /// Returns the name of the scheme that refused.
    #[must_use]
    pub fn scheme(&self) -> &'static str {
        self.scheme
    }

    /// Returns the status: 400, 401, 429 or 503.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the stable name of the reason.
    #[must_use]
    pub fn slug(&self) -> &'static str {
        self.slug
    }

    /// Returns the time after which a retry may succeed.
    #[must_use]
    pub fn delay(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Returns the sentence that is safe to show.
    #[must_use]
    pub fn detail(&self) -> &'static str {
        self.detail
    }

    fn new(
        scheme: &'static str,
        status: StatusCode,
        slug: &'static str,
        detail: &'static str,
    ) -> Self {
        Self {
            scheme,
            status,
            slug,
            detail,
            retry_after: None,
            source: None,
        }
    }

    /// Makes the rejection, with `challenges` unless the fault is ours, or it is the
    /// number of attempts.
    pub(super) fn into_rejection(self, challenges: Vec<Challenge>) -> Rejection {
        let mut rejection = Rejection::new(self.status, self.slug, self.detail).by(self.scheme);
        let is_throttled = self.status == StatusCode::TOO_MANY_REQUESTS;
        if !self.status.is_server_error() && !is_throttled {
            for challenge in challenges {
                rejection = rejection.challenge(challenge);
            }
        }
        if let Some(delay) = self.retry_after {
            rejection = rejection.retry_after(delay);
        }
        if let Some(source) = self.source {
            rejection = rejection.caused_by(source);
        }
        rejection
    }
}

impl Error for AuthFailure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

impl fmt::Display for AuthFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.detail)
    }
}

impl fmt::Debug for AuthFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthFailure")
            .field("scheme", &self.scheme)
            .field("status", &self.status)
            .field("slug", &self.slug)
            .field("detail", &self.detail)
            .finish_non_exhaustive()
    }
}
