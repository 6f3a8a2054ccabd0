use std::time::{Duration, SystemTime};

use bartizan_core::Rejection;
use http::StatusCode;

use super::asked::{Entries, Entry};
use super::standing::seconds;
use super::told::Told;
use crate::{Allowance, Fields, Taken, fields};

/// The problem type of a request beyond its quota ([section 5.1]).
///
/// [section 5.1]: https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-10#section-5.1
const QUOTA_EXCEEDED: &str = "https://iana.org/assignments/http-problem-types#quota-exceeded";

/// Makes the rejection of a request that some of the quotas do not allow.
pub(super) fn denial(
    fields: &Fields,
    entries: &Entries,
    keys: &[u8],
    taken: &Taken,
    now: SystemTime,
) -> Rejection {
    let mut violated = Vec::with_capacity(1);
    let mut delay = Duration::ZERO;
    let mut states = taken.states().iter();
    for plan in entries.iter().map(Entry::plan) {
        let policies = plan.quotas().iter().zip(plan.policies());
        for ((quota, policy), state) in policies.zip(states.by_ref()) {
            let until = match state.allowance() {
                Allowance::Now => continue,
                Allowance::Later(retry) => retry,
                // Never is told as the time in which all of the quota comes back.
                Allowance::Never => quota.period(),
            };
            delay = delay.max(until);
            violated.push(policy.name().to_owned());
        }
    }
    // Whole seconds, so that no rounding puts it before a `t` of the fields.
    let delay = u64::from(seconds(delay)).max(1);
    let extra = fields.extra_seconds();
    let delay = delay.saturating_add(extra);
    let rejection = Rejection::new(
        StatusCode::TOO_MANY_REQUESTS,
        "quota-exceeded",
        "too many requests were sent",
    );
    let rejection = rejection
        .retry_after(Duration::from_secs(delay))
        .problem_type(QUOTA_EXCEEDED)
        .member("violated-policies", violated);
    let told = Told {
        entries,
        taken,
        keys: Some(keys),
        refunded: None,
    };
    fields::reject(rejection, fields, &told, now, (delay, extra))
}
