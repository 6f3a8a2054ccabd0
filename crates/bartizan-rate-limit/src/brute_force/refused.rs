use std::error::Error;
use std::fmt;
use std::time::Duration;

use bartizan_core::BoxError;

use crate::{Allowance, Taken};

/// Why an attempt was refused.
#[derive(Debug)]
pub struct LoginRefused(Refusal);

#[derive(Debug)]
enum Refusal {
    Failed(BoxError),
    TooMany(Duration),
}

impl LoginRefused {
    pub(super) fn failed(error: BoxError) -> Self {
        Self(Refusal::Failed(error))
    }

    pub(super) fn too_many(taken: &Taken) -> Self {
        let delays = taken.states().iter().map(|state| match state.allowance() {
            Allowance::Later(delay) => delay,
            Allowance::Never => Duration::from_secs(86_400),
            Allowance::Now => Duration::ZERO,
        });
        let delay = delays.max().unwrap_or_default().max(Duration::from_secs(1));
        Self(Refusal::TooMany(delay))
    }

    /// Returns when to come back, unless the reason is a failure of ours.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        match self.0 {
            Refusal::Failed(_) => None,
            Refusal::TooMany(delay) => Some(delay),
        }
    }
}

impl Error for LoginRefused {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0 {
            Refusal::Failed(error) => Some(&**error),
            Refusal::TooMany(_) => None,
        }
    }
}

impl fmt::Display for LoginRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Refusal::Failed(_) => "failed logins could not be counted",
            Refusal::TooMany(_) => "too many logins have failed",
        })
    }
}
