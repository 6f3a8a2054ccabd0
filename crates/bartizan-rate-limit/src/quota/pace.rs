use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

/// Ticks of at least 67 ms are fine enough for any quota.
const COARSEST: u32 = 26;
/// A bucket may owe this part of what the ring of ticks spans, as a power of 2.
const SPARE: u32 = 4;

/// How a quota is counted in a few bits: in *units*, a whole number of which is one
/// request, and in *ticks* of a power of 2 in nanoseconds.
///
/// Debts add up in units, so that nothing is rounded when a request is added to those
/// before. A unit takes two to four ticks, so that a unit written down as a tick is
/// found again exactly; and a tick means the same to every quota, so that a slot can
/// be judged by one whose quota it is not.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Pace {
    /// A tick is 2 to this power in nanoseconds.
    exponent: u32,
    /// The bits of the ring in which ticks are written down.
    ring: u32,
    /// How many units one request is.
    request: u64,
    /// Requests in a unit, times 2 to the power of 64 and of `part_shift`: the whole number
    /// below.
    part: u64,
    part_shift: u32,
    /// How many units a bucket holds; a whole number of requests.
    capacity: u64,
    /// Ticks in a unit, times 2^62.
    step: u64,
    /// Units in a tick, times 2^64; rounded down, to find a unit again.
    inverse: u64,
    /// The same, rounded up: after a whole period, a whole limit has refilled.
    rate: u64,
    /// Tells quotas apart where they are hashed.
    id: u64,
}

impl Pace {
    pub(super) fn new(limit: u32, period: Duration, burst: u32) -> Self {
        let mut hasher = DefaultHasher::new();
        (limit, period, burst).hash(&mut hasher);
        let id = hasher.finish();

        let period = period.as_nanos();
        let limit_or_one = u128::from(limit.max(1));
        let burst = if limit == 0 { 0 } else { burst };

        let fine = (period / limit_or_one).max(1).ilog2().saturating_sub(7);
        let mut exponent = fine.min(COARSEST);
        let request = |exponent: u32| (period / (limit_or_one << (exponent + 1))).max(1);
        // A bucket that takes more than a year to fill is counted more coarsely.
        while u128::from(burst) * request(exponent) > u128::from(largest(exponent))
            && request(exponent) > 1
        {
            exponent += 1;
        }
        let request = request(exponent);
        let units = (limit_or_one * request) << exponent;
        let step = u64::try_from((period << 62).div_ceil(units)).unwrap_or(u64::MAX);
        let rate = u64::try_from((units << 64).div_ceil(period)).unwrap_or(u64::MAX);
        // Where a request refills in less than 2 ns, a clock cannot tell when.
        let (step, rate) = (step.max(1 << 63), rate.min(1 << 63));
        let request = u64::try_from(request).unwrap_or(u64::MAX);
        let part_shift = request.ilog2();
        let part = (u128::MAX >> (64 - part_shift)) / u128::from(request);
        let holds = u64::from(burst).min(largest(exponent) / request);
        Self {
            exponent,
            ring: ring(exponent),
            request,
            part: u64::try_from(part).unwrap_or(u64::MAX),
            part_shift,
            capacity: holds * request,
            step,
            inverse: u64::try_from((1_u128 << 126) / u128::from(step)).unwrap_or(u64::MAX),
            rate,
            id,
        }
    }

    /// Returns what tells quotas of another limit, period or burst apart.
    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    pub(crate) fn exponent(&self) -> u32 {
        self.exponent
    }

    pub(crate) fn capacity(&self) -> u64 {
        self.capacity
    }

    /// Returns the units of as many requests.
    pub(crate) fn cost(&self, requests: u32) -> u64 {
        self.request.saturating_mul(requests.into())
    }

    /// Returns how many whole requests there are in `units`, of which a bucket holds as
    /// many: a division by [`request`](Self::request), in a fourth of the time.
    ///
    /// One unit more makes up for what the factor was rounded down by, and is not enough
    /// for a request more as long as the units are less than 2^63.
    pub(crate) fn requests(&self, units: u64) -> u32 {
        let requests = high(u128::from(units + 1) * u128::from(self.part)) >> self.part_shift;
        u32::try_from(requests).unwrap_or(u32::MAX)
    }

    /// Returns the tick that has begun.
    pub(crate) fn tick(&self, nanos: u64) -> u64 {
        nanos >> self.exponent
    }

    /// Returns the units that are over.
    pub(crate) fn units(&self, nanos: u64) -> u64 {
        high(u128::from(nanos) * u128::from(self.rate)) >> self.exponent
    }

    /// Returns the unit that was written down as the tick.
    pub(crate) fn unit_at(&self, tick: u64) -> u64 {
        high(u128::from(tick) * u128::from(self.inverse) + u128::from(u64::MAX))
    }

    /// Returns the tick as which the unit is written down.
    pub(crate) fn tick_of(&self, unit: u64) -> u64 {
        let ticks = (u128::from(unit) * u128::from(self.step)) >> 62;
        u64::try_from(ticks).unwrap_or(u64::MAX)
    }

    /// Returns the nanoseconds from `nanos` until as many units are over.
    pub(crate) fn until(&self, units: u64, nanos: u64) -> u64 {
        let product = u128::from(units) * u128::from(self.step);
        let then = product >> (62 - self.exponent);
        let then = u64::try_from(then).unwrap_or(u64::MAX);
        // What was cut off can be as much as a nanosecond.
        let then = then.saturating_add(u64::from(self.units(then) < units));
        then.saturating_sub(nanos)
    }

    /// Returns the number of bits of the ring in which ticks are written down.
    pub(crate) fn ring(&self) -> u32 {
        self.ring
    }
}

/// Returns the number of bits of the ring in which ticks of this length are written
/// down.
///
/// The faster a bucket refills, the less often it is worth a slot, and the less it
/// matters that its ring comes round sooner.
pub(crate) const fn ring(exponent: u32) -> u32 {
    if exponent < COARSEST {
        45 - exponent / 2
    } else {
        32
    }
}

/// Returns how many ticks ahead a bucket can be full at most: a unit takes up to four,
/// and a few more are for rounding.
pub(crate) const fn most_ticks(ring: u32) -> i64 {
    (1 << (ring - SPARE + 2)) + 8
}

fn largest(exponent: u32) -> u64 {
    1 << (ring(exponent) - SPARE)
}

fn high(product: u128) -> u64 {
    (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Strategy, any, prop_assert_eq, proptest};

    use super::*;

    /// Small numbers as often as large ones: a unit is the finer, the fewer requests.
    fn widely() -> impl Strategy<Value = u32> {
        (any::<u32>(), 0_u32..32).prop_map(|(number, shift)| number >> shift)
    }

    proptest! {
        #[test]
        fn whole_requests_are_found_as_by_division(
            limit in widely(),
            seconds in 0_u64..40_000_000,
            nanos in 0_u32..1_000_000_000,
            burst in widely(),
            part in any::<u64>(),
        ) {
            let period = Duration::new(seconds, nanos.max(1));
            let pace = Pace::new(limit, period, burst);
            let some = part.checked_rem(pace.capacity()).unwrap_or(0);
            let whole = some - some % pace.request;
            for units in [
                0,
                1,
                pace.request - 1,
                pace.request,
                some,
                whole.saturating_sub(1),
                whole,
                pace.capacity().saturating_sub(1),
                pace.capacity(),
            ] {
                let expected = u32::try_from(units / pace.request).unwrap_or(u32::MAX);
                prop_assert_eq!(pace.requests(units), expected);
            }
        }
    }
}
