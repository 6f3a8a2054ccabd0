use std::time::{Duration, SystemTime};

use bartizan_core::{BoxError, Rejection, Reply, RequestHead};

use super::{Limit, Plan};
use crate::key::KeyBytes;
use crate::{Charge, Quota, QuotaStore, Quotas, Taken};

/// What one request asks of the store.
pub(crate) struct Asked {
    keys: KeyBytes,
    entries: Entries,
}

/// The limits that a request is under, one at least.
#[derive(Clone)]
pub(crate) struct Entries {
    first: Entry,
    /// Mostly empty, and then without allocation.
    rest: Vec<Entry>,
}

/// One limit that a request is under.
#[derive(Clone)]
pub(crate) struct Entry {
    plan: Plan,
    /// Where its key lies among the bytes of all.
    key: (usize, usize),
    cost: u32,
    is_own: bool,
}

impl Asked {
    /// Finds what the request with this `head` asks of `limits`, or `None` when all of
    /// them exempt it.
    pub(super) fn of<'a>(
        limits: impl Iterator<Item = &'a Limit>,
        head: RequestHead<'_>,
    ) -> Result<Option<Self>, Rejection> {
        let mut keys = KeyBytes::new();
        let mut entries: Option<Entries> = None;
        for limit in limits {
            if limit.is_exempt(head) {
                continue;
            }
            let plan = limit.plan(head);
            if plan.quotas().is_empty() {
                continue;
            }
            let start = keys.len();
            let written = limit.write_key(head, &mut keys);
            written.map_err(|error| error.into_rejection())?;
            let entry = Entry {
                plan,
                key: (start, keys.len()),
                cost: limit.cost_of(head),
                is_own: limit.has_own_key(),
            };
            match &mut entries {
                Some(entries) => entries.rest.push(entry),
                None => {
                    let rest = Vec::new();
                    entries = Some(Entries { first: entry, rest });
                }
            }
        }
        Ok(entries.map(|entries| Self { keys, entries }))
    }

    pub(crate) const fn entries(&self) -> &Entries {
        &self.entries
    }

    pub(super) fn into_entries(self) -> Entries {
        self.entries
    }

    pub(crate) fn key(&self, entry: &Entry) -> &[u8] {
        let (start, end) = entry.key;
        self.keys.as_slice().get(start..end).unwrap_or_default()
    }

    /// Takes what is asked from `store`.
    pub(super) fn take(
        &self,
        store: &dyn QuotaStore,
        now: SystemTime,
    ) -> Reply<Result<Taken, BoxError>> {
        if let ([], [quota]) = (&*self.entries.rest, self.entries.first.plan.quotas()) {
            let first = &self.entries.first;
            return store.take(&[Charge::new(self.key(first), quota, first.cost)], now);
        }
        self.charge(&|entry| entry.plan.quotas(), |charges| {
            store.take(charges, now)
        })
    }

    /// Takes what is asked from `store`, of the `quotas` for each limit.
    pub(super) fn take_of(
        &self,
        store: &dyn QuotaStore,
        quotas: &[Vec<Quota>],
        now: SystemTime,
    ) -> Reply<Result<Taken, BoxError>> {
        let mut all = quotas.iter();
        let quotas: Vec<_> = self
            .entries
            .iter()
            .map(|entry| (entry, all.next()))
            .collect();
        let find = |entry: &Entry| {
            let found = quotas.iter().find(|(other, _)| std::ptr::eq(*other, entry));
            found
                .and_then(|(_, quotas)| *quotas)
                .map_or(&[][..], Vec::as_slice)
        };
        self.charge(&find, |charges| store.take(charges, now))
    }

    /// Gives back what was taken.
    pub(super) fn give_back(
        &self,
        store: &dyn QuotaStore,
        now: SystemTime,
    ) -> Reply<Result<(), BoxError>> {
        self.charge(&|entry| entry.plan.quotas(), |charges| {
            store.give_back(charges, now)
        })
    }

    fn charge<'a, T>(
        &'a self,
        quotas: &dyn Fn(&'a Entry) -> &'a [Quota],
        ask: impl FnOnce(&[Charge<'_>]) -> Reply<Result<T, BoxError>>,
    ) -> Reply<Result<T, BoxError>> {
        let of_entry = |entry| quotas(entry).iter().map(move |quota| (entry, quota));
        let all = self.entries.iter().flat_map(of_entry);
        let charges: Vec<_> = all
            .map(|(entry, quota)| Charge::new(self.key(entry), quota, entry.cost))
            .collect();
        if charges.len() > Quotas::MAX {
            return Reply::Ready(Err("more quotas than can be decided together".into()));
        }
        ask(&charges)
    }
}

impl Entries {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Entry> + Clone {
        std::iter::once(&self.first).chain(&self.rest)
    }

    /// Returns each entry with each of its policies, in the order of the charges.
    pub(super) fn policies(&self) -> impl Iterator<Item = (&Entry, usize)> + Clone {
        self.iter()
            .flat_map(|entry| (0..entry.plan.quotas().len()).map(move |at| (entry, at)))
    }
}

impl Entry {
    pub(crate) const fn plan(&self) -> &Plan {
        &self.plan
    }

    pub(super) const fn is_own(&self) -> bool {
        self.is_own
    }
}

/// What is left of each quota, in the order of the charges.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing {
    states: [State; Quotas::MAX],
    count: usize,
}

/// What is left of one quota.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct State {
    pub(crate) remaining: u32,
    /// In how many seconds the bucket is full.
    pub(crate) reset: u32,
    /// In how many seconds there is more, if there is none now.
    pub(crate) next: u32,
}

impl Standing {
    pub(super) fn of(taken: &Taken, entries: &Entries) -> Self {
        let mut states = [State::default(); Quotas::MAX];
        let quotas = entries.iter().flat_map(|entry| entry.plan.quotas());
        let mut count = 0;
        for ((state, bucket), quota) in states.iter_mut().zip(taken.states()).zip(quotas) {
            let reset = bucket.reset();
            let next = match (bucket.retry(), bucket.remaining()) {
                (Some(retry), _) => retry,
                (None, 0) => until_one(reset, quota),
                (None, _) => reset,
            };
            *state = State {
                remaining: bucket.remaining(),
                reset: seconds(reset),
                next: seconds(next),
            };
            count += 1;
        }
        Self { states, count }
    }

    /// Returns what is left once the cost was given back.
    pub(super) fn after_refund(mut self, entries: &Entries) -> Self {
        let policies = entries.policies();
        for (state, (entry, at)) in self.states.iter_mut().zip(policies) {
            let Some(quota) = entry.plan.quotas().get(at) else {
                continue;
            };
            let remaining = state.remaining.saturating_add(entry.cost);
            let back = u128::from(entry.cost) * quota.period().as_nanos();
            let back = back / u128::from(quota.limit().max(1)) / 1_000_000_000;
            let back = u32::try_from(back).unwrap_or(u32::MAX);
            state.remaining = remaining.min(quota.burst_size());
            state.reset = state.reset.saturating_sub(back);
            state.next = state.reset;
        }
        self
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &State> + Clone {
        self.states.iter().take(self.count)
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
