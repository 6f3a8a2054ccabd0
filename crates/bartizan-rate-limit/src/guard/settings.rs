use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::SystemTime;

use bartizan_core::{BoxError, BoxFuture, Clock, Rejection, Reply, Verdict};

use super::asked::{Asked, Standing};
use super::denial::denial;
use super::pass::{Admission, Taking};
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
    /// Asks the store, and judges by its answer.
    #[inline]
    pub(super) fn ask(settings: &Arc<Self>, asked: Asked) -> Verdict<Admission> {
        let now = settings.clock.now();
        match asked.take(&*settings.store, now) {
            Reply::Ready(Ok(taken)) => settings.judge(settings, asked, &taken, now),
            Reply::Ready(Err(error)) => settings.failed(&asked, error, now),
            Reply::Wait(taken) => Verdict::Wait(settings.wait(settings, asked, taken, now)),
        }
    }

    fn wait(
        &self,
        shared: &Arc<Self>,
        asked: Asked,
        taken: BoxFuture<Result<Taken, BoxError>>,
        now: SystemTime,
    ) -> BoxFuture<Verdict<Admission>> {
        let settings = Arc::clone(shared);
        Box::pin(async move {
            match taken.await {
                Ok(taken) => settings.judge(&settings, asked, &taken, now),
                Err(error) => settings.failed(&asked, error, now),
            }
        })
    }

    #[inline]
    fn judge(
        &self,
        shared: &Arc<Self>,
        asked: Asked,
        taken: &Taken,
        now: SystemTime,
    ) -> Verdict<Admission> {
        if taken.states().len() != asked.entries().policies().count() {
            return refuse("the store answered to other charges than it was given");
        }
        if !taken.is_allowed() {
            return Verdict::Reject(denial(&self.fields, &asked, taken, now));
        }
        if self.fields.is_none() && !self.has_outcome && !self.refunds.are_possible() {
            return Verdict::Pass(Admission::silent());
        }
        let standing = Standing::of(taken, asked.entries());
        let taking = Taking::new(shared, asked, standing, now);
        Verdict::Pass(Admission::of(taking))
    }

    #[cold]
    fn failed(&self, asked: &Asked, error: BoxError, now: SystemTime) -> Verdict<Admission> {
        match &self.failure {
            OnFailure::Open => Verdict::Pass(Admission::silent()),
            OnFailure::Refuse => refuse(error),
            OnFailure::Share(instances, store) => {
                let plans = asked.entries().iter().map(|entry| entry.plan());
                let quotas: Vec<_> = plans.map(|plan| plan.share(*instances)).collect();
                match asked.take_of(&**store, &quotas, now) {
                    Reply::Ready(Ok(taken)) if taken.is_allowed() => {
                        Verdict::Pass(Admission::silent())
                    }
                    Reply::Ready(Ok(taken)) => {
                        Verdict::Reject(denial(&self.fields, asked, &taken, now))
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
