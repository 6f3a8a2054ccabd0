use std::fmt;

use argon2::Block;
use zeroize::Zeroize;

use crate::HashError;

/// Argon2's memory blocks, kept from one hash to the next and wiped after each.
///
/// Memory that is allocated and freed per hash ends in the allocator's arenas:
/// gigabytes under a storm of logins.
#[derive(Default)]
pub(crate) struct Memory {
    blocks: Vec<Block>,
    /// Blocks that are kept; what a stored hash needs beyond is given back.
    keep: usize,
}

impl Memory {
    /// Keeps its blocks between hashes while they are `blocks` KiB at most.
    pub(crate) const fn keeping(blocks: usize) -> Self {
        Self {
            blocks: Vec::new(),
            keep: blocks,
        }
    }

    /// Lends `count` blocks, which are wiped again also if `use_blocks` panics.
    pub(crate) fn lend<T>(
        &mut self,
        count: usize,
        use_blocks: impl FnOnce(&mut [Block]) -> T,
    ) -> Result<T, HashError> {
        if self.blocks.len() < count {
            // Freed before the larger piece is taken, so that both never exist.
            self.blocks = Vec::new();
            self.blocks
                .try_reserve_exact(count)
                .map_err(|_| HashError::OutOfMemory)?;
            self.blocks.resize(count, Block::new());
        }

        let mut lent = Lent {
            memory: self,
            count,
        };
        Ok(use_blocks(lent.blocks()))
    }

    #[cfg(test)]
    pub(crate) fn held(&self) -> usize {
        self.blocks.capacity()
    }

    #[cfg(test)]
    fn is_wiped(&self) -> bool {
        self.blocks
            .iter()
            .all(|block| block.as_ref().iter().all(|&word| word == 0))
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").finish_non_exhaustive()
    }
}

struct Lent<'a> {
    memory: &'a mut Memory,
    count: usize,
}

impl Lent<'_> {
    fn blocks(&mut self) -> &mut [Block] {
        self.memory.blocks.get_mut(..self.count).unwrap_or_default()
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        self.blocks().iter_mut().zeroize();
        if self.memory.blocks.len() > self.memory.keep {
            self.memory.blocks = Vec::new();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    fn scribble(blocks: &mut [Block]) {
        for block in blocks {
            block.as_mut().fill(7);
        }
    }

    #[test]
    fn wipes_what_was_lent() {
        let mut memory = Memory::keeping(8);

        memory.lend(8, scribble).unwrap();

        assert_eq!(memory.held(), 8);
        assert!(memory.is_wiped());
    }

    #[test]
    fn wipes_what_was_lent_when_the_borrower_panics() {
        let mut memory = Memory::keeping(8);

        let caught = catch_unwind(AssertUnwindSafe(|| {
            memory.lend(8, |blocks| {
                scribble(blocks);
                panic!("on purpose");
            })
        }));

        assert!(caught.is_err());
        assert!(memory.is_wiped());
    }

    #[test]
    fn keeps_its_blocks_and_gives_back_what_is_more() {
        let mut memory = Memory::keeping(8);

        let first = memory.lend(8, |blocks| blocks.as_ptr() as usize).unwrap();
        let second = memory.lend(8, |blocks| blocks.as_ptr() as usize).unwrap();
        let third = memory.lend(4, |blocks| blocks.as_ptr() as usize).unwrap();
        assert_eq!((first, first), (second, third));
        assert_eq!(memory.held(), 8);

        let lent = memory.lend(64, |blocks| blocks.len()).unwrap();
        assert_eq!(lent, 64);
        assert_eq!(memory.held(), 0);
    }

    #[test]
    fn memory_that_does_not_exist_is_an_error() {
        let mut memory = Memory::default();

        let lent = memory.lend(usize::MAX / 2048, |_| ());

        assert_eq!(lent, Err(HashError::OutOfMemory));
    }
}
