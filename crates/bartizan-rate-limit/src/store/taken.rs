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
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BucketState {
    allowance: Allowance,
    remaining: u32,
    reset: Duration,
}

impl BucketState {
    /// Creates the state of a bucket in which `remaining` requests are left, and which
    /// is full after `reset`.
    #[must_use]
    pub fn new(allowance: Allowance, remaining: u32, reset: Duration) -> Self {
        Self {
            allowance,
            remaining,
            reset,
        }
    }

    /// Returns whether the bucket allows the cost.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.allowance == Allowance::Now
    }

    /// Returns whether the bucket allows the cost, and if not, when it will.
    #[must_use]
    pub fn allowance(&self) -> Allowance {
        self.allowance
    }

    /// Returns how many requests are left, after this one if it was taken.
    #[must_use]
    pub fn remaining(&self) -> u32 {
        self.remaining
    }

    /// Returns the time until the bucket is full.
    #[must_use]
    pub fn reset(&self) -> Duration {
        self.reset
    }

    /// Returns the time until the cost is allowed, unless it is allowed or never will
    /// be.
    #[must_use]
    pub fn retry(&self) -> Option<Duration> {
        match self.allowance {
            Allowance::Later(retry) => Some(retry),
            Allowance::Never | Allowance::Now => None,
        }
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
            states: [BucketState::new(Allowance::Now, 0, Duration::ZERO); Quotas::MAX],
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
