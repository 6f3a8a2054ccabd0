//! Guards for any `tower` service, composed into one stack whose order is checked
//! by the compiler.
//!
//! Guards that are right one by one are wrong together in a wrong order: a CORS
//! preflight that has to log in, a rate limit behind the password hash that it should
//! spare, a policy that runs before anybody is authenticated, a 401 that the page in
//! the browser cannot read. Each of these works in a demonstration. In a [`Stack`],
//! none of them compiles.
//!
//! # Example
//!
#![cfg_attr(
    all(
        feature = "cors",
        feature = "headers",
        feature = "jwt",
        feature = "problem",
        feature = "rate-limit",
        feature = "rbac"
    ),
    doc = "```"
)]
#![cfg_attr(
    not(all(
        feature = "cors",
        feature = "headers",
        feature = "jwt",
        feature = "problem",
        feature = "rate-limit",
        feature = "rbac"
    )),
    doc = "```ignore"
)]
//! use std::convert::Infallible;
//! use std::net::SocketAddr;
//!
//! use bartizan::cors::Cors;
//! use bartizan::headers::SecurityHeaders;
//! use bartizan::jwt::{Algorithm, Bearer, Claims, SigningKey, TokenSigner, Verifier};
//! use bartizan::problem::ProblemLayer;
//! use bartizan::rate_limit::{Key, Limit, Quota, RateLimit};
//! use bartizan::rbac::{Route, RouteTable, role};
//! use bartizan::{FindClient, Principal, RequestFirewall, Stack, TrustedProxies};
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
//! let cors = Cors::builder()
//!     .origins(["https://app.example.com"])
//!     .request_headers(["authorization"])
//!     .expose_security_headers()
//!     .build()?;
//! let by_address = Limit::new("address", Quota::per_minute(300));
//! let by_user = Limit::new("user", Quota::per_minute(60)).key(Key::principal());
//! let routes = RouteTable::builder()
//!     .rule(Route::get("/hello").authenticated())
//!     .rule(Route::any("/admin/{*rest}").require(role("admin")))
//!     .build()?;
//!
//! let stack = Stack::new()
//!     .problem(ProblemLayer::new())
//!     .headers(SecurityHeaders::api())
//!     .cors(cors)
//!     .client_address(FindClient::behind(TrustedProxies::none()))
//!     .firewall(RequestFirewall::new())
//!     .rate_limit_by_address(RateLimit::new(by_address))
//!     .authenticate(Bearer::new(verifier))
//!     .rate_limit_by_principal(RateLimit::new(by_user))
//!     .authorize(routes)
//!     .build();
//! let service = ServiceBuilder::new().layer(stack).service_fn(hello);
//!
//! let request = |path: &str, token: &str| {
//!     let peer: SocketAddr = ([192, 0, 2, 1], 4711).into(); // what the server knows
//!     Request::get(path)
//!         .header("host", "api.example.com")
//!         .header("authorization", token)
//!         .extension(peer)
//!         .body(())
//! };
//! let signer = TokenSigner::new(key, "https://id.example").audience("https://api.example");
//! let alice = format!("Bearer {}", signer.sign(Claims::new("alice", ()))?);
//!
//! let response = service.clone().oneshot(request("/hello", &alice)?).await?;
//! assert_eq!(response.status(), StatusCode::OK);
//! assert_eq!(response.headers()["x-content-type-options"], "nosniff");
//!
//! for (path, token, status) in [
//!     ("/hello", "Bearer e30.e30.", StatusCode::UNAUTHORIZED),
//!     ("/admin/users", &alice, StatusCode::FORBIDDEN),
//!     ("/hello/..;/admin", &alice, StatusCode::BAD_REQUEST),
//! ] {
//!     let response = service.clone().oneshot(request(path, token)?).await?;
//!     assert_eq!(response.status(), status);
//!     assert_eq!(response.headers()["content-type"], "application/problem+json");
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # How a request is judged
//!
//! By the steps of the stack, from the outside in; [`Stack`] has their order and its
//! reasons. The guards run in one service with one future. What one of them leaves is
//! seen by those after it: the [`ClientAddr`], the [`Principal`]. What it puts on
//! responses is on those of all steps further in, refusals and panics of the service
//! as well.
//!
//! # Where it goes
//!
//! - axum: around the router, as
//!   `Router::new().fallback_service(stack.layer(router))`, so that the firewall sees a
//!   request before the router does. Within it, by [`Router::layer`], the stack runs when
//!   the route has been chosen: a policy can then use the matched pattern. Either way
//!   with `into_make_service_with_connect_info::<SocketAddr>()` and
//!   `FindClient::peer(bartizan::axum_peer)` for the client's address, without which
//!   limits by address answer 503.
//! - tonic: `Server::builder().layer(stack)`, with `bartizan::tonic_peer`.
//! - bare hyper: `stack.layer(service)` in hyper-util's `TowerToHyperService`; the
//!   accept loop puts the peer's `SocketAddr` among the extensions.
//!
//! [`Router::layer`]: https://docs.rs/axum/0.8/axum/struct.Router.html#method.layer
//!
//! # What it does not do
//!
//! - Look at bodies, bound their size, or bound the time that a request may take: put
//!   such layers within the stack.
//! - Keep a stack from being put around a part of the application only: what is
//!   added to a router after the layer is not guarded.
//! - Log by itself: decisions go to one observer, [`TracingObserver`] unless
//!   [`Stack::observed`] names another.
//!
//! # Crate features
//!
//! None is on by default. The guards of the core are at the root in any case.
//!
//! - `api-key`: module `api_key`, API keys.
//! - `axum`: [`Principal`], `Option<Principal>`, [`ClientAddr`] and `extract::Quota` as
//!   arguments of axum's handlers; `axum_peer`.
//! - `basic`: module `basic`, HTTP Basic.
//! - `cors`: module `cors`, cross-origin resource sharing.
//! - `headers`: module `headers`, security header fields.
//! - `jwt`: module `jwt`, bearer tokens.
//! - `oauth2`: module `oauth2`, a token endpoint.
//! - `password`: module `password`, password hashing.
//! - `problem`: module `problem`, problem details and panics.
//! - `rate-limit`: module `rate_limit`, quotas.
//! - `rbac`: module `rbac`, policies and route tables.
//! - `secret`: module `secret`, secrets that stay masked.
//! - `settings`: module `settings` and `Stack::from_settings`, with all that such a
//!   stack is made of; the loader of settings from environment, files and TOML.
//! - `tonic`: `extract::RequestExt`, the same for tonic's requests; `tonic_peer`.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(any(feature = "axum", feature = "tonic"))]
pub mod extract;
#[cfg(feature = "settings")]
pub mod settings;
mod stack;
pub mod step;

#[cfg(feature = "api-key")]
#[doc(inline)]
pub use bartizan_api_key as api_key;
#[cfg(feature = "basic")]
#[doc(inline)]
pub use bartizan_basic as basic;
#[doc(inline)]
pub use bartizan_core::*;
#[cfg(feature = "cors")]
#[doc(inline)]
pub use bartizan_cors as cors;
#[cfg(feature = "headers")]
#[doc(inline)]
pub use bartizan_headers as headers;
#[cfg(feature = "jwt")]
#[doc(inline)]
pub use bartizan_jwt as jwt;
#[cfg(feature = "oauth2")]
#[doc(inline)]
pub use bartizan_oauth2 as oauth2;
#[cfg(feature = "password")]
#[doc(inline)]
pub use bartizan_password as password;
#[cfg(feature = "problem")]
#[doc(inline)]
pub use bartizan_problem as problem;
#[cfg(feature = "rate-limit")]
#[doc(inline)]
pub use bartizan_rate_limit as rate_limit;
#[cfg(feature = "rbac")]
#[doc(inline)]
pub use bartizan_rbac as rbac;
#[cfg(feature = "secret")]
#[doc(inline)]
pub use bartizan_secret as secret;

pub use self::stack::{Stack, StackLayer};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
