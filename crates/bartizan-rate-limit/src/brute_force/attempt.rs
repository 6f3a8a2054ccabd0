use std::fmt;
use std::sync::Arc;

use bartizan_core::BoxError;

use super::throttle::Inner;
use crate::{Charge, Quota};

/// An attempt to log in that was admitted, and is counted as failed until it is said
/// otherwise; also when it is dropped.
#[must_use]
pub struct LoginAttempt {
    throttle: Arc<Inner>,
    charged: Vec<(Vec<u8>, Quota)>,
    /// The keys of the account with the address: of failures, and of success.
    pair: Option<(Vec<u8>, Vec<u8>)>,
}

impl LoginAttempt {
    pub(super) fn new(
        throttle: Arc<Inner>,
        charged: Vec<(Vec<u8>, Quota)>,
        pair: Option<(Vec<u8>, Vec<u8>)>,
    ) -> Self {
        Self {
            throttle,
            charged,
            pair,
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
        let Some((failures, known)) = &self.pair else {
            return Ok(());
        };
        let Inner {
            quotas,
            known: quota,
            store,
            clock,
            ..
        } = &*self.throttle;
        let all: Vec<_> = quotas
            .pair
            .iter()
            .map(|quota| Charge::new(failures, quota, quota.burst_size()))
            .collect();
        store.give_back(&all, clock.now()).get().await?;
        let mark = [Charge::new(known, quota, 1)];
        store.penalise(&mark, clock.now()).get().await?;
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
