//! Tells a loader of settings that what it is asked for will be a secret: to a
//! deserializer, a secret is a string like any other.

#[cfg(feature = "settings")]
use std::cell::Cell;

#[cfg(feature = "settings")]
thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// As long as it lives, what is read on this thread is a secret.
pub(crate) struct Reading(());

impl Reading {
    pub(crate) fn start() -> Self {
        #[cfg(feature = "settings")]
        DEPTH.set(DEPTH.get() + 1);
        Self(())
    }
}

#[cfg(feature = "settings")]
impl Drop for Reading {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get().saturating_sub(1));
    }
}

/// Returns whether what is read now is a secret.
#[cfg(feature = "settings")]
pub(crate) fn is_secret() -> bool {
    DEPTH.get() > 0
}
