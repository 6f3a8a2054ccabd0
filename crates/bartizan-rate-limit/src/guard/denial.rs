use std::time::{Duration, SystemTime};

use bartizan_core::Rejection;
use http::{HeaderMap, StatusCode};

use super::asked::{Asked, Standing, seconds};
use super::pass;
use crate::{Allowance, Fields, Taken};

/// The problem type of a request beyond its quota ([section 5.1]).
///
/// [section 5.1]: https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-10#section-5.1
const QUOTA_EXCEEDED: &str = "https://iana.org/assignments/http-problem-types#quota-exceeded";

/// Makes the rejection of a request that some of the quotas do not allow.
pub(super) fn denial(fields: &Fields, asked: &Asked, taken: &Taken, now: SystemTime) -> Rejection {
    let mut violated = Vec::with_capacity(1);
    let mut delay = Duration::ZERO;
    let policies = asked.entries().policies();
    for ((entry, at), state) in policies.zip(taken.states()) {
        let quota = entry.plan().quotas().get(at);
        let until = match state.allowance() {
            Allowance::Now => continue,
            Allowance::Later(retry) => retry,
            // Never is told as the time in which all of the quota comes back.
            Allowance::Never => quota.map_or(Duration::ZERO, |quota| quota.period()),
        };
        delay = delay.max(until);
        if let Some(policy) = entry.plan().policies().get(at) {
            violated.push(policy.name().to_owned());
        }
    }
    // Whole seconds, so that no rounding puts it before a `t` of the fields.
    let delay = u64::from(seconds(delay)).max(1);
    let delay = Duration::from_secs(delay.saturating_add(fields.extra_seconds()));
    let rejection = Rejection::new(
        StatusCode::TOO_MANY_REQUESTS,
        "quota-exceeded",
        "too many requests were sent",
    );
    let rejection = rejection
        .retry_after(delay)
        .problem_type(QUOTA_EXCEEDED)
        .member("violated-policies", violated);
    if fields.is_none() {
        return rejection;
    }
    let standing = Standing::of(taken, asked.entries());
    let mut headers = HeaderMap::new();
    let delay = Some(delay.as_secs());
    pass::append(
        &mut headers,
        fields,
        asked.entries(),
        &standing,
        Some(asked),
        now,
        delay,
    );
    let mut name = None;
    let mut rejection = rejection;
    for (next, value) in headers {
        name = next.or(name);
        if let Some(name) = &name {
            rejection = rejection.field(name.clone(), value);
        }
    }
    rejection
}
