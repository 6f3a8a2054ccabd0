//! API keys that are shown once, stored as keyed hashes, and found in any tower
//! service's requests.
//!
//! Stops what key checks of one's own let through: a stolen database that is a list of
//! working keys, keys in URLs and so in logs, one key for all rights and for ever, a
//! key of the test system that works in production, answers that tell a revoked key
//! from a wrong one, and floods of made-up keys that reach the database.
//!
//! # Example
//!
//! ```
//! use bartizan_api_key::{ApiKey, ApiKeys, KeyFormat, KeyGrant, MemoryApiKeyStore, PepperRing};
//! use bartizan_core::{Authenticate, GuardLayer, Principal};
//! use bartizan_secret::SecretBytes;
//! use http::{Request, Response, StatusCode};
//! use tower::{Layer, ServiceExt, service_fn};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let pepper = SecretBytes::from(vec![7; 32]);
//! let keys = ApiKeys::new(
//!     KeyFormat::new("acme", "live")?,
//!     PepperRing::new("2026-01", &pepper)?,
//!     MemoryApiKeyStore::new(),
//! );
//! let issued = keys.issue(KeyGrant::new("alice", "nightly export").role("reader")).await?;
//!
//! let guard = Authenticate::required(ApiKey::new(keys));
//! let service = GuardLayer::new(guard).layer(service_fn(|request: Request<()>| async move {
//!     let principal = request.extensions().get::<Principal>().cloned();
//!     Ok::<_, std::convert::Infallible>(Response::new(
//!         principal.map(|principal| principal.subject().to_owned()).unwrap_or_default(),
//!     ))
//! }));
//!
//! let request = Request::get("/").header("x-api-key", issued.key().expose_secret()).body(())?;
//! assert_eq!(service.clone().oneshot(request).await?.body(), "alice");
//!
//! let request = Request::get("/").header("x-api-key", "acme_live_made_up").body(())?;
//! let refused = service.oneshot(request).await?;
//! assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
//! assert_eq!(refused.headers()["www-authenticate"], r#"ApiKey realm="api""#);
//! # Ok(())
//! # }
//! ```
//!
//! # How a request is judged
//!
//! 1. A key is looked for in the places that [`ApiKey::locators`] lists, `X-API-Key`
//!    alone by default. Without one, the credentials are absent. A key in another
//!    place is not seen, so that none works from a URL unless
//!    [`Locator::insecure_query`] allows it ([ASVS 14.2.1]).
//! 2. Keys in two places, and two keys in one, are 400, also if they are the same:
//!    two readers may choose differently.
//! 3. The text must be a key of this [`KeyFormat`]: prefix, environment, length,
//!    letters and digits, and the CRC-32 at its end. What is not is 401, and the store
//!    does not hear of it. A checksum keeps away typing errors and random texts, no
//!    one who knows how it is made.
//! 4. The store is asked for the public id. If it fails, so does the check: 503, never
//!    "denied". Ids that a store elsewhere does not know are remembered for a while,
//!    in a table of fixed size, and answered without it: sooner than the first time,
//!    which tells that the id was asked for before, and nothing of any key. A store
//!    that lags behind what was issued makes a new key 401 for as long
//!    ([`ApiKeys::remember_unknown`]).
//! 5. The HMAC-SHA-256 of id and secret, under the pepper that the stored hash names,
//!    bound to prefix and environment, is compared with the stored one in constant time
//!    ([ASVS 11.2.4]). For an unknown id there is the same computation and comparison,
//!    in vain; so there is for a hash under a pepper that is not on the [`PepperRing`],
//!    and the answer is the same. The time that the store takes is the store's: one that
//!    finds faster than it misses tells which ids there are. Ids are no secrets.
//! 6. Only then is the record looked at: environment, revocation, expiry, and the
//!    networks that the key may be used from. These are compared with the
//!    [`ClientAddr`](bartizan_core::ClientAddr) that
//!    [`FindClient`](bartizan_core::FindClient) has left; a key with networks is
//!    refused where the client is not known.
//! 7. All that is wrong with a key is one answer: 401 with a challenge, and not a word
//!    on the reason, which the log has ([`KeyError`]).
//! 8. The [`Principal`](bartizan_core::Principal) is the record's own, shared by all
//!    requests. The key is taken from the request; from a cookie or the query, the
//!    rest of which stays. The copy of the URL that axum's router keeps is found with
//!    the feature `axum` of `bartizan-core`, and a `Referer` field is left as it is:
//!    see [`Locator::insecure_query`]. The last use of the key is noted, once a minute,
//!    without waiting.
//!
//! A key is 178 random bits of the operating system's, so that its hash needs no salt
//! and no slow function ([ASVS 6.5.2]): the HMAC costs two blocks of SHA-256, as many
//! as a plain hash of the whole key does.
//!
//! # Rotation, and other changes
//!
//! - [`ApiKeys::rotate`] issues a second key. Both are good until a chosen time; a
//!   third one is not issued before the first has ended. The store does it in one step,
//!   and not for a key that was revoked meanwhile.
//! - [`ApiKeys::revoke`] counts for the next request: nothing that is good is cached
//!   here.
//! - Peppers are changed by [`PepperRing::old`].
//! - [`OwnerKeys`] is for endpoints where owners manage keys of their own.
//! - [`Scanner`] has the patterns for secret scanners, so that a key in a repository
//!   is found by others than thieves.
//!
//! # What it does not do
//!
//! - Stand for a user. A key says which client calls ([API2:2023]), and whoever has it
//!   is that client. What needs a person needs a login; a policy that demands one
//!   recently passed refuses every key.
//! - Refuse plain text: see Basic, which says how.
//! - Limit guessing. 178 bits are not guessed, but requests that try cost something: a
//!   rate limit by address in front.
//! - Guard a cookie against cross-site requests, or wipe keys from the logs of
//!   proxies in front. `bartizan-secret` masks keys of this format in logs of ours.
//! - Keep keys beyond the process: [`MemoryApiKeyStore`] is the only store here, and
//!   [`ApiKeyStore`] the trait for others.
//!
//! # Crate features
//!
//! None is on by default.
//!
//! - `serde`: `ApiKeySettings`, which makes the scheme of a configuration, and
//!   `Serialize` for [`KeyRecord`], without the hash.
//!
//! [API2:2023]: https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/
//! [ASVS 6.5.2]: https://github.com/OWASP/ASVS/tree/v5.0.0
//! [ASVS 11.2.4]: https://github.com/OWASP/ASVS/tree/v5.0.0
//! [ASVS 14.2.1]: https://github.com/OWASP/ASVS/tree/v5.0.0

#![cfg_attr(docsrs, feature(doc_cfg))]

mod base62;
mod error;
mod format;
mod grant;
mod hash;
mod hmac;
mod id;
mod keys;
mod locator;
mod pepper;
mod record;
mod scanner;
mod scheme;
#[cfg(feature = "serde")]
mod serde;
#[cfg(feature = "serde")]
mod settings;
mod store;
mod unknown;

pub use self::error::{KeyError, KeySyntax, ManageError};
pub use self::format::{InvalidFormat, KeyFormat};
pub use self::grant::{InvalidGrant, KeyGrant};
pub use self::hash::{InvalidKeyHash, KeyHash};
pub use self::id::{InvalidKeyId, KeyId};
pub use self::keys::{ApiKeys, IssuedKey, OwnerKeys};
pub use self::locator::{InvalidLocator, Locator};
pub use self::pepper::{PepperError, PepperId, PepperRing};
pub use self::record::KeyRecord;
pub use self::scanner::Scanner;
pub use self::scheme::ApiKey;
#[cfg(feature = "serde")]
pub use self::settings::{ApiKeySettings, StoredKeySettings};
pub use self::store::{ApiKeyStore, Insertion, KeyPage, MemoryApiKeyStore, Replacement};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
