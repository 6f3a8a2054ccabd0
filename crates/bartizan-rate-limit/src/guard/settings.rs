use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::SystemTime;

use bartizan_core::{BoxError, BoxFuture, Clock, Rejection, Reply, Verdict};

use super::asked::{Entries, Entry};
use super::denial::denial;
use super::pass::Admission;
use super::refund::Refunds;
use crate::routes::Table;
use crate::{Fields, MemoryQuotaStore, QuotaStore, Taken};

/// What all clones of a guard share.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) table: Table,
    pub(super) store: Arc<dyn QuotaStore>,
    pub(super) fields: Fields,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) has_outcome: bool,
    pub(super) refunds: Refunds,
    pub(super) failure: OnFailure,
}

/// What becomes of requests when the store fails.
#[derive(Clone)]
pub(super) enum OnFailure {
    Open,
    Refuse,
    Share(NonZeroU32, Arc<MemoryQuotaStore>),
}

impl Settings {
    /// Whether nothing becomes of a request that passes.
    pub(super) const fn is_silent(&self) -> bool {
        self.fields.is_none() && !self.refunds.are_possible() && !self.has_outcome
    }

    /// Whether all that becomes of a request that passes is its outcome, and the fields
    /// of the draft without what needs its key, the time or chance.
    pub(super) const fn tells_the_usual(&self) -> bool {
        self.fields.are_usual() && !self.refunds.are_possible()
    }

    /// Asks the store, and judges by its answer.
    pub(super) fn ask(settings: &Arc<Self>, entries: Entries, keys: &[u8]) -> Verdict<Admission> {
        let now = settings.clock.now();
        let reply = entries.take(keys, &*settings.store, now);
        Self::answer(settings, entries, keys, reply, now)
    }

    /// Judges by the answer of the store to the charges of all `entries`.
    pub(super) fn answer(
        settings: &Arc<Self>,
        entries: Entries,
        keys: &[u8],
        reply: Reply<Result<Taken, BoxError>>,
        now: SystemTime,
    ) -> Verdict<Admission> {
        match reply {
            Reply::Ready(Ok(taken)) => Self::judge(settings, entries, keys, taken, now),
            Reply::Ready(Err(error)) => settings.failed(&entries, keys, error, now),
            Reply::Wait(taken) => Verdict::Wait(Self::wait(settings, entries, keys, taken, now)),
        }
    }

    fn wait(
        settings: &Arc<Self>,
        entries: Entries,
        keys: &[u8],
        taken: BoxFuture<Result<Taken, BoxError>>,
        now: SystemTime,
    ) -> BoxFuture<Verdict<Admission>> {
        let (settings, keys) = (Arc::clone(settings), keys.to_vec());
        Box::pin(async move {
            match taken.await {
                Ok(taken) => Self::judge(&settings, entries, &keys, taken, now),
                Err(error) => settings.failed(&entries, &keys, error, now),
            }
        })
    }

    fn judge(
        settings: &Arc<Self>,
        entries: Entries,
        keys: &[u8],
        taken: Taken,
        now: SystemTime,
    ) -> Verdict<Admission> {
        if !entries.are_answered_by(&taken) {
            return refuse("the store answered to other charges than it was given");
        }
        if !taken.is_allowed() {
            return Verdict::Reject(denial(&settings.fields, &entries, keys, &taken, now));
        }
        if settings.is_silent() {
            return Verdict::Pass(Admission::silent());
        }
        Verdict::Pass(Admission::of(settings, entries, keys, taken, now))
    }

    #[cold]
    fn failed(
        &self,
        entries: &Entries,
        keys: &[u8],
        error: BoxError,
        now: SystemTime,
    ) -> Verdict<Admission> {
        match &self.failure {
            OnFailure::Open => Verdict::Pass(Admission::silent()),
            OnFailure::Refuse => refuse(error),
            OnFailure::Share(instances, store) => {
                let plans = entries.iter().map(Entry::plan);
                let shares: Vec<_> = plans.map(|plan| plan.share(*instances)).collect();
                match entries.take_shares(keys, &**store, &shares, now) {
                    Reply::Ready(Ok(taken)) if taken.is_allowed() => {
                        Verdict::Pass(Admission::silent())
                    }
                    Reply::Ready(Ok(taken)) => {
                        // What is left of the share is not what is left of the quota.
                        let fields = self.fields.clone().untold();
                        Verdict::Reject(denial(&fields, entries, keys, &taken, now))
                    }
                    _ => refuse(error),
                }
            }
        }
    }
}

fn refuse(error: impl Into<BoxError>) -> Verdict<Admission> {
    Verdict::Reject(Rejection::unavailable("rate-limit-unavailable", error))
}
