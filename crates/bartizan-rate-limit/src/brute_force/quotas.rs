use std::time::Duration;

use crate::{Quota, Quotas};

/// How many logins may fail, for a [`LoginThrottle`](crate::LoginThrottle).
///
/// Several quotas at one level make the delay grow with the failures: after the first
/// few of `5/minute; 15/hour; 30/day`, another guess is to be had every 12 seconds,
/// after 15 of them every 4 minutes, and after 30 every 48 minutes.
///
/// # Example
///
/// ```
/// use bartizan_rate_limit::{LoginQuotas, Quotas};
///
/// let strict = LoginQuotas::default().pair("3/minute; 10/day".parse::<Quotas>()?);
/// # Ok::<_, bartizan_rate_limit::InvalidQuota>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct LoginQuotas {
    pub(super) pair: Quotas,
    pub(super) known_client: Quotas,
    pub(super) client: Quotas,
    pub(super) network: Quotas,
    pub(super) neighbours: Quotas,
    pub(super) account: Quotas,
    pub(super) global: Quotas,
    pub(super) known_for: Duration,
}

impl LoginQuotas {
    /// Sets how often an address may fail at one account: `5/minute; 15/hour; 30/day`
    /// by default.
    pub fn pair(mut self, quotas: impl Into<Quotas>) -> Self {
        self.pair = quotas.into();
        self
    }

    /// Sets how often an address may fail at the accounts that it is known for, together:
    /// `300/hour` by default. Behind the NAT of a provider or an office it is known for
    /// those of all who are there.
    pub fn known_client(mut self, quotas: impl Into<Quotas>) -> Self {
        self.known_client = quotas.into();
        self
    }

    /// Sets how often an address may fail, at whatever accounts that it is not known for:
    /// `100/hour burst 20` by default.
    pub fn client(mut self, quotas: impl Into<Quotas>) -> Self {
        self.client = quotas.into();
        self
    }

    /// Sets how often addresses of one neighbourhood may fail, together, at whatever
    /// accounts that they are not known for: `100/minute` by default, a tenth of what all
    /// may.
    pub fn network(mut self, quotas: impl Into<Quotas>) -> Self {
        self.network = quotas.into();
        self
    }

    /// Sets how often addresses of one neighbourhood may fail at one account that they are
    /// not known for, together: `20/day burst 8` by default.
    ///
    /// A neighbourhood is a /24 of IPv4 or a /48 of IPv6, or what
    /// [`network`](crate::LoginThrottle::network) sets where that is wider. Addresses that
    /// have failed at the account three times or more, each within a week of the last, are
    /// counted apart from the others, here and by [`account`](Self::account).
    pub fn neighbours(mut self, quotas: impl Into<Quotas>) -> Self {
        self.neighbours = quotas.into();
        self
    }

    /// Sets how often all addresses may fail at one account that they are not known for,
    /// together: `250/day burst 60` by default.
    pub fn account(mut self, quotas: impl Into<Quotas>) -> Self {
        self.account = quotas.into();
        self
    }

    /// Sets how often all addresses may fail at all accounts that they are not known for:
    /// `1000/minute` by default.
    pub fn global(mut self, quotas: impl Into<Quotas>) -> Self {
        self.global = quotas.into();
        self
    }

    /// Sets for how long an address is known for an account at which it succeeded: 30
    /// days by default.
    pub fn known_for(mut self, time: Duration) -> Self {
        self.known_for = time;
        self
    }

    /// Returns how many quotas are decided together, at most.
    pub(super) fn count(&self) -> usize {
        let account = self.neighbours.len() + self.account.len();
        let others = self.client.len() + self.network.len() + account + self.global.len();
        self.pair.len() + others.max(self.known_client.len())
    }
}

impl Default for LoginQuotas {
    fn default() -> Self {
        let all = |quotas: &[Quota]| {
            let all = Quotas::new(quotas.iter().cloned());
            all.unwrap_or_else(|_| Quota::per_day(1).into())
        };
        let (minute, hour, day) = (Quota::per_minute, Quota::per_hour, Quota::per_day);
        Self {
            pair: all(&[minute(5), hour(15), day(30)]),
            known_client: all(&[hour(300)]),
            client: all(&[hour(100).burst(20)]),
            network: all(&[minute(100)]),
            neighbours: all(&[day(20).burst(8)]),
            account: all(&[day(250).burst(60)]),
            global: all(&[minute(1000)]),
            known_for: Duration::from_secs(30 * 86_400),
        }
    }
}
