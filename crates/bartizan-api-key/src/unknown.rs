use std::fmt;
use std::num::NonZeroUsize;
use std::time::{Duration, SystemTime};

use quick_cache::sync::Cache;

use crate::KeyId;

/// Ids that a store was asked for in vain, so that a flood of requests with one of
/// them asks it once.
///
/// Holds a fixed number of ids, each for a limited time.
pub(crate) struct UnknownIds {
    until: Cache<KeyId, SystemTime>,
    lifetime: Duration,
}

impl UnknownIds {
    pub(crate) fn new(capacity: NonZeroUsize, lifetime: Duration) -> Self {
        Self {
            until: Cache::new(capacity.get()),
            lifetime,
        }
    }

    pub(crate) fn has(&self, id: KeyId, now: SystemTime) -> bool {
        let Some(until) = self.until.get(&id) else {
            return false;
        };
        // A clock that was set back must not make an id unknown for longer.
        let from = until.checked_sub(self.lifetime);
        if now < until && from.is_none_or(|from| from <= now) {
            return true;
        }
        self.until.remove(&id);
        false
    }

    pub(crate) fn insert(&self, id: KeyId, now: SystemTime) {
        if let Some(until) = now.checked_add(self.lifetime) {
            self.until.insert(id, until);
        }
    }

    pub(crate) fn remove(&self, id: KeyId) {
        self.until.remove(&id);
    }
}

impl fmt::Debug for UnknownIds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnknownIds")
            .field("capacity", &self.until.capacity())
            .field("lifetime", &self.lifetime)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_no_more_than_its_capacity() {
        let unknown = unknown();
        for _ in 0..10_000 {
            unknown.insert(KeyId::random().unwrap(), at(0));
        }
        assert!(unknown.until.len() <= 16, "{}", unknown.until.len());
    }

    #[test]
    fn forgets_after_a_while_and_when_the_clock_is_set_back() {
        let unknown = unknown();
        let id = KeyId::random().unwrap();
        for (now, has) in [(100, true), (129, true), (130, false), (99, false)] {
            unknown.insert(id, at(100));
            assert_eq!(unknown.has(id, at(now)), has, "{now}");
        }
        unknown.insert(id, at(100));
        unknown.remove(id);
        assert!(!unknown.has(id, at(100)));
    }

    fn unknown() -> UnknownIds {
        UnknownIds::new(NonZeroUsize::new(16).unwrap(), Duration::from_secs(30))
    }

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }
}
