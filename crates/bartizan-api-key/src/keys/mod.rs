mod issue;
mod issued;
mod owned;
mod room;
mod rotate;
mod verify;

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use bartizan_core::{Clock, SystemClock};
use quick_cache::sync::Cache;

pub use self::issued::IssuedKey;
pub use self::owned::OwnerKeys;
use crate::hmac::TAG_LEN;
use crate::unknown::UnknownIds;
use crate::{KeyFormat, KeyId, PepperRing};

/// Issues, lists, finds, rotates, revokes and verifies keys, over an
/// [`ApiKeyStore`](crate::ApiKeyStore).
///
/// [`ApiKey`](crate::ApiKey) is the scheme that finds keys in requests.
///
/// # Example
///
/// ```
/// use bartizan_api_key::{ApiKeys, KeyFormat, KeyGrant, MemoryApiKeyStore, PepperRing};
/// use bartizan_secret::SecretBytes;
///
/// # tokio_test::block_on(async {
/// let pepper = SecretBytes::from(vec![7; 32]);
/// let keys = ApiKeys::new(
///     KeyFormat::new("acme", "live")?,
///     PepperRing::new("2026-01", &pepper)?,
///     MemoryApiKeyStore::new(),
/// );
///
/// let issued = keys.issue(KeyGrant::new("alice", "ci").scope("items:read")).await?;
/// assert!(issued.key().expose_secret().starts_with("acme_live_"));
///
/// let principal = keys.verify(issued.key().expose_secret(), None).await?;
/// assert_eq!(principal.subject(), "alice");
///
/// keys.revoke(issued.record().id()).await?;
/// assert!(keys.verify(issued.key().expose_secret(), None).await.is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[must_use]
pub struct ApiKeys<S> {
    format: KeyFormat,
    /// Bound to the format.
    peppers: PepperRing,
    store: S,
    clock: Arc<dyn Clock>,
    max_per_owner: NonZeroUsize,
    unknown: UnknownIds,
    /// When the last use of a key was written, where records do not keep it.
    touched: Cache<KeyId, u64>,
    /// What the hash of a key that does not exist is compared with.
    dummy: [u8; TAG_LEN],
}

impl<S> ApiKeys<S> {
    /// Default of [`max_per_owner`](Self::max_per_owner).
    pub const DEFAULT_MAX_PER_OWNER: NonZeroUsize = NonZeroUsize::new(100).unwrap();
    /// Default of [`remember_unknown`](Self::remember_unknown): ids.
    pub const DEFAULT_UNKNOWN_IDS: NonZeroUsize = NonZeroUsize::new(10_000).unwrap();
    /// Default of [`remember_unknown`](Self::remember_unknown): time.
    pub const DEFAULT_UNKNOWN_LIFETIME: Duration = Duration::from_secs(30);

    /// Manages the keys of this `format` in `store`.
    ///
    /// Hashes are bound to the format: what has another prefix or environment in the
    /// same store is never good here, whatever its owner makes of it.
    pub fn new(format: KeyFormat, peppers: PepperRing, store: S) -> Self {
        Self {
            peppers: peppers.bound_to(&format),
            format,
            store,
            clock: Arc::new(SystemClock),
            max_per_owner: Self::DEFAULT_MAX_PER_OWNER,
            unknown: UnknownIds::new(Self::DEFAULT_UNKNOWN_IDS, Self::DEFAULT_UNKNOWN_LIFETIME),
            touched: Cache::new(TOUCHED),
            dummy: [0; TAG_LEN],
        }
    }

    /// Reads the time from `clock`.
    pub fn clock(self, clock: impl Clock) -> Self {
        Self {
            clock: Arc::new(clock),
            ..self
        }
    }

    /// Limits the live keys of one owner. Default: 100.
    ///
    /// A key that was replaced does not count beside the one that has taken its place,
    /// so that a key can be rotated at the limit, too. When there are as many keys as
    /// that, the one that was revoked or expired first is removed for the next; never
    /// are more than twice as many kept, live or not. Keys that are issued at the same
    /// time may exceed it.
    pub fn max_per_owner(self, keys: NonZeroUsize) -> Self {
        Self {
            max_per_owner: keys,
            ..self
        }
    }

    /// Sets how many ids that the store was asked for in vain are remembered, and for
    /// how long: the store is not asked for them meanwhile. Default: 10 000, for 30
    /// seconds.
    ///
    /// A store in memory is always asked. Ids that are issued here are known at once.
    /// What another instance of the service issues is unknown here for that time only
    /// if it was asked for before the store knew it: nobody guesses an id, but a store
    /// that reads from a copy that lags lets a client meet a new key too early, which
    /// is then answered 401 until the time is over. Read from where is written, or keep
    /// the time shorter than clients wait.
    pub fn remember_unknown(self, ids: NonZeroUsize, lifetime: Duration) -> Self {
        Self {
            unknown: UnknownIds::new(ids, lifetime),
            ..self
        }
    }

    /// Returns how keys are spelt.
    #[must_use]
    pub const fn format(&self) -> &KeyFormat {
        &self.format
    }

    /// Returns the store.
    #[must_use]
    pub const fn store(&self) -> &S {
        &self.store
    }
}

/// Keys whose last use is remembered, where records do not keep it: those of stores
/// that are not in memory.
const TOUCHED: usize = 10_000;

impl<S> fmt::Debug for ApiKeys<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKeys")
            .field("format", &self.format)
            .field("peppers", &self.peppers)
            .field("max_per_owner", &self.max_per_owner)
            .field("unknown", &self.unknown)
            .finish_non_exhaustive()
    }
}
