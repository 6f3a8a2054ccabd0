//! Test kit for tower services and guards: readiness contract, fake clock,
//! recorders.
//!
//! A middleware that calls a service which is not ready, or calls it for a request
//! that was turned away, works in every demonstration. The parts here make such a
//! mistake fail a test.
//!
//! # Example
//!
//! ```
//! use bartizan_core::{GuardLayer, Rejection, RequestHead, Verdict, guard_fn};
//! use bartizan_testkit::{assert_readiness_when_rejecting, assert_rejected};
//! use http::{Request, StatusCode};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let closed = GuardLayer::new(guard_fn(|_: RequestHead<'_>| -> Verdict<()> {
//!     Verdict::Reject(Rejection::forbidden("closed", "the gate is closed"))
//! }));
//!
//! let request = Request::new(());
//! assert_readiness_when_rejecting(&closed, &request);
//! let response = assert_rejected(&closed, &request, StatusCode::FORBIDDEN, "closed").await;
//! assert!(!response.headers().contains_key("www-authenticate"));
//! # }
//! ```
//!
//! # What is in it
//!
//! - [`Probe`]: an inner service that answers, counts its calls, keeps what it was
//!   handed, and panics when it is called before it was polled ready.
//! - [`assert_readiness`] and [`assert_readiness_when_rejecting`]: the contract of
//!   `poll_ready`, for any layer.
//! - [`assert_rejected`]: a rejection over HTTP and over gRPC, with the inner
//!   service left alone; [`assert_hidden`] for one that hides as 404.
//! - [`FakeClock`], [`Recorder`] (an observer), [`LogCapture`] (a tracing
//!   subscriber).
//!
//! # What it does not do
//!
//! It panics where a check fails, as tests do: it is not for use outside of them.

mod clock;
mod log;
mod probe;
mod readiness;
mod recorder;
mod rejection;

pub use self::clock::FakeClock;
pub use self::log::LogCapture;
pub use self::probe::Probe;
pub use self::readiness::{Inner, InnerFailed, assert_readiness, assert_readiness_when_rejecting};
pub use self::recorder::{Recorded, Recorder};
pub use self::rejection::{assert_hidden, assert_rejected, send, with_grpc};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
