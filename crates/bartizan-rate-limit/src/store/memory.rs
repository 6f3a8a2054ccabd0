use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bartizan_core::{BoxError, Reply};

use super::{Charge, QuotaStore, Taken};
use crate::{Bucket, Quota};

/// Keeps buckets in the memory of the process.
#[derive(Debug)]
pub struct MemoryQuotaStore {
    buckets: Mutex<HashMap<(Vec<u8>, Quota), Bucket>>,
}

impl MemoryQuotaStore {
    /// Creates a store for as many keys.
    #[must_use]
    pub fn with_capacity(keys: usize) -> Self {
        let buckets = Mutex::new(HashMap::with_capacity(keys));
        Self { buckets }
    }
}

fn run(
    store: &MemoryQuotaStore,
    charges: &[Charge<'_>],
    now: SystemTime,
    each: impl Fn(&mut Bucket, &Charge<'_>, Duration) -> crate::BucketState,
) -> Reply<Result<Taken, BoxError>> {
    let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut buckets = store.buckets.lock().unwrap_or_else(PoisonError::into_inner);
    let mut taken = Taken::empty();
    let mut after = Vec::new();
    for charge in charges {
        let id = (charge.key.to_vec(), charge.quota.clone());
        let mut bucket = buckets.get(&id).copied().unwrap_or_default();
        if taken.push(each(&mut bucket, charge, now)).is_none() {
            return Reply::Ready(Err("there are too many charges".into()));
        }
        after.push((id, bucket));
    }
    if taken.is_allowed() {
        buckets.extend(after);
    }
    Reply::Ready(Ok(taken))
}

impl QuotaStore for MemoryQuotaStore {
    fn take(&self, charges: &[Charge<'_>], now: SystemTime) -> Reply<Result<Taken, BoxError>> {
        run(self, charges, now, |bucket, charge, now| {
            bucket.take(charge.quota, charge.cost, now)
        })
    }

    fn peek(&self, charges: &[Charge<'_>], now: SystemTime) -> Reply<Result<Taken, BoxError>> {
        run(self, charges, now, |bucket, charge, now| {
            bucket.peek(charge.quota, charge.cost, now)
        })
    }

    fn penalise(&self, charges: &[Charge<'_>], now: SystemTime) -> Reply<Result<Taken, BoxError>> {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = Taken::empty();
        for charge in charges {
            let id = (charge.key.to_vec(), charge.quota.clone());
            let bucket = buckets.entry(id).or_default();
            let state = bucket.penalise(charge.quota, charge.cost, now);
            if taken.push(state).is_none() {
                return Reply::Ready(Err("there are too many charges".into()));
            }
        }
        Reply::Ready(Ok(taken))
    }

    fn give_back(&self, charges: &[Charge<'_>], now: SystemTime) -> Reply<Result<(), BoxError>> {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        for charge in charges {
            let id = (charge.key.to_vec(), charge.quota.clone());
            if let Some(bucket) = buckets.get_mut(&id) {
                bucket.give_back(charge.quota, charge.cost, now);
            }
        }
        Reply::Ready(Ok(()))
    }
}
