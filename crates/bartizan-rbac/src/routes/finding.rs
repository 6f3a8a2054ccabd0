use std::sync::Arc;

use bartizan_core::{Principal, Rejection, RequestHead, Verdict};
use http::header::ALLOW;
use http::{Extensions, HeaderValue, Method, Response, StatusCode};

use super::Rule;
use super::ruled::Ruled;
use super::tree::Tree;
use crate::denied::Reason;
use crate::judge::Judge;
use crate::{Denied, Permitted};

/// Reads what a framework has left among the extensions.
pub(super) type ReadFn = fn(&Extensions) -> Option<&str>;

/// Finds the rule of a request, and asks it.
pub(super) struct Finding {
    pub(super) tree: Tree,
    pub(super) ruled: Vec<Ruled>,
    pub(super) rules: Vec<Rule>,
    /// What everyone is told of each place, where everyone may ask.
    pub(super) options: Option<Vec<Option<HeaderValue>>>,
    pub(super) hides_unmatched: bool,
    pub(super) matched: Option<ReadFn>,
    pub(super) original: Option<ReadFn>,
    pub(super) judge: Arc<Judge>,
}

/// What decides on a request.
enum Found<'a> {
    /// Two rules, made one.
    Both(Ruled),
    /// Nothing is asked of anyone.
    Options(Option<&'a HeaderValue>),
    Rule(&'a Ruled),
}

/// The place to which the path leads, and that of the pattern where it is another.
type Places = (usize, Option<usize>);

impl Finding {
    fn find(&self, head: RequestHead<'_>) -> Result<Found<'_>, Reason> {
        let read = |read: Option<ReadFn>| read.and_then(|read| read(head.extensions()));
        let path = read(self.original).unwrap_or_else(|| head.uri().path());
        let method = head.method();
        if self.options.is_some() && *method == Method::OPTIONS && path == "*" {
            return Ok(Found::Options(None));
        }
        let places = self.places(read(self.matched), path)?;
        let rule = |place| self.ruled.get(self.tree.rule(place, method)?);
        match (rule(places.0), places.1.map(rule)) {
            (Some(rule), None) => Ok(Found::Rule(rule)),
            (Some(rule), Some(Some(other))) => Ok(Found::Both(rule.and(other))),
            (None, None | Some(None)) => self.options(places, method).map(Found::Options),
            _ => Err(Reason::NoRule),
        }
    }

    /// A pattern without parameters says all about the path. One with parameters says
    /// that the path matches it, and nothing of a better match that only the table has.
    pub(super) fn places(&self, pattern: Option<&str>, path: &str) -> Result<Places, Reason> {
        let Some(pattern) = pattern else {
            return Ok((self.tree.by_path(path)?, None));
        };
        match self.tree.by_pattern(pattern) {
            Ok(place) if !pattern.contains('{') => Ok((place, None)),
            Ok(place) => {
                let better = self.tree.by_path(path)?;
                Ok((better, (better != place).then_some(place)))
            }
            Err(reason) if pattern.contains("/{*") => {
                let place = self.tree.by_path(path)?;
                let leads_there = self.tree.is_grpc(place);
                leads_there.then_some((place, None)).ok_or(reason)
            }
            Err(reason) => Err(reason),
        }
    }

    /// Returns the rules that decide at `places`, none where the table itself answers.
    pub(super) fn rules_at(
        &self,
        (place, other): Places,
        method: &Method,
    ) -> Result<Vec<usize>, Reason> {
        let places = [Some(place), other].into_iter().flatten();
        let found: Vec<_> = places.map(|place| self.tree.rule(place, method)).collect();
        if found.iter().all(Option::is_none) {
            return self.options((place, other), method).map(|_| Vec::new());
        }
        let all: Option<Vec<_>> = found.into_iter().collect();
        all.ok_or(Reason::NoRule)
    }

    /// Returns what everyone is told who asks for options.
    fn options(
        &self,
        (place, other): Places,
        method: &Method,
    ) -> Result<Option<&HeaderValue>, Reason> {
        let is_asked = *method == Method::OPTIONS;
        let options = self.options.as_ref().filter(|_| is_asked);
        let allow = |place: usize| options?.get(place)?.as_ref();
        match (allow(place), other.map(allow)) {
            (None, _) | (_, Some(None)) => Err(Reason::NoRule),
            (told, _) => Ok(told),
        }
    }

    pub(super) fn judge(&self, head: RequestHead<'_>) -> Verdict<Permitted> {
        match self.find(head) {
            Ok(Found::Rule(rule)) => self.ask(rule, head),
            Ok(Found::Both(rule)) => self.ask(&rule, head),
            Ok(Found::Options(allow)) => Verdict::Respond(tell(allow)),
            Err(reason) => refuse(None, reason, self.hides_unmatched),
        }
    }

    fn ask(&self, rule: &Ruled, head: RequestHead<'_>) -> Verdict<Permitted> {
        match rule {
            Ruled::Policy(case) => self.judge.judge(case, head),
            Ruled::Public(name) => Verdict::Pass(Permitted::openly(name)),
            Ruled::Authenticated(name, is_hidden) => {
                if head.extensions().get::<Principal>().is_some() {
                    return Verdict::Pass(Permitted::openly(name));
                }
                reject(self.judge.nobody(Some(name)), *is_hidden)
            }
            Ruled::Closed(name, is_hidden) => refuse(Some(name), Reason::Closed, *is_hidden),
        }
    }
}

/// Answers a question for options, so that it does not come to a service that takes any
/// method for its own.
fn tell(allow: Option<&HeaderValue>) -> Response<()> {
    let mut response = Response::new(());
    *response.status_mut() = StatusCode::NO_CONTENT;
    if let Some(allow) = allow {
        response.headers_mut().insert(ALLOW, allow.clone());
    }
    response
}

#[cold]
fn refuse(rule: Option<&Arc<str>>, reason: Reason, is_hidden: bool) -> Verdict<Permitted> {
    let rejection = Rejection::forbidden("not-permitted", "the request is not permitted")
        .caused_by(Denied::new(rule, reason));
    reject(rejection, is_hidden)
}

fn reject(rejection: Rejection, is_hidden: bool) -> Verdict<Permitted> {
    Verdict::Reject(if is_hidden {
        rejection.hide_as_not_found()
    } else {
        rejection
    })
}
