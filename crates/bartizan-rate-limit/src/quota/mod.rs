//! How much is allowed: a number of requests in a time, and what may come at once.

mod error;
mod grammar;
mod list;
mod pace;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use self::error::Fault;
pub use self::error::InvalidQuota;
pub use self::list::Quotas;
pub(crate) use self::pace::{Pace, most_ticks, ring};

/// The longest period, a hundred years: more is a mistake in the unit.
const LONGEST: Duration = Duration::from_secs(100 * 366 * 86_400);

/// A number of requests in a period, and how many of them may come at once.
///
/// It is a token bucket: the bucket holds [`burst_size`](Self::burst_size) requests,
/// is full to begin with, and refills steadily with [`limit`](Self::limit) requests in
/// each [`period`](Self::period). There is no window that begins anew, so nothing is
/// gained by waiting for its edge.
///
/// A limit or a burst of 0 refuses everything, and never says when to come back.
///
/// ```
/// use std::time::Duration;
///
/// use bartizan_rate_limit::Quota;
///
/// let quota = Quota::per_minute(100).burst(20);
/// assert_eq!(quota.limit(), 100);
/// assert_eq!(quota.period(), Duration::from_secs(60));
/// assert_eq!(quota.burst_size(), 20);
/// assert_eq!("100/minute burst 20".parse(), Ok(quota));
/// ```
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct Quota {
    limit: u32,
    period: Duration,
    burst: u32,
    name: Option<Arc<str>>,
    pace: Pace,
}

impl Quota {
    /// Allows `limit` requests in each `period`.
    ///
    /// # Errors
    ///
    /// When the period is 0 or longer than a hundred years.
    pub fn new(limit: u32, period: Duration) -> Result<Self, InvalidQuota> {
        if period.is_zero() {
            return Err(InvalidQuota::new(Fault::NoPeriod));
        }
        if period > LONGEST {
            return Err(InvalidQuota::new(Fault::LongPeriod));
        }
        Ok(Self::every(limit, period))
    }

    /// Allows `limit` requests in each second.
    #[must_use]
    pub fn per_second(limit: u32) -> Self {
        Self::every(limit, Duration::from_secs(1))
    }

    /// Allows `limit` requests in each minute.
    #[must_use]
    pub fn per_minute(limit: u32) -> Self {
        Self::every(limit, Duration::from_secs(60))
    }

    /// Allows `limit` requests in each hour.
    #[must_use]
    pub fn per_hour(limit: u32) -> Self {
        Self::every(limit, Duration::from_secs(3_600))
    }

    /// Allows `limit` requests in each day.
    #[must_use]
    pub fn per_day(limit: u32) -> Self {
        Self::every(limit, Duration::from_secs(86_400))
    }

    /// Lets as many requests come at once; by default as many as the limit.
    #[must_use]
    pub fn burst(mut self, burst: u32) -> Self {
        self.burst = burst;
        self.pace = Pace::new(self.limit, self.period, burst);
        self
    }

    /// Names the quota, for `RateLimit-Policy` and for logs.
    ///
    /// The name tells two quotas apart for [`Eq`], but not for a store: the same key
    /// under the same limit, period and burst is the same bucket.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Returns how many requests are allowed in each period.
    #[must_use]
    pub fn limit(&self) -> u32 {
        self.limit
    }

    /// Returns the period; never 0.
    #[must_use]
    pub fn period(&self) -> Duration {
        self.period
    }

    /// Returns how many requests may come at once.
    #[must_use]
    pub fn burst_size(&self) -> u32 {
        self.burst
    }

    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Returns how the memory store counts it.
    pub(crate) fn pace(&self) -> &Pace {
        &self.pace
    }

    fn every(limit: u32, period: Duration) -> Self {
        Self {
            limit,
            period,
            burst: limit,
            name: None,
            pace: Pace::new(limit, period, limit),
        }
    }
}

impl FromStr for Quota {
    type Err = InvalidQuota;

    /// Reads one quota, such as `5/minute`, `10 per 2 seconds` or
    /// `100 per minute burst 20`; the grammar is on the [crate's page](crate).
    fn from_str(text: &str) -> Result<Self, InvalidQuota> {
        grammar::quota(text)
    }
}

impl fmt::Debug for Quota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Quota")
            .field("limit", &self.limit)
            .field("period", &self.period)
            .field("burst", &self.burst)
            .field("name", &self.name)
            .finish()
    }
}
