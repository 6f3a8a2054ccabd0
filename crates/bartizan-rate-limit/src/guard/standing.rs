use std::time::Duration;

use crate::{BucketState, Quota};

/// What is left of one quota.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Standing {
    pub(crate) remaining: u32,
    /// In how many seconds the bucket is full.
    pub(crate) reset: u32,
    /// In how many seconds there is more, if there is none now.
    pub(crate) next: u32,
}

impl Standing {
    #[inline]
    pub(crate) fn of(state: &BucketState, quota: &Quota) -> Self {
        let reset = seconds(state.reset());
        let next = match (state.retry(), state.remaining()) {
            (Some(retry), _) => seconds(retry),
            (None, 0) => seconds(until_one(state.reset(), quota)),
            (None, _) => reset,
        };
        Self {
            remaining: state.remaining(),
            reset,
            next,
        }
    }

    /// Returns what is left once `given` requests were given back.
    pub(super) fn after_refund(self, quota: &Quota, given: u32) -> Self {
        let back = u128::from(given) * quota.period().as_nanos();
        let back = back / u128::from(quota.limit().max(1)) / 1_000_000_000;
        let back = u32::try_from(back).unwrap_or(u32::MAX);
        let reset = self.reset.saturating_sub(back);
        Self {
            remaining: self.remaining.saturating_add(given).min(quota.burst_size()),
            reset,
            next: reset,
        }
    }
}

/// Returns when an empty bucket that is full after `reset` has one request.
fn until_one(reset: Duration, quota: &Quota) -> Duration {
    let others = u128::from(quota.burst_size().saturating_sub(1)) * quota.period().as_nanos();
    let others = others / u128::from(quota.limit().max(1));
    let nanos = reset.as_nanos().saturating_sub(others);
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

/// Returns `time` in seconds, rounded up.
pub(super) fn seconds(time: Duration) -> u32 {
    let seconds = time
        .as_secs()
        .saturating_add(u64::from(time.subsec_nanos() > 0));
    u32::try_from(seconds).unwrap_or(u32::MAX)
}
