use std::convert::Infallible;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;

use crate::{
    ClientAddr, Decision, Observer, Outcome, Principal, Protocol, Rejection, TracingObserver,
};

/// Takes the principal that [`Authenticate`](crate::Authenticate) has left.
///
/// Without one the handler is not called. The request is answered 500 and an error
/// is logged, since a route that asks who is calling, where no guard authenticates,
/// is a mistake in how the application was put together. `Option<Principal>` is for
/// routes that also serve strangers.
impl<S: Send + Sync> FromRequestParts<S> for Principal {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        take(parts, "no guard has authenticated the request")
    }
}

/// Takes the principal, if the request has one.
impl<S: Send + Sync> OptionalFromRequestParts<S> for Principal {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Infallible> {
        Ok(parts.extensions.get().cloned())
    }
}

/// Takes the address that [`FindClient`](crate::FindClient) has left.
///
/// Without one the handler is not called, the request is answered 500, and an error
/// is logged.
impl<S: Send + Sync> FromRequestParts<S> for ClientAddr {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        take(parts, "no guard has found the address of the client")
    }
}

/// Takes the address, if it is known.
impl<S: Send + Sync> OptionalFromRequestParts<S> for ClientAddr {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Infallible> {
        Ok(parts.extensions.get().copied())
    }
}

/// Renders the rejection for HTTP, so that a handler may return one.
impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        Self::into_response(self, Protocol::Http).map(|()| axum::body::Body::empty())
    }
}

fn take<T: Clone + Send + Sync + 'static>(
    parts: &Parts,
    reason: &'static str,
) -> Result<T, Rejection> {
    let found = parts.extensions.get().cloned();
    found.ok_or_else(|| not_guarded(parts, reason))
}

#[cold]
fn not_guarded(parts: &Parts, reason: &'static str) -> Rejection {
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    let detail = "the service is not set up for this request";
    let rejection = Rejection::new(status, "not-guarded", detail).caused_by(reason);
    let decision = Decision::new("extractor", Outcome::of(&rejection), parts.into());
    TracingObserver.observe(&decision.with_rejection(&rejection));
    rejection.logged()
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use http::Request;

    use super::*;

    fn parts() -> Parts {
        Request::new(()).into_parts().0
    }

    #[tokio::test]
    async fn takes_what_a_guard_has_left() {
        let mut parts = parts();
        let client = ClientAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST));
        parts.extensions.insert(client);
        let alice = Principal::builder("alice").build();
        parts.extensions.insert(alice);

        let principal = <Principal as FromRequestParts<()>>::from_request_parts(&mut parts, &());
        assert_eq!(principal.await.unwrap().subject(), "alice");
        let found = <ClientAddr as FromRequestParts<()>>::from_request_parts(&mut parts, &());
        assert_eq!(found.await.unwrap(), client);
        let found = <Option<ClientAddr>>::from_request_parts(&mut parts, &()).await;
        assert_eq!(found.unwrap(), Some(client));
    }

    #[tokio::test]
    async fn a_request_that_no_guard_has_seen_is_a_fault_of_ours() {
        let log = bartizan_testkit::LogCapture::start();
        let mut parts = parts();

        let found = <Principal as FromRequestParts<()>>::from_request_parts(&mut parts, &());
        let rejection = found.await.unwrap_err();

        assert!(rejection.is_failure());
        let response = IntoResponse::into_response(rejection);
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(response.extensions().get::<Rejection>().is_some());
        let log = log.text();
        assert!(log.contains("ERROR"), "{log}");
        assert!(
            log.contains("no guard has authenticated the request"),
            "{log}"
        );
    }

    #[tokio::test]
    async fn an_absent_principal_is_none_where_it_may_be() {
        let found = <Option<Principal>>::from_request_parts(&mut parts(), &()).await;

        assert!(found.unwrap().is_none());
    }
}
