use std::time::Duration;

use http::HeaderValue;

use super::number::{self, Digits};
use crate::key::SmallBytes;

/// What comes before the number of requests that are left.
const REMAINING: &[u8] = b";r=";

/// What is said of a quota in header fields, as far as it is the same for all.
#[derive(Debug)]
pub(crate) struct Policy {
    name: String,
    /// `"name";r=`, of which `"name"` is a String of structured fields.
    member: Box<[u8]>,
    quota: u64,
    window: u64,
}

impl Policy {
    /// Describes a quota of `limit` units in each `period`, in whole seconds: of a
    /// fraction of a second, or of a unit, the client is told less than it has.
    pub(crate) fn new(name: impl Into<String>, limit: u64, period: Duration) -> Self {
        let name = name.into();
        let window = period.as_secs() + u64::from(period.subsec_nanos() > 0);
        let window = window.max(1);
        let scaled = u128::from(limit) * Duration::from_secs(window).as_nanos();
        let quota = scaled.checked_div(period.as_nanos()).unwrap_or(0);
        Self {
            member: [&*quoted(&name), REMAINING].concat().into(),
            name,
            quota: u64::try_from(quota).unwrap_or(u64::MAX).min(number::MAX),
            window: window.min(number::MAX),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Returns `"name"`.
    fn quoted(&self) -> &[u8] {
        self.member.strip_suffix(REMAINING).unwrap_or_default()
    }

    /// Returns `"name";`, as each member of a list that tells of the quota begins.
    pub(super) fn start(&self) -> &[u8] {
        self.member.strip_suffix(b"r=").unwrap_or_default()
    }

    /// Returns `"name";r=`.
    pub(super) fn member(&self) -> &[u8] {
        &self.member
    }

    pub(super) const fn quota(&self) -> u64 {
        self.quota
    }

    /// Returns in how many seconds the rate gives `units`.
    pub(super) fn seconds_for(&self, units: u64) -> u64 {
        let seconds = u128::from(units) * u128::from(self.window);
        let seconds = seconds.div_ceil(u128::from(self.quota.max(1)));
        u64::try_from(seconds).unwrap_or(u64::MAX)
    }

    /// Returns the value of `RateLimit-Policy` for `policies`.
    pub(crate) fn value<'a>(policies: impl IntoIterator<Item = &'a Self>) -> Option<HeaderValue> {
        let mut line = SmallBytes::new();
        for policy in policies {
            if line.len() > 0 {
                line.extend(b", ");
            }
            line.extend(policy.quoted());
            let mut rest = Digits::new();
            rest.number(policy.window);
            rest.text(*b";w=");
            rest.number(policy.quota);
            rest.text(*b";q=");
            line.extend(rest.as_slice());
        }
        number::value(&line)
    }
}

/// Writes `name` as a String of structured fields ([RFC 9651, section 4.1.6]).
///
/// What a String cannot hold is percent-encoded.
///
/// [RFC 9651, section 4.1.6]: https://www.rfc-editor.org/rfc/rfc9651#section-4.1.6
fn quoted(name: &str) -> Box<[u8]> {
    let mut quoted = vec![b'"'];
    for byte in name.bytes() {
        match byte {
            b'"' | b'\\' => quoted.extend([b'\\', byte]),
            b' '..=b'~' => quoted.push(byte),
            _ => {
                let hex = |digit: u8| {
                    if digit < 10 {
                        b'0' + digit
                    } else {
                        b'A' + digit - 10
                    }
                };
                quoted.extend([b'%', hex(byte >> 4), hex(byte & 15)]);
            }
        }
    }
    quoted.push(b'"');
    quoted.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_told_in_whole_seconds() {
        for (limit, millis, expected) in [
            (100, 60_000, r#""x";q=100;w=60"#),
            (5, 1_000, r#""x";q=5;w=1"#),
            (10, 100, r#""x";q=100;w=1"#),
            (1, 1_500, r#""x";q=1;w=2"#),
            (2, 1_500, r#""x";q=2;w=2"#),
            (0, 1_000, r#""x";q=0;w=1"#),
            (u64::MAX, 1_000, r#""x";q=999999999999999;w=1"#),
        ] {
            let policy = Policy::new("x", limit, Duration::from_millis(millis));
            assert_eq!(Policy::value([&policy]).unwrap(), expected);
        }
    }

    #[test]
    fn any_name_makes_a_string() {
        for (name, expected) in [
            ("burst", r#""burst""#),
            (r#"a"b\c"#, r#""a\"b\\c""#),
            ("a\nb", r#""a%0Ab""#),
            ("täglich", r#""t%C3%A4glich""#),
            ("", r#""""#),
        ] {
            let policy = Policy::new(name, 1, Duration::from_secs(1));
            assert_eq!(policy.quoted(), expected.as_bytes());
        }
    }
}
