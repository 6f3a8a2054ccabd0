use std::error::Error;
use std::fmt;

use bartizan_core::PathTrick;

/// All that is wrong with the rules of a [`RouteTable`](crate::RouteTable).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct InvalidRoutes(pub(super) Vec<RouteProblem>);

impl InvalidRoutes {
    /// Returns the problems, of which there is at least one.
    #[must_use]
    pub fn problems(&self) -> &[RouteProblem] {
        &self.0
    }
}

impl Error for InvalidRoutes {}

impl fmt::Display for InvalidRoutes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.0.len() == 1 { "" } else { "s" };
        write!(f, "{} problem{plural} in the rules", self.0.len())?;
        self.0
            .iter()
            .try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

/// One thing that is wrong with a rule.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RouteProblem {
    /// The place of the rule, counted from 0.
    pub position: usize,
    /// The rule, as it is named in logs.
    pub rule: String,
    /// What is wrong with it.
    pub kind: RouteProblemKind,
}

/// What is wrong with a rule.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum RouteProblemKind {
    /// A rule before it, this one, is about the same requests.
    Duplicate(String),
    /// A rule before it has the same name.
    DuplicateName,
    /// The rule hides, and the table does not hide what has no rule.
    HiddenAlone,
    /// A rule before it, this one, lets others pass, and its paths differ from these only
    /// by what programs may ignore: a slash at the end, letter case, an encoding.
    Indistinct(String),
    /// The pattern is not one of matchit, for this reason.
    InvalidPattern(String),
    /// The rule names no method.
    NoMethod,
    /// A rule before it, this one, matches the same paths at one place.
    Shadowed(String),
    /// No role permits this, so that nobody passes, or everybody where it is negated.
    UnknownPermission(String),
    /// No path that is allowed matches the pattern.
    Unreachable(PathTrick),
}

impl fmt::Display for RouteProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule.escape_debug(), self.kind)
    }
}

impl fmt::Display for RouteProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Duplicate(other) => {
                write!(f, "{other:?} is about the same requests")
            }
            Self::DuplicateName => f.write_str("another rule has the same name"),
            Self::HiddenAlone => f.write_str(
                "a 404 among 403s points at what it hides; `hide_as_not_found` must be set \
                 of the table, too",
            ),
            Self::Indistinct(other) => write!(
                f,
                "{other:?} lets others pass, and not everyone tells its paths from these"
            ),
            Self::InvalidPattern(reason) => write!(f, "invalid pattern: {reason}"),
            Self::NoMethod => f.write_str("no method is named"),
            Self::Shadowed(other) => write!(f, "cannot stand beside {other:?}"),
            Self::UnknownPermission(name) => write!(f, "no role permits {name:?}"),
            Self::Unreachable(trick) => write!(f, "no path matches: {trick}"),
        }
    }
}
