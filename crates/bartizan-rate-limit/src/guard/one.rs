use std::iter;
use std::sync::Arc;

use bartizan_core::{Reply, RequestHead, Verdict};
use http::{HeaderValue, Response};

use super::asked::{Entries, Entry};
use super::pass::Admission;
use super::settings::Settings;
use super::standing::Standing;
use crate::key::KeyBytes;
use crate::outcome::Left;
use crate::{BucketState, Charge, Limit, Plan, fields};

/// What is kept of a request under one quota, while nothing but the fields of the draft
/// is told of it.
pub(super) struct One {
    left: Left,
    /// In how many seconds there is more.
    next: u32,
    is_own: bool,
    is_capped: bool,
    has_fields: bool,
    has_outcome: bool,
}

/// Judges a request that is under one limit, as nearly all are.
#[inline]
pub(super) fn judge(
    settings: &Arc<Settings>,
    limit: &Limit,
    head: RequestHead<'_>,
) -> Verdict<Admission> {
    if limit.is_exempt(head) {
        return Verdict::Pass(Admission::silent());
    }
    let plan = limit.plan(head);
    if plan.quotas().is_empty() {
        return Verdict::Pass(Admission::silent());
    }
    let mut keys = KeyBytes::new();
    if let Err(error) = limit.write_key(head, &mut keys) {
        return Verdict::Reject(error.into_rejection());
    }
    let cost = limit.cost_of(head);
    let entries =
        |plan: Plan| Entries::one(Entry::new(plan, (0, keys.len()), cost, limit.has_own_key()));
    let [quota] = plan.quotas() else {
        return Settings::ask(settings, entries(plan.into_owned()), keys.as_slice());
    };
    let now = settings.clock.now();
    let reply = settings
        .store
        .take(&[Charge::new(keys.as_slice(), quota, cost)], now);
    if let Reply::Ready(Ok(taken)) = &reply
        && let [state] = taken.states()
        && state.is_allowed()
    {
        if settings.is_silent() {
            return Verdict::Pass(Admission::silent());
        }
        if settings.tells_the_usual() {
            let state = *state;
            return Verdict::Pass(Admission::one(One::new(
                settings,
                limit,
                plan.into_owned(),
                &state,
            )));
        }
    }
    Settings::answer(
        settings,
        entries(plan.into_owned()),
        keys.as_slice(),
        reply,
        now,
    )
}

impl One {
    fn new(settings: &Settings, limit: &Limit, plan: Plan, state: &BucketState) -> Self {
        let standing = plan
            .quotas()
            .first()
            .map(|quota| Standing::of(state, quota))
            .unwrap_or_default();
        Self {
            left: Left {
                plan,
                at: 0,
                remaining: standing.remaining,
                reset: standing.reset,
            },
            next: standing.next,
            is_own: limit.has_own_key(),
            is_capped: settings.fields.is_capped(),
            has_fields: !settings.fields.is_none(),
            has_outcome: settings.has_outcome,
        }
    }

    pub(super) const fn left(&self) -> &Left {
        &self.left
    }

    pub(super) const fn has_fields(&self) -> bool {
        self.has_fields
    }

    pub(super) const fn has_outcome(&self) -> bool {
        self.has_outcome
    }

    #[inline]
    pub(super) fn seal<B>(&self, response: &mut Response<B>) {
        if self.has_fields && (self.is_own || !fields::has_denied_access(response)) {
            fields::append_usual(response.headers_mut(), self.is_capped, self);
        }
    }
}

impl fields::Limits for One {
    #[inline]
    fn each(&self, mut tell: impl FnMut(fields::Limit<'_>)) {
        if let Some(policy) = self.left.plan.policies().first() {
            tell(fields::Limit {
                policy,
                remaining: u64::from(self.left.remaining),
                reset: u64::from(self.next),
                key: None,
            });
        }
    }

    fn policies(&self) -> impl Iterator<Item = &HeaderValue> {
        iter::once(self.left.plan.value())
    }
}
