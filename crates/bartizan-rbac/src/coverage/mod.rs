#[cfg(feature = "grpc-descriptor")]
mod descriptor;
#[cfg(feature = "openapi")]
mod openapi;

use std::error::Error;
use std::fmt;

use http::Method;

use crate::{RouteTable, Rule};

/// Compares a [`RouteTable`] with a description of the routes that there are.
///
/// A route without a rule is closed to everyone, and a rule without a route is one
/// that was forgotten or misspelt. A test that asserts that there is neither keeps the
/// two together, and is the inventory that [OWASP API9:2023] asks for.
///
/// It says what the table would do in the service. Where the table reads the pattern
/// that a framework has [matched](crate::Routes::matched), a route is covered by a rule
/// about its own pattern, so that the description must have the patterns of the router.
///
/// # Example
///
/// ```
/// use bartizan_rbac::{Coverage, Route, RouteTable, role};
/// use http::Method;
///
/// let table = RouteTable::builder()
///     .rule(Route::get("/items/{id}").require(role("viewer")))
///     .rule(Route::get("/itmes").public())
///     .build()?;
///
/// let coverage = Coverage::of(&table)
///     .route(Method::GET, "/items/{item}")
///     .route(Method::DELETE, "/items/{item}");
///
/// assert_eq!(
///     coverage.to_string(),
///     "no rule for DELETE /items/{item}\nno route for GET /itmes: public",
/// );
/// # Ok::<(), bartizan_rbac::InvalidRoutes>(())
/// ```
///
/// [OWASP API9:2023]: https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/
#[derive(Clone, Debug)]
#[must_use]
pub struct Coverage<'a> {
    table: &'a RouteTable,
    is_used: Vec<bool>,
    uncovered: Vec<Endpoint>,
}

/// A route of which a description tells.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Endpoint {
    /// The method.
    pub method: Method,
    /// The pattern, as the description has it.
    pub pattern: String,
}

impl<'a> Coverage<'a> {
    /// Starts with a table and no route.
    pub fn of(table: &'a RouteTable) -> Self {
        Self {
            is_used: vec![false; table.rules().len()],
            table,
            uncovered: Vec::new(),
        }
    }

    /// Adds a route.
    pub fn route(mut self, method: Method, pattern: &str) -> Self {
        self.add(method, pattern);
        self
    }

    /// Returns the routes for which there is no rule.
    #[must_use]
    pub fn uncovered(&self) -> &[Endpoint] {
        &self.uncovered
    }

    /// Returns the rules for which there is no route.
    pub fn unused(&self) -> impl Iterator<Item = &'a Rule> {
        let rules = self.table.rules().iter().zip(&self.is_used);
        rules
            .filter(|(_, is_used)| !**is_used)
            .map(|(rule, _)| rule)
    }

    /// Returns whether there is a rule for each route, and a route for each rule.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.uncovered.is_empty() && self.unused().next().is_none()
    }

    fn add(&mut self, method: Method, pattern: &str) {
        let rules = self.table.ruled(&method, pattern);
        self.note(rules, method, pattern);
    }

    fn note(&mut self, rules: Option<Vec<usize>>, method: Method, pattern: &str) {
        let Some(rules) = rules else {
            let pattern = pattern.to_owned();
            return self.uncovered.push(Endpoint { method, pattern });
        };
        for rule in rules {
            if let Some(is_used) = self.is_used.get_mut(rule) {
                *is_used = true;
            }
        }
    }
}

/// One line for each route and rule that stands alone.
impl fmt::Display for Coverage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = "";
        for Endpoint { method, pattern } in &self.uncovered {
            write!(f, "{line}no rule for {method} {}", pattern.escape_debug())?;
            line = "\n";
        }
        for rule in self.unused() {
            write!(f, "{line}no route for {rule}")?;
            line = "\n";
        }
        Ok(())
    }
}

/// What was given as a description of routes is none.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct InvalidDescription(String);

#[cfg(any(feature = "grpc-descriptor", feature = "openapi"))]
impl InvalidDescription {
    fn new(problem: impl Into<String>) -> Self {
        Self(problem.into())
    }
}

impl Error for InvalidDescription {}

impl fmt::Display for InvalidDescription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
