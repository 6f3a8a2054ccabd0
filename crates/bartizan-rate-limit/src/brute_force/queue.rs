use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::future::poll_fn;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

/// For each neighbourhood the attempts that are under way, and those that wait for one
/// of them to end, since only then there may be room for another.
///
/// What keeps it from standing still: nobody is asleep where nothing is under way, since
/// whoever ends the last attempt, or steps back from it, wakes all. There is an entry only
/// while there is an attempt, so that it takes no more memory than the requests do.
#[derive(Default)]
pub(super) struct Queues(Mutex<HashMap<Neighbourhood, Queue>>);

pub(super) type Neighbourhood = [u8; 17];

/// How many may wait in one neighbourhood.
const MAX_WAITING: usize = 128;

/// How many are woken when one ends. It frees one place as a rule, and some of those in
/// front may wait for another place.
const WOKEN: usize = 8;

#[derive(Default)]
struct Queue {
    running: usize,
    /// How many attempts have ended, so far.
    ended: u64,
    /// The number of the next place; those with the lowest came first.
    next: u64,
    waiting: BTreeMap<u64, Sleeper>,
}

enum Sleeper {
    Asleep(Option<Waker>),
    Woken,
}

/// An attempt that is under way, until this is dropped.
pub(super) struct Turn {
    queues: Arc<Queues>,
    of: Neighbourhood,
    /// How many had ended when it began.
    ended: u64,
    has_stepped_back: bool,
}

/// A place in the queue, until this is dropped.
pub(super) struct Place {
    queues: Arc<Queues>,
    of: Neighbourhood,
    number: u64,
}

impl Queues {
    fn lock(&self) -> MutexGuard<'_, HashMap<Neighbourhood, Queue>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the queue, forgets it if it is empty, and wakes whom `change` says.
    fn with<T>(
        &self,
        of: &Neighbourhood,
        change: impl FnOnce(&mut Queue, &mut Vec<Waker>) -> T,
    ) -> T {
        let mut awake = Vec::new();
        let mut queues = self.lock();
        let queue = queues.entry(*of).or_default();
        let result = change(queue, &mut awake);
        if queue.running == 0 && queue.waiting.is_empty() {
            queues.remove(of);
        }
        drop(queues);
        awake.into_iter().for_each(Waker::wake);
        result
    }
}

impl Queue {
    fn leave(&mut self, awake: &mut Vec<Waker>) {
        self.running = self.running.saturating_sub(1);
        if self.running == 0 {
            self.wake(usize::MAX, awake);
        }
    }

    fn wake(&mut self, count: usize, awake: &mut Vec<Waker>) {
        let asleep = self.waiting.values_mut();
        let asleep = asleep.filter(|sleeper| matches!(sleeper, Sleeper::Asleep(_)));
        for sleeper in asleep.take(count) {
            if let Sleeper::Asleep(Some(waker)) = mem::replace(sleeper, Sleeper::Woken) {
                awake.push(waker);
            }
        }
    }
}

impl Turn {
    /// Begins an attempt, before it is known whether there is room for it: whoever finds
    /// none then knows of all that may make some.
    pub(super) fn begin(queues: &Arc<Queues>, of: Neighbourhood) -> Self {
        let ended = queues.with(&of, |queue, _| {
            queue.running += 1;
            queue.ended
        });
        Self {
            queues: Arc::clone(queues),
            of,
            ended,
            has_stepped_back: false,
        }
    }

    /// Steps back, since there was no room: to `place`, or to the end of the queue.
    /// Returns `None` where nothing is under way that could make room, or where too many
    /// wait already.
    pub(super) fn step_back(mut self, place: Option<Place>) -> Option<Place> {
        self.has_stepped_back = true;
        let number = place.as_ref().map(|place| place.number);
        let number = self.queues.with(&self.of, |queue, awake| {
            queue.leave(awake);
            // Room may have been made since it was looked for.
            let has_ended = queue.ended != self.ended;
            let is_full = number.is_none() && queue.waiting.len() >= MAX_WAITING;
            if is_full || (queue.running == 0 && !has_ended) {
                return None;
            }
            let number = number.unwrap_or(queue.next);
            queue.next = queue.next.max(number + 1);
            let sleeper = if has_ended {
                Sleeper::Woken
            } else {
                Sleeper::Asleep(None)
            };
            queue.waiting.insert(number, sleeper);
            Some(number)
        })?;
        Some(place.unwrap_or_else(|| Place {
            queues: Arc::clone(&self.queues),
            of: self.of,
            number,
        }))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if self.has_stepped_back {
            return;
        }
        self.queues.with(&self.of, |queue, awake| {
            queue.ended += 1;
            queue.wake(WOKEN, awake);
            queue.leave(awake);
        });
    }
}

impl Place {
    /// Waits until it is worth another try.
    pub(super) async fn woken(&self) {
        poll_fn(|cx| {
            let mut waker = Some(cx.waker().clone());
            let is_asleep = self.queues.with(&self.of, |queue, _| {
                match queue.waiting.get_mut(&self.number) {
                    Some(Sleeper::Asleep(last)) => {
                        mem::swap(last, &mut waker);
                        true
                    }
                    Some(Sleeper::Woken) | None => false,
                }
            });
            // A waker may run what it likes when it is dropped: not under the lock.
            drop(waker);
            if is_asleep {
                Poll::Pending
            } else {
                Poll::Ready(())
            }
        })
        .await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let number = self.number;
        let sleeper = self
            .queues
            .with(&self.of, |queue, _| queue.waiting.remove(&number));
        // As above.
        drop(sleeper);
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

    const HERE: Neighbourhood = [4; 17];

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn is_woken(place: &Place, count: &Arc<Count>) -> bool {
        let waker = Arc::clone(count).into();
        let woken = pin!(place.woken());
        woken.poll(&mut Context::from_waker(&waker)).is_ready()
    }

    fn step_back(queues: &Arc<Queues>) -> Option<Place> {
        Turn::begin(queues, HERE).step_back(None)
    }

    #[test]
    fn nobody_waits_for_nothing() {
        let queues = Arc::new(Queues::default());
        assert!(step_back(&queues).is_none());
        let elsewhere = Turn::begin(&queues, [6; 17]);
        assert!(step_back(&queues).is_none());
        drop(elsewhere);
        assert!(queues.lock().is_empty());
    }

    #[test]
    fn who_waits_is_woken_when_an_attempt_ends() {
        let (queues, count) = (Arc::new(Queues::default()), Arc::default());
        let (first, second) = (Turn::begin(&queues, HERE), Turn::begin(&queues, HERE));
        let place = step_back(&queues).unwrap();
        assert!(!is_woken(&place, &count));
        drop(first);
        assert_eq!(count.0.load(Ordering::SeqCst), 1);
        assert!(is_woken(&place, &count));
        // It tries in vain, and goes back to the same place.
        let place = Turn::begin(&queues, HERE).step_back(Some(place)).unwrap();
        assert!(!is_woken(&place, &count));
        drop(second);
        assert!(is_woken(&place, &count));
        assert!(Turn::begin(&queues, HERE).step_back(Some(place)).is_none());
        assert!(queues.lock().is_empty());
    }

    #[test]
    fn an_end_while_it_is_looked_for_room_is_not_missed() {
        let (queues, count) = (Arc::new(Queues::default()), Arc::default());
        let under_way = Turn::begin(&queues, HERE);
        let late = Turn::begin(&queues, HERE);
        drop(under_way);
        assert!(is_woken(&late.step_back(None).unwrap(), &count));
    }

    #[test]
    fn all_are_woken_when_nothing_is_under_way_any_more() {
        let (queues, count) = (Arc::new(Queues::default()), Arc::default());
        let (first, second) = (Turn::begin(&queues, HERE), Turn::begin(&queues, HERE));
        let places: Vec<_> = (0..20).filter_map(|_| step_back(&queues)).collect();
        let woken = || places.iter().filter(|it| is_woken(it, &count)).count();
        assert_eq!((places.len(), woken()), (20, 0));
        drop(first);
        assert_eq!(woken(), WOKEN);
        // Also by one that steps back.
        let third = Turn::begin(&queues, HERE);
        drop(second);
        assert_eq!(woken(), 2 * WOKEN);
        let fourth = third.step_back(None);
        assert_eq!(woken(), 20);
        drop((places, fourth));
        assert!(queues.lock().is_empty());
    }

    #[test]
    fn a_queue_has_an_end() {
        let queues = Arc::new(Queues::default());
        let under_way = Turn::begin(&queues, HERE);
        let mut places: Vec<_> = (0..MAX_WAITING)
            .filter_map(|_| step_back(&queues))
            .collect();
        assert_eq!(places.len(), MAX_WAITING);
        assert!(step_back(&queues).is_none());
        places.pop();
        assert!(step_back(&queues).is_some());
        drop((places, under_way));
        assert!(queues.lock().is_empty());
    }
}
