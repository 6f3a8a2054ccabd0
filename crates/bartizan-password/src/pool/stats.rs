use std::sync::atomic::{AtomicU64, Ordering};

use super::queue::Queue;

/// What a [`PasswordHasherPool`](crate::PasswordHasherPool) did since it was
/// started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolStats {
    /// Verifications for users that there are not.
    pub dummies: u64,
    /// New hashes.
    pub hashes: u64,
    /// Jobs refused because the queue was full.
    pub shed: u64,
    /// Jobs skipped because nobody waited for them any more.
    pub skipped: u64,
    /// Verifications of stored hashes.
    pub verifications: u64,
    /// Jobs that wait for a thread now.
    pub waiting: usize,
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) dummies: Counter,
    pub(super) hashes: Counter,
    pub(super) shed: Counter,
    pub(super) verifications: Counter,
}

impl Counters {
    pub(super) fn read(&self, queue: &Queue) -> PoolStats {
        let (waiting, skipped) = queue.waiting_and_skipped();
        PoolStats {
            dummies: self.dummies.get(),
            hashes: self.hashes.get(),
            shed: self.shed.get(),
            skipped,
            verifications: self.verifications.get(),
            waiting,
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub(super) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
