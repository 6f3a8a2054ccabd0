use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::worker::Job;

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
        if state.jobs.len() >= room {
            state.skip_abandoned();
        }
        if state.jobs.len() >= room || state.closed {
            return Err(());
        }
        state.jobs.push_back(job);
        drop(state);
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
                Some(job) if job.is_abandoned() => state.skipped += 1,
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

impl State {
    fn skip_abandoned(&mut self) {
        let before = self.jobs.len();
        self.jobs.retain(|job| !job.is_abandoned());
        let skipped = before - self.jobs.len();
        self.skipped += u64::try_from(skipped).unwrap_or(u64::MAX);
    }
}
