//! The text of quotas: what the `limits` library of Python reads, with units below
//! the second, short units and a burst besides.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::{Fault, InvalidQuota, Quota, Quotas};

const SECOND: u64 = 1_000_000_000;
const DAY: u64 = 86_400 * SECOND;

/// Nanoseconds, the name that is written, and the other names that are read. A month
/// has 30 days and a year twelve such months, as in `limits`.
const UNITS: [(u64, &str, &[&str]); 9] = [
    (360 * DAY, "year", &[]),
    (30 * DAY, "month", &[]),
    (DAY, "day", &["d"]),
    (3_600 * SECOND, "hour", &["h", "hr"]),
    (60 * SECOND, "minute", &["m", "min"]),
    (SECOND, "second", &["s", "sec"]),
    (1_000_000, "millisecond", &["ms"]),
    (1_000, "microsecond", &["us"]),
    (1, "nanosecond", &["ns"]),
];

pub(super) fn quota(text: &str) -> Result<Quota, InvalidQuota> {
    let mut reader = Reader::new(text);
    let quota = reader.quota()?;
    if reader.rest.is_empty() {
        Ok(quota)
    } else {
        Err(reader.fault(Fault::Trailing))
    }
}

pub(super) fn quotas(text: &str) -> Result<Vec<Quota>, InvalidQuota> {
    let mut reader = Reader::new(text);
    let mut quotas = Vec::new();
    loop {
        if quotas.len() == Quotas::MAX {
            return Err(reader.fault(Fault::TooMany));
        }
        quotas.push(reader.quota()?);
        match reader.rest.strip_prefix([';', ',', '|']) {
            Some(rest) => reader.rest = rest,
            None if reader.rest.is_empty() => return Ok(quotas),
            None => return Err(reader.fault(Fault::Trailing)),
        }
    }
}

impl fmt::Display for Quota {
    /// Writes what can be read again; the name is not part of it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.period().as_nanos();
        let whole = |unit: &&(u64, &str, _)| nanos.is_multiple_of(u128::from(unit.0));
        let (size, name, _) = UNITS.iter().find(whole).unwrap_or(&(1, "nanosecond", &[]));
        match nanos / u128::from(*size) {
            1 => write!(f, "{}/{name}", self.limit())?,
            count => write!(f, "{} per {count} {name}s", self.limit())?,
        }
        if self.burst_size() == self.limit() {
            return Ok(());
        }
        write!(f, " burst {}", self.burst_size())
    }
}

struct Reader<'a> {
    whole: usize,
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            whole: text.len(),
            rest: text,
        }
    }

    fn quota(&mut self) -> Result<Quota, InvalidQuota> {
        self.skip_space();
        let limit = self.count(Fault::NoLimit)?;
        self.skip_space();
        if !self.take("/") && !self.take("per") {
            return Err(self.fault(Fault::NoPer));
        }
        self.skip_space();
        let start = self.position();
        let count = match self.rest.bytes().next() {
            Some(b'0'..=b'9') => self.number(Fault::NoUnit, Fault::LongPeriod)?,
            _ => 1_u64,
        };
        self.skip_space();
        let period = self.unit()?.checked_mul(count);
        let period = period.map_or(Duration::MAX, Duration::from_nanos);
        let quota = Quota::new(limit, period).map_err(|error| error.moved_to(start))?;
        self.skip_space();
        if !self.take("burst") {
            return Ok(quota);
        }
        self.skip_space();
        let burst = self.count(Fault::NoBurst)?;
        self.skip_space();
        Ok(quota.burst(burst))
    }

    /// Reads a number that is not 0: a quota that refuses everything is a mistake in a
    /// configuration.
    fn count(&mut self, missing: Fault) -> Result<u32, InvalidQuota> {
        let position = self.position();
        match self.number(missing, Fault::BigNumber)? {
            0 => Err(InvalidQuota::at(missing, position)),
            count => Ok(count),
        }
    }

    fn number<N: FromStr>(&mut self, missing: Fault, big: Fault) -> Result<N, InvalidQuota> {
        let digits = self.leading(|byte| byte.is_ascii_digit());
        if digits.is_empty() {
            return Err(self.fault(missing));
        }
        let number = digits.parse().map_err(|_| self.fault(big))?;
        self.skip(digits);
        Ok(number)
    }

    fn unit(&mut self) -> Result<u64, InvalidQuota> {
        let word = self.leading(|byte| byte.is_ascii_alphabetic());
        let is = |name: &str| word.eq_ignore_ascii_case(name);
        let named = |(_, name, short): &&(u64, &str, &[&str])| {
            let singular = word.strip_suffix(['s', 'S']).unwrap_or(word);
            is(name) || singular.eq_ignore_ascii_case(name) || short.iter().any(|name| is(name))
        };
        let Some((nanos, ..)) = UNITS.iter().find(named) else {
            return Err(self.fault(Fault::NoUnit));
        };
        self.skip(word);
        Ok(*nanos)
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_ascii_start();
    }

    /// Takes the word, in whatever case, if the text goes on with it.
    fn take(&mut self, word: &str) -> bool {
        let next = self.rest.split_at_checked(word.len());
        match next {
            Some((next, rest)) if next.eq_ignore_ascii_case(word) => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn leading(&self, belongs: impl Fn(&u8) -> bool) -> &'a str {
        let count = self.rest.bytes().take_while(belongs).count();
        self.rest.get(..count).unwrap_or_default()
    }

    fn skip(&mut self, read: &str) {
        self.rest = self.rest.get(read.len()..).unwrap_or_default();
    }

    fn position(&self) -> usize {
        self.whole - self.rest.len()
    }

    fn fault(&self, fault: Fault) -> InvalidQuota {
        InvalidQuota::at(fault, self.position())
    }
}
