use std::time::SystemTime;

use aws_lc_rs::hmac;
use bartizan_core::Rejection;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use http::header::{Entry, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Response, StatusCode};

use super::number::Digits;
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
/// said stands. A map that is full has fields less.
pub(crate) fn append(
    headers: &mut HeaderMap,
    fields: &Fields,
    limits: &impl Limits,
    now: SystemTime,
) {
    let extra = fields.extra_seconds();
    if fields.is_standard {
        append_standard(headers, fields, limits, extra);
    }
    if let (Some(reset), Some((quota, remaining, after))) =
        (fields.legacy, least(fields, limits, extra))
        && !legacy::is_told(headers, remaining)
    {
        for (name, value) in legacy::lines(quota, remaining, after, reset, now) {
            let _ = headers.try_insert(name, value);
        }
    }
}

/// Does so for [usual](Fields::are_usual) fields, which may be [capped](Fields::capped).
pub(crate) fn append_usual(headers: &mut HeaderMap, is_capped: bool, limits: &impl Limits) {
    let fields = Fields {
        is_capped,
        ..Fields::standard()
    };
    append_standard(headers, &fields, limits, 0);
}

fn append_standard(headers: &mut HeaderMap, fields: &Fields, limits: &impl Limits, extra: u64) {
    let retry_after = RetryAfter::of(headers);
    let added = match headers.try_entry(RATE_LIMIT) {
        Ok(Entry::Occupied(mut lines)) => {
            let is_new = |limit: &Limit<'_>| !is_told(lines.iter(), limit);
            let line = line(fields, limits, retry_after, extra, is_new);
            line.map(|line| lines.append(line))
        }
        Ok(Entry::Vacant(place)) => {
            let line = line(fields, limits, retry_after, extra, |_| true);
            line.and_then(|line| place.try_insert(line).ok().map(drop))
        }
        Err(_) => None,
    };
    if added.is_none() {
        return;
    }
    for policies in limits.policies() {
        match headers.try_entry(RATE_LIMIT_POLICY) {
            Ok(Entry::Occupied(mut lines)) => {
                if lines.iter().all(|line| line != policies) {
                    lines.append(policies.clone());
                }
            }
            Ok(Entry::Vacant(place)) => drop(place.try_insert(policies.clone())),
            Err(_) => {}
        }
    }
}

/// Adds what there is to say of `limits` to a rejection that says `Retry-After`, in which
/// the `extra` random time is already.
pub(crate) fn reject(
    mut rejection: Rejection,
    fields: &Fields,
    limits: &impl Limits,
    now: SystemTime,
    (retry_after, extra): (u64, u64),
) -> Rejection {
    if fields.is_standard {
        let retry_after = RetryAfter::Seconds(retry_after);
        if let Some(line) = line(fields, limits, retry_after, extra, |_| true) {
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
        (fields.legacy, least(fields, limits, extra))
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

/// Whether a response refuses access, or may hide that it does: what is left of a quota
/// is then told only to whom it is sure to belong. What is hidden and what is not there
/// are to look alike, so that neither tells.
pub(crate) fn has_denied_access<B>(response: &Response<B>) -> bool {
    let is_denial = |status| {
        matches!(
            status,
            StatusCode::UNAUTHORIZED
                | StatusCode::FORBIDDEN
                | StatusCode::NOT_FOUND
                // What gRPC answers for a method that no service has.
                | StatusCode::NOT_IMPLEMENTED
        )
    };
    is_denial(response.status()) || is_denial(status_of(response))
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
    let mut rest = Digits::new();
    if retry_after.allows(reset) {
        rest.number(reset);
        rest.text(*b";t=");
    }
    rest.number(limit.remaining);
    line.extend(limit.policy.member());
    line.extend(rest.as_slice());
    if let (Some(secret), Some(key)) = (&fields.partition_key, limit.key) {
        write_partition_key(line, secret, key);
    }
}

/// Not inline, as its buffers are large, and few send it.
#[inline(never)]
fn write_partition_key(line: &mut SmallBytes, secret: &hmac::Key, key: &[u8]) {
    let tag = hmac::sign(secret, key);
    let tag = tag.as_ref().get(..16).unwrap_or_default();
    line.extend(b";pk=:");
    line.extend(BASE64_STANDARD.encode(tag).as_bytes());
    line.extend(b":");
}

/// Whether the lines tell of a quota with the name of this one's.
fn is_told<'a>(lines: impl IntoIterator<Item = &'a HeaderValue>, limit: &Limit<'_>) -> bool {
    let start = limit.policy.start();
    let mut lines = lines.into_iter().map(HeaderValue::as_bytes);
    // Mostly, a line tells of one quota.
    lines.any(|line| line.starts_with(start) || line.contains(&b',') && has_member(line, start))
}

fn has_member(mut line: &[u8], start: &[u8]) -> bool {
    while !line.starts_with(start) {
        let end = line.iter().position(|byte| matches!(byte, b',' | b' '));
        match end.and_then(|end| line.get(end + 1..)) {
            Some(rest) => line = rest,
            None => return false,
        }
    }
    true
}
