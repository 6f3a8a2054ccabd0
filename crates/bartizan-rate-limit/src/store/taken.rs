use std::fmt;
use std::time::Duration;

use crate::{Quota, Quotas};

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
    #[inline]
    pub fn is_allowed(&self) -> bool {
        self.retry == 0
    }

    /// Returns whether the bucket allows the cost, and if not, when it will.
    #[must_use]
    #[inline]
    pub fn allowance(&self) -> Allowance {
        match self.retry {
            0 => Allowance::Now,
            NEVER => Allowance::Never,
            retry => Allowance::Later(Duration::from_nanos(retry)),
        }
    }

    /// Returns how many requests are left, after this one if it was taken.
    #[must_use]
    #[inline]
    pub fn remaining(&self) -> u32 {
        self.remaining
    }

    /// Returns the time until the bucket is full.
    #[must_use]
    #[inline]
    pub fn reset(&self) -> Duration {
        Duration::from_nanos(self.reset)
    }

    /// Returns how many of the `cost` requests that were taken from the bucket, which
    /// then was in this state, have not refilled after as long as `elapsed`.
    ///
    /// What a bucket owes refills in the order in which it was taken, and this was the
    /// last. A request that has begun to refill counts whole.
    pub(crate) fn unrefilled(&self, quota: &Quota, cost: u32, elapsed: Duration) -> u32 {
        let left = self.reset().saturating_sub(elapsed).as_nanos();
        let left = left * u128::from(quota.limit());
        let left = left.div_ceil(quota.period().as_nanos().max(1));
        u32::try_from(left).map_or(cost, |left| left.min(cost))
    }

    /// Returns the time until the cost is allowed, unless it is allowed or never will
    /// be.
    #[must_use]
    #[inline]
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

/// What the buckets say to the charges of one request.
///
/// For one charge it is made without allocation.
#[derive(Clone, Debug)]
pub struct Taken(States);

#[derive(Clone, Debug)]
enum States {
    One(BucketState),
    Several(Vec<BucketState>),
}

impl Taken {
    /// Collects the states of up to [`Quotas::MAX`] buckets; `None` for more.
    #[must_use]
    pub fn new(states: &[BucketState]) -> Option<Self> {
        match states {
            [state] => Some(Self::one(*state)),
            states if states.len() > Quotas::MAX => None,
            states => Some(Self(States::Several(states.to_vec()))),
        }
    }

    /// Returns whether every bucket allows its charge; so it is when there is none.
    #[must_use]
    #[inline]
    pub fn is_allowed(&self) -> bool {
        self.states().iter().all(BucketState::is_allowed)
    }

    /// Returns the state of each bucket, in the order of the charges.
    #[must_use]
    #[inline]
    pub fn states(&self) -> &[BucketState] {
        match &self.0 {
            States::One(state) => std::slice::from_ref(state),
            States::Several(states) => states,
        }
    }

    #[inline]
    pub(crate) const fn one(state: BucketState) -> Self {
        Self(States::One(state))
    }

    /// Collects the states of as many buckets as the store has found to be no more than
    /// are allowed.
    pub(crate) fn several(states: Vec<BucketState>) -> Self {
        Self(States::Several(states))
    }
}

impl Eq for Taken {}

impl PartialEq for Taken {
    fn eq(&self, other: &Self) -> bool {
        self.states() == other.states()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_refilled_is_not_given_back() {
        let quota = Quota::per_minute(5);
        // Three requests were taken before, and two by this one.
        let state = BucketState::new(Allowance::Now, 0, Duration::from_secs(60));
        for (elapsed, expected) in [
            (0, 2),
            (36, 2),
            (37, 2),
            (48, 1),
            (59, 1),
            (60, 0),
            (900, 0),
        ] {
            let elapsed = Duration::from_secs(elapsed);
            assert_eq!(state.unrefilled(&quota, 2, elapsed), expected);
        }
        assert_eq!(state.unrefilled(&quota, 0, Duration::ZERO), 0);
        let most = BucketState::new(Allowance::Now, 0, Duration::MAX);
        let quota = Quota::per_second(u32::MAX);
        assert_eq!(most.unrefilled(&quota, u32::MAX, Duration::ZERO), u32::MAX);
    }
}
