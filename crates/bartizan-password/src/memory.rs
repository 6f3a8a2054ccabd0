use std::fmt;

use argon2::Block;
use zeroize::Zeroize;

use crate::HashError;

/// Argon2's memory blocks, kept from one hash to the next.
///
/// Memory that is allocated and freed per hash ends in the allocator's arenas:
/// gigabytes under a storm of logins. It is wiped when it is told to and when it is
/// dropped; the next hash overwrites it anyway.
#[derive(Default)]
pub(crate) struct Memory {
    blocks: Vec<Block>,
    /// Blocks that are kept; what a stored hash needs beyond is given back.
    keep: usize,
    /// Blocks from the first on that were lent since the last wipe.
    used: usize,
}

impl Memory {
    /// Keeps its blocks between hashes while they are `blocks` KiB at most.
    pub(crate) const fn keeping(blocks: usize) -> Self {
        Self {
            blocks: Vec::new(),
            keep: blocks,
            used: 0,
        }
    }

    /// Lends `count` blocks.
    pub(crate) fn lend<T>(
        &mut self,
        count: usize,
        use_blocks: impl FnOnce(&mut [Block]) -> T,
    ) -> Result<T, HashError> {
        if self.blocks.len() > self.keep.max(count) {
            self.wipe();
        }
        if self.blocks.len() < count {
            // Freed before the larger piece is taken, so that both never exist.
            self.wipe();
            self.blocks = Vec::new();
            self.blocks
                .try_reserve_exact(count)
                .map_err(|_| HashError::OutOfMemory)?;
            self.blocks.resize(count, Block::new());
        }
        // Also if there is a panic, they count as used.
        self.used = self.used.max(count);
        Ok(use_blocks(self.blocks.get_mut(..count).unwrap_or_default()))
    }

    /// Wipes what was lent, and gives back what is more than is kept.
    pub(crate) fn wipe(&mut self) {
        let used = std::mem::take(&mut self.used);
        let used = self.blocks.get_mut(..used).unwrap_or_default();
        used.iter_mut().zeroize();
        if self.blocks.len() > self.keep {
            self.blocks = Vec::new();
        }
    }

    #[cfg(test)]
    fn held(&self) -> usize {
        self.blocks.capacity()
    }

    #[cfg(test)]
    pub(crate) fn is_wiped(&self) -> bool {
        self.blocks
            .iter()
            .all(|block| block.as_ref().iter().all(|&word| word == 0))
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.wipe();
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").finish_non_exhaustive()
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
    fn wipes_all_that_was_lent() {
        let mut memory = Memory::keeping(8);
        memory.lend(8, scribble).unwrap();
        memory.lend(4, scribble).unwrap();
        assert!(!memory.is_wiped());

        memory.wipe();

        assert_eq!(memory.held(), 8);
        assert!(memory.is_wiped());
    }

    #[test]
    fn wipes_what_was_lent_when_the_borrower_panicked() {
        let mut memory = Memory::keeping(8);
        let caught = catch_unwind(AssertUnwindSafe(|| {
            memory.lend(8, |blocks| {
                scribble(blocks);
                panic!("on purpose");
            })
        }));

        memory.wipe();

        assert!(caught.is_err());
        assert!(memory.is_wiped());
    }

    #[test]
    fn keeps_its_blocks_and_gives_back_what_is_more() {
        let mut memory = Memory::keeping(8);

        let first = memory.lend(8, |blocks| blocks.as_ptr() as usize).unwrap();
        memory.wipe();
        let second = memory.lend(8, |blocks| blocks.as_ptr() as usize).unwrap();
        let third = memory.lend(4, |blocks| blocks.as_ptr() as usize).unwrap();
        assert_eq!((first, first), (second, third));
        assert_eq!(memory.held(), 8);

        let lent = memory.lend(64, |blocks| blocks.len()).unwrap();
        assert_eq!((lent, memory.held()), (64, 64));
        memory.lend(8, scribble).unwrap();
        assert_eq!(memory.held(), 8);
        memory.lend(64, scribble).unwrap();
        memory.wipe();
        assert_eq!(memory.held(), 0);
    }

    #[test]
    fn memory_that_does_not_exist_is_an_error() {
        let mut memory = Memory::default();

        let lent = memory.lend(usize::MAX / 2048, |_| ());

        assert_eq!(lent, Err(HashError::OutOfMemory));
    }
}
