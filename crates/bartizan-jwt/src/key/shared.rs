use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::{ArcSwap, Guard};

use super::{HmacKey, KeySet, VerifyingKey};

/// A [`KeySet`] that can be replaced while requests are judged.
///
/// Clones share the set. A replaced set is gone at once: tokens whose key is no
/// longer there are refused from then on, also those that were verified before
/// and lie in a [`Bearer`](crate::Bearer)'s cache.
#[derive(Clone, Debug)]
pub struct SharedKeySet(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    current: ArcSwap<Current>,
    /// That of `current`: what was verified under another is void. It stands here
    /// too, since reading it costs a request less than borrowing the set.
    generation: AtomicU64,
    replacing: Mutex<()>,
}

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
        let current = Current::new(keys);
        Self(Arc::new(Shared {
            generation: AtomicU64::new(current.generation),
            current: ArcSwap::from_pointee(current),
            replacing: Mutex::new(()),
        }))
    }

    /// Replaces the keys. Once this returns, no request is judged by the old ones.
    pub fn replace(&self, keys: KeySet) {
        // One at a time, so that set and number do not come from two callers.
        let _one = self
            .0
            .replacing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let new = Arc::new(Current::new(keys));
        let generation = new.generation;
        self.0.current.store(new);
        self.0.generation.store(generation, Ordering::Release);
    }

    /// Returns the keys of now.
    #[must_use]
    pub fn keys(&self) -> KeySet {
        self.current().keys.clone()
    }

    pub(crate) fn current(&self) -> Guard<Arc<Current>> {
        self.0.current.load()
    }

    pub(crate) fn generation(&self) -> u64 {
        self.0.generation.load(Ordering::Acquire)
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
