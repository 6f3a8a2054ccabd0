//! Token-bucket rate limits in bounded memory for any tower service.
//!
//! Stops one client from taking what is meant for all, and one attacker from trying
//! passwords until one is right. What gives that away elsewhere is closed: a limit that
//! is skipped for whoever has no key, a client that makes up its address, a spelling of
//! a path that escapes its limit, a table that grows with each made-up key, and a store
//! that is down and lets everyone in.
//!
//! # Example
//!
//! ```
//! use bartizan_core::chain::Chain;
//! use bartizan_core::{FindClient, GuardLayer, TrustedProxies};
//! use bartizan_rate_limit::{Limit, Quotas, RateLimit};
//! use http::{Request, Response, StatusCode};
//! use tower::{Layer, ServiceExt, service_fn};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let quotas: Quotas = "2/second; 1000/day".parse()?;
//! let guard = FindClient::behind(TrustedProxies::none())
//!     .and(RateLimit::new(Limit::new("api", quotas)));
//! let service = GuardLayer::new(guard).layer(service_fn(|_: Request<()>| async {
//!     Ok::<_, std::convert::Infallible>(Response::new(()))
//! }));
//!
//! # let peer: std::net::SocketAddr = "192.0.2.1:50000".parse()?;
//! let request = || {
//!     let mut request = Request::new(());
//!     // As the server puts it there.
//!     request.extensions_mut().insert(peer);
//!     request
//! };
//! for status in [StatusCode::OK, StatusCode::OK, StatusCode::TOO_MANY_REQUESTS] {
//!     let response = service.clone().oneshot(request()).await?;
//!     assert_eq!(response.status(), status);
//!     assert_eq!(
//!         response.headers()["ratelimit-policy"],
//!         r#""api-second";q=2;w=1, "api-day";q=1000;w=86400"#,
//!     );
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # How a request is judged
//!
//! 1. The [`Limit`]s of a request are those of the guard, or of its route, by
//!    [`Routes`]. One that [exempts](Limit::exempt) the request is left out.
//! 2. Each limit finds its quotas, which may depend on the
//!    [plan](Limit::dynamic), the [cost](Limit::cost_by), and the [`Key`] that tells
//!    whose buckets are meant. Where a key cannot be made the request is refused: 403
//!    if nobody is authenticated, 400 if something was not sent, 503 if something is
//!    missing that should have been there. See [`KeyError`].
//! 3. The [`QuotaStore`] takes the cost from all buckets, or from none. Each is a token
//!    bucket: full to begin with, and refilled steadily.
//! 4. Where one does not hold the cost, the request is refused: 429 with
//!    `Retry-After`, rounded up and at least 1, the problem type `quota-exceeded` and
//!    the violated policies ([draft, section 5.1]); over gRPC `RESOURCE_EXHAUSTED` with
//!    `grpc-retry-pushback-ms`.
//! 5. Where the store fails, the request is refused with 503, unless
//!    [`local_share`](RateLimit::local_share) or
//!    [`insecure_fail_open`](RateLimit::insecure_fail_open) says otherwise.
//! 6. What was counted and passes finds a [`QuotaOutcome`] among its extensions, and
//!    its response gets the [`Fields`] `RateLimit` and `RateLimit-Policy` ([draft,
//!    sections 3 and 4]). A 401, a 403 or a 404, which may be a 403 in hiding, gets
//!    them only if the key is the address, the user or the credential that the request
//!    is known to come from: nobody reads another's counters by naming it ([draft,
//!    section 8.2]).
//! 7. The response may [give back](RateLimit::refund_when) what its request took.
//!
//! For logins there is a [`LoginThrottle`], as a verifier of passwords
//! ([`LoginGuard`]), as a guard ([`LoginLimit`]) or by itself; for overload there is
//! [`InFlight`].
//!
//! # Quotas in text
//!
//! `5/minute`, `5 per minute`, `10 per 2 seconds`, `100/minute burst 20`; several are
//! joined by `;`, `,` or `|`. The units are `nanosecond`, `microsecond`,
//! `millisecond`, `second`, `minute`, `hour`, `day`, `month` (30 days) and `year` (360
//! days), in the singular or the plural, and `ns`, `us`, `ms`, `s`, `sec`, `m`, `min`,
//! `h`, `hr`, `d`. [`InvalidQuota`] says where a text is wrong. A number of requests, or
//! a burst, of 0 is wrong in a text, since it refuses everything; [`Quota::new`] takes it.
//!
//! The burst is what the bucket holds, and may be more than the quota: of
//! `100/minute burst 500`, 500 requests may come at once, and then 100 in each minute. In
//! `RateLimit`, `r` is what the bucket holds, which is then more than the `q` of
//! `RateLimit-Policy`. With a burst that is less than the quota, `r` never reaches `q`.
//!
//! # What it does not do
//!
//! - Find the client. That is [`FindClient`]'s, and without it a limit by
//!   [`Key::client`] is 503.
//! - Count together on several machines: [`MemoryQuotaStore`] counts on one. A
//!   [`QuotaStore`] over a network has timeouts of its own; a guard waits as long as
//!   its store does.
//! - Wait for a store on the way out: see [`RateLimit::spawn_refunds`].
//! - Queue requests, or slow down bodies.
//! - Tell apart clients that share an address, as behind the NAT of a carrier.
//!
//! # Crate features
//!
//! - `axum`: hands handlers the [`QuotaOutcome`] as an argument.
//! - `serde`: `RateLimitSettings`, with limits by route, and `BruteForceSettings`, read
//!   from a file or the environment.
//!
//! [`FindClient`]: bartizan_core::FindClient
//! [draft, section 5.1]: https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-10#section-5.1
//! [draft, sections 3 and 4]: https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-10#section-3
//! [draft, section 8.2]: https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-10#section-8.2

#![cfg_attr(docsrs, feature(doc_cfg))]

mod brute_force;
#[cfg(feature = "axum")]
mod extract;
mod fields;
mod gcra;
mod guard;
mod key;
mod outcome;
mod quota;
mod routes;
#[cfg(feature = "serde")]
mod settings;
mod status;
mod store;

#[cfg(feature = "serde")]
pub use self::brute_force::BruteForceSettings;
pub use self::brute_force::{
    LoginAttempt, LoginGuard, LoginLimit, LoginQuotas, LoginRefused, LoginResult, LoginThrottle,
    Trial,
};
pub use self::fields::{Fields, LegacyReset};
pub use self::gcra::Bucket;
pub use self::guard::{
    Admission, InFlight, InvalidLimits, InvalidNetwork, Limit, Permit, Plan, RateLimit, Refund,
};
pub use self::key::{InvalidKey, InvalidPrefix, Key, KeyBytes, KeyError};
pub use self::outcome::{QuotaOutcome, QuotaState};
pub use self::quota::{InvalidQuota, Quota, Quotas};
pub use self::routes::{InvalidRoutes, RouteTable, Routes};
#[cfg(feature = "serde")]
pub use self::settings::{RateLimitSettings, RouteLimitSettings};
pub use self::store::{Allowance, BucketState, Charge, MemoryQuotaStore, QuotaStore, Taken};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
