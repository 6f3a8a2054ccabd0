use std::error::Error;
use std::fmt;
use std::sync::Arc;

use bartizan_core::PathTrick;

use crate::Policy;

/// Why a request was not permitted. The source of a 401, 403 or 404, for logs alone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Denied {
    rule: Option<Arc<str>>,
    reason: Reason,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Reason {
    AmbiguousPath(PathTrick),
    Closed,
    ConfusablePath,
    Forbidden(Policy),
    Missing(Policy),
    NoPrincipal,
    NoRule,
    Object(String),
}

impl Denied {
    pub(crate) fn new(rule: Option<&Arc<str>>, reason: Reason) -> Self {
        Self {
            rule: rule.cloned(),
            reason,
        }
    }

    /// Returns the name of the rule that denied, where a table of them has one.
    #[must_use]
    pub fn rule(&self) -> Option<&str> {
        self.rule.as_deref()
    }

    /// Returns the part of the policy that does not hold, where there is one.
    #[must_use]
    pub fn missing(&self) -> Option<&Policy> {
        match &self.reason {
            Reason::Missing(policy) => Some(policy),
            _ => None,
        }
    }

    /// Returns whether no rule is for the request.
    #[must_use]
    pub fn is_unruled(&self) -> bool {
        matches!(
            self.reason,
            Reason::AmbiguousPath(_) | Reason::ConfusablePath | Reason::NoRule
        )
    }
}

impl Error for Denied {}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(rule) = &self.rule {
            write!(f, "rule {rule:?}: ")?;
        }
        match &self.reason {
            Reason::AmbiguousPath(trick) => write!(f, "no rule, since {trick}"),
            Reason::Closed => f.write_str("closed to everyone"),
            Reason::ConfusablePath => f.write_str("no rule, since path is nearly that of another"),
            Reason::Forbidden(policy) => write!(f, "forbidden by: {policy}"),
            Reason::Missing(policy) => write!(f, "missing: {policy}"),
            Reason::NoPrincipal => f.write_str("missing: a principal"),
            Reason::NoRule => f.write_str("no rule"),
            Reason::Object(policy) => write!(f, "missing: {policy}"),
        }
    }
}
