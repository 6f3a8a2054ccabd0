use std::collections::HashMap;

use http::HeaderValue;

use super::pattern::{OriginPattern, Rule, below};
use super::{InvalidOrigin, Parts};

/// The origins of a configuration, found in a time that does not depend on how many
/// there are.
#[derive(Debug, Default)]
pub(crate) struct OriginSet {
    /// By what `Origin` says, with what answers it.
    exact: HashMap<Box<[u8]>, HeaderValue>,
    /// By host, or by what follows `*.`.
    patterns: HashMap<Box<str>, Vec<Rule>>,
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
