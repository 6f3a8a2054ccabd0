use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use http::HeaderValue;

use super::pattern::{OriginPattern, Rule, below};
use super::{InvalidOrigin, Parts};

/// The origins of a configuration, found in a time that does not depend on how many
/// there are.
#[derive(Debug, Default)]
pub(crate) struct OriginSet {
    /// By what `Origin` says, with what answers it.
    exact: HashMap<Box<[u8]>, HeaderValue, BuildHasherDefault<Fold>>,
    /// By host, or by what follows `*.`.
    patterns: HashMap<Box<str>, Vec<Rule>, BuildHasherDefault<Fold>>,
    /// The longest key of those.
    longest: usize,
}

impl OriginSet {
    pub(crate) fn add(&mut self, pattern: &OriginPattern) -> Result<(), InvalidOrigin> {
        let Some(rule) = pattern.rule() else {
            return Ok(());
        };
        if rule.is_exact() {
            let text = pattern.as_str();
            let value = HeaderValue::from_str(text).map_err(|_| InvalidOrigin::Host)?;
            self.exact.insert(text.as_bytes().into(), value);
        } else {
            self.longest = self.longest.max(rule.host.len());
            let rules = self.patterns.entry(rule.host.clone()).or_default();
            rules.push(rule.clone());
        }
        Ok(())
    }

    /// Finds an origin that was written out, without taking it apart.
    #[inline]
    pub(crate) fn exact(&self, origin: &[u8]) -> Option<&HeaderValue> {
        self.exact.get(origin)
    }

    pub(crate) fn has_patterns(&self) -> bool {
        !self.patterns.is_empty()
    }

    pub(crate) fn matches(&self, parts: Parts<'_>) -> bool {
        self.has(parts.host, parts, false)
            || below(parts.host)
                .filter(|base| base.len() <= self.longest)
                .any(|base| self.has(base, parts, true))
    }

    fn has(&self, host: &str, parts: Parts<'_>, subdomains: bool) -> bool {
        let rules = self.patterns.get(host).into_iter().flatten();
        let mut rules = rules.filter(|rule| rule.subdomains == subdomains);
        rules.any(|rule| rule.fits(parts))
    }
}

/// Folds eight bytes at a time into the hash.
///
/// It needs no key: only the configuration decides what is in the tables, and how many
/// of it meet in one place.
#[derive(Default)]
struct Fold(u64);

impl Fold {
    #[inline]
    fn fold(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl Hasher for Fold {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks();
        for word in words {
            self.fold(u64::from_le_bytes(*word));
        }
        let rest = rest.iter().rev();
        let last = rest.fold(0, |last, byte| (last << 8) | u64::from(*byte));
        self.fold(last);
    }

    #[inline]
    fn write_u8(&mut self, byte: u8) {
        self.fold(byte.into());
    }

    #[inline]
    fn write_usize(&mut self, number: usize) {
        self.fold(u64::try_from(number).unwrap_or(u64::MAX));
    }

    /// The low bits choose the place, and a product has its best in the high ones.
    #[inline]
    fn finish(&self) -> u64 {
        self.0.rotate_left(26)
    }
}
