use std::fmt;
use std::sync::Arc;

use bartizan_core::{BoxFuture, Reply};
use http::{Response, StatusCode};

use super::asked::Asked;
use super::settings::Settings;
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

    /// Gives back, if the response says so; returns whether it did.
    pub(super) fn give_back<B>(
        &self,
        settings: &Settings,
        asked: &Asked,
        response: &mut Response<B>,
    ) -> bool {
        let by_handler = self.by_handler && response.extensions_mut().remove::<Refund>().is_some();
        let by_status = self
            .condition
            .as_ref()
            .is_some_and(|holds| holds(status_of(response)));
        if !by_handler && !by_status {
            return false;
        }
        match asked.give_back(&*settings.store, settings.clock.now()) {
            Reply::Ready(given_back) => given_back.is_ok(),
            Reply::Wait(giving_back) => {
                if let Some(spawn) = &self.spawn {
                    // That nothing was given back errs on the side of the limit.
                    spawn(Box::pin(async move { drop(giving_back.await) }));
                }
                false
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
