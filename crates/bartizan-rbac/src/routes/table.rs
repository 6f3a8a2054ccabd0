use std::fmt;
use std::sync::Arc;

use bartizan_core::{Guard, Principal, Rejection, RequestHead, Verdict};
use http::Method;

use super::builder::MatchedFn;
use super::pattern::sample;
use super::tree::Tree;
use super::{Routes, Rule};
use crate::denied::Reason;
use crate::judge::{Case, Judge};
use crate::{Denied, Permitted};

/// Lets pass what a rule lets pass, by method and path; what no rule is about does not
/// pass. Cloning is cheap.
///
/// # Example
///
/// ```
/// use bartizan_core::{Guard, RequestHead, Verdict};
/// use bartizan_rbac::{Permissions, RoleHierarchy, Route, RouteTable, permission};
/// use http::Request;
///
/// let permissions = Permissions::new([("viewer", ["items:read"]), ("editor", ["items:write"])])?;
/// let table = RouteTable::builder()
///     .hierarchy(RoleHierarchy::parse(["editor > viewer"])?.permissions(&permissions))
///     .rule(Route::get("/health").public())
///     .rule(Route::get("/items/{id}").require(permission("items:read")))
///     .rule(Route::put("/items/{id}").require(permission("items:write")))
///     .rule(Route::grpc_service("shop.Items").require(permission("items:read")))
///     .build()?;
///
/// let status = |request: http::request::Builder| {
///     let request = request.body(()).unwrap();
///     match table.check(RequestHead::of(&request)) {
///         Verdict::Reject(rejection) => rejection.status().as_u16(),
///         _ => 200,
///     }
/// };
/// assert_eq!(status(Request::get("/health")), 200);
/// assert_eq!(status(Request::get("/items/1")), 401);
/// assert_eq!(status(Request::delete("/items/1")), 403);
/// assert_eq!(status(Request::get("/health/../items/1")), 403);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct RouteTable(Arc<Finding>);

pub(super) struct Finding {
    pub(super) tree: Tree,
    pub(super) ruled: Vec<Ruled>,
    pub(super) rules: Vec<Rule>,
    pub(super) options: Option<Arc<str>>,
    pub(super) hides_unmatched: bool,
    pub(super) matched: Option<MatchedFn>,
    pub(super) judge: Arc<Judge>,
}

/// A rule, as it is asked: with its name, and whether it hides.
pub(super) enum Ruled {
    Authenticated(Arc<str>, bool),
    Closed(Arc<str>, bool),
    Policy(Arc<Case>),
    Public(Arc<str>),
}

impl RouteTable {
    /// Starts to build a table.
    pub fn builder() -> Routes {
        Routes::new()
    }

    pub(super) fn new(finding: Finding) -> Self {
        Self(Arc::new(finding))
    }

    /// Returns the rules, in the order in which they were given.
    pub fn rules(&self) -> &[Rule] {
        &self.0.rules
    }

    /// Returns the index of the rule for `method` and a pattern, with `None` in it where
    /// anyone may ask for options.
    pub(crate) fn ruled(&self, method: &Method, pattern: &str) -> Option<Option<usize>> {
        let tree = &self.0.tree;
        let place = match tree.by_pattern(pattern) {
            Ok(place) => place,
            Err(_) => tree.by_path(&sample(pattern)?).ok()?,
        };
        match tree.rule(place, method) {
            Some(rule) => Some(Some(rule)),
            None if self.0.options.is_some() && *method == Method::OPTIONS => Some(None),
            None => None,
        }
    }
}

impl Finding {
    /// Returns the rule of a request, or `None` where anyone may ask for options.
    fn find(&self, head: RequestHead<'_>) -> Result<Option<&Ruled>, Reason> {
        let asks_options = self.options.is_some() && *head.method() == Method::OPTIONS;
        let pattern = self.matched.and_then(|matched| matched(head.extensions()));
        let place = match pattern {
            Some(pattern) => self.tree.by_pattern(pattern)?,
            None if asks_options && head.uri().path() == "*" => return Ok(None),
            None => self.tree.by_path(head.uri().path())?,
        };
        let rule = self.tree.rule(place, head.method());
        match rule.and_then(|rule| self.ruled.get(rule)) {
            Some(rule) => Ok(Some(rule)),
            None if asks_options => Ok(None),
            None => Err(Reason::NoRule),
        }
    }

    fn judge(&self, head: RequestHead<'_>) -> Verdict<Permitted> {
        let (name, is_hidden) = match (self.find(head), &self.options) {
            (Ok(Some(Ruled::Policy(case))), _) => return self.judge.judge(case, head),
            (Ok(Some(Ruled::Public(name))), _) | (Ok(None), Some(name)) => {
                return Verdict::Pass(Permitted::openly(name));
            }
            (Ok(Some(Ruled::Authenticated(name, is_hidden))), _) => {
                if head.extensions().get::<Principal>().is_some() {
                    return Verdict::Pass(Permitted::openly(name));
                }
                (name, *is_hidden)
            }
            (Ok(Some(Ruled::Closed(name, is_hidden))), _) => {
                return refuse(Some(name), Reason::Closed, *is_hidden);
            }
            (Ok(None), None) => return refuse(None, Reason::NoRule, self.hides_unmatched),
            (Err(reason), _) => return refuse(None, reason, self.hides_unmatched),
        };
        let nobody = self.judge.nobody(Some(name));
        Verdict::Reject(if is_hidden {
            nobody.hide_as_not_found()
        } else {
            nobody
        })
    }
}

#[cold]
fn refuse(rule: Option<&Arc<str>>, reason: Reason, is_hidden: bool) -> Verdict<Permitted> {
    let rejection = Rejection::forbidden("not-permitted", "the request is not permitted")
        .caused_by(Denied::new(rule, reason));
    Verdict::Reject(if is_hidden {
        rejection.hide_as_not_found()
    } else {
        rejection
    })
}

impl Guard for RouteTable {
    type Pass = Permitted;

    fn name(&self) -> &'static str {
        "route-table"
    }

    #[inline]
    fn check(&self, head: RequestHead<'_>) -> Verdict<Permitted> {
        self.0.judge(head)
    }
}

impl fmt::Debug for RouteTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RouteTable")
            .field("rules", &self.0.rules)
            .field("hierarchy", &self.0.judge.hierarchy)
            .field("challenges", &self.0.judge.challenges)
            .finish_non_exhaustive()
    }
}
