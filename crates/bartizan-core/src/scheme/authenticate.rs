use std::sync::Arc;
use std::{fmt, mem};

#[cfg(feature = "axum")]
use http::HeaderMap;
use http::{Extensions, HeaderName, Request};

use super::{Attempt, AuthFailure, Scheme};
use crate::{Challenge, Guard, Pass, Principal, Rejection, RequestHead, Verdict};

/// Lets pass what a [`Scheme`] authenticates, and puts the [`Principal`] among the
/// extensions of the request.
///
/// The fields that carried the credentials are removed from the request, so that
/// no handler can log or forward them; see
/// [`keep_credentials`](Self::keep_credentials). With the feature `axum`, those in
/// the URL are taken from axum's `OriginalUri` as well. Other copies that something
/// further out has made are not found.
#[must_use]
pub struct Authenticate<S> {
    shared: Arc<Shared<S>>,
    is_optional: bool,
    keeps_credentials: bool,
}

impl<S: Scheme> Authenticate<S> {
    /// Creates a guard that refuses requests without credentials.
    pub fn required(scheme: S) -> Self {
        Self::new(scheme, false)
    }

    /// Creates a guard that lets pass requests without credentials, and without a
    /// principal. Bad credentials are refused all the same.
    pub fn optional(scheme: S) -> Self {
        Self::new(scheme, true)
    }

    /// Leaves the credentials in the request, marked as sensitive.
    pub fn keep_credentials(self) -> Self {
        Self {
            keeps_credentials: true,
            ..self
        }
    }

    fn new(scheme: S, is_optional: bool) -> Self {
        let fields = scheme.credential_fields();
        Self {
            shared: Arc::new(Shared { fields, scheme }),
            is_optional,
            keeps_credentials: false,
        }
    }

    fn judge(&self, attempt: Attempt) -> Verdict<Admitted> {
        match attempt {
            Attempt::Authenticated(principal) => Verdict::Pass(Admitted {
                principal: Some(principal),
                credentials: Some(Arc::<Shared<S>>::clone(&self.shared)),
                keeps_credentials: self.keeps_credentials,
            }),
            Attempt::Absent if self.is_optional => Verdict::Pass(Admitted::stranger()),
            Attempt::Absent => Verdict::Reject(Rejection::unauthorized(
                "authentication-required",
                "the request has no credentials",
                self.challenges(None),
            )),
            Attempt::Failed(failure) => {
                let challenges = self.challenges(Some(&failure));
                Verdict::Reject(failure.into_rejection(challenges))
            }
            Attempt::Wait(attempt) => {
                let guard = self.clone();
                Verdict::Wait(Box::pin(async move { guard.judge(attempt.await) }))
            }
        }
    }

    /// Returns the challenges of all schemes, each once, with Basic first: some
    /// clients read no further than the first ([RFC 9110, section 11.6.1]).
    ///
    /// [RFC 9110, section 11.6.1]: https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
    fn challenges(&self, failure: Option<&AuthFailure>) -> Vec<Challenge> {
        let mut all = Vec::new();
        self.shared.scheme.challenges(failure, &mut all);
        let mut challenges: Vec<Challenge> = Vec::with_capacity(all.len());
        for challenge in all {
            if !challenges.contains(&challenge) {
                challenges.push(challenge);
            }
        }
        challenges.sort_by_key(|challenge| !challenge.scheme().eq_ignore_ascii_case("basic"));
        challenges
    }
}

impl<S: Scheme> Guard for Authenticate<S> {
    type Pass = Admitted;

    fn name(&self) -> &'static str {
        self.shared.scheme.name()
    }

    fn check(&self, head: RequestHead<'_>) -> Verdict<Admitted> {
        self.judge(self.shared.scheme.authenticate(head))
    }
}

impl<S> Clone for Authenticate<S> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            is_optional: self.is_optional,
            keeps_credentials: self.keeps_credentials,
        }
    }
}

impl<S> fmt::Debug for Authenticate<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticate")
            .field("is_optional", &self.is_optional)
            .field("keeps_credentials", &self.keeps_credentials)
            .finish_non_exhaustive()
    }
}

/// A scheme, with the fields that carry nothing but its credentials.
struct Shared<S: ?Sized> {
    fields: Vec<HeaderName>,
    scheme: S,
}

/// What [`Authenticate`] lets pass.
pub struct Admitted {
    principal: Option<Principal>,
    credentials: Option<Arc<Shared<dyn Scheme>>>,
    keeps_credentials: bool,
}

impl Admitted {
    fn stranger() -> Self {
        Self {
            principal: None,
            credentials: None,
            keeps_credentials: false,
        }
    }
}

impl Pass for Admitted {
    fn admit<B>(&mut self, request: &mut Request<B>) {
        // One that was there before was not found by this guard.
        match self.principal.take() {
            Some(principal) => request.extensions_mut().insert(principal),
            None => request.extensions_mut().remove::<Principal>(),
        };
        let Some(credentials) = self.credentials.take() else {
            return;
        };
        for field in &credentials.fields {
            if !self.keeps_credentials {
                request.headers_mut().remove(field);
            } else if let http::header::Entry::Occupied(mut entry) =
                request.headers_mut().entry(field)
            {
                entry.iter_mut().for_each(|value| value.set_sensitive(true));
            }
        }
        let mut uri = mem::take(request.uri_mut());
        credentials.scheme.strip(&mut uri, request.headers_mut());
        *request.uri_mut() = uri;
        strip_copies(&credentials.scheme, request.extensions_mut());
    }
}

/// Strips the copy of the address that axum's router leaves for handlers and spans
/// before the layers on it run.
///
/// The one thing that a feature changes instead of adding it: the type is axum's, and
/// a copy that nobody asked for is to be hidden without being asked for. It only ever
/// hides more.
#[cfg(feature = "axum")]
fn strip_copies(scheme: &dyn Scheme, extensions: &mut Extensions) {
    use axum::extract::OriginalUri;

    if let Some(OriginalUri(uri)) = extensions.get_mut() {
        scheme.strip(uri, &mut HeaderMap::new());
    }
}

#[cfg(not(feature = "axum"))]
const fn strip_copies(_: &dyn Scheme, _: &mut Extensions) {}

impl fmt::Debug for Admitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admitted")
            .field("principal", &self.principal)
            .field("keeps_credentials", &self.keeps_credentials)
            .finish_non_exhaustive()
    }
}
