//! Cross-origin resource sharing as the Fetch standard has it, for any tower service.
//!
//! Stops what a lenient configuration opens: a pattern that also matches
//! `barexample.com`, an origin that is reflected together with permission for
//! credentials, `null`, a missing `Vary` by which a cache hands one page's permission
//! to another, and preflights that cost more to judge than to send.
//!
//! # Example
//!
//! ```
//! use bartizan_core::GuardLayer;
//! use bartizan_cors::Cors;
//! use http::{Request, Response, StatusCode};
//! use tower::{Layer, ServiceExt, service_fn};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let cors = Cors::builder()
//!     .origins(["https://app.example.com", "https://*.preview.example.com"])
//!     .methods(["PUT", "DELETE"])
//!     .request_headers(["authorization", "content-type"])
//!     .expose_security_headers()
//!     .build()?;
//! let service = GuardLayer::new(cors).layer(service_fn(|_: Request<()>| async {
//!     Ok::<_, std::convert::Infallible>(Response::new("ledger".to_owned()))
//! }));
//!
//! let preflight = Request::options("/ledger")
//!     .header("origin", "https://app.example.com")
//!     .header("access-control-request-method", "PUT")
//!     .body(())?;
//! let answer = service.clone().oneshot(preflight).await?;
//! assert_eq!(answer.status(), StatusCode::NO_CONTENT);
//! assert_eq!(answer.headers()["access-control-allow-methods"], "PUT");
//!
//! let request = Request::get("/ledger").header("origin", "https://evil.test").body(())?;
//! let answer = service.oneshot(request).await?;
//! assert!(!answer.headers().contains_key("access-control-allow-origin"));
//! assert_eq!(answer.headers()["vary"], "origin");
//! # Ok(())
//! # }
//! ```
//!
//! # How a request is judged
//!
//! 1. An `OPTIONS` request with `Origin` and `Access-Control-Request-Method` is a
//!    preflight ([Fetch, section 4.9]), and answered here: 204 with what is allowed, or
//!    403 without a single `Access-Control` field. Every other `OPTIONS` reaches the
//!    service. The guards further in see no preflight, so that these, which carry no
//!    credentials, are not asked for any. Nor do limits of rate that stand further in,
//!    where the stack of `bartizan` has them: there, preflights are not limited. They
//!    cost what is said below, and what a
//!    [predicate that waits](CorsBuilder::origin_if_async) costs.
//! 2. An origin is allowed when it is listed, when a [pattern](OriginPattern) of whole
//!    labels matches it, or when a [predicate](CorsBuilder::origin_if) says so, which
//!    is asked about `https` and this machine alone where credentials are allowed. Two
//!    `Origin` lines, `null`, and anything that is not in the form that browsers send
//!    are not. When every origin is allowed, none is looked at.
//! 3. The method of a preflight has to be one that is allowed, in the same letter case;
//!    `GET`, `HEAD` and `POST` always are.
//! 4. The names in `Access-Control-Request-Headers` have to be allowed, and in the order
//!    that browsers send them: lower case, sorted, each once, over any number of lines.
//!    One space or tab on either side of a name and 16 empty elements are taken, for
//!    intermediaries add them. The time is linear in what is allowed, and nothing is
//!    allocated, whatever is sent.
//! 5. Every other request goes on. Its response, which may be the rejection of a guard
//!    further in, is marked: `Access-Control-Allow-Origin` and what goes with it for an
//!    origin that is allowed, nothing of that for one that is not, and `Vary: origin` for
//!    all, beside what is there. The observer is told of an origin that is not, as the
//!    [explanation](bartizan_core::Decision::explanation) of the pass. When every origin is allowed, it is `*` without `Vary`,
//!    for all.
//! 6. With [`CorsBuilder::enforce_origin`], a request whose origin is not allowed is
//!    turned away with 403. WebSocket handshakes need it, since browsers ask no
//!    permission for them; event streams of a service that acts on `GET` may.
//! 7. A response that has `Access-Control-Allow-Origin` or `-Credentials` already, from
//!    the handler or from a layer further in, is left as it is, but for `Vary`: two
//!    halves of different policies make a third that nobody meant. It is reported, once,
//!    as a warning. A handler's own `Access-Control-Expose-Headers` stays, too.
//!
//! A configuration is checked as a whole, and everything that is wrong with it is in one
//! [`InvalidCors`].
//!
//! # What it does not do
//!
//! - Protect the service from anything but pages in browsers, or from requests that a
//!   form can send: these are carried out, and only their answers kept from the page.
//!   See [`CorsBuilder::enforce_origin`].
//! - Send `Access-Control-Allow-Private-Network`. Browsers have given up that protocol;
//!   its successor, Local Network Access, asks the user and no server. A service that
//!   sends the field says yes to a question that is no longer asked, and to one that
//!   older browsers ask on behalf of any page that is allowed here for other reasons.
//! - Send `Timing-Allow-Origin`, which lets pages measure, and is a decision of its own.
//!   What the service sends stays.
//! - Mark what is no response: an error of the inner service (`Err`) that an outer layer
//!   turns into a 500, or a panic that is caught outside. Such layers belong inside of
//!   this one.
//! - Know suffixes below a pattern's own name: `https://*.amazonaws.com` is refused
//!   with credentials only if that name itself is on the [public suffix list], and not
//!   because of `s3.amazonaws.com`. The list is compiled in, as it was when the `psl`
//!   crate was published; it adds about 0.8 MB to a program.
//!
//! # Crate features
//!
//! - `serde`: `CorsSettings`, the configuration as it stands in files.
//!
//! [Fetch, section 4.9]: https://fetch.spec.whatwg.org/#cors-preflight-fetch
//! [public suffix list]: https://publicsuffix.org/

#![cfg_attr(docsrs, feature(doc_cfg))]

mod builder;
mod config;
mod cors;
mod denial;
mod error;
mod guard;
mod names;
mod origin;
mod pass;
mod preflight;
mod profile;
mod request_headers;
#[cfg(feature = "serde")]
mod settings;
mod suffix;
mod vary;

pub use self::builder::CorsBuilder;
pub use self::cors::{Cors, CorsHandle};
pub use self::error::{CorsProblem, CredentialRisk, InvalidCors, NameFault};
pub use self::origin::{InvalidOrigin, Origin, OriginPattern};
pub use self::pass::CorsPass;
pub use self::profile::Profile;
#[cfg(feature = "serde")]
pub use self::settings::CorsSettings;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
