use std::fmt;
use std::time::Duration;

use crate::Taken;
use crate::guard::{Entries, Standing};

/// What the limits of a request came to, for its handler.
///
/// Lies among the extensions of a request that a [`RateLimit`](crate::RateLimit) let
/// pass, unless all limits exempt it. Several guards leave one outcome, with the quotas
/// of all.
///
/// # Example
///
/// ```
/// use bartizan_rate_limit::QuotaOutcome;
///
/// fn warning(request: &http::Request<()>) -> Option<String> {
///     let outcome = request.extensions().get::<QuotaOutcome>()?;
///     (outcome.remaining() < 10).then(|| format!("{} requests left", outcome.remaining()))
/// }
/// ```
#[derive(Clone)]
pub struct QuotaOutcome {
    pub(crate) entries: Entries,
    pub(crate) taken: Taken,
    pub(crate) outer: Option<Box<Self>>,
}

impl QuotaOutcome {
    /// Returns how many requests are left, in the quota that has the least.
    #[must_use]
    pub fn remaining(&self) -> u32 {
        let least = self.quotas().map(|quota| quota.remaining).min();
        least.unwrap_or(u32::MAX)
    }

    /// Returns the time until all quotas are whole again, to the second.
    #[must_use]
    pub fn reset(&self) -> Duration {
        self.quotas()
            .map(|quota| quota.reset)
            .max()
            .unwrap_or_default()
    }

    /// Returns what is left of each quota.
    pub fn quotas(&self) -> impl Iterator<Item = QuotaState<'_>> {
        let all = std::iter::successors(Some(self), |outcome| outcome.outer.as_deref());
        all.flat_map(Self::own)
    }

    fn own(&self) -> impl Iterator<Item = QuotaState<'_>> {
        let policies = self.entries.iter().flat_map(|entry| {
            let plan = entry.plan();
            plan.policies().iter().zip(plan.quotas())
        });
        let states = policies.zip(self.taken.states());
        states.map(|((policy, quota), state)| {
            let standing = Standing::of(state, quota);
            QuotaState {
                policy: policy.name(),
                limit: quota.limit(),
                period: quota.period(),
                remaining: standing.remaining,
                reset: Duration::from_secs(u64::from(standing.reset)),
            }
        })
    }
}

/// Leaves out the keys.
impl fmt::Debug for QuotaOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.quotas()).finish()
    }
}

/// What is left of one quota.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct QuotaState<'a> {
    /// The name of the policy, as in `RateLimit-Policy`.
    pub policy: &'a str,
    /// How many requests are allowed in each period.
    pub limit: u32,
    /// The period.
    pub period: Duration,
    /// How many requests are left.
    pub remaining: u32,
    /// The time until the bucket is full, rounded up to seconds.
    pub reset: Duration,
}
