use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bartizan_core::{BoxError, ClientAddr, Clock};

use super::keys::Keys;
use super::marks::Marks;
use super::queue::Queues;
use super::{LoginAttempt, LoginQuotas, LoginRefused, name};
use crate::{Charge, Quota, QuotaStore, Quotas, Taken};

/// What all clones of a throttle share.
#[derive(Clone)]
pub(super) struct Inner {
    pub(super) quotas: LoginQuotas,
    /// The addresses at which a login to an account succeeded.
    pub(super) known: Arc<Marks>,
    /// The pairs of an account and an address at which one failed, and how often.
    pub(super) failed: Arc<Marks>,
    pub(super) queues: Arc<Queues>,
    pub(super) store: Arc<dyn QuotaStore>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) canonical: Option<Canonical>,
    pub(super) prefixes: (u8, u8),
}

pub(super) type Canonical = Arc<dyn Fn(&str) -> String + Send + Sync>;

/// For how long an address that failed at an account is none that has not.
pub(super) const FAILED_FOR: Duration = Duration::from_secs(7 * 86_400);

/// From how many failures on an address is one that guesses on: an owner who mistypes a
/// password must not come under the quota that those who guess on have used up.
const REPEATS: u32 = 3;

/// A bucket: its key, and what it holds.
type Bucket<'a> = (&'a [u8], &'a Quota);

/// What is remembered of an address at an account.
#[derive(Clone, Copy, Default)]
struct Standing {
    is_known: bool,
    is_repeater: bool,
}

impl Inner {
    pub(super) fn keys(&self, account: Option<&str>, client: ClientAddr) -> Keys {
        let names = account.map(|sent| match &self.canonical {
            Some(canonical) => (canonical(sent), sent),
            None => (name::canonical(sent), sent),
        });
        let names = names.as_ref().map(|(name, sent)| (name.as_str(), *sent));
        Keys::new(names, client, self.prefixes)
    }

    /// Counts an attempt, or refuses it.
    ///
    /// Where others have used up what may fail at the accounts that the address is known
    /// for, an owner has what strangers have there.
    pub(super) async fn admit(self: &Arc<Self>, keys: &Keys) -> Result<LoginAttempt, LoginRefused> {
        let standing = self.standing(keys);
        match self.admit_as(keys, standing).await {
            Err(refused) if standing.is_known && refused.is_of_others() => {
                let is_known = false;
                let standing = Standing {
                    is_known,
                    ..standing
                };
                let answer = self.admit_as(keys, standing).await;
                answer.map_err(|stranger| stranger.or_sooner(&refused))
            }
            answer => answer,
        }
    }

    async fn admit_as(
        self: &Arc<Self>,
        keys: &Keys,
        standing: Standing,
    ) -> Result<LoginAttempt, LoginRefused> {
        let buckets = self.buckets(keys, standing);
        let now = self.clock.now();
        let taken = self.take(&buckets, now).await;
        let taken = taken.map_err(LoginRefused::failed)?;
        if !taken.is_allowed() {
            let of_pair = keys.account.as_ref().map_or(0, |_| self.quotas.pair.len());
            return Err(LoginRefused::too_many(&taken, of_pair));
        }
        let charged = buckets
            .iter()
            .zip(taken.states())
            .map(|((key, quota), state)| (key.to_vec(), (*quota).clone(), *state))
            .collect();
        Ok(LoginAttempt::new(
            Arc::clone(self),
            (charged, now),
            keys.account.clone(),
            standing.is_known,
        ))
    }

    fn standing(&self, keys: &Keys) -> Standing {
        let Some(account) = &keys.account else {
            return Standing::default();
        };
        let now = self.clock.now();
        let failures = self.failed.times(&account.pair, &account.pair, now);
        Standing {
            is_known: self.known.times(&account.account, &account.known, now) > 0,
            is_repeater: failures >= REPEATS,
        }
    }

    /// Returns the buckets that an attempt is counted in.
    fn buckets<'a>(&'a self, keys: &'a Keys, standing: Standing) -> Vec<Bucket<'a>> {
        let mut buckets: Vec<Bucket<'a>> = Vec::with_capacity(Quotas::MAX);
        let mut add = |key: &'a [u8], quotas: &'a Quotas| {
            buckets.extend(quotas.iter().map(|quota| (key, quota)));
        };
        if let Some(account) = &keys.account {
            add(&account.pair, &self.quotas.pair);
            if !standing.is_known {
                let strangers = if standing.is_repeater {
                    &account.repeaters
                } else {
                    &account.newcomers
                };
                add(&strangers.neighbours, &self.quotas.neighbours);
                add(&strangers.all, &self.quotas.account);
            }
        }
        if standing.is_known {
            add(&keys.known_client, &self.quotas.known_client);
        } else {
            add(&keys.client, &self.quotas.client);
            add(&keys.network, &self.quotas.network);
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

const OTHER_CHARGES: &str = "the store answered to other charges than it was given";
