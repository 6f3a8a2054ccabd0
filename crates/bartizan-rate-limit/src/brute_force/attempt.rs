use std::fmt;
use std::sync::Arc;

use bartizan_core::BoxError;

use super::keys::AccountKeys;
use super::throttle::Inner;
use crate::{Charge, Quota};

/// An attempt to log in that was admitted, and is counted as failed until it is said
/// otherwise; also when it is dropped.
#[must_use]
pub struct LoginAttempt {
    throttle: Arc<Inner>,
    charged: Vec<(Vec<u8>, Quota)>,
    account: Option<AccountKeys>,
    /// Whether the address had failed at the account before.
    had_failed: bool,
}

impl LoginAttempt {
    pub(super) fn new(
        throttle: Arc<Inner>,
        charged: Vec<(Vec<u8>, Quota)>,
        account: Option<AccountKeys>,
        had_failed: bool,
    ) -> Self {
        Self {
            throttle,
            charged,
            account,
            had_failed,
        }
    }

    /// Leaves the attempt counted.
    pub fn failed(self) {
        drop(self);
    }

    /// Gives back what was counted: the attempt came to nothing, for a reason that is
    /// not the client's.
    ///
    /// # Errors
    ///
    /// When the store fails; the attempt then stays counted.
    pub async fn excused(self) -> Result<(), BoxError> {
        if let (Some(account), false) = (&self.account, self.had_failed) {
            self.throttle.failed.remove(&account.pair);
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
        failed.remove(&account.pair);
        known.put(&account.pair, clock.now());
        Ok(())
    }

    async fn give_back(&self) -> Result<(), BoxError> {
        let charges: Vec<_> = self
            .charged
            .iter()
            .map(|(key, quota)| Charge::new(key, quota, 1))
            .collect();
        let Inner { store, clock, .. } = &*self.throttle;
        store.give_back(&charges, clock.now()).get().await
    }
}

/// Leaves out the account and the address.
impl fmt::Debug for LoginAttempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginAttempt").finish_non_exhaustive()
    }
}
