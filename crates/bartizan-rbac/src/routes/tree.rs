use std::collections::HashMap;
use std::sync::Arc;

use bartizan_core::PathRules;
use http::{HeaderValue, Method};

use super::pattern::{Pattern, fold};
use super::rule::Methods;
use super::trie::Trie;
use super::{RouteProblem, RouteProblemKind, Rule};
use crate::denied::Reason;

/// Finds the rule of a request.
#[derive(Debug)]
pub(super) struct Tree {
    paths: PathRules,
    patterns: Vec<Entry>,
    /// By the path as it was sent.
    sent: Trie,
    /// By the path without anything by which programs may differ, to the group.
    folded: Trie,
    /// By a pattern, and by its shape.
    texts: HashMap<Arc<str>, usize>,
    shapes: HashMap<String, usize>,
    /// Whether a path that is like its folded form need not be looked up there.
    is_plain: bool,
}

/// What is needed while the tree is made.
#[derive(Default)]
struct Made {
    sent: matchit::Router<usize>,
    folded: matchit::Router<usize>,
    groups: HashMap<String, usize>,
}

/// All rules about one pattern.
#[derive(Debug)]
struct Entry {
    group: usize,
    /// Those that were named before any other.
    methods: Vec<(Method, usize)>,
    others: Option<usize>,
    first: String,
    is_grpc: bool,
}

impl Tree {
    pub(super) fn new(rules: &[Rule], paths: PathRules) -> (Self, Vec<RouteProblem>) {
        let mut tree = Self {
            paths,
            patterns: Vec::new(),
            sent: Trie::default(),
            folded: Trie::default(),
            texts: HashMap::new(),
            shapes: HashMap::new(),
            is_plain: true,
        };
        let mut made = Made::default();
        let mut problems = Vec::new();
        for (index, rule) in rules.iter().enumerate() {
            let added = tree
                .pattern(rule, &mut made)
                .and_then(|pattern| tree.methods(pattern, rule, rules, index));
            if let Err(kind) = added {
                problems.push(RouteProblem {
                    position: index,
                    rule: rule.name(),
                    kind,
                });
            }
        }
        problems.extend(tree.indistinct(rules));
        (tree, problems)
    }

    /// Returns the rules that say otherwise than one that not everyone tells them from.
    fn indistinct(&self, rules: &[Rule]) -> Vec<RouteProblem> {
        let mut pairs = Vec::new();
        for (place, entry) in self.patterns.iter().enumerate() {
            for (before, other) in self.patterns.iter().enumerate().take(place) {
                if entry.group != other.group {
                    continue;
                }
                let named = entry.methods.iter().chain(&other.methods);
                let named = named.map(|(method, _)| method).chain([&Method::HEAD]);
                let same =
                    named.map(|method| (self.rule(place, method), self.rule(before, method)));
                for (rule, other) in same.chain([(entry.others, other.others)]) {
                    let (Some(rule), Some(other)) = (rule, other) else {
                        continue;
                    };
                    let pair = (rule.max(other), rule.min(other));
                    if !pairs.contains(&pair) {
                        pairs.push(pair);
                    }
                }
            }
        }
        let problem = |(position, other)| {
            let (rule, other): (&Rule, &Rule) = (rules.get(position)?, rules.get(other)?);
            (!rule.is_as_strict_as(other)).then(|| RouteProblem {
                position,
                rule: rule.name(),
                kind: RouteProblemKind::Indistinct(other.name()),
            })
        };
        pairs.into_iter().filter_map(problem).collect()
    }

    /// Returns the place of the rule's pattern, a new one if need be.
    fn pattern(&mut self, rule: &Rule, made: &mut Made) -> Result<usize, RouteProblemKind> {
        let text = rule.route.pattern.as_str();
        let Some(pattern) = Pattern::parse(text) else {
            let reason = "braces do not match".to_owned();
            return Err(RouteProblemKind::InvalidPattern(reason));
        };
        if let Some(&place) = self.shapes.get(&pattern.shape) {
            self.texts.insert(text.into(), place);
            return Ok(place);
        }
        if let Some(trick) = Pattern::trick(text, self.paths) {
            return Err(RouteProblemKind::Unreachable(trick));
        }
        let place = self.patterns.len();
        self.check(&mut made.sent, &pattern.sent, place)?;
        self.sent.insert(&pattern.sent, place);
        let group = match made.groups.get(&pattern.group) {
            Some(&group) => group,
            None => {
                self.check(&mut made.folded, &pattern.folded, place)?;
                self.folded.insert(&pattern.folded, place);
                made.groups.insert(pattern.group, place);
                place
            }
        };
        self.is_plain &= pattern.sent == pattern.folded;
        self.texts.insert(text.into(), place);
        self.shapes.insert(pattern.shape, place);
        self.patterns.push(Entry {
            group,
            methods: Vec::new(),
            others: None,
            first: rule.name(),
            is_grpc: false,
        });
        Ok(place)
    }

    /// Checks that a pattern is one, and matches nothing that another matches as well.
    fn check(
        &self,
        router: &mut matchit::Router<usize>,
        pattern: &str,
        place: usize,
    ) -> Result<(), RouteProblemKind> {
        match router.insert(pattern, place) {
            Ok(()) => Ok(()),
            Err(matchit::InsertError::Conflict { with }) => {
                let place = router.at(&with).map(|found| *found.value).ok();
                let other = place.and_then(|place| self.patterns.get(place));
                Err(RouteProblemKind::Shadowed(
                    other.map_or(with, |entry| entry.first.clone()),
                ))
            }
            Err(error) => Err(RouteProblemKind::InvalidPattern(error.to_string())),
        }
    }

    fn methods(
        &mut self,
        place: usize,
        rule: &Rule,
        rules: &[Rule],
        index: usize,
    ) -> Result<(), RouteProblemKind> {
        let Some(entry) = self.patterns.get_mut(place) else {
            return Ok(());
        };
        let duplicate = |other: usize| {
            let name = rules.get(other).map(Rule::name);
            Err(RouteProblemKind::Duplicate(name.unwrap_or_default()))
        };
        let takes_all = |other: &usize| {
            let other = rules.get(*other);
            other.is_some_and(|rule| rule.route.methods == Methods::All)
        };
        match (&rule.route.methods, entry.others, entry.methods.first()) {
            (_, Some(other), _) if takes_all(&other) => return duplicate(other),
            (Methods::All | Methods::Others, Some(other), _) => return duplicate(other),
            (Methods::All, None, Some((_, other))) => return duplicate(*other),
            (Methods::All | Methods::Others, None, _) => entry.others = Some(index),
            (Methods::These(methods), ..) => {
                if methods.is_empty() {
                    return Err(RouteProblemKind::NoMethod);
                }
                for method in methods {
                    if let Some((_, other)) = entry.methods.iter().find(|(m, _)| m == method) {
                        return duplicate(*other);
                    }
                    entry.methods.push((method.clone(), index));
                }
            }
        }
        entry.is_grpc |= rule.route.is_grpc;
        Ok(())
    }

    /// Returns the place of a pattern that a framework has matched.
    pub(super) fn by_pattern(&self, text: &str) -> Result<usize, Reason> {
        if let Some(&place) = self.texts.get(text) {
            return Ok(place);
        }
        let shape = Pattern::parse(text).map(|pattern| pattern.shape);
        let place = shape.and_then(|shape| self.shapes.get(&shape));
        place.copied().ok_or(Reason::NoRule)
    }

    /// Returns the place of the pattern that a path matches, if it is the same however
    /// the path is read.
    pub(super) fn by_path(&self, path: &str) -> Result<usize, Reason> {
        let normal = self.paths.normalize(path).map_err(Reason::AmbiguousPath)?;
        let place = self.sent.find(path);
        let folded = fold(&normal);
        if self.is_plain && folded == path {
            return place.ok_or(Reason::NoRule);
        }
        let group = self.folded.find(&folded);
        match place {
            Some(place) => match self.patterns.get(place) {
                Some(entry) if Some(entry.group) == group => Ok(place),
                _ => Err(Reason::ConfusablePath),
            },
            None if group.is_some() => Err(Reason::ConfusablePath),
            None => Err(Reason::NoRule),
        }
    }

    /// Returns whether there is a rule for calls of gRPC at `place`.
    pub(super) fn is_grpc(&self, place: usize) -> bool {
        self.patterns.get(place).is_some_and(|entry| entry.is_grpc)
    }

    /// Returns for each place the methods of which everyone may know, if there is one.
    pub(super) fn allowed(&self, rules: &[Rule]) -> Vec<Option<HeaderValue>> {
        let allowed = |entry: &Entry| {
            let known = entry.methods.iter().filter(|(_, rule)| {
                let rule = rules.get(*rule);
                rule.is_some_and(Rule::is_known)
            });
            let mut methods: Vec<_> = known.map(|(method, _)| method.as_str()).collect();
            if methods.is_empty() {
                return None;
            }
            let names_head = entry.methods.iter().any(|(m, _)| *m == Method::HEAD);
            if methods.contains(&"GET") && !names_head {
                methods.push("HEAD");
            }
            methods.push("OPTIONS");
            HeaderValue::try_from(methods.join(", ")).ok()
        };
        self.patterns.iter().map(allowed).collect()
    }

    /// Returns the rule for `method` of the pattern at `place`.
    pub(super) fn rule(&self, place: usize, method: &Method) -> Option<usize> {
        let entry = self.patterns.get(place)?;
        let find = |method: &Method| {
            let mut methods = entry.methods.iter();
            methods
                .find(|(named, _)| named == method)
                .map(|(_, rule)| *rule)
        };
        find(method)
            .or_else(|| {
                (*method == Method::HEAD)
                    .then(|| find(&Method::GET))
                    .flatten()
            })
            .or(entry.others)
    }
}
