use std::fmt;
use std::mem;
use std::time::Duration;

use http::Extensions;

use crate::Plan;

/// What the limits of a request came to, for its handler.
///
/// Lies among the extensions of a request that a [`RateLimit`](crate::RateLimit) has
/// counted and let pass. There is none where all limits exempt the request or its
/// [plan is unlimited](Plan::unlimited), where the store has failed and the request passes
/// all the same, and where the guard leaves
/// [none](crate::RateLimit::without_outcome). Several guards leave one outcome, with the quotas
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
    first: Left,
    /// Of two quotas none needs an allocation.
    second: Option<Left>,
    rest: Vec<Left>,
}

/// What is left of the quota of a plan that has this number there.
#[derive(Clone)]
pub(crate) struct Left {
    pub(crate) plan: Plan,
    pub(crate) at: u32,
    pub(crate) remaining: u32,
    /// In how many seconds the bucket is full.
    pub(crate) reset: u32,
}

impl QuotaOutcome {
    /// Leaves what is left of the quotas of one guard, before those of the guards
    /// around it.
    #[inline]
    pub(crate) fn leave(own: impl IntoIterator<Item = Left>, extensions: &mut Extensions) {
        let mut own = own.into_iter();
        let Some(first) = own.next() else {
            return;
        };
        if let Some(outcome) = extensions.get_mut::<Self>() {
            let outer = mem::replace(&mut outcome.first, first);
            outcome.insert(0, outer);
            for (at, left) in own.enumerate() {
                outcome.insert(at, left);
            }
        } else {
            let second = own.next();
            let rest = own.collect();
            extensions.insert(Self {
                first,
                second,
                rest,
            });
        }
    }

    /// Puts another one in the place after the first one and `at` more.
    fn insert(&mut self, at: usize, left: Left) {
        match at.checked_sub(1) {
            Some(at) => self.rest.insert(at, left),
            None => {
                if let Some(next) = self.second.replace(left) {
                    self.rest.insert(0, next);
                }
            }
        }
    }

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
        std::iter::once(&self.first)
            .chain(&self.second)
            .chain(&self.rest)
            .filter_map(Left::state)
    }
}

impl Left {
    pub(crate) fn state(&self) -> Option<QuotaState<'_>> {
        let at = self.at as usize;
        let quota = self.plan.quotas().get(at)?;
        Some(QuotaState {
            policy: self.plan.policies().get(at)?.name(),
            limit: quota.limit(),
            period: quota.period(),
            remaining: self.remaining,
            reset: Duration::from_secs(u64::from(self.reset)),
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
