use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bartizan_core::{Guard, Pass, Rejection, RequestHead, Verdict};
use http::StatusCode;

/// The problem type of a service that can do less than usual ([section 5.2]).
///
/// [section 5.2]: https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-10#section-5.2
const REDUCED_CAPACITY: &str =
    "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity";

/// Lets pass only so many requests at a time, and refuses the rest at once: 503 with
/// `Retry-After`, or `UNAVAILABLE`.
///
/// tower's `ConcurrencyLimit` makes callers queue, without bound, and its `LoadShed`
/// fails with an error in place of a response. A request counts from when it passes
/// until its response begins, or it is dropped: the time that a body takes to be sent
/// is not in it. Cloning costs one reference count, and clones share the count.
///
/// # Example
///
/// ```
/// use std::num::NonZeroU32;
///
/// use bartizan_rate_limit::InFlight;
///
/// let at_most_100 = InFlight::new(NonZeroU32::new(100).unwrap());
/// ```
#[derive(Clone)]
#[must_use]
pub struct InFlight {
    most: NonZeroU32,
    retry_after: Duration,
    count: Arc<AtomicU32>,
}

impl InFlight {
    /// Creates a guard that lets `most` requests pass at a time.
    pub fn new(most: NonZeroU32) -> Self {
        Self {
            most,
            retry_after: Duration::from_secs(1),
            count: Arc::default(),
        }
    }

    /// Says when to come back: after one second by default.
    pub const fn retry_after(mut self, delay: Duration) -> Self {
        self.retry_after = delay;
        self
    }

    /// Returns how many requests there are now.
    #[must_use]
    pub fn current(&self) -> u32 {
        self.count.load(Ordering::Relaxed)
    }
}

impl Guard for InFlight {
    type Pass = Permit;

    fn name(&self) -> &'static str {
        "in-flight"
    }

    fn check(&self, _: RequestHead<'_>) -> Verdict<Permit> {
        let one_more = |count| (count < self.most.get()).then_some(count + 1);
        let relaxed = Ordering::Relaxed;
        match self.count.fetch_update(relaxed, relaxed, one_more) {
            Ok(_) => Verdict::Pass(Permit(Arc::clone(&self.count))),
            Err(_) => Verdict::Reject(
                Rejection::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "overloaded",
                    "too many requests are under way",
                )
                .retry_after(self.retry_after)
                .problem_type(REDUCED_CAPACITY)
                .member("violated-policies", vec!["in-flight".to_owned()]),
            ),
        }
    }
}

impl fmt::Debug for InFlight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InFlight")
            .field("most", &self.most)
            .field("current", &self.current())
            .finish_non_exhaustive()
    }
}

/// What [`InFlight`] lets pass; while it is held, the request counts.
#[derive(Debug)]
pub struct Permit(Arc<AtomicU32>);

impl Pass for Permit {}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
