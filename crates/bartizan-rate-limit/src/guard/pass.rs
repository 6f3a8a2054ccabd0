use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use bartizan_core::Pass;
use http::{HeaderMap, Request, Response};

use super::asked::{Asked, Entries, Standing};
use super::settings::Settings;
use crate::fields::{self, Limit as Told};
use crate::{Fields, QuotaOutcome};

/// What a [`RateLimit`](crate::RateLimit) lets pass.
pub struct Admission(Option<Taking>);

/// What a request took.
pub(super) struct Taking {
    settings: Arc<Settings>,
    outcome: QuotaOutcome,
    /// With the keys, where something may be done with them later.
    asked: Option<Box<Asked>>,
    now: SystemTime,
}

impl Admission {
    /// Of a request that leaves no trace.
    pub(super) const fn silent() -> Self {
        Self(None)
    }

    pub(super) const fn of(taking: Taking) -> Self {
        Self(Some(taking))
    }
}

impl Taking {
    pub(super) fn new(
        settings: &Arc<Settings>,
        asked: Asked,
        standing: Standing,
        now: SystemTime,
    ) -> Self {
        let needs_keys = settings.refunds.are_possible() || settings.fields.has_partition_key();
        let (entries, asked) = if needs_keys {
            (asked.entries().clone(), Some(Box::new(asked)))
        } else {
            (asked.into_entries(), None)
        };
        Self {
            settings: Arc::clone(settings),
            outcome: QuotaOutcome {
                entries,
                standing,
                outer: None,
            },
            asked,
            now,
        }
    }
}

impl Pass for Admission {
    fn admit<B>(&mut self, request: &mut Request<B>) {
        let Some(taking) = &self.0 else {
            return;
        };
        if taking.settings.has_outcome {
            let mut outcome = taking.outcome.clone();
            outcome.outer = request.extensions_mut().remove().map(Box::new);
            request.extensions_mut().insert(outcome);
        }
    }

    fn seal<B>(self, response: &mut Response<B>) {
        let Some(taking) = self.0 else {
            return;
        };
        let settings = &taking.settings;
        let entries = &taking.outcome.entries;
        let mut standing = taking.outcome.standing;
        if let Some(asked) = &taking.asked {
            let is_refunded = settings.refunds.give_back(settings, asked, response);
            if is_refunded {
                standing = standing.after_refund(entries);
            }
        }
        if settings.fields.is_none() {
            return;
        }
        let is_own = entries.iter().all(super::asked::Entry::is_own);
        if !is_own
            && fields::has_denied_access(
                response.status(),
                response.headers(),
                response.extensions(),
            )
        {
            return;
        }
        append(
            response.headers_mut(),
            &settings.fields,
            entries,
            &standing,
            taking.asked.as_deref(),
            taking.now,
            None,
        );
    }
}

impl fmt::Debug for Admission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outcome = self.0.as_ref().map(|taking| &taking.outcome);
        f.debug_tuple("Admission").field(&outcome).finish()
    }
}

/// Adds to `headers` what is left of the quotas.
pub(super) fn append(
    headers: &mut HeaderMap,
    fields: &Fields,
    entries: &Entries,
    standing: &Standing,
    asked: Option<&Asked>,
    now: SystemTime,
    retry_after: Option<u64>,
) {
    let limits = entries.policies().zip(standing.iter());
    let limits = limits.filter_map(|((entry, at), state)| {
        Some(Told {
            policy: entry.plan().policies().get(at)?,
            remaining: u64::from(state.remaining),
            reset: u64::from(state.next),
            key: asked.map(|asked| asked.key(entry)),
        })
    });
    let policies = entries.iter().map(|entry| entry.plan().value());
    fields::append(headers, fields, policies, limits, now, retry_after);
}
