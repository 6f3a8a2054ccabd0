use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::future::poll_fn;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

/// For each pair of an account and an address the attempts that wait for room, in the
/// order in which they came, of which the first alone looks for it: when it has become
/// the first, and each time that an attempt of the pair has ended.
///
/// There is an entry only while there is an attempt, so that it takes no more memory than
/// the requests do.
#[derive(Default)]
pub(super) struct Queues(Mutex<HashMap<Arc<[u8]>, Queue>>);

/// How many attempts of one pair may wait.
const MAX_WAITING: usize = 128;

#[derive(Default)]
struct Queue {
    under_way: usize,
    /// How many have ended, so far.
    ended: u64,
    /// The number of the next place; the lowest is the first.
    next: u64,
    waiting: BTreeMap<u64, Option<Waker>>,
}

/// A place in the queue, until this is dropped.
pub(super) struct Place {
    queues: Arc<Queues>,
    pair: Arc<[u8]>,
    number: u64,
    /// How many had ended when it last was its turn.
    seen: Option<u64>,
}

/// An attempt that is under way, until this is dropped.
pub(super) struct Turn {
    queues: Arc<Queues>,
    pair: Arc<[u8]>,
}

impl Queues {
    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<[u8]>, Queue>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the queue of `pair`, and forgets it if it is empty.
    fn with<T>(&self, pair: &Arc<[u8]>, change: impl FnOnce(&mut Queue) -> T) -> T {
        let mut queues = self.lock();
        let queue = queues.entry(Arc::clone(pair)).or_default();
        let result = change(queue);
        if queue.under_way == 0 && queue.waiting.is_empty() {
            queues.remove(pair);
        }
        result
    }
}

impl Queue {
    fn first(&self) -> Option<u64> {
        self.waiting.first_key_value().map(|(number, _)| *number)
    }

    /// Returns the waker of the first, which is to be woken once the lock is released.
    fn wake(&mut self) -> Option<Waker> {
        self.waiting.first_entry()?.get_mut().take()
    }
}

impl Place {
    /// Joins the end of the queue, if there is a place left.
    pub(super) fn join(queues: &Arc<Queues>, pair: &Arc<[u8]>) -> Option<Self> {
        let number = queues.with(pair, |queue| {
            let number = queue.next;
            let has_room = queue.waiting.len() < MAX_WAITING;
            has_room.then(|| {
                queue.next += 1;
                queue.waiting.insert(number, None);
                number
            })
        })?;
        Some(Self {
            queues: Arc::clone(queues),
            pair: Arc::clone(pair),
            number,
            seen: None,
        })
    }

    /// Waits until it is the first, and one has ended since it last was its turn.
    pub(super) async fn turn(&mut self) {
        let (number, seen) = (self.number, self.seen);
        let ended = poll_fn(|cx| {
            let mut waker = Some(cx.waker().clone());
            let ended = self.queues.with(&self.pair, |queue| {
                if queue.first() == Some(number) && seen != Some(queue.ended) {
                    return Poll::Ready(queue.ended);
                }
                if let Some(last) = queue.waiting.get_mut(&number) {
                    mem::swap(last, &mut waker);
                }
                Poll::Pending
            });
            // A waker may run what it likes when it is dropped: not under the lock.
            drop(waker);
            ended
        })
        .await;
        self.seen = Some(ended);
    }

    /// Returns whether its turn may come again: one is under way, or has ended since.
    pub(super) fn may_wait(&self) -> bool {
        self.queues.with(&self.pair, |queue| {
            queue.under_way > 0 || self.seen != Some(queue.ended)
        })
    }

    /// Begins the attempt, and leaves the queue.
    pub(super) fn begin(self) -> Turn {
        self.queues.with(&self.pair, |queue| queue.under_way += 1);
        Turn {
            queues: Arc::clone(&self.queues),
            pair: Arc::clone(&self.pair),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let (left, next) = self.queues.with(&self.pair, |queue| {
            let was_first = queue.first() == Some(self.number);
            let left = queue.waiting.remove(&self.number);
            (left, was_first.then(|| queue.wake()).flatten())
        });
        drop(left);
        next.into_iter().for_each(Waker::wake);
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let first = self.queues.with(&self.pair, |queue| {
            queue.under_way = queue.under_way.saturating_sub(1);
            queue.ended += 1;
            queue.wake()
        });
        first.into_iter().for_each(Waker::wake);
    }
}

impl fmt::Debug for Queues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queues").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Wake};

    use super::*;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    struct Pair(Arc<Queues>, Arc<[u8]>, Arc<Count>);

    impl Pair {
        fn new() -> Self {
            Self(Arc::default(), Arc::from(*b"pair"), Arc::default())
        }

        fn join(&self) -> Option<Place> {
            Place::join(&self.0, &self.1)
        }

        fn is_turn(&self, place: &mut Place) -> bool {
            let waker = Arc::clone(&self.2).into();
            let turn = pin!(place.turn());
            turn.poll(&mut Context::from_waker(&waker)).is_ready()
        }

        fn woken(&self) -> usize {
            self.2.0.swap(0, Ordering::SeqCst)
        }
    }

    #[test]
    fn the_first_alone_is_woken_when_one_ends() {
        let pair = Pair::new();
        let under_way: Vec<_> = (0..2).map(|_| pair.join().unwrap().begin()).collect();
        let mut places: Vec<_> = (0..3).map(|_| pair.join().unwrap()).collect();
        let turns = |places: &mut [Place]| -> Vec<bool> {
            places.iter_mut().map(|it| pair.is_turn(it)).collect()
        };
        assert_eq!(turns(&mut places), [true, false, false]);
        assert!(places[0].may_wait());
        for turn in under_way {
            assert_eq!(turns(&mut places), [false, false, false]);
            drop(turn);
            assert_eq!(pair.woken(), 1);
            assert_eq!(turns(&mut places), [true, false, false]);
        }
        assert!(!places[0].may_wait());
        drop(places.remove(0));
        assert_eq!(pair.woken(), 1);
        assert_eq!(turns(&mut places), [true, false]);
        drop(places);
        assert!(pair.0.lock().is_empty());
    }

    #[test]
    fn one_that_comes_late_does_not_overtake() {
        let pair = Pair::new();
        let under_way = pair.join().unwrap().begin();
        let mut waiting = pair.join().unwrap();
        assert!(pair.is_turn(&mut waiting));
        drop(under_way);
        let mut late = pair.join().unwrap();
        assert!(!pair.is_turn(&mut late));
        assert!(pair.is_turn(&mut waiting));
        let _under_way = waiting.begin();
        assert!(pair.is_turn(&mut late));
    }

    #[test]
    fn one_that_gives_up_passes_its_turn_on() {
        let pair = Pair::new();
        let under_way = pair.join().unwrap().begin();
        let mut places: Vec<_> = (0..3).map(|_| pair.join().unwrap()).collect();
        assert!(pair.is_turn(&mut places[0]));
        for place in &mut places {
            assert!(!pair.is_turn(place));
        }
        drop(under_way);
        assert_eq!(pair.woken(), 1);
        // It is woken, and gives up before it has looked.
        drop(places.remove(0));
        assert_eq!(pair.woken(), 1);
        drop(places.remove(1));
        assert_eq!(pair.woken(), 0, "the last was not the first");
        assert!(pair.is_turn(&mut places[0]));
    }

    #[test]
    fn an_end_while_it_looks_for_room_is_not_missed() {
        let pair = Pair::new();
        let under_way = pair.join().unwrap().begin();
        let mut place = pair.join().unwrap();
        assert!(pair.is_turn(&mut place));
        drop(under_way);
        assert!(place.may_wait());
        assert!(pair.is_turn(&mut place));
        assert!(!place.may_wait());
    }

    #[test]
    fn a_queue_has_an_end_and_is_of_one_pair() {
        let pair = Pair::new();
        let mut places: Vec<_> = (0..MAX_WAITING).filter_map(|_| pair.join()).collect();
        assert_eq!(places.len(), MAX_WAITING);
        assert!(pair.join().is_none());
        let other = Arc::from(*b"other pair");
        let mut other = Place::join(&pair.0, &other).unwrap();
        assert!(pair.is_turn(&mut other));
        places.pop();
        assert!(pair.join().is_some());
        drop((places, other));
        assert!(pair.0.lock().is_empty());
    }
}
