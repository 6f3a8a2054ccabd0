//! Bearer tokens for any `tower` service: JWTs, verified strictly, and signed.
//!
//! A token is a request to be let in, written by whoever sends it: it names its own
//! algorithm, its own key and its own expiry. Most published holes in JWT libraries
//! are a verifier that believed one of these: it took a public key for a secret,
//! skipped a claim of the wrong type, or let an extension pass that it did not
//! know. Here the [keys](VerifyingKey) say how they are used, and a token that can
//! be read in two ways is refused.
//!
//! # Example
//!
//! ```
//! use std::convert::Infallible;
//!
//! use bartizan_core::{Authenticate, GuardLayer, Principal};
//! use bartizan_jwt::{Algorithm, Bearer, Claims, SigningKey, TokenSigner, Verifier};
//! use http::{Request, Response, StatusCode};
//! use tower::{ServiceBuilder, ServiceExt};
//!
//! async fn hello(request: Request<()>) -> Result<Response<String>, Infallible> {
//!     let name = request.extensions().get::<Principal>().map(Principal::subject);
//!     Ok(Response::new(format!("Hello, {}!", name.unwrap_or("stranger"))))
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let key = SigningKey::generate(Algorithm::ES256)?;
//! let verifier = Verifier::<()>::builder(key.verifying_key(), [Algorithm::ES256])
//!     .issuer("https://id.example")
//!     .audience("https://api.example")
//!     .build()?;
//! let service = ServiceBuilder::new()
//!     .layer(GuardLayer::new(Authenticate::required(Bearer::new(verifier))))
//!     .service_fn(hello);
//!
//! let signer = TokenSigner::new(key, "https://id.example").audience("https://api.example");
//! let token = signer.sign(Claims::new("alice", ()))?;
//! let request = Request::get("/").header("authorization", format!("Bearer {token}")).body(())?;
//! assert_eq!(service.clone().oneshot(request).await?.body(), "Hello, alice!");
//!
//! let response = service.oneshot(Request::get("/").body(())?).await?;
//! assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! assert_eq!(response.headers()["www-authenticate"], "Bearer realm=\"api\"");
//! # Ok(())
//! # }
//! ```
//!
//! # How a request is judged
//!
//! 1. Without an `Authorization` field, or with one of another scheme, there are
//!    no credentials: 401 with a challenge that names no error
//!    ([RFC 6750 section 3]).
//! 2. More than one such field, or `Bearer` without a token, is a malformed
//!    request: 400, `invalid_request`.
//! 3. A token of other characters than [RFC 6750 section 2.1] allows is refused: 401,
//!    `invalid_token`. So is every token that the [`Verifier`] refuses; its page
//!    lists the rules in order.
//! 4. A token without `sub`, or with an empty one, makes no principal: 401,
//!    `invalid_token`.
//! 5. Any other makes a [`Principal`](bartizan_core::Principal), and the inner
//!    service does not see the token.
//!
//! # Keys
//!
//! A key is parsed once and has one [`Algorithm`]. [`VerifyingKey`] and
//! [`SigningKey`] read PEM and JWK; an [`HmacKey`] is made of secret bytes, and of
//! nothing else. A [`KeySet`] reads what an issuer publishes, and leaves out what it
//! cannot use. A [`SharedKeySet`] is replaced while requests are judged.
//!
//! Types for headers, keys and algorithms are this crate's own. Those of the common
//! library would bring its signature back end, which is chosen once for a whole
//! program and panics if the program chooses none or two; and a key that can be of
//! any algorithm, which is what most of the holes begin with.
//!
//! [RFC 6750 section 2.1]: https://www.rfc-editor.org/rfc/rfc6750#section-2.1
//! [RFC 6750 section 3]: https://www.rfc-editor.org/rfc/rfc6750#section-3
//!
//! # What it does not do
//!
//! - Fetch keys: give [`SharedKeySet::replace`] what you fetched.
//! - Decrypt: a JWE is refused.
//! - Read the JSON serialisations of a JWS, detached payloads, or tokens in the
//!   query or in forms.
//! - Revoke: a token is good until it expires, or its key goes. Keep lifetimes short.

mod algorithm;
mod base64url;
mod bearer;
mod claims;
mod error;
mod header;
mod json;
mod jws;
mod key;
mod settings;
mod signer;
mod verifier;

pub use crate::algorithm::{Algorithm, UnknownAlgorithm};
pub use crate::bearer::Bearer;
pub use crate::claims::{ClaimMap, ClaimPath, Claims};
pub use crate::error::TokenError;
pub use crate::jws::{sign_jws, verify_jws};
pub use crate::key::{
    HmacKey, KeyError, KeySet, SharedKeySet, SigningKey, SkippedKey, VerifyingKey,
};
pub use crate::settings::BearerSettings;
pub use crate::signer::{SignError, TokenSigner};
pub use crate::verifier::{ConfigError, Verifier, VerifierBuilder};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
