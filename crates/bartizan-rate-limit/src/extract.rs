use std::convert::Infallible;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use bartizan_core::Rejection;
use http::StatusCode;
use http::request::Parts;

use crate::QuotaOutcome;

/// Takes what the limits of the request came to.
///
/// Without it, the handler is not called and the answer is 500. `Option<QuotaOutcome>` is
/// for routes where that happens: no [`RateLimit`](crate::RateLimit) guards them, all
/// limits exempt a request, its [plan is unlimited](crate::Plan::unlimited), it is let pass
/// although the store has failed, or the guard leaves
/// [none](crate::RateLimit::without_outcome).
impl<S: Send + Sync> FromRequestParts<S> for QuotaOutcome {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        let outcome = parts.extensions.get().cloned();
        outcome.ok_or_else(|| {
            let detail = "the service is not set up for this request";
            Rejection::new(StatusCode::INTERNAL_SERVER_ERROR, "not-guarded", detail)
                .caused_by("no limit has counted the request")
        })
    }
}

/// Takes what the limits of the request came to, if any counted it.
impl<S: Send + Sync> OptionalFromRequestParts<S> for QuotaOutcome {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Infallible> {
        Ok(parts.extensions.get().cloned())
    }
}

#[cfg(test)]
mod tests {
    use bartizan_core::{Guard, Pass, RequestHead, Verdict};
    use http::Request;

    use super::*;
    use crate::{Key, Limit, Quota, RateLimit};

    #[tokio::test]
    async fn takes_what_a_guard_has_left() {
        let limit = Limit::new("api", Quota::per_minute(5)).key(Key::constant("all"));
        let mut request = Request::new(());
        let Verdict::Pass(mut pass) = RateLimit::new(limit).check(RequestHead::of(&request)) else {
            panic!("the first request passes");
        };
        pass.admit(&mut request);
        let (mut parts, ()) = request.into_parts();

        let outcome = <QuotaOutcome as FromRequestParts<()>>::from_request_parts(&mut parts, &());
        assert_eq!(outcome.await.unwrap().remaining(), 4);

        let (mut parts, ()) = Request::new(()).into_parts();
        let outcome = <QuotaOutcome as FromRequestParts<()>>::from_request_parts(&mut parts, &());
        assert!(outcome.await.unwrap_err().is_failure());
        let outcome = <Option<QuotaOutcome>>::from_request_parts(&mut parts, &()).await;
        assert!(outcome.unwrap().is_none());
    }
}
