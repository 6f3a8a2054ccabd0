use std::num::NonZeroUsize;
use std::thread;
use std::time::Duration;

/// Size and manners of a [`PasswordHasherPool`](crate::PasswordHasherPool).
///
/// ```
/// use std::num::NonZeroUsize;
/// use std::time::Duration;
///
/// use bartizan_password::PoolSettings;
///
/// let settings = PoolSettings::default()
///     .threads(NonZeroUsize::MIN)
///     .queue(16)
///     .retry_after(Duration::from_secs(2))
///     .low_priority(true);
/// # let _ = settings;
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PoolSettings {
    pub(super) threads: NonZeroUsize,
    pub(super) queue: usize,
    pub(super) retry_after: Duration,
    pub(super) low_priority: bool,
}

impl PoolSettings {
    /// Most hashes that wait for one thread by default: at 25 ms each, a login
    /// waits for less than a second or is refused at once.
    const QUEUE_PER_THREAD: usize = 32;

    /// Sets how many hashes are computed at a time. Default: one per core.
    ///
    /// The queue stays as it is.
    #[must_use]
    pub const fn threads(mut self, threads: NonZeroUsize) -> Self {
        self.threads = threads;
        self
    }

    /// Sets how many hashes may wait for a thread. Default: 32 per core.
    ///
    /// In a full queue, hashes whose futures were dropped make room for others at the
    /// latest when a sixteenth as many were refused.
    ///
    /// Each holds a password of
    /// [`PasswordHasher::max_bytes`](crate::PasswordHasher::max_bytes) at most.
    #[must_use]
    pub const fn queue(mut self, jobs: usize) -> Self {
        self.queue = jobs;
        self
    }

    /// Sets what is answered when the queue is full. Default: one second.
    #[must_use]
    pub const fn retry_after(mut self, delay: Duration) -> Self {
        self.retry_after = delay;
        self
    }

    /// Lets other threads go before those that hash. Default: off.
    ///
    /// Sets their niceness 10 higher, which keeps other requests fast under a
    /// storm of logins, and starves logins where the cores are never idle.
    /// Linux only: elsewhere niceness belongs to the whole process, and nothing
    /// is set.
    #[must_use]
    pub const fn low_priority(mut self, low: bool) -> Self {
        self.low_priority = low;
        self
    }
}

impl Default for PoolSettings {
    fn default() -> Self {
        let threads = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        Self {
            threads,
            queue: threads.get().saturating_mul(Self::QUEUE_PER_THREAD),
            retry_after: Duration::from_secs(1),
            low_priority: false,
        }
    }
}
