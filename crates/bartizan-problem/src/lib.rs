//! Problem details (RFC 9457) for rejections, faults and panics of any tower
//! service.
//!
//! An error page is where a service says too much: the text of an exception, a query,
//! a path, the name of a framework. It is also where the security headers are missing,
//! since what answers an error is not what answers a request. Here one outer layer
//! writes all errors, from what guards have said of them and from nothing else.
//!
//! # Example
//!
//! ```
//! use bartizan_core::{GuardLayer, Rejection, RequestHead, Verdict, guard_fn};
//! use bartizan_problem::{CatchPanicLayer, ProblemLayer};
//! use http::{Request, Response, StatusCode};
//! use http_body_util::BodyExt;
//! use tower::{ServiceBuilder, ServiceExt};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let members_only = guard_fn(|head: RequestHead<'_>| match head.headers().get("x-member") {
//!     Some(_) => Verdict::Pass(()),
//!     None => Verdict::Reject(bartizan_core::Rejection::forbidden("not-a-member", "join us first")),
//! });
//! let service = ServiceBuilder::new()
//!     .layer(ProblemLayer::new().types_at("https://example.com/problems/")?)
//!     .layer(GuardLayer::new(members_only))
//!     .layer(CatchPanicLayer::new())
//!     .service_fn(|_: Request<()>| async {
//!         let mut response = Response::new("the password of the database is ..".to_owned());
//!         *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
//!         Ok::<_, std::convert::Infallible>(response)
//!     });
//!
//! let response = service.clone().oneshot(Request::new(())).await?;
//! assert_eq!(response.headers()["content-type"], "application/problem+json");
//! let id = response.headers()["x-request-id"].to_str()?.to_owned();
//! let details: serde_json::Value =
//!     serde_json::from_slice(&response.into_body().collect().await?.to_bytes())?;
//! assert_eq!(
//!     details,
//!     serde_json::json!({
//!         "type": "https://example.com/problems/not-a-member",
//!         "title": "Not a member",
//!         "status": 403,
//!         "detail": "join us first",
//!         "correlation_id": id,
//!     }),
//! );
//!
//! let request = Request::get("/").header("x-member", "7").body(())?;
//! let response = service.oneshot(request).await?;
//! let body = response.into_body().collect().await?.to_bytes();
//! assert!(!String::from_utf8_lossy(&body).contains("password"));
//! # Ok(())
//! # }
//! ```
//!
//! # How a response is judged
//!
//! 1. Each request gets a [`CorrelationId`]: that of its `x-request-id`, when this is
//!    well-formed and comes from a [trusted proxy](ProblemLayer::ids_from), or else a
//!    random one. It is put among the extensions of the request and into its
//!    `x-request-id`, and it is sent back in that field of every response. A layer
//!    inside of another takes over its id.
//! 2. A response whose status is below 400 is left as it is, and so is one of gRPC,
//!    told by the request and the content type of the response. When a request says
//!    gRPC and a fault (a status from 500 on) does not, the fault is answered by
//!    `UNIMPLEMENTED` for 501, `UNAVAILABLE` for 502 and 503, `DEADLINE_EXCEEDED` for
//!    504, and `INTERNAL` for the others; over gRPC-Web, the status of HTTP stays
//!    beside that. Any other error is left as it is to a client of gRPC, and to one of
//!    gRPC-Web it is what it is to plain HTTP.
//! 3. A [`Rejection`] among the extensions that has the status of the response is
//!    written, when the response has no body yet: one that has was written by whoever
//!    left the rejection. Its type is its
//!    [`type_uri`](bartizan_core::Rejection::type_uri), or else the slug under
//!    [`types_at`](ProblemLayer::types_at), or else `about:blank` with the phrase of
//!    the status as title ([RFC 9457, section 4.2.1]). A rejection that is
//!    [hidden](bartizan_core::Rejection::hide_as_not_found) is written as the 404 of a framework is.
//! 4. A handler's own [`Problem`] is written anew, with the correlation id and the
//!    status of the response; from 500 on only
//!    [when asked to](ProblemLayer::keep_own_problems).
//! 5. Any other fault is masked: its body and the fields that describe it are dropped,
//!    with its digests, signatures and `Server-Timing`, and the details say no more
//!    than the status.
//! 6. Any other error without content, such as the 404 and the 405 of a framework,
//!    gets the details of its status, [unless told not to](ProblemLayer::fill_empty).
//! 7. Details are JSON, or plain text when `Accept` prefers it ([RFC 9110, section
//!    12.5.1]), or HTML when there is a [function](ProblemLayer::html) for it. The
//!    field is read up to 1024 bytes and 32 ranges; beyond, and where nothing fits, it
//!    is JSON. They carry `Cache-Control: no-store` and `X-Content-Type-Options:
//!    nosniff`. `HEAD` gets the fields alone, with the length that `GET` would get.
//! 8. A panic of what is inside is a fault. [`CatchPanicLayer`] catches it inside the
//!    guards, so that these mark the answer; [`ProblemLayer`] catches those of the
//!    guards themselves.
//!
//! The log gets one event with the correlation id for each of them, with the target
//! `bartizan`: an error for a fault, with the message of a panic, and an information
//! for a rejection, with its slug: that of [`TracingObserver`], or this layer's where
//! no observer [logs](bartizan_core::Observer::logs) it, as where a handler rejects.
//! The panic hook that Rust sets by default writes the message of a panic to the
//! standard error as well, before anything can catch it.
//!
//! # Problem types
//!
//! What the guards of Bartizan reject, as [`ProblemType::all`] has it. The slug is the
//! end of the type's URI; `quota-exceeded`, `overloaded` and `too-many-failed-logins`
//! have the types that IANA has registered.
//!
//! | Slug | Status | Title | What a client can do |
//! |---|---|---|---|
//! | `authentication-required` | 401 | Authentication required | Authenticate as the challenge says. |
//! | `authentication-unavailable` | 503 | Authentication unavailable | Try again later. |
//! | `cors-method` | 403 | Method not allowed to other origins | Nothing: the service does not allow it to pages of other origins. |
//! | `cors-origin` | 403 | Origin not allowed | Nothing: the service does not allow pages of this origin. |
//! | `cors-origin-unknown` | 503 | Origins unavailable | Try again later. |
//! | `cors-request-header` | 403 | Request header not allowed to other origins | Leave the header out. |
//! | `fields-too-large` | 431 | Header fields too large | Send fewer and shorter header fields. |
//! | `insufficient-authentication` | 401 | Insufficient authentication | Log in again, or by a stronger method. |
//! | `insufficient-scope` | 403 | Insufficient scope | Get a token with the scopes that the challenge names. |
//! | `internal-error` | 500 | Internal error | Report it with the correlation id. |
//! | `invalid-api-key` | 401 | Invalid API key | Send a key that is in force. |
//! | `invalid-credentials` | 401 | Invalid credentials | Log in again, or get other credentials. |
//! | `invalid-token` | 401 | Invalid token | Get another token. |
//! | `login-account` | 400 | Missing account | Name one account to log in to. |
//! | `login-limit-unavailable` | 503 | Login limit unavailable | Try again later. |
//! | `malformed-credentials` | 400 | Malformed credentials | Send one well-formed set of credentials. |
//! | `malformed-request` | 400 | Malformed request | Send a request that can be read in one way only. |
//! | `method-not-allowed` | 405 | Method not allowed | Use another method. |
//! | `misdirected-request` | 421 | Misdirected request | Send it to the host that it is for. |
//! | `not-guarded` | 500 | Not guarded | Report it: the service lacks a guard that it counts on. |
//! | `not-permitted` | 403 | Not permitted | Ask for the permission. |
//! | `overloaded` | 503 | Overloaded | Try again after the time in Retry-After. |
//! | `policy-unavailable` | 503 | Policy unavailable | Try again later. |
//! | `quota-exceeded` | 429 | Quota exceeded | Try again after the time in Retry-After. |
//! | `rate-limit-anonymous` | 403 | Not for anonymous clients | Authenticate. |
//! | `rate-limit-key-malformed` | 400 | Malformed rate limit key | Send what the detail names, well-formed. |
//! | `rate-limit-key-missing` | 400 | Missing rate limit key | Send what the detail names. |
//! | `rate-limit-unavailable` | 503 | Rate limit unavailable | Try again later. |
//! | `target-too-long` | 414 | Target too long | Send a shorter path and query. |
//! | `too-many-failed-logins` | 429 | Too many failed logins | Try again after the time in Retry-After. |
//!
//! # What it does not do
//!
//! - Catch what panics while a body is read or written, after the head of the response
//!   was sent; what panics in `poll_ready`, where there is no request to answer; or
//!   anything in a program built with `panic = "abort"`.
//! - Answer for a service that fails (`Err`): that is for the server to end, or for a
//!   layer that makes a response of it.
//! - Rewrite what an application says below 500, or in the messages of gRPC. Header
//!   fields that do not describe the content are kept on faults as well. A body of
//!   problem details that was not made by [`Problem`] is not read: that its `status` is
//!   the one of the response is for the application to see to.
//! - Hide a rejection from a client that compares: where the application's own 404 has
//!   a body, a hidden one does not have the same.
//!
//! # Crate features
//!
//! - `serde`: [`ProblemSettings`], which makes the layer of settings.
//!
//! [`Rejection`]: bartizan_core::Rejection
//! [`TracingObserver`]: bartizan_core::TracingObserver
//! [RFC 9110, section 12.5.1]: https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1
//! [RFC 9457, section 4.2.1]: https://www.rfc-editor.org/rfc/rfc9457#section-4.2.1

#![cfg_attr(docsrs, feature(doc_cfg))]

mod accept;
mod asked;
mod body;
mod catalogue;
mod catch_panic;
mod caught;
mod error;
pub mod future;
mod ids;
mod judge;
mod layer;
mod panic;
mod problem;
mod random;
mod render;
mod service;
#[cfg(feature = "serde")]
mod settings;
mod uri;
mod write;

pub use bartizan_core::CorrelationId;

pub use self::body::ProblemBody;
pub use self::catalogue::ProblemType;
pub use self::catch_panic::{CatchPanic, CatchPanicLayer};
pub use self::error::InvalidProblem;
pub use self::layer::ProblemLayer;
pub use self::panic::Panicked;
pub use self::problem::Problem;
pub use self::service::Problems;
#[cfg(feature = "serde")]
pub use self::settings::ProblemSettings;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
