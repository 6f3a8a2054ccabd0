use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bartizan_core::{BoxError, ClientAddr, Clock, SystemClock};

use super::{LoginAttempt, LoginQuotas};
use crate::key::{KeyBytes, network};
use crate::{
    Allowance, Charge, InvalidLimits, MemoryQuotaStore, Quota, QuotaStore, Quotas, RateLimit,
};

/// Counts failed logins: by account and address, by address, by account, and all.
///
/// An account is never locked. Whoever fails is slowed down where it fails, and the
/// owner of an account gets in from elsewhere:
///
/// 1. An address at which a login to the account succeeded in the last 30 days is
///    *known* for it: only its own failures at the account count.
/// 2. Any other is under the quotas of the address, of the account and of all as
///    well. Those that have not failed at the account yet have a quota of their own,
///    which those that guess on cannot use up.
///
/// An attempt is counted before the password is looked at, so that guesses sent
/// together do not slip through together, and given back if it succeeds. Success
/// clears the failures of its own address at its own account, and no others: an
/// attacker's own account is of no use to it. One that is refused is not counted, and
/// its password is not looked at.
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
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
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
    pub(super) known: Quota,
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
            known: quotas.known(),
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
        let quotas = &inner.quotas;
        let failed = |error| LoginRefused(Refusal::Failed(error));

        let mut asked: Vec<(&[u8], &Quota)> = Vec::with_capacity(Quotas::MAX);
        let mut is_known = false;
        if let Some(account) = &keys.account {
            // The pair's slowest quota is the last to forget.
            let slowest = quotas.pair.iter().max_by_key(|quota| quota.period());
            let mut peeked = vec![Charge::new(&account.known, &inner.known, 1)];
            peeked.extend(slowest.map(|quota| Charge::new(&account.pair, quota, 0)));
            let peek = inner.store.peek(&peeked, inner.clock.now());
            let peek = peek.get().await.map_err(failed)?;
            is_known = peek
                .states()
                .first()
                .is_some_and(|known| !known.is_allowed());
            let has_failed = peek
                .states()
                .get(1)
                .is_some_and(|pair| !pair.reset().is_zero());
            asked.extend(quotas.pair.iter().map(|quota| (&*account.pair, quota)));
            if !is_known {
                let (key, quotas) = if has_failed {
                    (&account.repeaters, &quotas.repeaters)
                } else {
                    (&account.newcomers, &quotas.newcomers)
                };
                asked.extend(quotas.iter().map(|quota| (&**key, quota)));
            }
        }
        if !is_known {
            asked.extend(quotas.client.iter().map(|quota| (&*keys.client, quota)));
            asked.extend(quotas.global.iter().map(|quota| (&*keys.global, quota)));
        }
        let charges: Vec<_> = asked
            .iter()
            .map(|(key, quota)| Charge::new(key, quota, 1))
            .collect();
        let taken = inner.store.take(&charges, inner.clock.now());
        let taken = taken.get().await.map_err(failed)?;
        if taken.states().len() != charges.len() {
            return Err(failed(
                "the store answered to other charges than it was given".into(),
            ));
        }
        if !taken.is_allowed() {
            let delays = taken.states().iter().map(|state| match state.allowance() {
                Allowance::Later(delay) => delay,
                Allowance::Never => Duration::from_secs(86_400),
                Allowance::Now => Duration::ZERO,
            });
            let delay = delays.max().unwrap_or_default().max(Duration::from_secs(1));
            return Err(LoginRefused(Refusal::TooMany(delay)));
        }
        let charged = asked
            .iter()
            .map(|(key, quota)| (key.to_vec(), (*quota).clone()))
            .collect();
        let pair = keys.account.map(|account| (account.pair, account.known));
        Ok(LoginAttempt::new(Arc::clone(inner), charged, pair))
    }

    fn inner(&mut self) -> &mut Inner {
        Arc::make_mut(&mut self.0)
    }
}

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

/// The keys of what an attempt counts in.
struct Keys {
    account: Option<AccountKeys>,
    client: Vec<u8>,
    global: Vec<u8>,
}

struct AccountKeys {
    known: Vec<u8>,
    newcomers: Vec<u8>,
    pair: Vec<u8>,
    repeaters: Vec<u8>,
}

impl Keys {
    fn new(account: Option<&str>, client: ClientAddr, (ipv4, ipv6): (u8, u8)) -> Self {
        let address = network(client.ip(), ipv4, ipv6);
        let key = |scope: &str, parts: &[&[u8]]| {
            let mut key = KeyBytes::new();
            key.push(scope);
            parts.iter().for_each(|part| key.push(part));
            key.as_slice().to_vec()
        };
        let account = account.map(|account| {
            let name = account.trim().to_lowercase();
            let name = name.as_bytes();
            AccountKeys {
                known: key("login/known", &[name, &address]),
                newcomers: key("login/newcomers", &[name]),
                pair: key("login/pair", &[name, &address]),
                repeaters: key("login/repeaters", &[name]),
            }
        });
        Self {
            account,
            client: key("login/client", &[&address]),
            global: key("login/global", &[]),
        }
    }
}

/// Why an attempt was refused.
#[derive(Debug)]
pub struct LoginRefused(Refusal);

#[derive(Debug)]
enum Refusal {
    Failed(BoxError),
    TooMany(Duration),
}

impl LoginRefused {
    /// Returns when to come back, unless the reason is a failure of ours.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        match self.0 {
            Refusal::Failed(_) => None,
            Refusal::TooMany(delay) => Some(delay),
        }
    }
}

impl Error for LoginRefused {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0 {
            Refusal::Failed(error) => Some(&**error),
            Refusal::TooMany(_) => None,
        }
    }
}

impl fmt::Display for LoginRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Refusal::Failed(_) => "failed logins could not be counted",
            Refusal::TooMany(_) => "too many logins have failed",
        })
    }
}
