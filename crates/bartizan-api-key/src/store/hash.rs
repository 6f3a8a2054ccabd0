use std::hash::{BuildHasher, Hasher, RandomState};

/// Hashes ids of keys for a table, by a random number of the table's own.
///
/// What is in a table is random already; clients choose only what is looked for. The
/// number keeps ids apart that an owner of keys has picked for being alike, and one
/// multiplication for each half of an id takes less than `SipHash`.
pub(super) struct IdHash(u64);

impl Default for IdHash {
    fn default() -> Self {
        Self(RandomState::new().hash_one(()))
    }
}

impl BuildHasher for IdHash {
    type Hasher = IdHasher;

    #[inline]
    fn build_hasher(&self) -> IdHasher {
        IdHasher(self.0)
    }
}

pub(super) struct IdHasher(u64);

/// The fraction of the golden ratio: odd, and without a pattern.
const FACTOR: u128 = 0x9e37_79b9_7f4a_7c15;

impl Hasher for IdHasher {
    #[inline]
    fn write_u64(&mut self, number: u64) {
        let product = u128::from(self.0 ^ number) * FACTOR;
        // Low bits of a product know of lower ones alone, and tables look at them.
        let folded = (product >> 64) ^ (product & u128::from(u64::MAX));
        self.0 = u64::try_from(folded).unwrap_or(u64::MAX);
    }

    #[inline]
    fn write_u32(&mut self, number: u32) {
        self.write_u64(number.into());
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64((*byte).into());
        }
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::KeyId;

    #[test]
    fn each_table_has_a_number_of_its_own() {
        let id = KeyId::random().unwrap();
        let hash = IdHash::default();

        assert_eq!(hash.hash_one(id), hash.hash_one(id));
        assert_ne!(hash.hash_one(id), IdHash::default().hash_one(id));
    }

    #[test]
    fn ids_that_differ_in_two_characters_spread_over_a_table() {
        let hash = IdHash::default();
        for at in 0..KeyId::LEN {
            // A table takes the lowest bits and the highest ones.
            let mut low = [0_u32; 64];
            let mut high = [0_u32; 64];
            for first in b'0'..=b'o' {
                for second in b'0'..=b'o' {
                    let mut id = *b"4fzKw2x9TqLm";
                    id[at] = first;
                    id[(at + 5) % KeyId::LEN] = second;
                    let hash = hash.hash_one(KeyId::of(id));
                    low[usize::try_from(hash % 64).unwrap()] += 1;
                    high[usize::try_from(hash >> 58).unwrap()] += 1;
                }
            }
            // 64 of each are expected; of 20,000 numbers, none came below 14.
            for count in low.into_iter().chain(high) {
                assert!((4..=256).contains(&count), "{at}: {count}");
            }
        }
    }
}
