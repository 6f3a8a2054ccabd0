use super::sync::{AtomicU64, Ordering, WAYS};
use super::word::{Tag, Word};

/// Buckets that share a cache line.
///
/// A bucket is one word and changes in one compare-and-swap. What is new comes in by
/// the first slot only, so that two threads that bring the same key meet there and
/// one of them starts over. Who is in the first slot is copied to another one before:
/// whoever reads the slots in order and misses him in the first finds him further on.
/// A copy that was made in vain can stay behind for a moment. It owes no more than the
/// bucket itself, hence the one that owes most counts.
#[derive(Debug, Default)]
#[repr(align(64))]
pub(super) struct Set([AtomicU64; WAYS]);

/// The slots of a set as they were read, in order.
pub(super) type Slots = [Word; WAYS];

/// Where a key is, or could be put.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// Its bucket.
    Found { slot: usize, word: Word },
    /// A slot without a bucket, or with one that is full and says nothing.
    Free { slot: usize },
    /// All slots are taken; this one is full soonest, in so many nanoseconds.
    Taken { slot: usize, left: u64 },
}

impl Set {
    #[inline]
    pub(super) fn read(&self) -> Slots {
        self.0
            .each_ref()
            .map(|slot| Word(slot.load(Ordering::Acquire)))
    }

    /// Looks for the one word with the tag; `None` where there is none, or a copy too.
    #[inline]
    pub(super) fn seek(&self, tag: Tag) -> Option<Place> {
        let slots = self.read();
        let marked = marked(&slots, tag);
        let slot = marked.trailing_zeros() as usize;
        let word = *slots.get(slot)?;
        // No other bit than that of the slot.
        (marked & (marked - 1) == 0).then_some(Place::Found { slot, word })
    }

    /// Puts a word where one was found; fails when that has changed meanwhile.
    #[inline]
    pub(super) fn replace(&self, slot: usize, old: Word, new: Word) -> bool {
        let slot = self.0.get(slot);
        slot.is_some_and(|slot| {
            slot.compare_exchange(old.0, new.0, Ordering::AcqRel, Ordering::Acquire)
                .is_ok()
        })
    }

    /// Puts a new word into the first slot, in return for the one in `slot`; fails when
    /// either has changed since the slots were read.
    pub(super) fn enter(&self, slots: &Slots, slot: usize, new: Word) -> bool {
        let (Some(&first), Some(&old)) = (slots.first(), slots.get(slot)) else {
            return false;
        };
        if slot == 0 {
            return self.replace(0, first, new);
        }
        if !self.replace(slot, old, first) {
            return false;
        }
        let entered = self.replace(0, first, new);
        if !entered {
            self.replace(slot, first, old);
        }
        entered
    }
}

impl Place {
    pub(super) fn find(slots: &Slots, tag: Tag, tick: u64, nanos: u64) -> Self {
        match Self::most(slots, tag, tick) {
            Some((slot, word)) => Self::Found { slot, word },
            None => Self::make(slots, nanos),
        }
    }

    fn most(slots: &Slots, tag: Tag, tick: u64) -> Option<(usize, Word)> {
        if marked(slots, tag) == 0 {
            return None;
        }
        let marked = slots.iter().copied().enumerate();
        let marked = marked.filter(|(_, word)| tag.marks(*word));
        // The first of equals: a copy is further on, and not in use.
        marked.rev().max_by_key(|(_, word)| word.ticks_left(tick))
    }

    fn make(slots: &Slots, nanos: u64) -> Self {
        let mut least = (0, u64::MAX);
        for (slot, word) in slots.iter().enumerate() {
            match word.nanos_left(nanos) {
                0 => return Self::Free { slot },
                left if left < least.1 => least = (slot, left),
                _ => {}
            }
        }
        let (slot, left) = least;
        Self::Taken { slot, left }
    }
}

/// Returns which slots have the tag, a bit for each.
#[inline]
fn marked(slots: &Slots, tag: Tag) -> u32 {
    let mut marked = 0;
    for (slot, word) in slots.iter().enumerate() {
        marked |= u32::from(tag.marks(*word)) << slot;
    }
    marked
}
