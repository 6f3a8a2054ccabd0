use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::{ArcSwap, Guard};

use super::{HmacKey, KeySet, VerifyingKey};

/// A [`KeySet`] that can be replaced while requests are judged.
///
/// Clones share the set. A replaced set is gone at once: tokens whose key is no
/// longer there are refused from then on, also those that were verified before
/// and lie in a [`Bearer`](crate::Bearer)'s cache.
#[derive(Clone, Debug)]
pub struct SharedKeySet(Arc<ArcSwap<Current>>);

/// A key set, and the number that no other has.
#[derive(Debug)]
pub(crate) struct Current {
    pub(crate) keys: KeySet,
    pub(crate) generation: u64,
}

impl SharedKeySet {
    /// Creates a shared set that holds `keys` for now.
    #[must_use]
    pub fn new(keys: KeySet) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(Current::new(keys))))
    }

    /// Replaces the keys.
    pub fn replace(&self, keys: KeySet) {
        self.0.store(Arc::new(Current::new(keys)));
    }

    /// Returns the keys of now.
    #[must_use]
    pub fn keys(&self) -> KeySet {
        self.current().keys.clone()
    }

    pub(crate) fn current(&self) -> Guard<Arc<Current>> {
        self.0.load()
    }
}

impl Current {
    fn new(keys: KeySet) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self {
            keys,
            generation: NEXT.fetch_add(1, Ordering::Relaxed),
        }
    }
}

impl From<KeySet> for SharedKeySet {
    fn from(keys: KeySet) -> Self {
        Self::new(keys)
    }
}

impl From<VerifyingKey> for SharedKeySet {
    fn from(key: VerifyingKey) -> Self {
        Self::new(key.into())
    }
}

impl From<HmacKey> for SharedKeySet {
    fn from(key: HmacKey) -> Self {
        Self::new(VerifyingKey::from(key).into())
    }
}
