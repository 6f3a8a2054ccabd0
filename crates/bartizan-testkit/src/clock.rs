use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use bartizan_core::Clock;

/// A clock that stands still until it is told otherwise.
///
/// Clones share the time.
///
/// # Example
///
/// ```
/// use std::time::Duration;
///
/// use bartizan_core::Clock;
/// use bartizan_testkit::FakeClock;
///
/// let clock = FakeClock::at_unix(1_700_000_000);
/// let before = clock.now();
/// clock.advance(Duration::from_secs(60));
/// assert_eq!(clock.now().duration_since(before).unwrap().as_secs(), 60);
/// ```
#[derive(Clone, Debug)]
pub struct FakeClock(Arc<Mutex<SystemTime>>);

impl FakeClock {
    /// Creates a clock that shows `time`.
    #[must_use]
    pub fn at(time: SystemTime) -> Self {
        Self(Arc::new(Mutex::new(time)))
    }

    /// Creates a clock that shows `seconds` since the Unix epoch.
    #[must_use]
    pub fn at_unix(seconds: u64) -> Self {
        Self::at(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
    }

    /// Puts the clock forward.
    pub fn advance(&self, by: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }

    /// Sets the clock, back as well.
    pub fn set(&self, time: SystemTime) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = time;
    }
}

impl Clock for FakeClock {
    fn now(&self) -> SystemTime {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
