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
    /// Whether the address had failed at the account before.
    had_failed: bool,
}

/// A bucket that the attempt is counted in, and how it stood then.
type Charged = (Vec<u8>, Quota, BucketState);

impl LoginAttempt {
    pub(super) fn new(
        throttle: Arc<Inner>,
        (charged, admitted): (Vec<Charged>, SystemTime),
        account: Option<AccountKeys>,
        had_failed: bool,
    ) -> Self {
        Self {
            throttle,
            charged,
            admitted,
            account,
            had_failed,
        }
    }

    /// Leaves the attempt counted.
    pub fn failed(self) {
        drop(self);
    }

    /// Gives back what was counted and has not refilled since: the attempt came to nothing, for a reason that is
    /// not the client's.
    ///
    /// # Errors
    ///
    /// When the store fails; the attempt then stays counted.
    pub async fn excused(self) -> Result<(), BoxError> {
        if let (Some(account), false) = (&self.account, self.had_failed) {
            let pair = &account.pair;
            self.throttle.failed.remove(pair, pair);
        }
        self.give_back().await
    }

    /// Gives back what was counted, clears the failures of the address at the account,
    /// and makes the address known for it.
    ///
    /// # Errors
    ///
    /// When the store fails; the attempt may then stay counted.
    pub async fn succeeded(self) -> Result<(), BoxError> {
        self.give_back().await?;
        let Some(account) = &self.account else {
            return Ok(());
        };
        let Inner {
            quotas,
            known,
            failed,
            store,
            clock,
            ..
        } = &*self.throttle;
        let pair = quotas.pair.iter();
        let failures: Vec<_> = pair
            .map(|quota| Charge::new(&account.pair, quota, quota.burst_size()))
            .collect();
        store.give_back(&failures, clock.now()).get().await?;
        failed.remove(&account.pair, &account.pair);
        known.put(&account.account, &account.pair, clock.now());
        Ok(())
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

/// Leaves out the account and the address.
impl fmt::Debug for LoginAttempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginAttempt").finish_non_exhaustive()
    }
}
