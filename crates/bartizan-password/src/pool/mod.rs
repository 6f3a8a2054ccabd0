//! Threads that do nothing but hash.

mod error;
pub(crate) mod pending;
mod queue;
mod settings;
mod stats;
#[cfg(test)]
mod tests;
mod worker;

use std::fmt;
use std::io;
use std::sync::Arc;

use bartizan_secret::SecretString;

pub use self::error::PoolError;
pub(crate) use self::pending::Pending;
use self::queue::Queue;
pub use self::settings::PoolSettings;
use self::stats::Counters;
pub use self::stats::PoolStats;
use crate::memory::Memory;
use crate::{HashError, PasswordHash, PasswordHasher, Verification};

/// Hashes and verifies passwords on threads of its own.
///
/// A hash takes tens of milliseconds and 19 MiB. On the threads of an
/// asynchronous runtime it stalls every other request; on a pool of blocking
/// threads without a bound, a storm of logins takes gigabytes. Here
///
/// - each thread keeps its argon2 memory from one hash to the next, which
///   overwrites it, and wipes it when there is no next one yet and when it ends;
/// - work that is queued has a limit, above which it is
///   [`PoolError::Overloaded`] at once;
/// - a thread is free when its hash is done, not when the caller lost interest:
///   dropping the future frees no thread early, so that requests that are
///   opened and dropped buy no more hashing than others. Queued work whose
///   future was dropped is skipped;
/// - a panic in a hash reaches its caller as [`PoolError::Panicked`], and the
///   thread goes on; so it does when the caller's [`Waker`](std::task::Waker)
///   panics.
///
/// Cloning costs one reference count. When the last clone is dropped, the
/// threads end after the hash that they are at, and what is still queued is
/// [`PoolError::Closed`].
///
/// The futures need no particular runtime. Work is queued when the method is
/// called, not when its future is first polled.
#[derive(Clone)]
pub struct PasswordHasherPool(Arc<Inner>);

struct Inner {
    hasher: Arc<PasswordHasher>,
    settings: PoolSettings,
    queue: Arc<Queue>,
    counters: Arc<Counters>,
}

impl PasswordHasherPool {
    /// Starts a pool with the default [`PoolSettings`].
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start).
    pub fn new(hasher: PasswordHasher) -> io::Result<Self> {
        Self::start(hasher, PoolSettings::default())
    }

    /// Starts a pool.
    ///
    /// # Errors
    ///
    /// What the operating system says if it gives no thread.
    pub fn start(hasher: PasswordHasher, settings: PoolSettings) -> io::Result<Self> {
        let queue = Arc::new(Queue::new(settings.threads, settings.queue));
        // Made first: when a thread cannot be started, dropping it ends the others.
        let pool = Self(Arc::new(Inner {
            hasher: Arc::new(hasher),
            settings,
            queue: Arc::clone(&queue),
            counters: Arc::default(),
        }));
        for number in 0..settings.threads.get() {
            worker::spawn(
                number,
                Arc::clone(&queue),
                pool.0.hasher.params(),
                settings.low_priority,
            )?;
        }
        Ok(pool)
    }

    /// Hashes a new password.
    ///
    /// The future resolves to the same errors as [`PasswordHasher::hash`], in
    /// [`PoolError::Hash`], or to another [`PoolError`].
    pub fn hash(&self, password: SecretString) -> Pending<PasswordHash> {
        let admitted = self.0.hasher.admit(&password);
        self.work(admitted, move |hasher, counters, memory| {
            counters.hashes.add();
            hasher.hash_with(memory, &password)
        })
    }

    /// Checks a password against a stored hash.
    ///
    /// The future resolves to the same errors as [`PasswordHasher::verify`], in
    /// [`PoolError::Hash`], or to another [`PoolError`].
    pub fn verify(&self, password: SecretString, stored: PasswordHash) -> Pending<Verification> {
        let admitted = self.admit(&password, &stored);
        self.work(admitted, move |hasher, counters, memory| {
            counters.verifications.add();
            hasher.verify_with(memory, &password, &stored)
        })
    }

    /// Checks a password against a stored hash, and makes the new hash at once
    /// if one is needed.
    ///
    /// When no new hash can be made, the password is right all the same: that is
    /// logged as a warning, and there is no hash beside
    /// [`Verification::NeedsRehash`].
    ///
    /// The future resolves as that of [`verify`](Self::verify).
    pub fn verify_and_rehash(
        &self,
        password: SecretString,
        stored: PasswordHash,
    ) -> Pending<(Verification, Option<PasswordHash>)> {
        let admitted = self.admit(&password, &stored);
        self.work(admitted, move |hasher, counters, memory| {
            counters.verifications.add();
            let (verification, renewed) =
                hasher.verify_and_rehash_with(memory, &password, &stored)?;
            if renewed.is_some() {
                counters.hashes.add();
            }
            Ok((verification, renewed))
        })
    }

    /// Spends the work of one verification on a user that there is not.
    ///
    /// So that the time of an answer does not tell which users there are, a
    /// login calls this where it has no hash to verify. The work is that of a
    /// hash made with the present parameters; the time of users whose hashes are
    /// of other formats differs from it until they are renewed.
    ///
    /// The future resolves as that of [`verify`](Self::verify).
    pub fn verify_nobody(&self, password: SecretString) -> Pending<()> {
        let admitted = self.0.hasher.admit(&password);
        self.work(admitted, move |hasher, counters, memory| {
            counters.dummies.add();
            hasher.verify_nobody(memory, &password)
        })
    }

    /// Returns what the pool did so far.
    #[must_use]
    pub fn stats(&self) -> PoolStats {
        self.0.counters.read(&self.0.queue)
    }

    /// Refuses passwords that are not worth hashing, nor asking a store about.
    pub(crate) fn admit_password(&self, password: &SecretString) -> Result<(), PoolError> {
        Ok(self.0.hasher.admit(password)?)
    }

    fn admit(&self, password: &SecretString, stored: &PasswordHash) -> Result<(), HashError> {
        self.0.hasher.admit(password)?;
        self.0.hasher.admit_hash(stored)
    }

    /// Queues work with the hasher, unless what it is about was not `admitted`.
    fn work<T, F>(&self, admitted: Result<(), HashError>, work: F) -> Pending<T>
    where
        T: Send + 'static,
        F: FnOnce(&PasswordHasher, &Counters, &mut Memory) -> Result<T, HashError> + Send + 'static,
    {
        if let Err(error) = admitted {
            return Pending::failed(error.into());
        }
        // Not the pool itself: when its last owner drops it, the threads have to end.
        let (hasher, counters) = (Arc::clone(&self.0.hasher), Arc::clone(&self.0.counters));
        self.submit(move |memory| Ok(work(&hasher, &counters, memory)?))
    }

    fn submit<T, F>(&self, work: F) -> Pending<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Memory) -> Result<T, PoolError> + Send + 'static,
    {
        let (job, pending) = worker::job(work);
        match self.0.queue.push(job) {
            Ok(()) => pending,
            Err(()) => {
                self.0.counters.shed.add();
                Pending::failed(PoolError::Overloaded {
                    retry_after: self.0.settings.retry_after,
                })
            }
        }
    }
}

impl fmt::Debug for PasswordHasherPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordHasherPool")
            .field("hasher", &self.0.hasher)
            .field("settings", &self.0.settings)
            .finish_non_exhaustive()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.queue.close();
    }
}
