use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Keys that are marked for a time, in memory that is fixed when it is built.
///
/// In a full set, the mark that would go soonest gives way. A mark is told by 64 bits of
/// a keyed hash: a key that is not marked is taken for one that is with a probability of
/// 4 in 2^64. A [`QuotaStore`](crate::QuotaStore) could not keep them: in doubt it takes
/// a bucket for emptier than it is, and a stranger would be taken for known.
pub(super) struct Marks {
    sets: Box<[Mutex<Set>]>,
    which: RandomState,
    tag: RandomState,
    time: Duration,
}

/// For each mark the tag, and the second of Unix time at which it ends.
type Set = [(u64, u64); 4];

impl Marks {
    /// Creates room for about as many `keys`, which are marked for `time`.
    pub(super) fn new(keys: usize, time: Duration) -> Self {
        let sets = keys.div_ceil(2).clamp(1, 1 << 24);
        Self {
            sets: (0..sets).map(|_| Mutex::default()).collect(),
            which: RandomState::new(),
            tag: RandomState::new(),
            time,
        }
    }

    /// Returns whether `key` is marked.
    pub(super) fn holds(&self, key: &[u8], now: SystemTime) -> bool {
        let (tag, now) = (self.tag.hash_one(key), seconds(now));
        self.with(key, |set| {
            set.iter().any(|(other, end)| *other == tag && *end > now)
        })
    }

    /// Marks `key`, anew if it is marked.
    pub(super) fn put(&self, key: &[u8], now: SystemTime) {
        let tag = self.tag.hash_one(key);
        let partial = u64::from(self.time.subsec_nanos() > 0);
        let time = self.time.as_secs().saturating_add(partial);
        let end = seconds(now).saturating_add(time);
        self.with(key, |set| {
            let at = set.iter().position(|(other, _)| *other == tag);
            let slot = match at {
                Some(at) => set.get_mut(at),
                None => set.iter_mut().min_by_key(|(_, end)| *end),
            };
            if let Some(slot) = slot {
                *slot = (tag, end);
            }
        });
    }

    /// Takes the mark of `key` away.
    pub(super) fn remove(&self, key: &[u8]) {
        let tag = self.tag.hash_one(key);
        self.with(key, |set| {
            for slot in set.iter_mut().filter(|(other, _)| *other == tag) {
                *slot = (0, 0);
            }
        });
    }

    fn with<T: Default>(&self, key: &[u8], work: impl FnOnce(&mut Set) -> T) -> T {
        let sets = u64::try_from(self.sets.len()).unwrap_or(u64::MAX);
        let at = usize::try_from(self.which.hash_one(key) % sets);
        let set = at.ok().and_then(|at| self.sets.get(at));
        set.map_or_else(T::default, |set| {
            work(&mut set.lock().unwrap_or_else(PoisonError::into_inner))
        })
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs()
}

impl fmt::Debug for Marks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Marks").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_marked_for_a_time() {
        let marks = Marks::new(8, Duration::from_secs(10));
        let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        assert!(!marks.holds(b"a", now));
        marks.put(b"a", now);
        assert!(marks.holds(b"a", now + Duration::from_secs(9)));
        assert!(!marks.holds(b"b", now));
        assert!(!marks.holds(b"a", now + Duration::from_secs(10)));
        marks.put(b"a", now + Duration::from_secs(20));
        assert!(marks.holds(b"a", now + Duration::from_secs(29)));
        marks.remove(b"a");
        assert!(!marks.holds(b"a", now + Duration::from_secs(20)));
    }

    #[test]
    fn a_key_can_be_marked_for_ever() {
        let marks = Marks::new(8, Duration::MAX);
        let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        marks.put(b"a", now);
        assert!(marks.holds(b"a", now + Duration::from_secs(1 << 40)));
    }

    #[test]
    fn a_flood_of_keys_marks_no_other_and_takes_no_more_room() {
        let marks = Marks::new(100, Duration::from_secs(10));
        let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        for key in 0..10_000_u32 {
            marks.put(&key.to_le_bytes(), now);
        }
        let held = (0..10_000_u32).filter(|key| marks.holds(&key.to_le_bytes(), now));
        assert!(held.count() <= 200);
        assert!((10_000..20_000_u32).all(|key| !marks.holds(&key.to_le_bytes(), now)));
    }
}
