use std::time::SystemTime;

use http::{HeaderMap, HeaderName, HeaderValue};

use super::seal::Limit;

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// What `X-RateLimit-Reset` says, on which its users never agreed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum LegacyReset {
    /// In how many seconds.
    Delay,
    /// At which Unix time, in seconds.
    UnixTime,
}

/// Tells of `limit`, unless the fields tell of one with less left.
pub(super) fn write(
    headers: &mut HeaderMap,
    limit: &Limit<'_>,
    reset: LegacyReset,
    now: SystemTime,
) {
    let told = headers.get(REMAINING).and_then(|value| value.to_str().ok());
    if told.is_some_and(|told| told.parse().is_ok_and(|told: u64| told <= limit.remaining)) {
        return;
    }
    let reset = match reset {
        LegacyReset::Delay => limit.reset,
        LegacyReset::UnixTime => {
            let now = now
                .duration_since(SystemTime::UNIX_EPOCH)
                .unwrap_or_default();
            now.as_secs().saturating_add(limit.reset)
        }
    };
    headers.insert(LIMIT, HeaderValue::from(limit.policy.quota()));
    headers.insert(REMAINING, HeaderValue::from(limit.remaining));
    headers.insert(RESET, HeaderValue::from(reset));
}
