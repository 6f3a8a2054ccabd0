use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bartizan_core::{BoxFuture, Reply};
use http::{Response, StatusCode};

use super::asked::Entries;
use super::settings::Settings;
use crate::Taken;
use crate::status::status_of;

/// Left among the extensions of a response by a handler, gives back what its request
/// took, where [`RateLimit::refund_by_handler`](crate::RateLimit::refund_by_handler)
/// allows it.
///
/// # Example
///
/// ```
/// use bartizan_rate_limit::Refund;
///
/// fn served_from_cache(mut response: http::Response<String>) -> http::Response<String> {
///     response.extensions_mut().insert(Refund);
///     response
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "it says all there is by being there"
)]
pub struct Refund;

type Condition = Arc<dyn Fn(StatusCode) -> bool + Send + Sync>;
type Spawn = Arc<dyn Fn(BoxFuture<()>) + Send + Sync>;

/// Which responses give back what their requests took, and how.
#[derive(Clone, Default)]
pub(super) struct Refunds {
    pub(super) condition: Option<Condition>,
    pub(super) by_handler: bool,
    pub(super) spawn: Option<Spawn>,
}

impl Refunds {
    pub(super) const fn are_possible(&self) -> bool {
        self.by_handler || self.condition.is_some()
    }

    /// Gives back what was `taken`, if the response says so; returns how long the
    /// request had it, if it did.
    pub(super) fn give_back<B>(
        &self,
        settings: &Settings,
        entries: &Entries,
        keys: &[u8],
        taken: (&Taken, SystemTime),
        response: &mut Response<B>,
    ) -> Option<Duration> {
        let by_handler = self.by_handler && response.extensions_mut().remove::<Refund>().is_some();
        let by_status = self
            .condition
            .as_ref()
            .is_some_and(|holds| holds(status_of(response)));
        if !by_handler && !by_status {
            return None;
        }
        let now = settings.clock.now();
        match entries.give_back(keys, taken, &*settings.store, now) {
            Reply::Ready(given_back) => given_back
                .ok()
                .map(|()| now.duration_since(taken.1).unwrap_or_default()),
            Reply::Wait(giving_back) => {
                if let Some(spawn) = &self.spawn {
                    // That nothing was given back errs on the side of the limit.
                    spawn(Box::pin(async move { drop(giving_back.await) }));
                }
                None
            }
        }
    }
}

impl fmt::Debug for Refunds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refunds")
            .field("by_handler", &self.by_handler)
            .finish_non_exhaustive()
    }
}
