//! OAuth 2.0 token endpoint as a tower service.
//!
//! Whoever can make a token endpoint say yes is in. It is asked by everyone, gets
//! passwords and secrets, and does costly work before it knows who asks.
//! [`TokenEndpoint`] reads requests strictly and up to a limit, tells the client
//! no more than the standard wants told, and leaves no secret in a log.
//!
//! # Example
//!
//! ```
//! use std::time::Duration;
//!
//! use bartizan_core::BoxError;
//! use bartizan_oauth2::{Client, Grant, GrantType, HashedSecret, IssuedToken};
//! use bartizan_oauth2::{MemoryClientStore, TokenEndpoint};
//! use http::Request;
//! use http_body_util::BodyExt;
//! use tower::ServiceExt;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), BoxError> {
//! let (secret, hashed) = HashedSecret::generate()?;
//! let ledger = Client::confidential("ledger", hashed)
//!     .grant(GrantType::ClientCredentials)
//!     .scopes("ledger:read ledger:write".parse()?);
//! // With the feature `jwt`, a `TokenSigner` is an issuer.
//! let issuer = |grant: &Grant| -> Result<IssuedToken, BoxError> {
//!     let token = format!("token of {}", grant.subject());
//!     Ok(IssuedToken::new(token, Duration::from_secs(300)))
//! };
//! let endpoint = TokenEndpoint::new(MemoryClientStore::new([ledger])?, issuer);
//!
//! let form = format!(
//!     "grant_type=client_credentials&scope=ledger:read&client_id=ledger&client_secret={}",
//!     secret.expose_secret(),
//! );
//! let request = Request::post("/token")
//!     .header("content-type", "application/x-www-form-urlencoded")
//!     .body(form)?;
//! let response = endpoint.oneshot(request).await?;
//!
//! assert_eq!(response.status(), 200);
//! let body = response.into_body().collect().await?.to_bytes();
//! assert_eq!(
//!     body,
//!     concat!(
//!         r#"{"access_token":"token of client:ledger","token_type":"Bearer","#,
//!         r#""expires_in":300,"scope":"ledger:read"}"#,
//!     ),
//! );
//! # Ok(())
//! # }
//! ```
//!
//! # How a request is judged
//!
//! 1. It is a `POST` ([RFC 6749, section 3.2]), or is answered 405; its content is
//!    one form (`application/x-www-form-urlencoded`, with any parameters and no
//!    content coding), or it is answered 415; and it is no longer than the limit,
//!    16 KiB unless [set](TokenEndpoint::body_limit), or it is answered 413. A
//!    length that is announced counts before anything is read.
//! 2. The form is UTF-8 without broken escapes. A parameter without a value counts
//!    as left out, one that is unknown is ignored, and one that occurs twice,
//!    whatever its name, makes the request `invalid_request`, as do more than 64.
//!    The query of the target is not looked at: secrets do not belong there.
//! 3. The client authenticates in one way, by HTTP Basic or by `client_id` and
//!    `client_secret` in the form ([section 2.3.1]); a public client just names
//!    itself. Both at once are `invalid_request`. What fails is `invalid_client`,
//!    401 with a challenge when there was an `Authorization` field and 400
//!    otherwise; a client that is not known costs the same hash and comparison as
//!    a wrong secret, and is answered the same.
//! 4. The grant is one that the endpoint has (else `unsupported_grant_type`) and
//!    that the client was allowed (else `unauthorized_client`).
//! 5. The scopes that are asked for are cut down to those that the client was
//!    allowed and, for a password, the user has. When nothing is left of what was
//!    asked for, it is `invalid_scope`. A client that asks for none gets its
//!    [defaults](Client::default_scopes), cut down likewise. What checks passwords is
//!    told the client's address, if a [`FindClient`](bartizan_core::FindClient) went
//!    before. It is not asked about a password that a page of another origin has sent,
//!    which is `access_denied`, 403, unless the origin is trusted.
//! 6. The [`TokenIssuer`] makes the token. The response names the scopes granted,
//!    unless there are none.
//!
//! All errors are those of [section 5.2], 400 where not said otherwise. A failure
//! of ours is 503: `server_error`, or `temporarily_unavailable` with `Retry-After`
//! when there is too much to do; RFC 6749 has no code for it at this endpoint, so
//! these and `access_denied` are borrowed from [section 4.1.2.1]. Every response has
//! `Cache-Control: no-store` and `Pragma: no-cache`.
//!
//! Each decision is reported to an [`Observer`](bartizan_core::Observer) as that of
//! the guard `token-endpoint`. It names the client once that is authenticated, the
//! grant and the reason, and nothing of the form.
//!
//! # What it does not do
//!
//! It does not limit how often it is asked, nor for how long a body may dribble
//! in: put a rate limit and the server's timeouts before it. It has neither the
//! authorization code nor the refresh token grant yet. The buffers that it decodes
//! forms into are wiped; those of the server that the body came in are not its own.
//!
//! # Crate features
//!
//! - `jwt`: [`TokenIssuer`] for `bartizan-jwt`'s `TokenSigner`.
//! - `legacy-password-grant`: the grant in which the client handles the user's
//!   password. [RFC 9700, section 2.4] says that it must not be used, and OAuth 2.1
//!   leaves it out; it is for systems that have it already, and for first-party
//!   logins without an authorization server.
//!
//! [RFC 6749, section 3.2]: https://www.rfc-editor.org/rfc/rfc6749#section-3.2
//! [section 2.3.1]: https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1
//! [section 4.1.2.1]: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1
//! [section 5.2]: https://www.rfc-editor.org/rfc/rfc6749#section-5.2
//! [RFC 9700, section 2.4]: https://www.rfc-editor.org/rfc/rfc9700#section-2.4

#![cfg_attr(docsrs, feature(doc_cfg))]

mod client;
mod endpoint;
mod error;
pub mod future;
mod grant;
mod issuer;
#[cfg(feature = "jwt")]
mod jwt;
mod request;
mod response;
mod scopes;

pub use self::client::{Client, ClientStore, HashedSecret, MemoryClientStore};
pub use self::endpoint::TokenEndpoint;
pub use self::error::{ConfidentialClient, InvalidSecret, RepeatedClient, SecretError};
pub use self::grant::{Grant, GrantType};
pub use self::issuer::{IssuedToken, TokenIssuer};
pub use self::scopes::{InvalidScopes, Scopes};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
