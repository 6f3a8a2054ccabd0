use std::cell::RefCell;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use bartizan_core::CorrelationId;

/// Makes an id of random bits.
pub(crate) fn random() -> CorrelationId {
    random_bytes().into()
}

const SIZE: usize = 16;

/// Random bytes from the OS, asked for 32 ids at a time: it is a system call.
struct Pool {
    bytes: [u8; SIZE * 32],
    used: usize,
}

impl Pool {
    const fn new() -> Self {
        Self {
            bytes: [0; SIZE * 32],
            used: SIZE * 32,
        }
    }

    fn take(&mut self) -> Option<[u8; SIZE]> {
        if self.used >= self.bytes.len() {
            getrandom::fill(&mut self.bytes).ok()?;
            self.used = 0;
        }
        let chunk = self.bytes.get(self.used..)?.first_chunk().copied();
        self.used = self.used.saturating_add(SIZE);
        chunk
    }
}

thread_local! {
    static POOL: RefCell<Pool> = const { RefCell::new(Pool::new()) };
}

fn random_bytes() -> [u8; SIZE] {
    let taken = POOL.try_with(|pool| pool.try_borrow_mut().ok()?.take());
    taken.ok().flatten().unwrap_or_else(|| {
        // An OS without random numbers is no reason to answer nobody: an id has to
        // differ from others, and need not be hard to guess.
        let halves = [
            RandomState::new().hash_one(0),
            RandomState::new().hash_one(1),
        ];
        let [high, low] = halves.map(u128::from);
        (high << 64 | low).to_be_bytes()
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn random_ids_differ() {
        let ids: HashSet<_> = (0..1000).map(|_| random()).collect();

        assert_eq!(ids.len(), 1000);
        let threads = [0, 1].map(|_| std::thread::spawn(random));
        let made: HashSet<_> = threads.map(|thread| thread.join().unwrap()).into();
        assert_eq!(made.union(&ids).count(), 1002);
    }
}
