use crate::quota::{Pace, most_ticks, ring};

/// The bits of a word that hold the exponent.
const EXPONENT: u32 = 6;

/// A bucket in one word: who it belongs to, and when it is full again.
///
/// From the top: 13 to 26 bits of the key's hash, the tick at which the bucket is full
/// (as many of its lowest bits as are left), and 6 bits for the length of a tick. A
/// word of 0 is no bucket.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Word(pub(super) u64);

/// What the words of one key and quota have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tag {
    pattern: u64,
    mask: u64,
}

impl Word {
    /// Returns the ticks until the bucket is full: negative once it has been, and none
    /// where there is no bucket.
    ///
    /// More than any bucket can owe is an instant that has come round: the bucket has
    /// been full for long, and is none.
    pub(super) fn ticks_left(self, now: u64) -> Option<i64> {
        self.ticks_left_in(ring(self.exponent()), now)
    }

    /// Does so where the number of bits of the ring is known.
    #[inline]
    pub(super) fn ticks_left_in(self, ring: u32, now: u64) -> Option<i64> {
        if self.0 == 0 {
            return None;
        }
        let unused = u64::BITS - ring;
        let written = (self.0 >> EXPONENT) << unused;
        let ahead = written.wrapping_sub(now << unused);
        // Moved to the top and back, so that the sign of the ring is that of the number.
        let left = ahead.cast_signed() >> unused;
        (left <= most_ticks(ring)).then_some(left)
    }

    /// Returns the nanoseconds until the bucket is full; 0 when it is, or where there
    /// is none.
    pub(super) fn nanos_left(self, nanos: u64) -> u64 {
        let exponent = self.exponent();
        let ticks = self.ticks_left(nanos >> exponent).unwrap_or_default();
        let ticks = ticks.max(0).cast_unsigned();
        if ticks.leading_zeros() < exponent {
            return u64::MAX;
        }
        ticks << exponent
    }

    fn exponent(self) -> u32 {
        (self.0 & ((1 << EXPONENT) - 1)) as u32
    }
}

impl Tag {
    #[inline]
    pub(super) fn new(hash: u64, pace: &Pace) -> Self {
        let low = EXPONENT + pace.ring();
        // All but the lowest bits of the hash are pushed out.
        let fingerprint = (hash << low).max(1 << low);
        Self {
            // Never 0, so that no bucket is taken for none.
            pattern: fingerprint | u64::from(pace.exponent()),
            mask: (u64::MAX << low) | ((1 << EXPONENT) - 1),
        }
    }

    #[inline]
    pub(super) fn marks(self, word: Word) -> bool {
        (word.0 ^ self.pattern) & self.mask == 0
    }

    pub(super) fn word(self, tick: u64) -> Word {
        Word(self.pattern | ((tick << EXPONENT) & !self.mask))
    }
}
