use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::num::NonZeroUsize;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::SystemTime;

use bartizan_core::{BoxError, Reply};

use super::hash::IdHash;
use super::{ApiKeyStore, Insertion, KeyPage, Replacement};
use crate::{KeyId, KeyRecord};

/// Keeps keys in memory, up to a capacity.
///
/// Requests read one of several parts of a table, each under a lock that readers
/// share; who writes changes one part, for the time of one insertion.
pub struct MemoryApiKeyStore {
    capacity: usize,
    parts: Box<[Part]>,
    /// Owner and id of every key. Whoever writes holds this lock first, so that both
    /// always say the same to the next writer.
    order: Mutex<BTreeSet<(Arc<str>, KeyId)>>,
}

type Part = RwLock<HashMap<KeyId, Arc<KeyRecord>, IdHash>>;

const PARTS: usize = 16;

impl MemoryApiKeyStore {
    /// Default of [`capacity`](Self::capacity).
    pub const DEFAULT_CAPACITY: NonZeroUsize = NonZeroUsize::new(100_000).unwrap();

    /// Creates a store without keys.
    #[must_use]
    pub fn new() -> Self {
        Self {
            capacity: Self::DEFAULT_CAPACITY.get(),
            parts: (0..PARTS).map(|_| Part::default()).collect(),
            order: Mutex::default(),
        }
    }

    /// Sets how many keys are kept: more are not issued. Default: 100 000.
    #[must_use]
    pub fn capacity(mut self, keys: NonZeroUsize) -> Self {
        self.capacity = keys.get();
        self
    }

    /// Returns how many keys there are, revoked and expired ones, too.
    #[must_use]
    pub fn len(&self) -> usize {
        self.order().len()
    }

    /// Returns whether there are no keys.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn add(&self, record: KeyRecord) -> Insertion {
        let mut order = self.order();
        let id = record.id();
        if self.get(id).is_some() {
            return Insertion::Taken;
        }
        if order.len() >= self.capacity {
            return Insertion::Full;
        }
        order.insert((record.grant().owner().into(), id));
        self.put(record);
        Insertion::Inserted
    }

    fn supersede(&self, id: KeyId, by: KeyRecord, until: SystemTime) -> Replacement {
        let mut order = self.order();
        let Some(old) = self.get(id) else {
            return Replacement::Unknown;
        };
        if !old.is_live(by.created_at()) {
            return Replacement::Ended;
        }
        if old.replaced_by().is_some() {
            return Replacement::Superseded;
        }
        if self.get(by.id()).is_some() {
            return Replacement::Taken;
        }
        if order.len() >= self.capacity {
            return Replacement::Full;
        }
        order.insert((by.grant().owner().into(), by.id()));
        self.put(KeyRecord::clone(&old).replaced(by.id(), until));
        self.put(by);
        Replacement::Replaced
    }

    fn put(&self, record: KeyRecord) {
        let mut part = self
            .part(record.id())
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        part.insert(record.id(), Arc::new(record));
    }

    fn get(&self, id: KeyId) -> Option<Arc<KeyRecord>> {
        let part = self.part(id).read();
        part.unwrap_or_else(PoisonError::into_inner)
            .get(&id)
            .cloned()
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "there are as many parts as remainders"
    )]
    fn part(&self, id: KeyId) -> &Part {
        // Ids of keys are random; others find nothing, wherever they look.
        let [.., last] = *id.bytes();
        &self.parts[usize::from(last) % PARTS]
    }

    fn order(&self) -> MutexGuard<'_, BTreeSet<(Arc<str>, KeyId)>> {
        self.order.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryApiKeyStore {
    fn default() -> Self {
        Self::new()
    }
}

impl ApiKeyStore for MemoryApiKeyStore {
    fn find(&self, id: KeyId) -> Reply<Result<Option<Arc<KeyRecord>>, BoxError>> {
        Reply::Ready(Ok(self.get(id)))
    }

    fn insert(&self, record: KeyRecord) -> Reply<Result<Insertion, BoxError>> {
        Reply::Ready(Ok(self.add(record)))
    }

    fn list(&self, page: KeyPage) -> Reply<Result<Vec<Arc<KeyRecord>>, BoxError>> {
        let least = KeyId::of([0; KeyId::LEN]);
        let first = page
            .owner()
            .map(|owner| Bound::Included((Arc::from(owner), least)));
        let after = page
            .begins_after()
            .map(|(owner, id)| Bound::Excluded((Arc::from(owner), id)));
        let start = match (first, after) {
            (Some(Bound::Included(first)), Some(Bound::Excluded(after))) if after < first => {
                Bound::Included(first)
            }
            (_, Some(after)) => after,
            (Some(first), None) => first,
            (None, None) => Bound::Unbounded,
        };
        let order = self.order();
        let records = order
            .range((start, Bound::Unbounded))
            .take_while(|(owner, _)| page.owner().is_none_or(|wanted| **owner == *wanted))
            .filter_map(|(_, id)| self.get(*id))
            .take(page.most())
            .collect();
        Reply::Ready(Ok(records))
    }

    fn revoke(&self, id: KeyId, at: SystemTime) -> Reply<Result<bool, BoxError>> {
        let _writing = self.order();
        let found = self.get(id);
        let revoked = found.map(|record| self.put(KeyRecord::clone(&record).revoked(at)));
        Reply::Ready(Ok(revoked.is_some()))
    }

    fn replace(
        &self,
        id: KeyId,
        by: KeyRecord,
        until: SystemTime,
    ) -> Reply<Result<Replacement, BoxError>> {
        Reply::Ready(Ok(self.supersede(id, by, until)))
    }

    fn remove(&self, id: KeyId) -> Reply<Result<bool, BoxError>> {
        let mut order = self.order();
        let part = self.part(id).write();
        let removed = part.unwrap_or_else(PoisonError::into_inner).remove(&id);
        if let Some(record) = &removed {
            order.remove(&(record.grant().owner().into(), id));
        }
        Reply::Ready(Ok(removed.is_some()))
    }

    /// Writes nothing: the record itself has noted it.
    fn touch(&self, _: KeyId, _: SystemTime) {}

    fn is_in_memory(&self) -> bool {
        true
    }
}

impl fmt::Debug for MemoryApiKeyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryApiKeyStore")
            .field("capacity", &self.capacity)
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}
