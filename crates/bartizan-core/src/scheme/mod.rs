mod authenticate;
mod credentials;
mod failure;
mod or;

use std::fmt;
use std::sync::Arc;

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, Uri};

pub use self::authenticate::{Admitted, Authenticate};
pub use self::credentials::credentials;
pub use self::failure::AuthFailure;
pub use self::or::Or;
use crate::{BoxFuture, Challenge, Principal, RequestHead};

/// A way to authenticate: finds credentials in a request and makes a
/// [`Principal`] of them.
///
/// [`Authenticate`] is the guard over a scheme.
pub trait Scheme: Send + Sync + 'static {
    /// Returns the name of the scheme, in lower case.
    fn name(&self) -> &'static str;

    /// Tries to authenticate the request with this `head`.
    ///
    /// What takes time goes into the future of [`Attempt::Wait`]: a scheme may be
    /// asked before it is known whether its answer is needed.
    fn authenticate(&self, head: RequestHead<'_>) -> Attempt;

    /// Returns what tells a client how to authenticate.
    ///
    /// `failure` is there only when this scheme found credentials and refused
    /// them.
    fn challenge(&self, failure: Option<&AuthFailure>) -> Challenge;

    /// Returns the header fields that carry nothing but the credentials.
    ///
    /// They are taken from an authenticated request before it goes on.
    fn credential_fields(&self) -> Vec<HeaderName> {
        vec![AUTHORIZATION]
    }

    /// Takes credentials out of a place that they share with something else: a cookie
    /// among cookies, a parameter of the query.
    ///
    /// Called for each request that is authenticated, also where credentials are
    /// [kept](Authenticate::keep_credentials), since such a place cannot be marked as
    /// sensitive. With the feature `axum`, it is called once more, without header
    /// fields, for the `OriginalUri` that axum's router keeps.
    fn strip(&self, uri: &mut Uri, headers: &mut HeaderMap) {
        let _ = (uri, headers);
    }

    /// Adds the challenges of all schemes that this one tries.
    fn challenges(&self, failure: Option<&AuthFailure>, challenges: &mut Vec<Challenge>) {
        let own = failure.filter(|failure| failure.scheme() == self.name());
        challenges.push(self.challenge(own));
    }

    /// Tries this scheme, and `other` when its credentials are absent.
    #[must_use]
    fn or<S: Scheme>(self, other: S) -> Or<Self, S>
    where
        Self: Sized,
    {
        Or::new(self, other)
    }
}

impl<S: Scheme + ?Sized> Scheme for Arc<S> {
    fn name(&self) -> &'static str {
        (**self).name()
    }

    fn authenticate(&self, head: RequestHead<'_>) -> Attempt {
        (**self).authenticate(head)
    }

    fn challenge(&self, failure: Option<&AuthFailure>) -> Challenge {
        (**self).challenge(failure)
    }

    fn credential_fields(&self) -> Vec<HeaderName> {
        (**self).credential_fields()
    }

    fn strip(&self, uri: &mut Uri, headers: &mut HeaderMap) {
        (**self).strip(uri, headers);
    }

    fn challenges(&self, failure: Option<&AuthFailure>, challenges: &mut Vec<Challenge>) {
        (**self).challenges(failure, challenges);
    }
}

/// How an attempt to authenticate went.
///
/// *No credentials* is not *bad credentials*: only the first lets the next scheme
/// try, and lets a stranger in where authentication is optional.
#[expect(clippy::exhaustive_enums, reason = "the engine knows these four")]
pub enum Attempt {
    /// The request has no credentials for the scheme.
    Absent,
    /// The credentials are good.
    Authenticated(Principal),
    /// The credentials were refused, or could not be checked.
    Failed(AuthFailure),
    /// The credentials are being checked.
    Wait(BoxFuture<Self>),
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("Absent"),
            Self::Authenticated(principal) => {
                f.debug_tuple("Authenticated").field(principal).finish()
            }
            Self::Failed(failure) => f.debug_tuple("Failed").field(failure).finish(),
            Self::Wait(_) => f.write_str("Wait"),
        }
    }
}
