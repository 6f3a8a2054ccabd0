use std::fmt;
use std::sync::Arc;

use bartizan_core::{ClientAddr, Clock, SystemClock};

use super::inner::{FAILED_FOR, Inner};
use super::marks::Marks;
use super::queue::{Place, Queues, Turn};
use super::{LoginAttempt, LoginQuotas, LoginRefused};
use crate::key::prefixes;
use crate::{InvalidLimits, InvalidPrefix, MemoryQuotaStore, QuotaStore, Quotas};

/// Counts failed logins: by account and address, by address, by its neighbourhood, by
/// account, and all.
///
/// Whoever fails is slowed down where it fails, and the owner of an account gets in from
/// elsewhere:
///
/// 1. An address at which a login to the account succeeded in the last 30 days is
///    *known* for it: only its own failures count, at the account and at all accounts
///    that it is known for. Where these have been used up, it has what strangers have.
/// 2. Any other is a *stranger*, and under the quotas of the address, of its neighbourhood
///    (a /24 of IPv4 or a /48 of IPv6), of the account and of all as well. Of the
///    account's, one neighbourhood gets a small part. Those that have failed at the account
///    three times or more, each within a week of the last, are counted apart from the
///    others, which they cannot keep waiting.
///
/// So strangers get up to 20 guesses a day at an account from each neighbourhood, and 250
/// in all, of those that have not failed before; as many again of those that have; and in
/// the first day once more what may come at once, 60 each.
///
/// An attempt is counted before the password is looked at, so that guesses sent
/// together do not slip through together, and given back if it succeeds. Success makes
/// its own address known, and clears no failures: neither an account of the attacker's
/// own nor the owner's logins at the same address get it more guesses. One that is
/// refused is not counted, and its password is not looked at. One that is given up before
/// it is said what it came to stays counted as failed.
///
/// As many as may fail are thus under way at once, at most. That is enough for logins,
/// and too few where each request is one, as with HTTP Basic, and many come at once: a
/// [`LoginGuard`](crate::LoginGuard) lets those wait for one another.
///
/// Addresses count as for [`Key::client`](crate::Key::client), accounts by
/// [name](Self::account_names), without regard to case, whether there is such an account
/// or not.
///
/// # What it cannot stop
///
/// - An owner at a known address is locked out by nobody at another address. One at a new
///   address is, by whoever has fresh addresses in enough neighbourhoods: with 20 failures
///   a day in each, and 250 in all, in thirteen of them; or two addresses in the owner's
///   own neighbourhood, such as a phone has that changes its /64, and four new ones there
///   on each day.
/// - A page of another site that the owner visits can send wrong passwords from the owner's
///   own address. Guard what takes passwords against requests from other sites: the token
///   endpoint of `bartizan-oauth2` does so, a login form needs it from elsewhere.
/// - Whoever has five addresses in a neighbourhood can use up at once, with made-up names,
///   what that one may fail, and with sixty keep it used up; in ten neighbourhoods, what
///   all may. New addresses then wait, there or everywhere, at whatever account; known
///   ones do not.
/// - Whoever shares the owner's address, as behind the NAT of an office, is known there
///   as the owner is, and shares the quota of the account and the address: 5 guesses at
///   once, up to 60 in the first day and 30 in each that follows, however often the owner
///   logs in. With that many it keeps the owner from logging in at this address. At all
///   accounts that are known there it is 300 at once and 300 an hour, and then what
///   strangers have there, which all owners share. It also learns which names are known
///   there: they are not refused when made-up ones are.
/// - Which addresses are known, and which have failed, is kept in the memory of each
///   instance, about as many pairs of either as its [capacity](Self::capacity). An account
///   is known at 8 addresses at most, the latest, and the account with most of them gives
///   way where there is no room: who logs in to one account from everywhere makes no other
///   forgotten. Twice as many accounts as the capacity do, whose ever they are, and a
///   restart does: known addresses are then new ones. Where more fail than the store has
///   room for, buckets are taken for emptier than they are, and owners wait, too.
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

impl LoginThrottle {
    /// How many pairs of an account and an address are remembered by default.
    pub const DEFAULT_CAPACITY: usize = 65_536;

    /// Creates a throttle with the default quotas and a store in memory.
    pub fn new() -> Self {
        Self::with(LoginQuotas::default())
    }

    /// Creates a throttle with these quotas and a store in memory.
    ///
    /// # Errors
    ///
    /// [`InvalidLimits`] when more than [`Quotas::MAX`] are to be decided together:
    /// those of the pair with those of the known client, or with those of the client, its
    /// network, its neighbours, the account and all.
    ///
    /// Whether a quota allows less than the wider ones that it is a part of is not looked
    /// at, as `BruteForceSettings` does.
    pub fn with_quotas(quotas: LoginQuotas) -> Result<Self, InvalidLimits> {
        match quotas.count() {
            1..=Quotas::MAX => Ok(Self::with(quotas)),
            count => Err(InvalidLimits::new(count)),
        }
    }

    fn with(quotas: LoginQuotas) -> Self {
        let pairs = Self::DEFAULT_CAPACITY;
        Self(Arc::new(Inner {
            known: Arc::new(Marks::new(pairs, quotas.known_for)),
            failed: Arc::new(Marks::new(pairs, FAILED_FOR)),
            queues: Arc::new(Queues::default()),
            quotas,
            store: store(pairs),
            clock: Arc::new(SystemClock),
            canonical: None,
            prefixes: (32, 64),
        }))
    }

    /// Remembers about as many pairs of an account and an address that succeeded, and as
    /// many that failed, and keeps the counts in a new store in memory that is meant for
    /// eight times as many buckets: in all about 260 bytes for each pair, set aside at once.
    ///
    /// Choose the number of users who are active in a month, and no less than the failures
    /// that [`global`](LoginQuotas::global) lets pass in an hour.
    pub fn capacity(mut self, pairs: usize) -> Self {
        let inner = self.inner();
        inner.known = Arc::new(Marks::new(pairs, inner.quotas.known_for));
        inner.failed = Arc::new(Marks::new(pairs, FAILED_FOR));
        inner.store = store(pairs);
        self
    }

    /// Keeps the counts in `store`, rather than in one that
    /// [`capacity`](Self::capacity) makes.
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
    /// and 64 by default. With more than 64 bits of IPv6, a client that has a /64 to
    /// itself, as most have, has as many addresses as it likes.
    ///
    /// # Errors
    ///
    /// [`InvalidPrefix`], as for [`Key::network`](crate::Key::network).
    pub fn network(mut self, ipv4: u8, ipv6: u8) -> Result<Self, InvalidPrefix> {
        self.inner().prefixes = prefixes(ipv4, ipv6)?;
        Ok(self)
    }

    /// Counts accounts by the name that `canonical` makes of that which was sent.
    ///
    /// By default a name is taken in lower case, without white space around it, and with
    /// the wide forms of ASCII as ASCII: a store that takes `Alice` for `alice` must not
    /// give whoever guesses another few attempts for each spelling. What is to be set
    /// depends on when the store finds an account:
    ///
    /// - By more spellings than these, such as another normal form of Unicode, or dots
    ///   that are left out: return the same name for all of them. A database that compares
    ///   without accents or ignores characters of no width, as some collations do, has such
    ///   spellings; so has a second name to log in with, such as an e-mail address, for
    ///   which the throttle has to be asked by what the store finds.
    /// - By one spelling alone, so that `Alice` and `alice` can be accounts of two users:
    ///   return the name as it is, with `str::to_owned`. Otherwise the two share what may
    ///   fail, and the 8 addresses at which they are known, and can keep each other from
    ///   logging in.
    ///
    /// An address at which a login succeeded is known by the name as it was sent, whatever
    /// is set here: where `Alice` is somebody else's account, that it logs in makes its
    /// address known for no `alice`. An owner of several spellings is known by each of them
    /// once it was used.
    pub fn account_names<F>(mut self, canonical: F) -> Self
    where
        F: Fn(&str) -> String + Send + Sync + 'static,
    {
        self.inner().canonical = Some(Arc::new(canonical));
        self
    }

    /// Admits an attempt to log in to `account`, or refuses it.
    ///
    /// Without an account, where its name is not known beforehand, only the quotas of
    /// the address, of its neighbourhood and of all hold.
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
        self.0.admit(&self.0.keys(account, client)).await
    }

    /// As [`admit`](Self::admit), but where there is no room in the quotas of the account
    /// and the address alone, and attempts of these that were admitted here are under way,
    /// waits for them to end.
    ///
    /// For attempts that end by themselves: one that waits for its own task, or for a
    /// client, would keep all others waiting.
    pub(super) async fn admit_in_turn(
        &self,
        account: &str,
        client: ClientAddr,
    ) -> Result<(Turn, LoginAttempt), LoginRefused> {
        let keys = self.0.keys(Some(account), client);
        let pair = keys.account.as_ref().map(|keys| Arc::clone(&keys.pair));
        let place = Place::join(&self.0.queues, &pair.unwrap_or_default());
        let mut place = place.ok_or_else(LoginRefused::crowded)?;
        loop {
            place.turn().await;
            match self.0.admit(&keys).await {
                Ok(attempt) => return Ok((place.begin(), attempt)),
                Err(refused) if refused.is_of_pair() && place.may_wait() => {}
                Err(refused) => return Err(refused),
            }
        }
    }

    fn inner(&mut self) -> &mut Inner {
        Arc::make_mut(&mut self.0)
    }
}

/// An attempt of a stranger is counted in up to eight buckets, most of which others share.
fn store(pairs: usize) -> Arc<MemoryQuotaStore> {
    Arc::new(MemoryQuotaStore::with_capacity(pairs.saturating_mul(8)))
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
