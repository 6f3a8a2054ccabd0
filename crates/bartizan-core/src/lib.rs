//! Guards for any `tower` service: one engine, one rejection, one principal.
//!
//! A service that is reached over a network is reached by everyone. What stands
//! in front of it is usually a stack of middlewares that each bring their own
//! future, their own idea of readiness and their own error body; a mistake in any
//! of them lets a request through. Here a [`Guard`] only decides. [`Guarded`] is
//! the one `Service` that all of them run in, and it never calls the inner service
//! for a request that was turned away.
//!
//! # Example
//!
//! ```
//! use std::convert::Infallible;
//!
//! use bartizan_core::{GuardLayer, Rejection, RequestHead, Verdict, guard_fn};
//! use http::{Request, Response, StatusCode};
//! use tower::{ServiceBuilder, ServiceExt};
//!
//! async fn ledger(_: Request<()>) -> Result<Response<String>, Infallible> {
//!     Ok(Response::new("ledger".to_owned()))
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let no_robots = guard_fn(|head: RequestHead<'_>| match head.headers().get("from") {
//!     Some(_) => Verdict::Reject(Rejection::forbidden("robot", "robots are not served")),
//!     None => Verdict::Pass(()),
//! });
//! let service = ServiceBuilder::new()
//!     .layer(GuardLayer::new(no_robots))
//!     .service_fn(ledger);
//!
//! let request = Request::get("/").header("from", "bot@example.com").body(())?;
//! let response = service.oneshot(request).await?;
//!
//! assert_eq!(response.status(), StatusCode::FORBIDDEN);
//! # Ok(())
//! # }
//! ```
//!
//! # How a request is judged
//!
//! 1. The guards of a [`GuardLayer`] are checked in the order in which they were
//!    [joined](chain::Chain::and). Each sees the head of the request as the one
//!    before has left it, so that a policy sees the [`Principal`].
//! 2. A guard that passes marks the request. When all pass, the inner service is
//!    called, once, and the response is marked on its way out.
//! 3. A guard that rejects ends it: the inner service is not called, and the
//!    [`Rejection`] is rendered for the [`Protocol`] of the request. The guards
//!    that had passed mark that response, too.
//! 4. A guard that waits keeps the request and the *ready* inner service; a clone
//!    stays behind for the next request. When the caller goes away, so does the
//!    check.
//! 5. Every decision goes to the [`Observer`]. The default one is
//!    [`TracingObserver`].
//!
//! A failure of ours (a store that is down) is a [`Rejection::unavailable`]: 503,
//! or `UNAVAILABLE`; it is never taken for a yes or a no.
//!
//! # What it does not do
//!
//! A guard does not see bodies, and is not asked again when a response comes. What
//! needs either is a middleware of its own.
//!
//! A check that is dropped because its caller went away reports no decision. A
//! rejected request leaves the inner service ready, with what it has reserved to be
//! so, such as the permit of a concurrency limit, until the next request or until it
//! is dropped; while a guard waits, it is kept as well.
//!
//! # Crate features
//!
//! - `axum`: [`axum_peer`](fn@axum_peer), which reads the peer's address from
//!   axum's `ConnectInfo`; `Principal`, `Option<Principal>` and `ClientAddr` as
//!   extractors; `Rejection` as a response. The one feature that does more than add:
//!   [`Authenticate`] takes credentials out of axum's `OriginalUri`, too.
//! - `tonic`: [`tonic_peer`](fn@tonic_peer), which reads it from tonic's connection
//!   information.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod authentication;
pub mod chain;
mod challenge;
mod client;
mod clock;
mod correlation;
#[cfg(feature = "axum")]
mod extract;
mod firewall;
pub mod future;
mod guard;
mod head;
mod invalid_settings;
mod layer;
mod login;
mod observer;
mod principal;
mod realm;
mod rejection;
mod reply;
mod scheme;
mod service;

pub use self::authentication::Authentication;
pub use self::challenge::{Challenge, InvalidChallenge};
#[cfg(feature = "axum")]
pub use self::client::axum_peer;
#[cfg(feature = "tonic")]
pub use self::client::tonic_peer;
pub use self::client::{
    ClientAddr, FindClient, ForwardedBy, Found, InvalidProxy, TrustedProxies, socket_peer,
};
pub use self::clock::{Clock, SystemClock};
pub use self::correlation::CorrelationId;
pub use self::firewall::{
    HostList, InvalidHost, PathRules, PathTrick, RefusedRequest, RequestFirewall, normalize_path,
};
pub use self::guard::{Guard, GuardFn, Pass, Verdict, guard_fn};
pub use self::head::RequestHead;
pub use self::invalid_settings::InvalidSettings;
pub use self::layer::GuardLayer;
pub use self::login::{LoginError, PasswordVerifier};
pub use self::observer::{Decision, Observer, Outcome, TracingObserver};
pub use self::principal::{Principal, PrincipalBuilder};
pub use self::realm::{InvalidRealm, Realm};
pub use self::rejection::{GrpcCode, Protocol, Rejection};
pub use self::reply::{BoxError, BoxFuture, Reply};
pub use self::scheme::{Admitted, Attempt, AuthFailure, Authenticate, Or, Scheme, credentials};
pub use self::service::Guarded;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
