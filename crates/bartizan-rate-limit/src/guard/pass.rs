use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use bartizan_core::Pass;
use http::{Request, Response};

use super::asked::{Entries, Entry};
use super::settings::Settings;
use super::told::Told;
use crate::{QuotaOutcome, Taken, fields};

/// What a [`RateLimit`](crate::RateLimit) lets pass.
pub struct Admission(Option<Taking>);

/// What a request took.
pub(super) struct Taking {
    settings: Arc<Settings>,
    outcome: QuotaOutcome,
    /// Kept where something may be done with them later.
    keys: Option<Box<[u8]>>,
    now: SystemTime,
}

impl Admission {
    /// Of a request that leaves no trace.
    pub(super) const fn silent() -> Self {
        Self(None)
    }

    /// Of a request that took something of `entries`, at `now`.
    #[inline]
    pub(super) fn of(
        settings: &Arc<Settings>,
        entries: Entries,
        keys: &[u8],
        taken: Taken,
        now: SystemTime,
    ) -> Self {
        let needs_keys = settings.refunds.are_possible() || settings.fields.has_partition_key();
        Self(Some(Taking {
            settings: Arc::clone(settings),
            outcome: QuotaOutcome {
                entries,
                taken,
                outer: None,
            },
            keys: needs_keys.then(|| keys.into()),
            now,
        }))
    }
}

impl Pass for Admission {
    #[inline]
    fn admit<B>(&mut self, request: &mut Request<B>) {
        let Some(taking) = &self.0 else {
            return;
        };
        let settings = &taking.settings;
        if !settings.has_outcome {
            return;
        }
        let is_done = settings.fields.is_none() && !settings.refunds.are_possible();
        let mut outcome = if is_done {
            match self.0.take() {
                Some(taking) => taking.outcome,
                None => return,
            }
        } else {
            taking.outcome.clone()
        };
        outcome.outer = request.extensions_mut().remove().map(Box::new);
        request.extensions_mut().insert(outcome);
    }

    #[inline]
    fn seal<B>(self, response: &mut Response<B>) {
        let Some(taking) = self.0 else {
            return;
        };
        let settings = &taking.settings;
        let QuotaOutcome { entries, taken, .. } = &taking.outcome;
        let refunded = taking.keys.as_deref().and_then(|keys| {
            let then = (taken, taking.now);
            settings
                .refunds
                .give_back(settings, entries, keys, then, response)
        });
        if settings.fields.is_none() {
            return;
        }
        if !entries.iter().all(Entry::is_own) && fields::has_denied_access(response) {
            return;
        }
        let told = Told {
            entries,
            taken,
            keys: taking.keys.as_deref(),
            refunded,
        };
        fields::append(response.headers_mut(), &settings.fields, &told, taking.now);
    }
}

impl fmt::Debug for Admission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outcome = self.0.as_ref().map(|taking| &taking.outcome);
        f.debug_tuple("Admission").field(&outcome).finish()
    }
}
