use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::worker::Job;

/// Each job that is shed pays for a look at so many of those that wait.
const LOOKS_PER_SHED: usize = 16;

/// Jobs that wait for a thread, up to a limit.
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
    limit: usize,
}

struct State {
    jobs: VecDeque<Box<dyn Job>>,
    /// Threads without a job, each of which takes one that does not count as
    /// waiting.
    idle: usize,
    skipped: u64,
    /// Looks paid for by jobs that were shed since all were looked at.
    looks: usize,
    closed: bool,
}

impl Queue {
    pub(super) fn new(threads: NonZeroUsize, limit: usize) -> Self {
        Self {
            state: Mutex::new(State {
                jobs: VecDeque::new(),
                // A thread that is about to start is as good as an idle one.
                idle: threads.get(),
                skipped: 0,
                looks: 0,
                closed: false,
            }),
            changed: Condvar::new(),
            limit,
        }
    }

    /// Adds a job, or drops it if there is no room.
    pub(super) fn push(&self, job: Box<dyn Job>) -> Result<(), ()> {
        let mut state = self.lock();
        let room = self.limit.saturating_add(state.idle);
        let abandoned = if state.jobs.len() >= room {
            state.take_abandoned()
        } else {
            VecDeque::new()
        };
        let is_taken = state.jobs.len() < room && !state.closed;
        if is_taken {
            state.jobs.push_back(job);
        }
        drop(state);
        // May wake whoever awaited them, which must not happen under the lock.
        drop(abandoned);
        if !is_taken {
            return Err(());
        }
        self.changed.notify_one();
        Ok(())
    }

    /// Takes the next job that somebody still wants; `None` once closed.
    ///
    /// `rest` is called first if the thread has to wait for one.
    pub(super) fn pop(&self, rest: impl FnOnce()) -> Option<Box<dyn Job>> {
        let mut rest = Some(rest);
        let mut state = self.lock();
        loop {
            if state.closed {
                return None;
            }
            match state.jobs.pop_front() {
                Some(job) if job.is_abandoned() => {
                    state.skipped += 1;
                    drop(state);
                    discard(job);
                    state = self.lock();
                }
                Some(job) => {
                    state.idle = state.idle.saturating_sub(1);
                    return Some(job);
                }
                None => {
                    state = match rest.take() {
                        Some(rest) => {
                            drop(state);
                            rest();
                            self.lock()
                        }
                        None => self
                            .changed
                            .wait(state)
                            .unwrap_or_else(PoisonError::into_inner),
                    };
                }
            }
        }
    }

    /// Says that the thread is through with the job that it took.
    pub(super) fn done(&self) {
        self.lock().idle += 1;
    }

    /// Ends the threads and drops what waits.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        let jobs = std::mem::take(&mut state.jobs);
        drop(state);
        self.changed.notify_all();
        // Wakes whoever awaits the jobs, which must not happen under the lock.
        drop(jobs);
    }

    pub(super) fn waiting_and_skipped(&self) -> (usize, u64) {
        let state = self.lock();
        (state.jobs.len(), state.skipped)
    }

    /// No code of others runs under the lock: a poisoned one is as good.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Drops a job that nobody awaits, and survives a waker that it still wakes: a
/// future may be dropped at the very moment.
fn discard(job: Box<dyn Job>) {
    // The thread goes on; who is woken has nothing to learn from the job.
    let _panic = catch_unwind(AssertUnwindSafe(|| drop(job)));
}

impl State {
    /// Takes out the jobs that nobody wants any more.
    ///
    /// Under a storm of logins this is called for each, under the lock: it does
    /// nothing until enough of them have paid for a look at every job. Short queues
    /// are looked at each time.
    fn take_abandoned(&mut self) -> VecDeque<Box<dyn Job>> {
        self.looks = self.looks.saturating_add(LOOKS_PER_SHED);
        if self.looks < self.jobs.len() {
            return VecDeque::new();
        }
        self.looks = 0;
        let jobs = std::mem::take(&mut self.jobs).into_iter();
        let (abandoned, wanted): (VecDeque<_>, _) = jobs.partition(|job| job.is_abandoned());
        self.jobs = wanted;
        self.skipped += u64::try_from(abandoned.len()).unwrap_or(u64::MAX);
        abandoned
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use super::*;
    use crate::memory::Memory;

    #[derive(Default)]
    struct Watched {
        looks: Arc<AtomicUsize>,
        abandoned: Arc<AtomicBool>,
    }

    impl Job for Watched {
        fn is_abandoned(&self) -> bool {
            self.looks.fetch_add(1, Ordering::SeqCst);
            self.abandoned.load(Ordering::SeqCst)
        }

        fn run(self: Box<Self>, _memory: &mut Memory, _done: &dyn Fn()) {}
    }

    #[test]
    fn what_a_shed_job_costs_does_not_grow_with_the_queue() {
        const LIMIT: usize = 10_000;
        const SHED: usize = 2_000;
        let queue = Queue::new(NonZeroUsize::MIN, LIMIT);
        let looks = Arc::<AtomicUsize>::default();
        let abandoned = Arc::<AtomicBool>::default();
        let push = || {
            queue.push(Box::new(Watched {
                looks: Arc::clone(&looks),
                abandoned: Arc::clone(&abandoned),
            }))
        };
        while push().is_ok() {}

        for _ in 1..SHED {
            assert_eq!(push(), Err(()));
        }

        let looked = looks.load(Ordering::SeqCst);
        assert!(looked >= LIMIT, "{looked}");
        assert!(looked <= SHED * LOOKS_PER_SHED, "{looked}");

        // Those that nobody wants are found before as many were shed again.
        abandoned.store(true, Ordering::SeqCst);
        let shed = (0..LIMIT).take_while(|_| push().is_err()).count();
        assert!(shed <= LIMIT / LOOKS_PER_SHED, "{shed}");
        assert_eq!(queue.waiting_and_skipped().0, 1);
    }
}
