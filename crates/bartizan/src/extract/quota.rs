use std::convert::Infallible;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use bartizan_core::{Decision, Observer, Outcome, Rejection, TracingObserver};
use bartizan_rate_limit::QuotaOutcome;
use http::StatusCode;
use http::request::Parts;

/// Takes what the rate limits of a request came to.
///
/// Without a rate limit in front, the handler is not called: the request is answered
/// 500, and an error is logged. `Option<Quota>` is for routes that may be exempt, for
/// plans that are unlimited, and for limits that let requests pass while their store
/// fails.
///
/// # Example
///
/// ```
/// use bartizan::extract::Quota;
///
/// async fn remaining(Quota(outcome): Quota) -> String {
///     outcome.remaining().to_string()
/// }
/// # let _: axum::Router = axum::Router::new().route("/", axum::routing::get(remaining));
/// ```
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "handlers take it apart")]
pub struct Quota(pub QuotaOutcome);

impl<S: Send + Sync> FromRequestParts<S> for Quota {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        let outcome = parts.extensions.get().cloned();
        outcome.map(Self).ok_or_else(|| not_limited(parts))
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Quota {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Infallible> {
        Ok(parts.extensions.get().cloned().map(Self))
    }
}

#[cold]
fn not_limited(parts: &Parts) -> Rejection {
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    let detail = "the service is not set up for this request";
    let rejection = Rejection::new(status, "not-guarded", detail)
        .caused_by("no rate limit has let the request pass");
    let decision = Decision::new("extractor", Outcome::of(&rejection), parts.into());
    TracingObserver.observe(&decision.with_rejection(&rejection));
    rejection.logged()
}
