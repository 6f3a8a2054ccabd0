//! A store in memory, with times counted from a start.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bartizan_core::Reply;
use bartizan_rate_limit::{BucketState, Charge, MemoryQuotaStore, QuotaStore, Taken};

pub(crate) const START: SystemTime = UNIX_EPOCH;

pub(crate) struct Ledger(MemoryQuotaStore);

impl Ledger {
    pub(crate) fn new(keys: usize) -> Self {
        Self(MemoryQuotaStore::with_capacity(keys))
    }

    pub(crate) fn take_at(&self, charges: &[Charge<'_>], after: Duration) -> Taken {
        ready(self.take(charges, START + after)).unwrap()
    }

    pub(crate) fn peek_at(&self, charges: &[Charge<'_>], after: Duration) -> Taken {
        ready(self.peek(charges, START + after)).unwrap()
    }

    /// Returns what is left of a bucket.
    pub(crate) fn left(&self, charge: Charge<'_>, after: Duration) -> u32 {
        let charge = Charge::new(charge.key, charge.quota, 0);
        let taken = self.peek_at(&[charge], after);
        taken.states().iter().map(BucketState::remaining).sum()
    }
}

impl std::ops::Deref for Ledger {
    type Target = MemoryQuotaStore;

    fn deref(&self) -> &MemoryQuotaStore {
        &self.0
    }
}

pub(crate) fn ready<T>(reply: Reply<T>) -> T {
    match reply {
        Reply::Ready(answer) => answer,
        Reply::Wait(_) => panic!("memory answers at once"),
    }
}
