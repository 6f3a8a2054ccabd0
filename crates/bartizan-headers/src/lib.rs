//! Security header fields for the responses of any tower service.
//!
//! A response of an API that a browser renders, frames, sniffs, caches or reaches
//! without TLS does what its author never meant: a JSON error becomes a page with a
//! script in it, a token stays in a shared cache. The headers that forbid it are easy
//! to forget on the responses that nobody looks at: errors, preflights, rejections.
//!
//! # Example
//!
//! ```
//! use bartizan_core::GuardLayer;
//! use bartizan_headers::SecurityHeaders;
//! use http::{Request, Response};
//! use tower::{Layer, ServiceExt, service_fn};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let headers = SecurityHeaders::api().behind_tls();
//! let service = GuardLayer::new(headers).layer(service_fn(|_: Request<()>| async {
//!     let response = Response::builder().header("cache-control", "private, max-age=60");
//!     response.body(String::new())
//! }));
//!
//! let response = service.oneshot(Request::new(())).await?;
//! let field = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
//!
//! assert_eq!(field("x-content-type-options"), Some("nosniff"));
//! assert_eq!(
//!     field("strict-transport-security"),
//!     Some("max-age=63072000; includeSubDomains"),
//! );
//! // The handler knows better.
//! assert_eq!(field("cache-control"), Some("private, max-age=60"));
//! # Ok(())
//! # }
//! ```
//!
//! # How a response is marked
//!
//! 1. Every request passes. Its response is marked on the way out, also when a guard
//!    further in has turned it away or answered by itself.
//! 2. `Server` and `X-Powered-By` are [taken away](SecurityHeaders::remove).
//! 3. Each header of the [profile](SecurityHeaders::api) is added that the handler
//!    has not set. What it has set is neither replaced nor repeated.
//!    A 304 gets none but `Strict-Transport-Security`: its fields replace those of the
//!    response that caches hold ([RFC 9111, section 4.3.4]), such as the policy that a
//!    handler has set for a page.
//! 4. `Cache-Control` is added only where the handler has set neither it nor
//!    `Expires`.
//! 5. `Strict-Transport-Security` is added only over secure transport ([RFC 6797,
//!    section 7.2]), as far as this is known: see [`Transport`]. A browser passes
//!    over it elsewhere; it is a sign of a service that does not know where it is. One
//!    that the handler has set stays, also over plain text, where it must not be sent:
//!    that a request is not known to be secure does not mean that it is not.
//! 6. A response of gRPC, told by its content type, gets `Cache-Control` and
//!    `X-Content-Type-Options` alone: no browser renders it.
//!
//! The values are made once, when the guard is. Marking a response allocates nothing
//! but the room in its header map, once.
//!
//! # Beside CORS
//!
//! `Cross-Origin-Resource-Policy: same-origin` does not hold back what a page of
//! another origin fetches by CORS: a browser checks it for requests in `no-cors` mode
//! alone, which are those of `<img>`, `<script>` and the like ([Fetch, section 3.7]).
//! An API with CORS keeps the default. One whose responses are embedded that way, such
//! as images for other sites, needs [`ResourcePolicy::CrossOrigin`], on these routes.
//!
//! # What it does not do
//!
//! - Make pages safe: [`SecurityHeaders::api`] forbids a page all that it would need.
//! - Redirect to TLS. A client of an API that was redirected has sent its credentials
//!   in plain text already; do not listen there at all (OWASP ASVS 4.1.2).
//! - Mark what is answered outside of it, such as by a layer further out or by the
//!   HTTP implementation itself (a request that cannot be parsed).
//!
//! # Crate features
//!
//! - `serde`: [`HeadersSettings`], which makes the guard of settings.
//!
//! [Fetch, section 3.7]: https://fetch.spec.whatwg.org/#cross-origin-resource-policy-header
//! [RFC 6797, section 7.2]: https://www.rfc-editor.org/rfc/rfc6797#section-7.2
//! [RFC 9111, section 4.3.4]: https://www.rfc-editor.org/rfc/rfc9111#section-4.3.4

#![cfg_attr(docsrs, feature(doc_cfg))]

mod cache;
mod choice;
mod csp;
mod error;
mod headers;
mod hsts;
mod permissions;
mod seal;
#[cfg(feature = "serde")]
mod settings;
mod transport;

pub use self::choice::{FrameOptions, ReferrerPolicy, ResourcePolicy};
pub use self::csp::ContentSecurityPolicy;
pub use self::error::InvalidValue;
pub use self::headers::{SecurityHeader, SecurityHeaders};
pub use self::hsts::Hsts;
pub use self::permissions::PermissionsPolicy;
pub use self::seal::Seal;
#[cfg(feature = "serde")]
pub use self::settings::{HeadersProfile, HeadersSettings};
pub use self::transport::{SecureTransport, Transport};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
