use std::time::{Duration, SystemTime};

use bartizan_core::Reply;
use bartizan_rate_limit::{
    Allowance, Bucket, BucketState, Charge, InvalidQuota, MemoryQuotaStore, Quota, QuotaStore,
    Quotas,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{error, invalid};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QuotaText {
    text: String,
}

pub(super) fn quota(question: &QuotaText) -> Value {
    let quotas = match question.text.parse::<Quotas>() {
        Ok(quotas) => quotas,
        Err(problem) => {
            let position = problem.position();
            let mut answer = invalid(problem);
            if let (Some(answer), Some(position)) = (answer.as_object_mut(), position) {
                answer.insert("position".to_owned(), position.into());
            }
            return answer;
        }
    };
    let listed = quotas.iter().map(|quota| {
        json!({
            "limit": quota.limit(),
            "period_seconds": quota.period().as_secs_f64(),
            "burst": quota.burst_size(),
            "text": quota.to_string(),
        })
    });
    json!({ "valid": true, "quotas": listed.collect::<Vec<_>>() })
}

/// One key's requests, under quotas given as a text or by their parameters.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Gcra {
    #[serde(default)]
    quota: Option<String>,
    #[serde(default)]
    limit: Option<u32>,
    #[serde(default)]
    period_ms: Option<u64>,
    #[serde(default)]
    burst: Option<u32>,
    #[serde(default)]
    store: Store,
    requests: Vec<Timed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Timed {
    now_ms: u64,
    #[serde(default = "one")]
    cost: u32,
}

fn one() -> u32 {
    1
}

/// What counts: exact numbers, or the table that layers use.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Store {
    #[default]
    Exact,
    Memory,
}

pub(super) fn gcra(question: &Gcra) -> Value {
    let quotas = match question.quotas() {
        Ok(Ok(quotas)) => quotas,
        Ok(Err(problem)) => return invalid(problem),
        Err(problem) => return error(problem),
    };
    let decide = match question.store {
        Store::Exact => exact(&quotas, &question.requests),
        Store::Memory => memory(&quotas, &question.requests),
    };
    match decide {
        Some(decisions) => json!({ "valid": true, "decisions": decisions }),
        None => error("the store does not answer"),
    }
}

impl Gcra {
    fn quotas(&self) -> Result<Result<Quotas, InvalidQuota>, &'static str> {
        match (&self.quota, self.limit, self.period_ms, self.burst) {
            (Some(text), None, None, None) => Ok(text.parse()),
            (None, Some(limit), Some(period), burst) => {
                let quota = Quota::new(limit, Duration::from_millis(period));
                let quota = quota.map(|quota| quota.burst(burst.unwrap_or(limit)));
                Ok(quota.map(Quotas::from))
            }
            _ => Err("quota: either it, or limit and period_ms, with or without burst"),
        }
    }
}

fn exact(quotas: &Quotas, requests: &[Timed]) -> Option<Vec<Value>> {
    let mut buckets = vec![Bucket::default(); quotas.len()];
    let decisions = requests.iter().map(|request| {
        let now = Duration::from_millis(request.now_ms);
        let peek = |(bucket, quota): (&Bucket, &Quota)| bucket.peek(quota, request.cost, now);
        let mut states: Vec<_> = buckets.iter().zip(quotas).map(peek).collect();
        if states.iter().all(BucketState::is_allowed) {
            let taken = buckets.iter_mut().zip(quotas);
            let taken = taken.map(|(bucket, quota)| bucket.take(quota, request.cost, now));
            states = taken.collect();
        } else {
            let peek = |(bucket, quota): (&Bucket, &Quota)| {
                let judged = bucket.peek(quota, request.cost, now);
                // A bucket that would have allowed it keeps what it has.
                let kept = bucket.peek(quota, 0, now);
                BucketState::new(judged.allowance(), kept.remaining(), kept.reset())
            };
            states = buckets.iter().zip(quotas).map(peek).collect();
        }
        decision(&states)
    });
    Some(decisions.collect())
}

fn memory(quotas: &Quotas, requests: &[Timed]) -> Option<Vec<Value>> {
    let store = MemoryQuotaStore::with_capacity(1024);
    let decisions = requests.iter().map(|request| {
        let now = SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(request.now_ms))?;
        let charges = quotas
            .iter()
            .map(|quota| Charge::new(b"key", quota, request.cost));
        let charges: Vec<_> = charges.collect();
        match store.take(&charges, now) {
            Reply::Ready(Ok(taken)) => Some(decision(taken.states())),
            Reply::Ready(Err(_)) | Reply::Wait(_) => None,
        }
    });
    decisions.collect()
}

/// Sums up what the quotas say, of which each can refuse.
fn decision(states: &[BucketState]) -> Value {
    let is_never = |state: &BucketState| state.allowance() == Allowance::Never;
    let never = states.iter().any(is_never);
    let retry = states.iter().filter_map(BucketState::retry).max();
    json!({
        "allowed": states.iter().all(BucketState::is_allowed),
        "remaining": states.iter().map(BucketState::remaining).min(),
        "reset_ms": states.iter().map(BucketState::reset).max().map(millis),
        "retry_ms": retry.filter(|_| !never).map(millis),
        "never": never,
    })
}

/// Whole where it can be.
fn millis(time: Duration) -> Value {
    if time.subsec_nanos().is_multiple_of(1_000_000) {
        return u64::try_from(time.as_millis()).unwrap_or(u64::MAX).into();
    }
    (time.as_secs_f64() * 1000.0).into()
}
