//! Where buckets are kept.

mod memory;
mod taken;

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use bartizan_core::{BoxError, Reply};

pub use self::memory::MemoryQuotaStore;
pub use self::taken::{Allowance, BucketState, Taken};
use crate::Quota;

/// What one request takes from one bucket.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Charge<'a> {
    /// Whose bucket it is. The bytes may come from a client: a store hashes them with
    /// a key of its own, or keeps them apart from all else.
    pub key: &'a [u8],
    /// What the bucket holds and how it refills.
    ///
    /// Limit, period and burst belong to the identity of the bucket: the same key
    /// under another quota is another bucket, and full to begin with.
    pub quota: &'a Quota,
    /// How many requests this one counts as; 0 takes nothing and is always allowed.
    pub cost: u32,
}

impl<'a> Charge<'a> {
    /// Creates a charge.
    #[must_use]
    pub fn new(key: &'a [u8], quota: &'a Quota, cost: u32) -> Self {
        Self { key, quota, cost }
    }
}

impl fmt::Debug for Charge<'_> {
    /// Leaves the key out: it can be an address, or a credential.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Charge")
            .field("quota", self.quota)
            .field("cost", &self.cost)
            .finish_non_exhaustive()
    }
}

/// Keeps the buckets of all keys.
///
/// Every method takes up to [`Quotas::MAX`](crate::Quotas::MAX) charges and answers
/// with one [`BucketState`] for each, in order. An error means that the store could
/// not decide, for which no request is to be blamed: it is neither a yes nor a no.
///
/// The time is the caller's. A store must survive a clock that is set back or forward:
/// it may then refuse for no longer than the bucket takes to fill, and must not allow
/// more than a full bucket.
pub trait QuotaStore: fmt::Debug + Send + Sync + 'static {
    /// Takes the cost of all charges, or of none.
    ///
    /// The charges are taken when [`Taken::is_allowed`] says so. Otherwise all buckets
    /// are as before, and each state says whether its bucket would have allowed it.
    fn take(&self, charges: &[Charge<'_>], now: SystemTime) -> Reply<Result<Taken, BoxError>>;

    /// Answers what [`take`](Self::take) would, and takes nothing.
    fn peek(&self, charges: &[Charge<'_>], now: SystemTime) -> Reply<Result<Taken, BoxError>>;

    /// Takes the cost of all charges even where a bucket does not hold as much; it is
    /// then empty.
    ///
    /// It is the fine for what turned out badly, such as a failed login. Each state
    /// says whether the bucket held the cost, and what is left.
    fn penalise(&self, charges: &[Charge<'_>], now: SystemTime) -> Reply<Result<Taken, BoxError>>;

    /// Gives back what was taken, but never more than the bucket holds.
    fn give_back(&self, charges: &[Charge<'_>], now: SystemTime) -> Reply<Result<(), BoxError>>;
}

impl<S: QuotaStore + ?Sized> QuotaStore for Arc<S> {
    fn take(&self, charges: &[Charge<'_>], now: SystemTime) -> Reply<Result<Taken, BoxError>> {
        (**self).take(charges, now)
    }

    fn peek(&self, charges: &[Charge<'_>], now: SystemTime) -> Reply<Result<Taken, BoxError>> {
        (**self).peek(charges, now)
    }

    fn penalise(&self, charges: &[Charge<'_>], now: SystemTime) -> Reply<Result<Taken, BoxError>> {
        (**self).penalise(charges, now)
    }

    fn give_back(&self, charges: &[Charge<'_>], now: SystemTime) -> Reply<Result<(), BoxError>> {
        (**self).give_back(charges, now)
    }
}
