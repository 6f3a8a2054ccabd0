//! The arithmetic of one bucket, exact and free of any store or clock.

use std::time::Duration;

use crate::{Allowance, BucketState, Quota};

/// One token bucket, judged exactly: the generic cell rate algorithm, in whole numbers.
///
/// What is kept of a bucket is the instant at which it will be full. A request moves
/// that instant away by `period / limit` for each unit of its cost, and is allowed as
/// long as it stays within `burst * period / limit` from now. Instants are counted in
/// nanoseconds times the limit, so that this division leaves no remainder: nothing is
/// rounded, nothing drifts, and nothing overflows for any limit, cost and period.
///
/// A bucket belongs to one quota. The time is that since any fixed instant; when it
/// goes back, the bucket is taken to be empty at most.
///
/// ```
/// use std::time::Duration;
///
/// use bartizan_rate_limit::{Bucket, Quota};
///
/// let quota = Quota::per_second(1).burst(2);
/// let mut bucket = Bucket::default();
/// assert!(bucket.take(&quota, 1, Duration::ZERO).is_allowed());
/// assert!(bucket.take(&quota, 1, Duration::ZERO).is_allowed());
///
/// let third = bucket.take(&quota, 1, Duration::from_millis(250));
/// assert_eq!(third.retry(), Some(Duration::from_millis(750)));
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Bucket {
    full_at: u128,
}

impl Bucket {
    /// Takes the cost if the bucket holds it.
    pub fn take(&mut self, quota: &Quota, cost: u32, now: Duration) -> BucketState {
        let sum = Sum::new(*self, quota, cost, now);
        let allowance = sum.allowance();
        let debt = match allowance {
            Allowance::Now => sum.debt + sum.cost,
            Allowance::Later(_) | Allowance::Never => sum.debt,
        };
        self.settle(&sum, debt);
        sum.state(allowance, debt)
    }

    /// Answers what [`take`](Self::take) would, and takes nothing.
    #[must_use]
    pub fn peek(mut self, quota: &Quota, cost: u32, now: Duration) -> BucketState {
        self.take(quota, cost, now)
    }

    /// Takes the cost even if the bucket does not hold it; it is then empty.
    pub fn penalise(&mut self, quota: &Quota, cost: u32, now: Duration) -> BucketState {
        let sum = Sum::new(*self, quota, cost, now);
        let debt = sum.capacity.min(sum.debt + sum.cost);
        self.settle(&sum, debt);
        sum.state(sum.allowance(), debt)
    }

    /// Gives the cost back; a bucket that is full stays full.
    pub fn give_back(&mut self, quota: &Quota, cost: u32, now: Duration) {
        let sum = Sum::new(*self, quota, cost, now);
        self.settle(&sum, sum.debt.saturating_sub(sum.cost));
    }

    fn settle(&mut self, sum: &Sum, debt: u128) {
        self.full_at = sum.now + debt;
    }
}

/// A charge in nanoseconds times the limit. A period has less than 94 bits of
/// nanoseconds and a limit 32, so that each of these has less than 126 bits.
struct Sum {
    limit: u32,
    period: u128,
    now: u128,
    debt: u128,
    cost: u128,
    capacity: u128,
}

impl Sum {
    fn new(bucket: Bucket, quota: &Quota, cost: u32, now: Duration) -> Self {
        let limit = quota.limit();
        let period = quota.period().as_nanos();
        let now = now.as_nanos() * u128::from(limit);
        let capacity = match limit {
            0 => 0,
            _ => period * u128::from(quota.burst_size()),
        };
        Self {
            limit,
            period,
            now,
            debt: bucket.full_at.saturating_sub(now).min(capacity),
            cost: period * u128::from(cost),
            capacity,
        }
    }

    fn allowance(&self) -> Allowance {
        let debt = self.debt + self.cost;
        if self.cost == 0 || debt <= self.capacity {
            Allowance::Now
        } else if self.cost > self.capacity {
            Allowance::Never
        } else {
            Allowance::Later(self.duration(debt - self.capacity))
        }
    }

    fn state(&self, allowance: Allowance, debt: u128) -> BucketState {
        // A capacity is a whole number of periods, as is a remainder of it of requests.
        let remaining = (self.capacity - debt) / self.period;
        let remaining = u32::try_from(remaining).unwrap_or(u32::MAX);
        BucketState::new(allowance, remaining, self.duration(debt))
    }

    /// Rounds up to the nanosecond: who comes back then is not too early.
    fn duration(&self, sum: u128) -> Duration {
        let nanos = sum.div_ceil(u128::from(self.limit.max(1)));
        let seconds = nanos / 1_000_000_000;
        let rest = u32::try_from(nanos % 1_000_000_000).unwrap_or_default();
        u64::try_from(seconds).map_or(Duration::MAX, |seconds| Duration::new(seconds, rest))
    }
}
