use std::time::SystemTime;

use bartizan_core::{BoxError, Rejection, Reply, RequestHead};

use super::standing::Standing;
use super::{Limit, Plan};
use crate::key::KeyBytes;
use crate::outcome::Left;
use crate::{Charge, Quota, QuotaStore, Quotas, Taken};

/// The limits that a request is under, one at least, and no more quotas than can be
/// decided together.
pub(crate) struct Entries {
    first: Entry,
    /// Mostly empty, and then without allocation.
    rest: Vec<Entry>,
}

/// One limit that a request is under.
pub(crate) struct Entry {
    plan: Plan,
    /// Where its key lies among the bytes of all.
    key: (u32, u32),
    cost: u32,
    is_own: bool,
}

impl Entries {
    pub(super) const fn one(entry: Entry) -> Self {
        Self {
            first: entry,
            rest: Vec::new(),
        }
    }

    /// Finds what the request with this `head` asks of `limits`, or `None` when all of
    /// them exempt it, and writes the keys one after the other.
    #[inline]
    pub(super) fn of<'a>(
        limits: impl Iterator<Item = &'a Limit>,
        head: RequestHead<'_>,
        keys: &mut KeyBytes,
    ) -> Result<Option<Self>, Rejection> {
        let mut entries: Option<Self> = None;
        for limit in limits {
            if limit.is_exempt(head) {
                continue;
            }
            let plan = limit.plan(head);
            if plan.quotas().is_empty() {
                continue;
            }
            let start = keys.len();
            let written = limit.write_key(head, keys);
            written.map_err(|error| error.into_rejection())?;
            let key = (start, keys.len());
            let (cost, is_own) = (limit.cost_of(head), limit.has_own_key());
            let entry = Entry::new(plan.into_owned(), key, cost, is_own);
            match &mut entries {
                Some(entries) => entries.add(entry)?,
                None => entries = Some(Self::one(entry)),
            }
        }
        Ok(entries)
    }

    /// Adds a limit. One too many is no failure of the store, for which some let all
    /// requests pass.
    fn add(&mut self, entry: Entry) -> Result<(), Rejection> {
        let quotas = self.policies().count() + entry.plan.quotas().len();
        if quotas > Quotas::MAX {
            let error = "the request is under more quotas than can be decided together";
            return Err(Rejection::unavailable("rate-limit-unavailable", error));
        }
        self.rest.push(entry);
        Ok(())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Entry> + Clone {
        std::iter::once(&self.first).chain(&self.rest)
    }

    /// Returns each entry with each of its policies, in the order of the charges.
    pub(super) fn policies(&self) -> impl Iterator<Item = (&Entry, usize)> + Clone {
        self.iter()
            .flat_map(|entry| (0..entry.plan.quotas().len()).map(move |at| (entry, at)))
    }

    /// Whether the store has answered with as many states as there are charges.
    pub(super) fn are_answered_by(&self, taken: &Taken) -> bool {
        let quotas = self.iter().map(|entry| entry.plan.quotas().len());
        taken.states().len() == quotas.sum::<usize>()
    }

    /// Returns what is left of each quota, as the store has answered.
    pub(super) fn left(&self, taken: &Taken) -> impl Iterator<Item = Left> {
        let policies = self.policies().zip(taken.states());
        policies.filter_map(|((entry, at), state)| {
            let standing = Standing::of(state, entry.plan.quotas().get(at)?);
            Some(Left {
                plan: entry.plan.clone(),
                at: narrow(at),
                remaining: standing.remaining,
                reset: standing.reset,
            })
        })
    }

    /// Takes what is asked from `store`.
    pub(super) fn take(
        &self,
        keys: &[u8],
        store: &dyn QuotaStore,
        now: SystemTime,
    ) -> Reply<Result<Taken, BoxError>> {
        let mut all = self.policies().filter_map(|(entry, at)| {
            let quota = entry.plan.quotas().get(at)?;
            Some(Charge::new(entry.key(keys), quota, entry.cost))
        });
        let Some(first) = all.next() else {
            return store.take(&[], now);
        };
        let mut charges = [first; Quotas::MAX];
        let mut count = 1;
        for (place, charge) in charges.iter_mut().skip(1).zip(all) {
            *place = charge;
            count += 1;
        }
        store.take(charges.get(..count).unwrap_or_default(), now)
    }

    /// Takes what is asked from `store`, of the `shares` of each limit.
    ///
    /// What costs more than a share holds, and no more than the whole does, takes all that
    /// the share holds: otherwise it would be refused for good.
    pub(super) fn take_shares(
        &self,
        keys: &[u8],
        store: &dyn QuotaStore,
        shares: &[Vec<Quota>],
        now: SystemTime,
    ) -> Reply<Result<Taken, BoxError>> {
        let mut charges = Vec::with_capacity(Quotas::MAX);
        for (entry, shares) in self.iter().zip(shares) {
            for (whole, share) in entry.plan.quotas().iter().zip(shares) {
                let cost = if entry.cost <= whole.burst_size() {
                    entry.cost.min(share.burst_size())
                } else {
                    entry.cost
                };
                charges.push(Charge::new(entry.key(keys), share, cost));
            }
        }
        store.take(&charges, now)
    }

    /// Gives back what was `taken` and has not refilled since.
    pub(super) fn give_back(
        &self,
        keys: &[u8],
        taken: (&Taken, SystemTime),
        store: &dyn QuotaStore,
        now: SystemTime,
    ) -> Reply<Result<(), BoxError>> {
        let (taken, then) = taken;
        let elapsed = now.duration_since(then).unwrap_or_default();
        let charges: Vec<_> = self
            .policies()
            .zip(taken.states())
            .filter_map(|((entry, at), state)| {
                let quota = entry.plan.quotas().get(at)?;
                let cost = state.unrefilled(quota, entry.cost, elapsed);
                Some(Charge::new(entry.key(keys), quota, cost))
            })
            .collect();
        store.give_back(&charges, now)
    }
}

impl Entry {
    /// One whose key lies there among the bytes of all.
    pub(super) fn new(plan: Plan, (start, end): (usize, usize), cost: u32, is_own: bool) -> Self {
        Self {
            plan,
            key: (narrow(start), narrow(end)),
            cost,
            is_own,
        }
    }

    pub(crate) const fn plan(&self) -> &Plan {
        &self.plan
    }

    pub(super) const fn cost(&self) -> u32 {
        self.cost
    }

    pub(super) const fn is_own(&self) -> bool {
        self.is_own
    }

    pub(super) fn key<'k>(&self, keys: &'k [u8]) -> &'k [u8] {
        let (start, end) = self.key;
        keys.get(start as usize..end as usize).unwrap_or_default()
    }
}

/// The head of a request is far shorter.
fn narrow(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
