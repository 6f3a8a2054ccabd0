use std::time::SystemTime;

use http::{HeaderMap, HeaderName, HeaderValue};

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

/// Whether the fields tell of a quota with as little left.
pub(super) fn is_told(headers: &HeaderMap, remaining: u64) -> bool {
    let told = headers.get(REMAINING).and_then(|value| value.to_str().ok());
    told.is_some_and(|told| told.parse().is_ok_and(|told: u64| told <= remaining))
}

/// Tells of a `quota` of which so much is left, and more is to be had after so many
/// seconds.
pub(super) fn lines(
    quota: u64,
    remaining: u64,
    after: u64,
    reset: LegacyReset,
    now: SystemTime,
) -> [(HeaderName, HeaderValue); 3] {
    let reset = match reset {
        LegacyReset::Delay => after,
        LegacyReset::UnixTime => {
            let now = now
                .duration_since(SystemTime::UNIX_EPOCH)
                .unwrap_or_default();
            now.as_secs().saturating_add(after)
        }
    };
    [(LIMIT, quota), (REMAINING, remaining), (RESET, reset)]
        .map(|(name, number)| (name, HeaderValue::from(number)))
}
