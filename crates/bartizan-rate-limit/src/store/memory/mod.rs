mod bucket;
mod buckets;
mod set;
mod sync;
mod word;

use std::error::Error;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::time::{SystemTime, UNIX_EPOCH};

use bartizan_core::{BoxError, Reply};
use siphasher::sip::SipHasher13;

use self::bucket::Bucket;
use self::buckets::Buckets;
use self::set::Set;
use super::{Charge, QuotaStore, Taken};
use crate::Quotas;

/// How many keys a set is meant for; it holds twice as many.
const KEYS_PER_SET: usize = 4;

/// Keeps buckets in the memory of the process: in a table whose size is fixed when it is
/// built, without locks, threads or allocations.
///
/// A bucket takes 8 bytes, whatever its key is: bits of the key's hash, and the instant
/// at which it is full again. One that is full says nothing, and its place is used
/// again; so nothing has to be swept. Every eight places form a set, in one cache line,
/// and a key belongs to one set.
///
/// # When there are more keys than places
///
/// The table is built with two places for each key it is meant for. While as many
/// buckets are short of full as it is meant for, less than 1 in 100 of them meets a full
/// set; how many there may be is up to whoever can make up keys. In a full set the
/// bucket that would be full soonest gives way, and *the newcomer takes over its debt*,
/// except that the request which brings the newcomer still passes if its cost is within
/// the burst. Hence under a flood of keys:
///
/// - A bucket that gives way is not forgiven. When its key comes back, it is a newcomer
///   in a set that owes at least as much, or the time at which it was full has passed.
///   Under one quota, what it gains is that one request. For the next one it has to be
///   displaced again, for which those who flood need a request in the same set, which
///   they cannot tell from the others, and seven more indebted keys in it.
/// - A client that was not there before may find its bucket less than full: it is
///   limited too early, and never locked out by others.
/// - Among several quotas, the buckets that refill fast give way to those that refill
///   slowly. Give quotas by the day and quotas by the second a store each, where a flood
///   of keys must not wear away the latter.
///
/// # When two keys share a bucket
///
/// Hashes are made with `SipHash-1-3` under a random key of the store, so that nobody can look
/// for keys that collide. Two keys share a bucket when set and fingerprint are the same,
/// and they are then limited together, which refuses early and never allows more. The
/// fingerprint has 26 bits for quotas of up to 7 a minute, 24 at 100 a minute, 21 at 100
/// a second, 19 at 1,000 a second, and never less than 13. A new key shares the bucket of
/// one of `n` others that are short of full in its set with a probability of `n` in 2 to
/// the power of these bits: in a full set, 1 in 8 million at up to 7 a minute, and 1 in
/// 260,000 at 100 a second.
///
/// # Time
///
/// Debts are whole numbers of steps: no rounding adds up. A clock is read as the step that
/// has begun, so a request may be allowed up to one step early: a 64th of the time in which
/// one request refills, or 0.3 s if that is less, but 2 ns at least, and more where a
/// bucket takes more than a year to fill. When the clock is set back, a bucket is empty at most. A quota that refills
/// faster than one request in 2 ns is slowed to that, and a burst of more than a year's
/// refill and 2^28 requests may be cut.
///
/// Instants come round: a bucket that nobody touched for 6 years (18 months at 100 a
/// minute, 75 days at 100 a second, 7 hours at 100 million a second) may be taken for one
/// that is empty, and its key be refused until it would be full. A clock that is set back
/// by 2 years (6 months, 26 days, 2 hours) or more can leave a bucket full.
///
/// # Several charges
///
/// They are looked at first and taken in order after that, so a request that is refused
/// writes nothing. When another thread comes in between and one does not fit, those before
/// it are given back. A request in that moment can find them taken, and be refused; none is
/// allowed that must not be.
///
/// ```
/// use std::time::SystemTime;
///
/// use bartizan_core::Reply;
/// use bartizan_rate_limit::{Charge, MemoryQuotaStore, Quota, QuotaStore};
///
/// let store = MemoryQuotaStore::with_capacity(100_000);
/// assert_eq!(store.bytes(), 1_600_000);
///
/// let quota = Quota::per_minute(1);
/// let charge = Charge::new(b"198.51.100.7", &quota, 1);
/// let now = SystemTime::now();
/// for allowed in [true, false] {
///     let Reply::Ready(Ok(taken)) = store.take(&[charge], now) else {
///         unreachable!("memory is always at hand");
///     };
///     assert_eq!(taken.is_allowed(), allowed);
/// }
/// ```
pub struct MemoryQuotaStore {
    sets: Box<[Set]>,
    hashing: SipHasher13,
}

impl MemoryQuotaStore {
    /// Creates a store that is meant for as many keys at the same time, and sets aside
    /// 16 bytes for each.
    #[must_use]
    pub fn with_capacity(keys: usize) -> Self {
        // The key of the hasher is random, and what it makes of two numbers is so, too.
        let random = RandomState::new();
        let sets = keys.div_ceil(KEYS_PER_SET).max(1);
        Self {
            sets: (0..sets).map(|_| Set::default()).collect(),
            hashing: SipHasher13::new_with_keys(random.hash_one(0), random.hash_one(1)),
        }
    }

    /// Returns how many bytes the buckets take, which never changes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.sets)
    }

    /// Answers with what `ask` finds out from the buckets of `charges`.
    #[inline]
    fn answer<T>(
        &self,
        charges: &[Charge<'_>],
        now: SystemTime,
        ask: impl FnOnce(&Buckets<'_>) -> T,
    ) -> Reply<Result<T, BoxError>> {
        if charges.len() > Quotas::MAX {
            return Reply::Ready(Err(TooManyCharges.into()));
        }
        let nanos = nanos(now);
        let mut buckets = Buckets([None; Quotas::MAX]);
        let mut last: Option<(&[u8], u64)> = None;
        for (place, charge) in buckets.0.iter_mut().zip(charges) {
            let hash = match last {
                Some((key, hash)) if key == charge.key => hash,
                _ => self.hashing.hash(charge.key),
            };
            last = Some((charge.key, hash));
            *place = Some(self.hashed(hash, charge, nanos));
        }
        Reply::Ready(Ok(ask(&buckets)))
    }

    #[inline(never)]
    fn take_together(
        &self,
        charges: &[Charge<'_>],
        now: SystemTime,
    ) -> Reply<Result<Taken, BoxError>> {
        self.answer(charges, now, |buckets| buckets.take())
    }

    #[inline(always)]
    fn bucket<'a>(&'a self, charge: &Charge<'a>, nanos: u64) -> Bucket<'a> {
        self.hashed(self.hashing.hash(charge.key), charge, nanos)
    }

    #[inline(always)]
    fn hashed<'a>(&'a self, hash: u64, charge: &Charge<'a>, nanos: u64) -> Bucket<'a> {
        let pace = charge.quota.pace();
        // A keyed hash is as good as random, and stays so when a constant is added.
        let hash = hash ^ pace.id();
        Bucket::new(self.set(hash), hash, pace, charge.cost, nanos)
    }

    /// Scales the upper bits of the hash to the number of sets; the fingerprint is of
    /// the lower ones.
    fn set(&self, hash: u64) -> &Set {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "it is less than the number of sets"
        )]
        let at = ((u128::from(hash) * self.sets.len() as u128) >> 64) as usize;
        #[expect(
            clippy::indexing_slicing,
            reason = "it is less than the number of sets"
        )]
        let set = &self.sets[at];
        set
    }
}

impl QuotaStore for MemoryQuotaStore {
    fn take(&self, charges: &[Charge<'_>], now: SystemTime) -> Reply<Result<Taken, BoxError>> {
        if let [charge] = charges {
            let bucket = self.bucket(charge, nanos(now));
            return Reply::Ready(Ok(Taken::one(bucket.taken(bucket.take()))));
        }
        self.take_together(charges, now)
    }

    fn peek(&self, charges: &[Charge<'_>], now: SystemTime) -> Reply<Result<Taken, BoxError>> {
        self.answer(charges, now, |buckets| buckets.peek())
    }

    fn penalise(&self, charges: &[Charge<'_>], now: SystemTime) -> Reply<Result<Taken, BoxError>> {
        self.answer(charges, now, |buckets| buckets.penalise())
    }

    fn give_back(&self, charges: &[Charge<'_>], now: SystemTime) -> Reply<Result<(), BoxError>> {
        self.answer(charges, now, |buckets| buckets.give_back())
    }
}

impl fmt::Debug for MemoryQuotaStore {
    /// Leaves out the buckets, and the key of the hash above all.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryQuotaStore")
            .field("bytes", &self.bytes())
            .finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct TooManyCharges;

impl fmt::Display for TooManyCharges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a request is charged to more than {} buckets",
            Quotas::MAX
        )
    }
}

impl Error for TooManyCharges {}

/// Returns the nanoseconds since 1970, within the 285 years for which sums with a debt
/// have room.
#[inline]
fn nanos(now: SystemTime) -> u64 {
    const LAST: u64 = 9_000_000_000;
    let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    now.as_secs().min(LAST) * 1_000_000_000 + u64::from(now.subsec_nanos())
}
