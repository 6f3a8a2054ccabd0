use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use bartizan_core::BoxError;

use super::inner::Inner;
use super::keys::AccountKeys;
use crate::{BucketState, Charge, Quota};

/// An attempt to log in that was admitted, and is counted as failed until it is said
/// otherwise; also when it is dropped.
#[must_use]
pub struct LoginAttempt {
    throttle: Arc<Inner>,
    charged: Vec<Charged>,
    admitted: SystemTime,
    account: Option<AccountKeys>,
    is_known: bool,
    has_failed: bool,
}

/// A bucket that the attempt is counted in, and how it stood then.
type Charged = (Vec<u8>, Quota, BucketState);

impl LoginAttempt {
    pub(super) fn new(
        throttle: Arc<Inner>,
        (charged, admitted): (Vec<Charged>, SystemTime),
        account: Option<AccountKeys>,
        is_known: bool,
    ) -> Self {
        Self {
            throttle,
            charged,
            admitted,
            account,
            is_known,
            has_failed: true,
        }
    }

    /// Leaves the attempt counted.
    pub fn failed(self) {
        drop(self);
    }

    /// Gives back what was counted and has not refilled since: the attempt came to nothing,
    /// for a reason that is not the client's.
    ///
    /// # Errors
    ///
    /// When the store fails; the attempt then stays counted.
    pub async fn excused(mut self) -> Result<(), BoxError> {
        self.has_failed = false;
        self.give_back().await
    }

    /// Makes the address known for the account, by the name that was sent, and gives back
    /// what was counted and has not refilled since.
    ///
    /// What failed before stays counted: whoever shares the address must not get to guess
    /// anew with each login of the owner.
    ///
    /// # Errors
    ///
    /// When the store fails; the attempt may then stay counted, and the address is known
    /// all the same.
    pub async fn succeeded(mut self) -> Result<(), BoxError> {
        self.has_failed = false;
        if let Some(keys) = &self.account {
            // First, since whoever waits for the store may give up.
            let Inner { known, clock, .. } = &*self.throttle;
            known.put(&keys.account, &keys.known, clock.now());
        }
        self.give_back().await
    }

    async fn give_back(&self) -> Result<(), BoxError> {
        let Inner { store, clock, .. } = &*self.throttle;
        let now = clock.now();
        let elapsed = now.duration_since(self.admitted).unwrap_or_default();
        let charges: Vec<_> = self
            .charged
            .iter()
            .map(|(key, quota, state)| Charge::new(key, quota, state.unrefilled(quota, 1, elapsed)))
            .collect();
        store.give_back(&charges, now).get().await
    }
}

impl Drop for LoginAttempt {
    fn drop(&mut self) {
        // Who mistypes where it is known is none of those that guess on.
        let counts = self.has_failed && !self.is_known;
        if let (true, Some(keys)) = (counts, &self.account) {
            let Inner { failed, clock, .. } = &*self.throttle;
            failed.put(&keys.pair, &keys.pair, clock.now());
        }
    }
}

/// Leaves out the account and the address.
impl fmt::Debug for LoginAttempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginAttempt").finish_non_exhaustive()
    }
}

/// Logs that a store failed to give back, which leaves the attempt counted: that is no
/// reason to turn away whom the verifier or the handler let in.
pub(super) fn log(settled: Result<(), BoxError>) {
    if let Err(error) = settled {
        tracing::warn!(target: "bartizan", %error, "a login stays counted as failed");
    }
}
