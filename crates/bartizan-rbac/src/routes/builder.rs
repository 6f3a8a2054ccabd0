use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use bartizan_core::{Challenge, Clock, PathRules};
use http::Extensions;

use super::finding::{Finding, ReadFn};
use super::ruled::Ruled;
use super::tree::Tree;
use super::{InvalidRoutes, RouteProblem, RouteProblemKind, RouteTable, Rule};
use crate::RoleHierarchy;
use crate::judge::Judge;

/// Builds a [`RouteTable`]. Made by [`RouteTable::builder`].
#[must_use]
pub struct Routes {
    judge: Judge,
    rules: Vec<Rule>,
    options: bool,
    hides_unmatched: bool,
    matched: Option<ReadFn>,
    original: Option<ReadFn>,
    paths: PathRules,
}

impl Routes {
    pub(super) fn new() -> Self {
        Self {
            judge: Judge::new(),
            rules: Vec::new(),
            options: false,
            hides_unmatched: false,
            matched: None,
            original: None,
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

    /// Says how strangers are asked to authenticate; once more, another way.
    ///
    /// The table does not know who authenticates in front of it. Until it is told, it
    /// asks for a Bearer token, which is wrong where something else is wanted.
    pub fn challenge(mut self, challenge: Challenge) -> Self {
        self.judge.add_challenge(challenge);
        self
    }

    /// Answers everyone who asks with `OPTIONS` about `*`, or about a path for which there
    /// is a rule, unless that is for `OPTIONS`, too: 204 with the methods that have a rule
    /// ([RFC 9110, section 9.3.7]), without those of rules that are closed or hide. Where
    /// nothing is left, the request is refused as where there is no rule.
    ///
    /// The service is not asked, since one that looks at the path alone, as those of
    /// tonic do, would take it for a call; for a service that answers `OPTIONS` itself
    /// there are rules. Without all that, `OPTIONS` needs rules as any other method does.
    /// CORS preflights are answered before, by the guard for them.
    ///
    /// [RFC 9110, section 9.3.7]: https://www.rfc-editor.org/rfc/rfc9110#section-9.3.7
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
    ///
    /// A pattern without parameters decides alone. One with parameters is matched by
    /// paths for which the table may have a better rule that the router does not know of:
    /// `/files/{*path}` by `/files/secret`. So the path is looked up, too, and must have
    /// one rule however it is read; where that is another one, both must let pass.
    /// A pattern without a rule lets nobody pass, but for one that ends in `{*rest}`, as
    /// those of tonic do: there, the path decides, if it leads to a rule of
    /// [`Route::grpc`](crate::Route::grpc) or
    /// [`Route::grpc_service`](crate::Route::grpc_service).
    pub fn matched(self, pattern: fn(&Extensions) -> Option<&str>) -> Self {
        Self {
            matched: Some(pattern),
            ..self
        }
    }

    /// Reads the path as it was sent, where a framework has left it among the extensions,
    /// and decides on that one instead of the path that the request has.
    ///
    /// A framework may cut off what it has matched: below axum's `nest("/files", ..)`,
    /// the request for `/files/health` is one for `/health`, and a table there that has a
    /// public rule for `/health` lets it pass. Where a table stands below such a thing it
    /// must be told, with [`axum_path`](fn@crate::axum_path) for axum.
    pub fn original_path(self, path: fn(&Extensions) -> Option<&str>) -> Self {
        Self {
            original: Some(path),
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
    /// same requests as another, lets others pass than one from which only what programs
    /// may ignore tells it, hides in a table that does not, has a pattern that is none, or
    /// asks for a permission that no role permits.
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
            if rule.is_hidden && !self.hides_unmatched {
                add(RouteProblemKind::HiddenAlone);
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
            options: self.options.then(|| tree.allowed(&self.rules)),
            tree,
            ruled: self.rules.iter().map(Ruled::new).collect(),
            rules: self.rules,
            hides_unmatched: self.hides_unmatched,
            matched: self.matched,
            original: self.original,
            judge: Arc::new(self.judge),
        }))
    }
}

impl fmt::Debug for Routes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Routes")
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}
