use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use futures_channel::oneshot;

use super::queue::Queue;
use super::{Pending, PoolError};
use crate::Argon2Params;
use crate::memory::Memory;

/// Work for a hashing thread, and who waits for it.
pub(super) trait Job: Send {
    /// Tells whether nobody waits any more.
    fn is_abandoned(&self) -> bool;
    /// Does the work, calls `done`, and answers: whoever gets the answer finds the
    /// thread free.
    fn run(self: Box<Self>, memory: &mut Memory, done: &dyn Fn());
}

/// Makes a job and the future of its result.
pub(super) fn job<T, F>(work: F) -> (Box<dyn Job>, Pending<T>)
where
    T: Send + 'static,
    F: FnOnce(&mut Memory) -> Result<T, PoolError> + Send + 'static,
{
    let (reply, receiver) = oneshot::channel();
    (Box::new(Task { work, reply }), Pending::waiting(receiver))
}

struct Task<F, T> {
    work: F,
    reply: oneshot::Sender<Result<T, PoolError>>,
}

impl<F, T> Job for Task<F, T>
where
    T: Send,
    F: FnOnce(&mut Memory) -> Result<T, PoolError> + Send,
{
    fn is_abandoned(&self) -> bool {
        self.reply.is_canceled()
    }

    fn run(self: Box<Self>, memory: &mut Memory, done: &dyn Fn()) {
        let Self { work, reply } = *self;
        let result = catch_unwind(AssertUnwindSafe(|| work(memory)));
        done();
        // An error means that nobody waits any more.
        let _ = reply.send(result.unwrap_or(Err(PoolError::Panicked)));
    }
}

/// Starts a thread that ends when the queue is closed.
pub(super) fn spawn(
    number: usize,
    queue: Arc<Queue>,
    params: Argon2Params,
    low_priority: bool,
) -> io::Result<()> {
    let keep = usize::try_from(params.memory_kib()).unwrap_or(usize::MAX);
    thread::Builder::new()
        .name(format!("password-{number}"))
        .spawn(move || {
            if low_priority {
                lower_priority();
            }
            let mut memory = Memory::keeping(keep);
            // Under load the next hash overwrites what the last one left.
            while let Some(job) = queue.pop(|| memory.wipe()) {
                run(job, &mut memory, &queue);
            }
        })
        .map(drop)
}

/// Does one job, and survives the code of others that it calls: whoever awaits the
/// answer is woken on this thread, and what the job holds is dropped here.
pub(super) fn run(job: Box<dyn Job>, memory: &mut Memory, queue: &Queue) {
    let whole = AssertUnwindSafe(|| job.run(memory, &|| queue.done()));
    if catch_unwind(whole).is_err() {
        tracing::error!("what waited for a password hash panicked when it was woken");
    }
}

/// On Linux `nice` is about the calling thread alone.
#[cfg(target_os = "linux")]
fn lower_priority() {
    if let Err(error) = rustix::process::nice(10) {
        tracing::warn!(%error, "hashing threads keep their priority");
    }
}

#[cfg(not(target_os = "linux"))]
fn lower_priority() {}
