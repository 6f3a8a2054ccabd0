use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use bartizan_core::{Challenge, Clock, PathRules};
use http::Extensions;

use super::rule::Access;
use super::table::{Finding, Ruled};
use super::tree::Tree;
use super::{InvalidRoutes, RouteProblem, RouteProblemKind, RouteTable, Rule};
use crate::RoleHierarchy;
use crate::judge::{Case, Judge};

/// Builds a [`RouteTable`]. Made by [`RouteTable::builder`].
#[must_use]
pub struct Routes {
    judge: Judge,
    rules: Vec<Rule>,
    options: bool,
    hides_unmatched: bool,
    matched: Option<MatchedFn>,
    paths: PathRules,
}

/// Reads the pattern that a framework has matched.
pub(super) type MatchedFn = fn(&Extensions) -> Option<&str>;

impl Routes {
    pub(super) fn new() -> Self {
        Self {
            judge: Judge::new(),
            rules: Vec::new(),
            options: false,
            hides_unmatched: false,
            matched: None,
            paths: PathRules::strict(),
        }
    }

    /// Adds a rule.
    pub fn rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Adds rules.
    pub fn rules(mut self, rules: impl IntoIterator<Item = Rule>) -> Self {
        self.rules.extend(rules);
        self
    }

    /// Says which roles are above which, and what they permit.
    pub fn hierarchy(mut self, hierarchy: RoleHierarchy) -> Self {
        self.judge.hierarchy = hierarchy;
        self
    }

    /// Says how strangers are asked to authenticate; once more, another way. Default:
    /// by a Bearer token.
    pub fn challenge(mut self, challenge: Challenge) -> Self {
        self.judge.add_challenge(challenge);
        self
    }

    /// Lets everyone ask with `OPTIONS` about `*`, and about paths for which there is a
    /// rule, unless that is for `OPTIONS`, too. Without it, `OPTIONS` needs rules as any
    /// other method does.
    ///
    /// CORS preflights are answered before, by the guard for them.
    pub fn public_options(self) -> Self {
        Self {
            options: true,
            ..self
        }
    }

    /// Answers requests for which there is no rule as if there were nothing
    /// ([RFC 9110, section 15.5.4]), instead of 403.
    ///
    /// [RFC 9110, section 15.5.4]: https://www.rfc-editor.org/rfc/rfc9110#section-15.5.4
    pub fn hide_as_not_found(self) -> Self {
        Self {
            hides_unmatched: true,
            ..self
        }
    }

    /// Reads the pattern that a framework has matched; where it has none, the path
    /// decides. The pattern must be among the extensions because a router has put it
    /// there.
    pub fn matched(self, pattern: fn(&Extensions) -> Option<&str>) -> Self {
        Self {
            matched: Some(pattern),
            ..self
        }
    }

    /// Sets which spellings of a path are allowed. Default: [`PathRules::strict`].
    pub fn paths(self, paths: PathRules) -> Self {
        Self { paths, ..self }
    }

    /// Sets the clock by which a login is recent. Default: the operating system's.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.judge.clock = Arc::new(clock);
        self
    }

    /// Returns the table.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidRoutes`] with every rule that can never decide, is about the
    /// same requests as another, has a pattern that is none, or asks for a permission
    /// that no role permits.
    pub fn build(self) -> Result<RouteTable, InvalidRoutes> {
        let (tree, mut problems) = Tree::new(&self.rules, self.paths);
        let mut names = HashSet::new();
        for (position, rule) in self.rules.iter().enumerate() {
            let mut add = |kind| {
                problems.push(RouteProblem {
                    position,
                    rule: rule.name(),
                    kind,
                });
            };
            if rule.name.as_ref().is_some_and(|name| !names.insert(name)) {
                add(RouteProblemKind::DuplicateName);
            }
            for name in rule
                .policy()
                .map(|policy| policy.permissions())
                .unwrap_or_default()
            {
                if !self.judge.hierarchy.knows(name) {
                    add(RouteProblemKind::UnknownPermission(name.to_owned()));
                }
            }
        }
        if !problems.is_empty() {
            return Err(InvalidRoutes(problems));
        }
        Ok(RouteTable::new(Finding {
            tree,
            ruled: self.rules.iter().map(ruled).collect(),
            rules: self.rules,
            options: self.options.then(|| Arc::from("OPTIONS")),
            hides_unmatched: self.hides_unmatched,
            matched: self.matched,
            judge: Arc::new(self.judge),
        }))
    }
}

fn ruled(rule: &Rule) -> Ruled {
    let name: Arc<str> = rule.name().into();
    match &rule.access {
        Access::Authenticated => Ruled::Authenticated(name, rule.is_hidden),
        Access::Closed => Ruled::Closed(name, rule.is_hidden),
        Access::Policy(policy) => {
            let case = Case::new(policy.clone(), Some(name), rule.is_hidden);
            Ruled::Policy(Arc::new(case))
        }
        Access::Public => Ruled::Public(name),
    }
}

impl fmt::Debug for Routes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Routes")
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}
