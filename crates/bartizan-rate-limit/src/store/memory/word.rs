use crate::quota::Pace;

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
        if self.0 == 0 {
            return None;
        }
        let unused = u64::BITS - Pace::ring(self.exponent());
        let written = (self.0 >> EXPONENT) << unused;
        let ahead = written.wrapping_sub(now << unused);
        // Moved to the top and back, so that the sign of the ring is that of the number.
        let left = ahead.cast_signed() >> unused;
        (left <= Pace::most_ticks(self.exponent())).then_some(left)
    }

    /// Returns the nanoseconds until the bucket is full; 0 when it is, or where there
    /// is none.
    pub(super) fn nanos_left(self, nanos: u64) -> u64 {
        let exponent = self.exponent();
        let ticks = self.ticks_left(nanos >> exponent).unwrap_or_default();
        let left = u128::from(ticks.max(0).cast_unsigned()) << exponent;
        u64::try_from(left).unwrap_or(u64::MAX)
    }

    fn exponent(self) -> u32 {
        (self.0 & ((1 << EXPONENT) - 1)) as u32
    }
}

impl Tag {
    pub(super) fn new(hash: u64, exponent: u32) -> Self {
        let ring = Pace::ring(exponent);
        let low = EXPONENT + ring;
        let fingerprint = hash & ((1 << (u64::BITS - low)) - 1);
        Self {
            // Never 0, so that no bucket is taken for none.
            pattern: fingerprint.max(1) << low | u64::from(exponent),
            mask: !(((1 << ring) - 1) << EXPONENT),
        }
    }

    pub(super) fn marks(self, word: Word) -> bool {
        (word.0 ^ self.pattern) & self.mask == 0
    }

    pub(super) fn word(self, tick: u64) -> Word {
        Word(self.pattern | ((tick << EXPONENT) & !self.mask))
    }
}
