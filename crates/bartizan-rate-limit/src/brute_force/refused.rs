use std::error::Error;
use std::fmt;
use std::time::Duration;

use bartizan_core::BoxError;

use crate::{Allowance, BucketState, Taken};

/// Why an attempt was refused.
#[derive(Debug)]
pub struct LoginRefused(Refusal);

#[derive(Debug)]
enum Refusal {
    Failed(BoxError),
    TooMany { delay: Duration, is_of_pair: bool },
}

/// When there may be a place in a queue again.
const SOON: Duration = Duration::from_secs(1);

impl LoginRefused {
    pub(super) fn failed(error: BoxError) -> Self {
        Self(Refusal::Failed(error))
    }

    /// Refuses since too many of the same account and address wait already.
    pub(super) fn crowded() -> Self {
        Self(Refusal::TooMany {
            delay: SOON,
            is_of_pair: false,
        })
    }

    /// Refuses since a bucket was empty; the first `of_pair` are those of the pair.
    pub(super) fn too_many(taken: &Taken, of_pair: usize) -> Self {
        let delays = taken.states().iter().map(|state| match state.allowance() {
            Allowance::Later(delay) => delay,
            Allowance::Never => Duration::from_secs(86_400),
            Allowance::Now => Duration::ZERO,
        });
        let delay = delays.max().unwrap_or_default().max(SOON);
        let mut others = taken.states().iter().skip(of_pair);
        let is_of_pair = others.all(BucketState::is_allowed);
        Self(Refusal::TooMany { delay, is_of_pair })
    }

    /// Refuses until the sooner of the two, either of which lets the next attempt pass.
    pub(super) fn or_sooner(self, other: &Self) -> Self {
        match (self.0, &other.0) {
            (Refusal::TooMany { delay, is_of_pair }, Refusal::TooMany { delay: other, .. }) => {
                let delay = delay.min(*other);
                Self(Refusal::TooMany { delay, is_of_pair })
            }
            (refusal, _) => Self(refusal),
        }
    }

    /// Returns whether no other quota than those of the account and the address refuses.
    pub(super) const fn is_of_pair(&self) -> bool {
        matches!(&self.0, Refusal::TooMany { is_of_pair, .. } if *is_of_pair)
    }

    /// Returns whether another quota than those of the account and the address refuses.
    pub(super) const fn is_of_others(&self) -> bool {
        matches!(&self.0, Refusal::TooMany { is_of_pair, .. } if !*is_of_pair)
    }

    /// Returns when to come back, unless the reason is a failure of ours.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        match self.0 {
            Refusal::Failed(_) => None,
            Refusal::TooMany { delay, .. } => Some(delay),
        }
    }
}

impl Error for LoginRefused {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0 {
            Refusal::Failed(error) => Some(&**error),
            Refusal::TooMany { .. } => None,
        }
    }
}

impl fmt::Display for LoginRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Refusal::Failed(_) => "failed logins could not be counted",
            Refusal::TooMany { .. } => "too many logins have failed",
        })
    }
}
