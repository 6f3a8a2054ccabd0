use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Keys that are marked for a time, in memory that is fixed when it is built.
///
/// Each belongs to a group, which has [`MOST`] marks at the most: with one more, its own
/// that would go soonest gives way. Where there is no room, a mark of the group that has
/// most of those in its set gives way, and that which would go soonest among equals: who
/// has many drives out its own before it drives out others'.
///
/// A mark is told by 64 bits of a keyed hash, and those of its group: a key that is not
/// marked is taken for one of the same group that is with a probability of 8 in 2^64. A
/// [`QuotaStore`](crate::QuotaStore) could not keep them: in doubt it takes a bucket for
/// emptier than it is, and a stranger would be taken for known.
pub(super) struct Marks {
    sets: Box<[Mutex<Set>]>,
    which: RandomState,
    tag: RandomState,
    time: Duration,
}

/// How many keys of a group are marked, at most.
pub(super) const MOST: usize = 8;

/// All marks of a group are in one set.
type Set = [Mark; 16];

#[derive(Clone, Copy, Default, Eq, PartialEq)]
struct Mark {
    group: u64,
    key: u64,
    /// The second of Unix time at which it ends.
    end: u64,
    /// How often it was put.
    times: u32,
}

impl Marks {
    /// Creates room for about as many `keys`, which are marked for `time`.
    pub(super) fn new(keys: usize, time: Duration) -> Self {
        let sets = keys.div_ceil(8).clamp(1, 1 << 22);
        Self {
            sets: (0..sets).map(|_| Mutex::default()).collect(),
            which: RandomState::new(),
            tag: RandomState::new(),
            time,
        }
    }

    /// Returns how often `key` of `group` was marked since it last was not.
    pub(super) fn times(&self, group: &[u8], key: &[u8], now: SystemTime) -> u32 {
        let (wanted, now) = (self.mark(group, key, 0), seconds(now));
        self.with(group, |set| {
            let mut marks = set.iter().filter(|mark| mark.end > now);
            let mark = marks.find(|mark| mark.is_of(&wanted));
            mark.map_or(0, |mark| mark.times)
        })
    }

    /// Marks `key` of `group`, anew if it is marked.
    pub(super) fn put(&self, group: &[u8], key: &[u8], now: SystemTime) {
        let partial = u64::from(self.time.subsec_nanos() > 0);
        let time = self.time.as_secs().saturating_add(partial);
        let now = seconds(now);
        let new = self.mark(group, key, now.saturating_add(time));
        self.with(group, |set| {
            let others = *set;
            let slot = match set.iter().position(|mark| mark.is_of(&new)) {
                Some(at) => set.get_mut(at),
                None => set
                    .iter_mut()
                    .min_by_key(|mark| mark.rank(&new, &others, now)),
            };
            if let Some(slot) = slot {
                let is_on = slot.is_of(&new) && slot.end > now;
                let before = if is_on { slot.times } else { 0 };
                let times = before.saturating_add(1);
                *slot = Mark { times, ..new };
            }
        });
    }

    fn mark(&self, group: &[u8], key: &[u8], end: u64) -> Mark {
        let (group, key) = (self.tag.hash_one(group), self.tag.hash_one(key));
        let times = 0;
        Mark {
            group,
            key,
            end,
            times,
        }
    }

    fn with<T: Default>(&self, group: &[u8], work: impl FnOnce(&mut Set) -> T) -> T {
        let sets = u64::try_from(self.sets.len()).unwrap_or(u64::MAX);
        let at = usize::try_from(self.which.hash_one(group) % sets);
        let set = at.ok().and_then(|at| self.sets.get(at));
        set.map_or_else(T::default, |set| {
            work(&mut set.lock().unwrap_or_else(PoisonError::into_inner))
        })
    }
}

impl Mark {
    const fn is_of(&self, other: &Self) -> bool {
        self.group == other.group && self.key == other.key
    }

    /// The lowest among `set` gives way to `new`.
    fn rank(&self, new: &Self, set: &Set, now: u64) -> (bool, usize, u64) {
        let is_there = |mark: &&Self| mark.end > now;
        let count = |group: u64| {
            let of_group = set.iter().filter(is_there);
            of_group.filter(|mark| mark.group == group).count()
        };
        if count(new.group) >= MOST {
            (self.group != new.group, 0, self.end)
        } else if self.end <= now {
            (false, 0, self.end)
        } else {
            (true, set.len() - count(self.group), self.end)
        }
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

    fn after(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_700_000_000 + seconds)
    }

    impl Marks {
        fn holds(&self, group: &[u8], key: &[u8], now: SystemTime) -> bool {
            self.times(group, key, now) > 0
        }
    }

    #[test]
    fn it_is_counted_how_often_a_key_was_marked() {
        let marks = Marks::new(8, Duration::from_secs(10));
        for (at, expected) in [(0, 1), (5, 2), (14, 3), (24, 1), (30, 2)] {
            marks.put(b"a", b"1", after(at));
            assert_eq!(marks.times(b"a", b"1", after(at)), expected, "{at}");
        }
        assert_eq!(marks.times(b"a", b"2", after(30)), 0);
        assert_eq!(marks.times(b"a", b"1", after(40)), 0);
    }

    #[test]
    fn a_key_is_marked_for_a_time() {
        let marks = Marks::new(8, Duration::from_secs(10));
        assert!(!marks.holds(b"a", b"1", after(0)));
        marks.put(b"a", b"1", after(0));
        assert!(marks.holds(b"a", b"1", after(9)));
        assert!(!marks.holds(b"a", b"2", after(0)));
        assert!(!marks.holds(b"b", b"1", after(0)));
        assert!(!marks.holds(b"a", b"1", after(10)));
        marks.put(b"a", b"1", after(20));
        assert!(marks.holds(b"a", b"1", after(29)));
    }

    #[test]
    fn a_key_can_be_marked_for_ever() {
        let marks = Marks::new(8, Duration::MAX);
        marks.put(b"a", b"1", after(0));
        assert!(marks.holds(b"a", b"1", after(1 << 40)));
    }

    #[test]
    fn a_flood_of_keys_marks_no_other_and_takes_no_more_room() {
        let marks = Marks::new(100, Duration::from_secs(10));
        for key in 0..10_000_u32 {
            marks.put(&key.to_le_bytes(), &key.to_le_bytes(), after(0));
        }
        let holds = |key: &u32| marks.holds(&key.to_le_bytes(), &key.to_le_bytes(), after(0));
        assert!((0..10_000).filter(holds).count() <= 208);
        assert!((10_000..20_000).all(|key| !holds(&key)));
    }

    #[test]
    fn a_group_drives_out_none_but_its_own() {
        let marks = Marks::new(1, Duration::from_secs(10));
        for group in 0..8_u8 {
            marks.put(&[group], b"1", after(0));
        }
        for key in 0..1000_u32 {
            marks.put(b"greedy", &key.to_le_bytes(), after(1));
        }
        assert!((0..8_u8).all(|group| marks.holds(&[group], b"1", after(2))));
        let held = |key: &u32| marks.holds(b"greedy", &key.to_le_bytes(), after(2));
        assert_eq!((0..1000).filter(held).count(), MOST);
    }

    #[test]
    fn in_a_full_set_the_group_that_has_most_gives_way() {
        let marks = Marks::new(1, Duration::from_secs(10));
        marks.put(b"old", b"1", after(0));
        for key in 0..8_u8 {
            marks.put(b"greedy", &[key], after(1));
        }
        for group in 0..7_u8 {
            marks.put(&[group], b"1", after(2));
        }
        // The set is full; one of eight, the oldest of them, goes for each that comes.
        for group in 7..14_u8 {
            marks.put(&[group], b"1", after(3));
        }
        let held = |key: &u8| marks.holds(b"greedy", &[*key], after(4));
        assert_eq!((0..8).filter(held).count(), 1);
        assert!(marks.holds(b"old", b"1", after(4)));
        // Among equals, that which would go soonest.
        marks.put(b"new", b"1", after(4));
        assert!(!marks.holds(b"old", b"1", after(4)));
    }

    #[test]
    fn a_mark_that_has_ended_gives_way_before_any_other() {
        let marks = Marks::new(1, Duration::from_secs(10));
        for group in 0..15_u8 {
            marks.put(&[group], b"1", after(5));
        }
        marks.put(b"ended", b"1", after(0));
        marks.put(b"new", b"1", after(10));
        assert!((0..15_u8).all(|group| marks.holds(&[group], b"1", after(11))));
        assert!(marks.holds(b"new", b"1", after(11)));
    }
}
