use std::time::SystemTime;

use aws_lc_rs::hmac;
use bartizan_core::Rejection;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use http::header::RETRY_AFTER;
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::{Fields, Policy, RATE_LIMIT, RATE_LIMIT_POLICY, legacy, number};
use crate::key::SmallBytes;

/// How much is left of a quota for one key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) remaining: u64,
    /// In how many seconds there will be more.
    pub(crate) reset: u64,
    /// The bytes of the key.
    pub(crate) key: Option<&'a [u8]>,
}

/// Adds what there is to say of `limits` to the fields of a response.
///
/// A limit further in that has the same name is the same limit, counted later: what it
/// said stands. `retry_after` is what a rejection will say, which has no fields yet.
pub(crate) fn append<'a>(
    headers: &mut HeaderMap,
    fields: &Fields,
    policies: impl Iterator<Item = &'a HeaderValue>,
    limits: impl Iterator<Item = Limit<'a>> + Clone,
    now: SystemTime,
    retry_after: Option<u64>,
) {
    let (retry_after, extra) = match retry_after {
        // It has its own random time in it.
        Some(seconds) => (RetryAfter::Seconds(seconds), 0),
        None => (RetryAfter::of(headers), fields.extra_seconds()),
    };
    let limits = limits.map(|mut limit| {
        if fields.is_capped {
            limit.reset = limit.reset.max(limit.policy.seconds_for(limit.remaining));
        }
        limit.reset = limit.reset.saturating_add(extra);
        limit
    });
    if fields.is_standard {
        let mut line = SmallBytes::new();
        for limit in limits.clone() {
            if is_told(headers, &limit) {
                continue;
            }
            if line.len() > 0 {
                line.extend(b", ");
            }
            write(&mut line, fields, &limit, retry_after);
        }
        if line.len() > 0 {
            append_list(headers, RATE_LIMIT, number::value(&line));
            policies.for_each(|policies| append_policies(headers, policies));
        }
    }
    if let Some(reset) = fields.legacy {
        let least = limits.min_by_key(|limit| (limit.remaining, u64::MAX - limit.reset));
        if let Some(limit) = least {
            legacy::write(headers, &limit, reset, now);
        }
    }
}

/// Whether a response refuses access: what is left of a quota is then told only to
/// whom it is sure to belong.
pub(crate) fn has_denied_access(
    status: StatusCode,
    headers: &HeaderMap,
    extensions: &Extensions,
) -> bool {
    const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");
    const DENIED: [&[u8]; 2] = [b"7", b"16"];

    let is_denial = |status| matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
    let code = headers.get(GRPC_STATUS).map(HeaderValue::as_bytes);
    is_denial(status)
        || code.is_some_and(|code| DENIED.contains(&code))
        || extensions
            .get::<Rejection>()
            .is_some_and(|r| is_denial(r.status()) || r.is_hidden())
}

/// What a response says of when to come back.
#[derive(Clone, Copy)]
enum RetryAfter {
    Absent,
    /// At a date, or something else that is not compared.
    Date,
    Seconds(u64),
}

impl RetryAfter {
    fn of(headers: &HeaderMap) -> Self {
        match headers.get(RETRY_AFTER) {
            None => Self::Absent,
            Some(value) => {
                let seconds = value.to_str().ok().and_then(|value| value.parse().ok());
                seconds.map_or(Self::Date, Self::Seconds)
            }
        }
    }

    /// `Retry-After` must not lie before `t` ([section 6]), which is optional.
    ///
    /// [section 6]: https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-10#section-6
    const fn allows(self, reset: u64) -> bool {
        match self {
            Self::Absent => true,
            Self::Date => false,
            Self::Seconds(seconds) => reset <= seconds,
        }
    }
}

fn write(line: &mut SmallBytes, fields: &Fields, limit: &Limit<'_>, retry_after: RetryAfter) {
    line.extend(limit.policy.quoted());
    line.extend(b";r=");
    number::push(line, limit.remaining);
    if retry_after.allows(limit.reset) {
        line.extend(b";t=");
        number::push(line, limit.reset);
    }
    if let (Some(secret), Some(key)) = (&fields.partition_key, limit.key) {
        let tag = hmac::sign(secret, key);
        let tag = tag.as_ref().get(..16).unwrap_or_default();
        line.extend(b";pk=:");
        line.extend(BASE64_STANDARD.encode(tag).as_bytes());
        line.extend(b":");
    }
}

/// Whether the fields tell of a quota with the name of this one's.
fn is_told(headers: &HeaderMap, limit: &Limit<'_>) -> bool {
    let name = limit.policy.quoted();
    headers.get_all(RATE_LIMIT).iter().any(|line| {
        let line = line.as_bytes();
        let mut starts = line.windows(name.len() + 1).enumerate();
        starts.any(|(at, window)| {
            let is_start = at == 0 || line.get(at - 1).is_some_and(|c| matches!(c, b',' | b' '));
            is_start && window.starts_with(name) && window.ends_with(b";")
        })
    })
}

fn append_list(headers: &mut HeaderMap, name: HeaderName, value: Option<HeaderValue>) {
    if let Some(value) = value {
        headers.append(name, value);
    }
}

fn append_policies(headers: &mut HeaderMap, policies: &HeaderValue) {
    let is_told = headers
        .get_all(RATE_LIMIT_POLICY)
        .iter()
        .any(|line| line == policies);
    if !is_told {
        headers.append(RATE_LIMIT_POLICY, policies.clone());
    }
}
