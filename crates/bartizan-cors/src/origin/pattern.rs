use std::fmt;
use std::str::FromStr;

use super::host::{self, Host};
use super::parts::{Split, read_port};
use super::{InvalidOrigin, Origin, Parts};

/// One origin, or many that differ in their first labels, in their port, or in all.
///
/// - `https://app.example.com` is that origin.
/// - `https://*.example.com` is every name below `example.com`, by one label or more,
///   and not `example.com` itself.
/// - `http://localhost:*` is every port, the default one as well. It goes together
///   with the former.
/// - `*` is every origin.
///
/// Labels are compared whole: nothing that merely ends in the same letters matches.
///
/// # Example
///
/// ```
/// use bartizan_cors::{Origin, OriginPattern};
///
/// let pattern: OriginPattern = "https://*.example.com".parse()?;
/// let matches = |text: &str| text.parse::<Origin>().is_ok_and(|o| pattern.matches(&o));
///
/// assert!(matches("https://a.example.com"));
/// assert!(matches("https://a.b.example.com"));
/// assert!(!matches("https://example.com"));
/// assert!(!matches("https://barexample.com"));
/// assert!(!matches("https://a.example.com:8443"));
/// # Ok::<(), bartizan_cors::InvalidOrigin>(())
/// ```
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct OriginPattern {
    text: Box<str>,
    rule: Option<Rule>,
}

/// What all but `*` say.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Rule {
    pub(crate) scheme: Box<str>,
    /// The host, or what follows `*.`.
    pub(crate) host: Box<str>,
    pub(crate) subdomains: bool,
    pub(crate) port: Port,
    pub(crate) is_loopback: bool,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Port {
    Any,
    Is(Option<u16>),
}

impl OriginPattern {
    /// Returns whether `origin` is one of these.
    #[must_use]
    pub fn matches(&self, origin: &Origin) -> bool {
        let Some(rule) = &self.rule else {
            return true;
        };
        let Ok(parts) = origin.parts() else {
            return false;
        };
        rule.fits(parts)
            && if rule.subdomains {
                below(parts.host).any(|base| base == &*rule.host)
            } else {
                parts.host == &*rule.host
            }
    }

    /// Returns the pattern as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn rule(&self) -> Option<&Rule> {
        self.rule.as_ref()
    }
}

impl Rule {
    /// Returns whether all but the host is right.
    pub(crate) fn fits(&self, parts: Parts<'_>) -> bool {
        let is_port = match self.port {
            Port::Any => true,
            Port::Is(port) => port == parts.port,
        };
        is_port && *self.scheme == *parts.scheme
    }

    /// Returns whether one origin is meant, and no other.
    pub(crate) fn is_exact(&self) -> bool {
        !self.subdomains && self.port != Port::Any
    }
}

/// The domain names that `host` is below, the nearest first.
pub(crate) fn below(host: &str) -> impl Iterator<Item = &str> {
    host.match_indices('.')
        .filter_map(|(at, _)| host.get(at + 1..))
}

impl FromStr for OriginPattern {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, InvalidOrigin> {
        let rule = if text == "*" { None } else { Some(rule(text)?) };
        Ok(Self {
            text: text.into(),
            rule,
        })
    }
}

fn rule(text: &str) -> Result<Rule, InvalidOrigin> {
    let Split { scheme, host, port } = Split::of(text)?;
    let (host, subdomains) = match host.strip_prefix("*.") {
        // A label and its dot have to fit in front.
        Some(base) if base.trim_end_matches('.').len() > host::MAX_LEN - 2 => {
            return Err(InvalidOrigin::TooLong);
        }
        Some(base) => (base, true),
        None => (host, false),
    };
    if host.contains('*') {
        return Err(InvalidOrigin::Wildcard);
    }
    let kind = Host::of(host)?;
    if subdomains && kind != Host::Domain {
        return Err(InvalidOrigin::Wildcard);
    }
    Ok(Rule {
        scheme: scheme.into(),
        host: host.into(),
        subdomains,
        port: match port {
            Some("*") => Port::Any,
            Some(port) => Port::Is(Some(read_port(scheme, port)?)),
            None => Port::Is(None),
        },
        is_loopback: kind.is_loopback(host),
    })
}

impl fmt::Display for OriginPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for OriginPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OriginPattern").field(&self.text).finish()
    }
}
