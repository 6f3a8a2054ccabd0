use std::fmt;
use std::sync::Arc;

use bartizan_core::{Guard, RequestHead, Verdict};
use http::Method;

use super::finding::Finding;
use super::pattern::sample;
use super::{Routes, Rule};
use crate::Permitted;

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

    /// Returns the rules that decide on a route, none where the table itself answers,
    /// or `None` where it lets nobody pass for want of a rule.
    pub(crate) fn ruled(&self, method: &Method, pattern: &str) -> Option<Vec<usize>> {
        let path = sample(pattern)?;
        let finding = &self.0;
        let places = match finding.tree.by_pattern(pattern) {
            Ok(place) if finding.matched.is_none() => (place, None),
            _ => finding
                .places(finding.matched.map(|_| pattern), &path)
                .ok()?,
        };
        finding.rules_at(places, method).ok()
    }

    /// As [`ruled`](Self::ruled), of a method of a gRPC service, for all of which tonic's
    /// router matches one pattern.
    #[cfg(feature = "grpc-descriptor")]
    pub(crate) fn ruled_call(&self, service: &str, method: &str) -> Option<Vec<usize>> {
        let pattern = format!("/{service}/{{*rest}}");
        let pattern = self.0.matched.map(|_| pattern.as_str());
        let places = self.0.places(pattern, &format!("/{service}/{method}"));
        self.0.rules_at(places.ok()?, &Method::POST).ok()
    }
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
