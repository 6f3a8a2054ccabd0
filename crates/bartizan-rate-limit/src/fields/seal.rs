use std::time::SystemTime;

use aws_lc_rs::hmac;
use bartizan_core::Rejection;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderValue, Response, StatusCode};

use super::{Fields, Policy, RATE_LIMIT, RATE_LIMIT_POLICY, legacy, number};
use crate::key::SmallBytes;
use crate::status::status_of;

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

/// What there is to tell of the limits of a request.
pub(crate) trait Limits {
    /// Calls `tell` with each limit, in order.
    fn each(&self, tell: impl FnMut(Limit<'_>));

    /// Returns the values of `RateLimit-Policy`.
    fn policies(&self) -> impl Iterator<Item = &HeaderValue>;
}

/// Adds what there is to say of `limits` to the fields of a response.
///
/// A limit further in that has the same name is the same limit, counted later: what it
/// said stands.
pub(crate) fn append(
    headers: &mut HeaderMap,
    fields: &Fields,
    limits: &impl Limits,
    now: SystemTime,
) {
    let (retry_after, extra) = (RetryAfter::of(headers), fields.extra_seconds());
    if fields.is_standard {
        let is_first = !headers.contains_key(RATE_LIMIT);
        let is_new = |limit: &Limit<'_>| is_first || !is_told(headers, limit);
        if let Some(line) = line(fields, limits, retry_after, extra, is_new) {
            headers.append(RATE_LIMIT, line);
            limits
                .policies()
                .for_each(|policies| append_policies(headers, policies));
        }
    }
    if let (Some(reset), Some((quota, remaining, after))) =
        (fields.legacy, least(fields, limits, extra))
        && !legacy::is_told(headers, remaining)
    {
        for (name, value) in legacy::lines(quota, remaining, after, reset, now) {
            headers.insert(name, value);
        }
    }
}

/// Adds what there is to say of `limits` to a rejection that says `Retry-After`, with its
/// own random time in it.
pub(crate) fn reject(
    mut rejection: Rejection,
    fields: &Fields,
    limits: &impl Limits,
    now: SystemTime,
    retry_after: u64,
) -> Rejection {
    if fields.is_standard {
        let retry_after = RetryAfter::Seconds(retry_after);
        if let Some(line) = line(fields, limits, retry_after, 0, |_| true) {
            rejection = rejection.field(RATE_LIMIT, line);
        }
        for policies in limits.policies() {
            let mut told = rejection.fields().iter();
            if !told.any(|(name, value)| *name == RATE_LIMIT_POLICY && value == policies) {
                rejection = rejection.field(RATE_LIMIT_POLICY, policies.clone());
            }
        }
    }
    if let (Some(reset), Some((quota, remaining, after))) =
        (fields.legacy, least(fields, limits, 0))
    {
        for (name, value) in legacy::lines(quota, remaining, after, reset, now) {
            rejection = rejection.field(name, value);
        }
    }
    rejection
}

/// Returns the value of `RateLimit` for those of the limits that are new.
fn line(
    fields: &Fields,
    limits: &impl Limits,
    retry_after: RetryAfter,
    extra: u64,
    is_new: impl Fn(&Limit<'_>) -> bool,
) -> Option<HeaderValue> {
    let mut line = SmallBytes::new();
    limits.each(|limit| {
        if is_new(&limit) {
            if line.len() > 0 {
                line.extend(b", ");
            }
            let reset = reset(fields, &limit, extra);
            write(&mut line, fields, &limit, reset, retry_after);
        }
    });
    if line.len() == 0 {
        return None;
    }
    number::value(&line)
}

/// Returns the quota of which the least is left: how much it is, what is left, and when
/// there is more.
fn least(fields: &Fields, limits: &impl Limits, extra: u64) -> Option<(u64, u64, u64)> {
    let mut least: Option<(u64, u64, u64)> = None;
    limits.each(|limit| {
        let next = (
            limit.policy.quota(),
            limit.remaining,
            reset(fields, &limit, extra),
        );
        let rank = |(_, remaining, reset): (u64, u64, u64)| (remaining, u64::MAX - reset);
        if least.is_none_or(|least| rank(next) < rank(least)) {
            least = Some(next);
        }
    });
    least
}

/// Returns in how many seconds the client is told that there is more.
fn reset(fields: &Fields, limit: &Limit<'_>, extra: u64) -> u64 {
    let reset = if fields.is_capped {
        limit.reset.max(limit.policy.seconds_for(limit.remaining))
    } else {
        limit.reset
    };
    reset.saturating_add(extra)
}

/// Whether a response refuses access: what is left of a quota is then told only to
/// whom it is sure to belong.
pub(crate) fn has_denied_access<B>(response: &Response<B>) -> bool {
    let rejection = response.extensions().get::<Rejection>();
    let is_hidden = rejection.is_some_and(Rejection::is_hidden);
    let is_denial = |status| matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
    is_hidden || is_denial(response.status()) || is_denial(status_of(response))
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

fn write(
    line: &mut SmallBytes,
    fields: &Fields,
    limit: &Limit<'_>,
    reset: u64,
    retry_after: RetryAfter,
) {
    line.extend(limit.policy.quoted());
    line.extend(b";r=");
    number::push(line, limit.remaining);
    if retry_after.allows(reset) {
        line.extend(b";t=");
        number::push(line, reset);
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

fn append_policies(headers: &mut HeaderMap, policies: &HeaderValue) {
    let is_told = headers
        .get_all(RATE_LIMIT_POLICY)
        .iter()
        .any(|line| line == policies);
    if !is_told {
        headers.append(RATE_LIMIT_POLICY, policies.clone());
    }
}
