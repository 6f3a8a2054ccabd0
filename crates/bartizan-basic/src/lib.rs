//! HTTP Basic authentication (RFC 7617) for any tower service.
//!
//! Stops what lenient parsers let through: credentials that two readers take for
//! different ones (several `Authorization` lines, base64 of many spellings, control
//! characters), and guessing of user names from what an answer says or how long it
//! takes, as far as the [`PasswordVerifier`] is careful; that of
//! `bartizan-password` is.
//!
//! # Example
//!
//! ```
//! use bartizan_basic::Basic;
//! use bartizan_core::{Authenticate, GuardLayer, Principal};
//! use bartizan_password::{
//!     Argon2Params, Login, MemoryUserStore, PasswordHasher, PasswordHasherPool, UserRecord,
//! };
//! use http::{Request, Response, StatusCode};
//! use tower::{Layer, ServiceExt, service_fn};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let pool = PasswordHasherPool::new(PasswordHasher::new(Argon2Params::default()))?;
//! let hash = pool.hash("open sesame".into()).await?;
//! let users = MemoryUserStore::new().user("Aladdin", UserRecord::new("Aladdin", hash.as_str()));
//!
//! let guard = Authenticate::required(Basic::new(Login::new(users, pool)));
//! let service = GuardLayer::new(guard).layer(service_fn(|request: Request<()>| async move {
//!     let principal = request.extensions().get::<Principal>().cloned();
//!     Ok::<_, std::convert::Infallible>(Response::new(
//!         principal.map(|principal| principal.subject().to_owned()).unwrap_or_default(),
//!     ))
//! }));
//!
//! let request = Request::get("/")
//!     .header("authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
//!     .body(())?;
//! assert_eq!(service.clone().oneshot(request).await?.body(), "Aladdin");
//!
//! let refused = service.oneshot(Request::get("/").body(())?).await?;
//! assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
//! assert_eq!(
//!     refused.headers()["www-authenticate"],
//!     r#"Basic realm="api", charset="UTF-8""#,
//! );
//! # Ok(())
//! # }
//! ```
//!
//! # How a request is judged
//!
//! 1. Without an `Authorization` field, or with one of another scheme, the
//!    credentials are absent; the name of the scheme is compared without regard to
//!    letter case ([RFC 9110 section 11.1]).
//! 2. More than one `Authorization` line is 400, also if they are the same.
//! 3. What follows must be base64 of one spelling: standard alphabet, padded,
//!    unused bits zero ([RFC 4648 section 3.5]), no white space; and no longer than
//!    [`Basic::max_bytes`] when decoded. Otherwise 401.
//! 4. The bytes must be UTF-8, which the challenge asks for with `charset`
//!    ([RFC 7617 section 2.1]), without control characters, and with a colon. The
//!    first colon ends the user name; either side may be empty ([RFC 7617 section
//!    2]). Otherwise 401.
//! 5. The [`PasswordVerifier`] decides; it is told the client's address, if a
//!    [`FindClient`](bartizan_core::FindClient) went before. [`LoginError::Denied`] is
//!    401; [`LoginError::Overloaded`] is 503 and [`LoginError::Throttled`] 429, both
//!    with `Retry-After`; a failure of ours is 503, never "denied".
//!
//! Every 401 carries the challenge, without a word on what was wrong. The response
//! says no more either; the log has the reason.
//!
//! # What it does not do
//!
//! - Refuse plain text. Basic sends the password with each request, so it is for
//!   TLS alone ([RFC 7617 section 4]). Whether a connection is encrypted is not in
//!   an HTTP request: the scheme of an HTTP/2 request is what the client wrote, and
//!   a proxy in front may have ended TLS. A service that does know, from an
//!   extension that its acceptor inserts or from a field that its own proxy sets,
//!   refuses with a guard of its own in front:
//!
//!   ```
//!   use bartizan_core::{Rejection, RequestHead, Verdict, guard_fn};
//!
//!   #[derive(Clone)]
//!   struct OverTls;
//!
//!   let only_over_tls = guard_fn(|head: RequestHead<'_>| -> Verdict<()> {
//!       match head.extensions().get::<OverTls>() {
//!           Some(OverTls) => Verdict::Pass(()),
//!           None => Verdict::Reject(Rejection::forbidden("tls-required", "TLS is required")),
//!       }
//!   });
//!   # let _ = only_over_tls;
//!   ```
//! - Remember. Each request costs a verification of the password, tens of
//!   milliseconds of a core: for many requests of one client, tokens are cheaper.
//! - Log out: a browser sends the credentials until it is closed.
//! - Guard against cross-site requests, which a browser sends with the credentials
//!   all the same.
//!
//! # Crate features
//!
//! - `serde`: `BasicSettings`, which makes the scheme of a configuration.
//!
//! [`LoginError::Denied`]: bartizan_core::LoginError::Denied
//! [`LoginError::Overloaded`]: bartizan_core::LoginError::Overloaded
//! [`LoginError::Throttled`]: bartizan_core::LoginError::Throttled
//! [`PasswordVerifier`]: bartizan_core::PasswordVerifier
//! [RFC 4648 section 3.5]: https://www.rfc-editor.org/rfc/rfc4648#section-3.5
//! [RFC 7617 section 2]: https://www.rfc-editor.org/rfc/rfc7617#section-2
//! [RFC 7617 section 2.1]: https://www.rfc-editor.org/rfc/rfc7617#section-2.1
//! [RFC 7617 section 4]: https://www.rfc-editor.org/rfc/rfc7617#section-4
//! [RFC 9110 section 11.1]: https://www.rfc-editor.org/rfc/rfc9110#section-11.1

#![cfg_attr(docsrs, feature(doc_cfg))]

mod basic;
mod credentials;
#[cfg(feature = "serde")]
mod settings;

pub use self::basic::Basic;
#[cfg(feature = "serde")]
pub use self::settings::BasicSettings;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
