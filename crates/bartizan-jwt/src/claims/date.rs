use std::fmt;
use std::time::{Duration, SystemTime};

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};

/// A `NumericDate` ([RFC 7519 section 2]): the time since the Unix epoch.
///
/// [RFC 7519 section 2]: https://www.rfc-editor.org/rfc/rfc7519#section-2
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Date(pub(crate) Duration);

impl Date {
    /// Beyond this a JSON number is not exact in every parser.
    const MAX_SECONDS: u64 = 1 << 53;

    pub(crate) fn time(self) -> Option<SystemTime> {
        SystemTime::UNIX_EPOCH.checked_add(self.0)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_u64(DateVisitor)
    }
}

struct DateVisitor;

impl Visitor<'_> for DateVisitor {
    type Value = Date;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number of seconds from 0 to 2^53")
    }

    fn visit_u64<E: Error>(self, seconds: u64) -> Result<Date, E> {
        if seconds > Date::MAX_SECONDS {
            return Err(E::invalid_value(Unexpected::Unsigned(seconds), &self));
        }
        Ok(Date(Duration::from_secs(seconds)))
    }

    fn visit_f64<E: Error>(self, seconds: f64) -> Result<Date, E> {
        match Duration::try_from_secs_f64(seconds) {
            Ok(time) if time <= Duration::from_secs(Date::MAX_SECONDS) => Ok(Date(time)),
            _ => Err(E::invalid_value(Unexpected::Float(seconds), &self)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Option<Duration> {
        serde_json::from_str(json).ok().map(|Date(time)| time)
    }

    #[test]
    fn jwt_10_only_numbers_are_dates() {
        for json in [
            "\"1700000000\"",
            "\"\"",
            "null",
            "true",
            "[1700000000]",
            "{}",
            "{\"t\":1}",
            "",
            "NaN",
            "Infinity",
            "0x10",
            "01",
            "1_000",
            "+1",
            ".5",
            "5.",
        ] {
            assert_eq!(parse(json), None, "{json}");
        }
    }

    #[test]
    fn jwt_11_negative_infinite_and_inexact_dates_are_refused() {
        for json in [
            "-1",
            "-0.5",
            "1e400",
            "-1e400",
            "1e17",
            "9007199254740993",
            "18446744073709551615",
            "18446744073709551616",
            "1e300",
        ] {
            assert_eq!(parse(json), None, "{json}");
        }
    }

    #[test]
    fn whole_and_broken_seconds_are_dates() {
        for (json, millis) in [
            ("0", 0),
            ("-0", 0),
            ("0.0", 0),
            ("1700000000", 1_700_000_000_000),
            ("1.5", 1_500),
            ("1.7e9", 1_700_000_000_000),
            ("9007199254740992", 9_007_199_254_740_992_000),
        ] {
            assert_eq!(parse(json), Some(Duration::from_millis(millis)), "{json}");
        }
    }
}
