use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bartizan_core::{BoxError, ClientAddr, Clock, SystemClock};

use super::keys::{AccountKeys, Keys};
use super::marks::Marks;
use super::{LoginAttempt, LoginQuotas, LoginRefused};
use crate::{Charge, InvalidLimits, MemoryQuotaStore, Quota, QuotaStore, Quotas, RateLimit, Taken};

/// Counts failed logins: by account and address, by address, by account, and all.
///
/// Whoever fails is slowed down where it fails, and the owner of an account gets in from
/// elsewhere:
///
/// 1. An address at which a login to the account succeeded in the last 30 days is
///    *known* for it: only its own failures at the account count.
/// 2. Any other is under the quotas of the address, of the account and of all as
///    well. Those that have not failed at the account for a week have a quota of their
///    own, which those that guess on cannot use up.
///
/// An attempt is counted before the password is looked at, so that guesses sent
/// together do not slip through together, and given back if it succeeds. Success
/// clears the failures of its own address at its own account, and no others: an
/// attacker's own account is of no use to it. One that is refused is not counted, and
/// its password is not looked at.
///
/// An owner at a known address is never locked out by others. One at a new address is,
/// by whoever has more fresh addresses than newcomers may fail, such as 300 a day by
/// default: a botnet, or a network of IPv6 with a /48, which has 65,536 of the /64 that
/// count as one. [`network`](Self::network) with 48 bits makes such a network one
/// address, and then all its customers, where a provider gives them less.
///
/// Which addresses are known, and which have failed, is kept in the memory of each
/// instance, 65,536 pairs of either: what does not fit is forgotten, longest ago first.
///
/// Addresses count as for [`Key::client`](crate::Key::client), account names without
/// regard to case and surrounding white space, whether there is such an account or
/// not.
///
/// # Example
///
/// ```
/// use bartizan_core::ClientAddr;
/// use bartizan_rate_limit::LoginThrottle;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), bartizan_core::BoxError> {
/// let throttle = LoginThrottle::new();
/// let client = ClientAddr::new("192.0.2.1".parse()?);
///
/// for _ in 0..5 {
///     let attempt = throttle.admit(Some("alice"), client).await?;
///     attempt.failed();
/// }
/// let refused = throttle.admit(Some("alice"), client).await.unwrap_err();
/// assert!(refused.retry_after().is_some());
///
/// let elsewhere = ClientAddr::new("198.51.100.7".parse()?);
/// throttle.admit(Some("alice"), elsewhere).await?.succeeded().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct LoginThrottle(Arc<Inner>);

#[derive(Clone)]
pub(super) struct Inner {
    pub(super) quotas: LoginQuotas,
    /// The pairs of an account and an address at which a login succeeded.
    pub(super) known: Arc<Marks>,
    /// Those at which one failed.
    pub(super) failed: Arc<Marks>,
    pub(super) store: Arc<dyn QuotaStore>,
    pub(super) clock: Arc<dyn Clock>,
    prefixes: (u8, u8),
}

impl LoginThrottle {
    /// Creates a throttle with the default quotas and a store in memory.
    pub fn new() -> Self {
        Self::with(LoginQuotas::default())
    }

    /// Creates a throttle with these quotas and a store in memory.
    ///
    /// # Errors
    ///
    /// [`InvalidLimits`] when more than [`Quotas::MAX`] are to be decided together:
    /// those of the pair, the client, the account (newcomers or repeaters) and all.
    pub fn with_quotas(quotas: LoginQuotas) -> Result<Self, InvalidLimits> {
        match quotas.count() {
            1..=Quotas::MAX => Ok(Self::with(quotas)),
            count => Err(InvalidLimits::new(count)),
        }
    }

    fn with(quotas: LoginQuotas) -> Self {
        Self(Arc::new(Inner {
            known: Arc::new(Marks::new(RateLimit::DEFAULT_CAPACITY, quotas.known_for)),
            failed: Arc::new(Marks::new(RateLimit::DEFAULT_CAPACITY, FAILED_FOR)),
            quotas,
            store: Arc::new(MemoryQuotaStore::with_capacity(RateLimit::DEFAULT_CAPACITY)),
            clock: Arc::new(SystemClock),
            prefixes: (32, 64),
        }))
    }

    /// Keeps the counts in `store`.
    pub fn store(mut self, store: impl QuotaStore) -> Self {
        self.inner().store = Arc::new(store);
        self
    }

    /// Reads the time from `clock`: [`SystemClock`] by default.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.inner().clock = Arc::new(clock);
        self
    }

    /// Takes addresses for one that have the first `ipv4` or `ipv6` bits in common: 32
    /// and 64 by default.
    pub fn network(mut self, ipv4: u8, ipv6: u8) -> Self {
        self.inner().prefixes = (ipv4, ipv6);
        self
    }

    /// Admits an attempt to log in to `account`, or refuses it.
    ///
    /// Without an account, where its name is not known beforehand, only the quotas of
    /// the address and of all hold.
    ///
    /// # Errors
    ///
    /// [`LoginRefused`] when too many have failed, or when the store did: then
    /// [`retry_after`](LoginRefused::retry_after) is `None`, and the answer is 503.
    pub async fn admit(
        &self,
        account: Option<&str>,
        client: ClientAddr,
    ) -> Result<LoginAttempt, LoginRefused> {
        let inner = &self.0;
        let keys = Keys::new(account, client, inner.prefixes);
        let standing = match &keys.account {
            Some(account) => inner.standing(account),
            None => Standing::default(),
        };
        let buckets = inner.buckets(&keys, standing);
        let now = inner.clock.now();
        let taken = inner
            .take(&buckets, now)
            .await
            .map_err(LoginRefused::failed)?;
        if !taken.is_allowed() {
            return Err(LoginRefused::too_many(&taken));
        }
        if let Some(account) = &keys.account {
            inner.failed.put(&account.pair, now);
        }
        let charged = buckets
            .iter()
            .zip(taken.states())
            .map(|((key, quota), state)| (key.to_vec(), (*quota).clone(), *state))
            .collect();
        let had_failed = standing.had_failed;
        let account = keys.account;
        Ok(LoginAttempt::new(
            Arc::clone(inner),
            (charged, now),
            account,
            had_failed,
        ))
    }

    fn inner(&mut self) -> &mut Inner {
        Arc::make_mut(&mut self.0)
    }
}

/// A bucket: its key, and what it holds.
type Bucket<'a> = (&'a [u8], &'a Quota);

/// What is remembered of an address at an account.
#[derive(Clone, Copy, Default)]
struct Standing {
    is_known: bool,
    had_failed: bool,
}

impl Inner {
    fn standing(&self, account: &AccountKeys) -> Standing {
        let now = self.clock.now();
        Standing {
            is_known: self.known.holds(&account.pair, now),
            had_failed: self.failed.holds(&account.pair, now),
        }
    }

    fn buckets<'a>(&'a self, keys: &'a Keys, standing: Standing) -> Vec<Bucket<'a>> {
        let mut buckets: Vec<Bucket<'a>> = Vec::with_capacity(Quotas::MAX);
        let mut add = |key: &'a [u8], quotas: &'a Quotas| {
            buckets.extend(quotas.iter().map(|quota| (key, quota)));
        };
        if let Some(account) = &keys.account {
            add(&account.pair, &self.quotas.pair);
            match standing {
                Standing { is_known: true, .. } => {}
                Standing {
                    had_failed: true, ..
                } => add(&account.repeaters, &self.quotas.repeaters),
                _ => add(&account.newcomers, &self.quotas.newcomers),
            }
        }
        if !standing.is_known {
            add(&keys.client, &self.quotas.client);
            add(&keys.global, &self.quotas.global);
        }
        buckets
    }

    async fn take(&self, buckets: &[Bucket<'_>], now: SystemTime) -> Result<Taken, BoxError> {
        let charges = buckets
            .iter()
            .map(|(key, quota)| Charge::new(key, quota, 1))
            .collect::<Vec<_>>();
        let taken = self.store.take(&charges, now).get().await?;
        if taken.states().len() == charges.len() {
            Ok(taken)
        } else {
            Err(OTHER_CHARGES.into())
        }
    }
}

/// For how long an address that failed at an account is none that has not.
const FAILED_FOR: Duration = Duration::from_secs(7 * 86_400);

const OTHER_CHARGES: &str = "the store answered to other charges than it was given";

impl Default for LoginThrottle {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for LoginThrottle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginThrottle")
            .field("quotas", &self.0.quotas)
            .finish_non_exhaustive()
    }
}
