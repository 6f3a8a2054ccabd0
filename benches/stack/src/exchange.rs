use std::net::{Ipv4Addr, SocketAddr};
use std::task::{Context, Poll, Waker};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::header::{AUTHORIZATION, HOST, ORIGIN};
use axum::http::{HeaderValue, Request, StatusCode};
use axum::response::Response;
use tower::Service as _;

use crate::{Mode, ROLE, token};

/// Sends one request after the other to an application, without a connection.
#[derive(Debug)]
pub struct Exchange {
    app: Router,
    origin: HeaderValue,
    credentials: HeaderValue,
}

impl Exchange {
    /// Prepares requests of somebody who may.
    ///
    /// # Panics
    ///
    /// No token can be signed.
    #[must_use]
    pub fn new(mode: Mode) -> Self {
        let credentials = format!("Bearer {}", token(ROLE));
        Self {
            app: mode.app(),
            origin: HeaderValue::from_static(crate::ORIGIN),
            credentials: credentials.parse().expect("a field value"),
        }
    }

    /// Sends one request to `/protected`, and returns the status of its response.
    ///
    /// # Panics
    ///
    /// The application does not answer at once.
    pub fn send(&mut self) -> StatusCode {
        self.response().status()
    }

    pub(crate) fn response(&mut self) -> Response {
        let mut request = Request::get("/protected")
            .header(HOST, HeaderValue::from_static("127.0.0.1"))
            .header(ORIGIN, self.origin.clone())
            .header(AUTHORIZATION, self.credentials.clone())
            .body(Body::empty())
            .expect("a request");
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 40_000));
        request.extensions_mut().insert(ConnectInfo(address));
        let mut cx = Context::from_waker(Waker::noop());
        // As a server does: a clone for each request.
        let mut response = self.app.clone().call(request);
        match std::pin::Pin::new(&mut response).poll(&mut cx) {
            Poll::Ready(Ok(response)) => response,
            Poll::Ready(Err(never)) => match never {},
            Poll::Pending => panic!("the application waits"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECURED: [Mode; 5] = [
        Mode::Bartizan,
        Mode::EqualPeers,
        Mode::Nested,
        Mode::Peers,
        Mode::Uncached,
    ];

    #[test]
    fn every_mode_answers_those_who_may() {
        for mode in SECURED.into_iter().chain([Mode::Bare, Mode::Fields]) {
            let mut exchange = Exchange::new(mode);
            assert_eq!(exchange.send(), StatusCode::OK, "{mode:?}");
            assert_eq!(exchange.send(), StatusCode::OK, "{mode:?}");
        }
    }

    #[test]
    fn every_mode_but_the_bare_ones_turns_others_away() {
        let anonymous = HeaderValue::from_static("Bearer none");
        let stranger = format!("Bearer {}", token("guest")).parse().unwrap();
        for (credentials, expected) in [
            (anonymous, StatusCode::UNAUTHORIZED),
            (stranger, StatusCode::FORBIDDEN),
        ] {
            for mode in SECURED {
                let mut exchange = Exchange::new(mode);
                exchange.credentials = credentials.clone();
                assert_eq!(exchange.send(), expected, "{mode:?}");
            }
        }
    }

    /// Else the comparison would be with something that does less.
    #[test]
    fn the_equals_send_what_bartizan_does() {
        let mut names = [Mode::Bartizan, Mode::Fields, Mode::EqualPeers].map(|mode| {
            let response = Exchange::new(mode).response();
            let names = response.headers().keys().map(ToString::to_string);
            names.collect::<std::collections::BTreeSet<_>>()
        });
        // The headers of tower_governor are of before the standard.
        for name in ["ratelimit", "ratelimit-policy"] {
            assert!(names[0].remove(name) && names[1].remove(name), "{name}");
        }
        for name in ["x-ratelimit-limit", "x-ratelimit-remaining"] {
            assert!(names[2].remove(name), "{name}");
        }

        assert_eq!(names[1], names[0]);
        assert_eq!(names[2], names[0]);
    }
}
