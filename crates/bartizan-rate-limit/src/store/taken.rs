use std::fmt;
use std::time::Duration;

use crate::Quotas;

/// Whether a bucket allows a cost.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Allowance {
    /// Not now, but after this time, if nothing is taken in between; never 0.
    Later(Duration),
    /// Not even from a full bucket: the cost is more than the burst.
    Never,
    /// Now.
    Now,
}

/// What a bucket says to a charge.
///
/// Times are kept in nanoseconds, up to 584 years of them.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct BucketState {
    /// 0 when it is allowed, and `NEVER` when it never will be.
    retry: u64,
    reset: u64,
    remaining: u32,
}

/// The waiting time without an end.
const NEVER: u64 = u64::MAX;

impl BucketState {
    /// Creates the state of a bucket in which `remaining` requests are left, and which
    /// is full after `reset`.
    #[must_use]
    pub fn new(allowance: Allowance, remaining: u32, reset: Duration) -> Self {
        let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let retry = match allowance {
            Allowance::Later(retry) => Some(nanos(retry)),
            Allowance::Never => None,
            Allowance::Now => return Self::allowed(remaining, nanos(reset)),
        };
        Self::refused(retry, remaining, nanos(reset))
    }

    pub(crate) const fn allowed(remaining: u32, reset: u64) -> Self {
        Self {
            retry: 0,
            reset,
            remaining,
        }
    }

    pub(crate) fn refused(retry: Option<u64>, remaining: u32, reset: u64) -> Self {
        Self {
            retry: retry.map_or(NEVER, |retry| retry.clamp(1, NEVER - 1)),
            reset,
            remaining,
        }
    }

    /// Returns whether the bucket allows the cost.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.retry == 0
    }

    /// Returns whether the bucket allows the cost, and if not, when it will.
    #[must_use]
    pub fn allowance(&self) -> Allowance {
        match self.retry {
            0 => Allowance::Now,
            NEVER => Allowance::Never,
            retry => Allowance::Later(Duration::from_nanos(retry)),
        }
    }

    /// Returns how many requests are left, after this one if it was taken.
    #[must_use]
    pub fn remaining(&self) -> u32 {
        self.remaining
    }

    /// Returns the time until the bucket is full.
    #[must_use]
    pub fn reset(&self) -> Duration {
        Duration::from_nanos(self.reset)
    }

    /// Returns the time until the cost is allowed, unless it is allowed or never will
    /// be.
    #[must_use]
    pub fn retry(&self) -> Option<Duration> {
        match self.allowance() {
            Allowance::Later(retry) => Some(retry),
            Allowance::Never | Allowance::Now => None,
        }
    }
}

impl fmt::Debug for BucketState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BucketState")
            .field("allowance", &self.allowance())
            .field("remaining", &self.remaining)
            .field("reset", &self.reset())
            .finish()
    }
}

/// What the buckets say to the charges of one request; kept in place, without
/// allocation.
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    states: [BucketState; Quotas::MAX],
    count: usize,
}

impl Taken {
    /// Collects the states of up to [`Quotas::MAX`] buckets; `None` for more.
    #[must_use]
    pub fn new(states: &[BucketState]) -> Option<Self> {
        let mut taken = Self::empty();
        taken
            .states
            .get_mut(..states.len())?
            .copy_from_slice(states);
        taken.count = states.len();
        Some(taken)
    }

    /// Returns whether every bucket allows its charge; so it is when there is none.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.states().iter().all(BucketState::is_allowed)
    }

    /// Returns the state of each bucket, in the order of the charges.
    #[must_use]
    pub fn states(&self) -> &[BucketState] {
        self.states.get(..self.count).unwrap_or_default()
    }

    pub(crate) fn empty() -> Self {
        Self {
            states: [BucketState::allowed(0, 0); Quotas::MAX],
            count: 0,
        }
    }

    pub(crate) fn one(state: BucketState) -> Self {
        let mut taken = Self::empty();
        taken.push(state);
        taken
    }

    /// Adds a state; one too many is left out, which the store has made sure of.
    pub(crate) fn push(&mut self, state: BucketState) {
        if let Some(place) = self.states.get_mut(self.count) {
            *place = state;
            self.count += 1;
        }
    }
}

impl Eq for Taken {}

impl PartialEq for Taken {
    fn eq(&self, other: &Self) -> bool {
        self.states() == other.states()
    }
}
