use super::set::{Place, Set};
use super::word::{Tag, Word};
use crate::BucketState;
use crate::quota::Pace;

/// One charge on the bucket of one key, at one time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bucket<'a> {
    set: &'a Set,
    tag: Tag,
    pace: &'a Pace,
    cost: u64,
    nanos: u64,
    tick: u64,
    units: u64,
}

/// A bucket that is there, or the debt with which it would begin.
#[derive(Clone, Copy)]
enum Debt {
    Found(u64),
    Begins(u64),
}

impl<'a> Bucket<'a> {
    #[inline(always)]
    pub(super) fn new(set: &'a Set, hash: u64, pace: &'a Pace, cost: u32, nanos: u64) -> Self {
        let tick = pace.tick(nanos);
        Self {
            set,
            tag: Tag::new(hash, pace),
            pace,
            cost: pace.cost(cost),
            nanos,
            tick,
            units: pace.units(nanos),
        }
    }

    /// Takes the cost if the bucket holds it, and returns the debt after; `Err` with the
    /// debt if it does not.
    #[inline(always)]
    pub(super) fn take(&self) -> Result<u64, u64> {
        let (before, _) = self.change(|debt| match debt {
            Debt::Begins(debt) | Debt::Found(debt) => self.with_cost(debt),
        });
        self.with_cost(before).ok_or(before)
    }

    /// Finds out what [`take`](Self::take) would answer.
    pub(super) fn peek(&self) -> Result<u64, u64> {
        let (debt, _) = self.change(|_| None);
        self.with_cost(debt).ok_or(debt)
    }

    /// Takes the cost, or what there is, and returns the debt before and after.
    pub(super) fn penalise(&self) -> (u64, u64) {
        self.change(|debt| match debt {
            Debt::Begins(debt) | Debt::Found(debt) => {
                Some(debt.saturating_add(self.cost).min(self.pace.capacity()))
            }
        })
    }

    pub(super) fn give_back(&self) {
        self.change(|debt| match debt {
            Debt::Begins(_) => None,
            Debt::Found(debt) => Some(debt.saturating_sub(self.cost)),
        });
    }

    /// Says how the bucket stands once the cost is taken, if it was.
    #[inline(always)]
    pub(super) fn taken(&self, debt: Result<u64, u64>) -> BucketState {
        match debt {
            Ok(after) => {
                let (remaining, reset) = self.left(after);
                BucketState::allowed(remaining, reset)
            }
            Err(debt) => self.state(debt, debt),
        }
    }

    /// Says how the bucket stands while nothing is taken.
    pub(super) fn untouched(&self) -> BucketState {
        let (debt, _) = self.change(|_| None);
        self.state(debt, debt)
    }

    /// Returns how many requests are left while the bucket owes `debt`, and when it is
    /// full.
    #[inline(always)]
    fn left(&self, debt: u64) -> (u32, u64) {
        let capacity = self.pace.capacity();
        let remaining = self.pace.requests(capacity.saturating_sub(debt));
        let reset = match debt {
            0 => 0,
            _ => self.pace.until(self.units + debt, self.nanos),
        };
        (remaining, reset)
    }

    /// Says what the bucket answers that owed `before` and now owes `after`.
    pub(super) fn state(&self, before: u64, after: u64) -> BucketState {
        let capacity = self.pace.capacity();
        let (remaining, reset) = self.left(after);
        if self.with_cost(before).is_some() {
            return BucketState::allowed(remaining, reset);
        }
        let retry = (self.cost <= capacity).then(|| {
            let missing = (before + self.cost).saturating_sub(capacity);
            self.pace.until(self.units + missing, self.nanos)
        });
        BucketState::refused(retry, remaining, reset)
    }

    /// Adds the cost to the debt, unless it becomes more than the bucket holds.
    #[inline]
    fn with_cost(&self, debt: u64) -> Option<u64> {
        let sum = debt.checked_add(self.cost)?;
        (self.cost == 0 || sum <= self.pace.capacity()).then_some(sum)
    }

    /// Changes the debt to what `judge` makes of it, and returns it as it was and as it
    /// is.
    #[inline]
    fn change(&self, judge: impl Fn(Debt) -> Option<u64>) -> (u64, u64) {
        if let Some(Place::Found { slot, word }) = self.set.seek(self.tag) {
            let (before, after, new) = self.judge(&judge, self.found(word));
            if new.is_none_or(|new| self.set.replace(slot, word, new)) {
                return (before, after);
            }
        }
        self.search_and_change(judge)
    }

    /// Does so where a bucket has to be made, or another thread was faster, which then has
    /// succeeded.
    #[inline(never)]
    fn search_and_change(&self, judge: impl Fn(Debt) -> Option<u64>) -> (u64, u64) {
        loop {
            let slots = self.set.read();
            let place = Place::find(&slots, self.tag, self.tick, self.nanos);
            let (debt, amiss) = match place {
                Place::Found { word, .. } => self.found(word),
                Place::Free { .. } => (Debt::Begins(0), false),
                Place::Taken { left, .. } => (Debt::Begins(self.inherited(left)), false),
            };
            let (before, after, new) = self.judge(&judge, (debt, amiss));
            let done = match (new, place) {
                (None, _) => true,
                (Some(new), Place::Found { slot, word }) => self.set.replace(slot, word, new),
                (Some(new), Place::Free { slot } | Place::Taken { slot, .. }) => {
                    self.set.enter(&slots, slot, new)
                }
            };
            if done {
                return (before, after);
            }
        }
    }

    /// Returns the debt before and after, and the word to be written, if any.
    #[inline]
    fn judge(
        &self,
        judge: impl Fn(Debt) -> Option<u64>,
        (debt, amiss): (Debt, bool),
    ) -> (u64, u64, Option<Word>) {
        let (Debt::Begins(before) | Debt::Found(before)) = debt;
        let after = judge(debt).unwrap_or(before);
        let changed = after != before || amiss;
        let new = || self.tag.word(self.pace.tick_of(self.units + after));
        (before, after, changed.then(new))
    }

    /// Returns the debt of a bucket, and whether it is more than a bucket can owe. Then
    /// the clock was set back, and what is left of the debt has to be written down, or
    /// it would stand until the clock is where it was.
    #[inline]
    fn found(&self, word: Word) -> (Debt, bool) {
        let left = word.ticks_left_in(self.pace.ring(), self.tick);
        let left = left.unwrap_or(i64::MIN);
        let full_at = self.pace.unit_at(self.tick.saturating_add_signed(left));
        let debt = full_at.saturating_sub(self.units);
        let most = self.pace.capacity();
        (Debt::Found(debt.min(most)), debt > most)
    }

    /// Returns the debt with which a bucket begins that displaces another one: as much
    /// as that one owes, but the request that brings it still passes.
    fn inherited(&self, left: u64) -> u64 {
        let spare = self.pace.capacity().saturating_sub(self.cost);
        (self.pace.units(left) + 1).min(spare)
    }
}
