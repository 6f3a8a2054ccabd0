use std::borrow::Cow;
use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use bartizan_core::RequestHead;
use http::{Extensions, Method};
use matchit::Router;

use super::normal_path;
use crate::{Limit, Quotas};

/// Limits by method and path pattern, in matchit's syntax, as axum has it: `/items/{id}`,
/// `/files/{*path}`.
///
/// Routes whose limits have the same scope share their buckets.
///
/// # How the limits of a request are found
///
/// 1. By the pattern that the router matched, where
///    [`matched_by`](Self::matched_by) says how to read it.
/// 2. Otherwise by the path. A path that is not in [normal form](crate::Key::path) is
///    under the limits of the path as sent, and of its normal form as well, where these
///    are others: no spelling escapes a limit. A pattern stands for its normal form, too,
///    unless that is a pattern of its own.
/// 3. The method's limits come before those for any method. `HEAD` is `GET`, where it
///    has none of its own.
/// 4. Where no pattern matches, or none for the method, the limits given to
///    [`otherwise`](Self::otherwise) hold.
///
/// # Example
///
/// ```
/// use bartizan_rate_limit::{Limit, Quota, RateLimit, Routes};
/// use http::Method;
///
/// let routes = Routes::new()
///     .route(Method::POST, "/login", Limit::new("login", Quota::per_minute(5)))
///     .any("/search/{*query}", Limit::new("search", Quota::per_second(2)))
///     .otherwise(Limit::new("api", Quota::per_minute(300)))?;
/// let guard = RateLimit::by_route(routes);
/// # Ok::<_, bartizan_rate_limit::InvalidRoutes>(())
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct Routes {
    routes: Vec<(Option<Method>, String, Limit)>,
    read: Option<Read>,
}

type Read = Arc<dyn Fn(&Extensions) -> Option<&str> + Send + Sync>;

impl Routes {
    /// Creates a table without routes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a limit for requests with `method` whose path matches `pattern`; a second
    /// one for the same is decided together with the first.
    pub fn route(mut self, method: Method, pattern: &str, limit: Limit) -> Self {
        self.routes.push((Some(method), pattern.to_owned(), limit));
        self
    }

    /// Adds a limit for requests with a method that has none of its own.
    pub fn any(mut self, pattern: &str, limit: Limit) -> Self {
        self.routes.push((None, pattern.to_owned(), limit));
        self
    }

    /// Reads the pattern that the router matched with `read`, such as axum's
    /// `MatchedPath`, which a layer of the same router finds among the extensions.
    ///
    /// A pattern is compared as text. Where there is none, the path is matched.
    pub fn matched_by<F>(mut self, read: F) -> Self
    where
        F: Fn(&Extensions) -> Option<&str> + Send + Sync + 'static,
    {
        self.read = Some(Arc::new(read));
        self
    }

    /// Completes the table with the limits of all other requests.
    ///
    /// # Errors
    ///
    /// [`InvalidRoutes`] with every pattern that cannot be read, that no path matches,
    /// that overlaps with another so that none is more exact or has the same normal form,
    /// or that has too many quotas, alone or with those of another pattern.
    pub fn otherwise(self, limit: Limit) -> Result<RouteTable, InvalidRoutes> {
        let mut invalid = Vec::new();
        let mut rows: Vec<Row> = Vec::new();
        let mut by_pattern = HashMap::new();
        for (method, pattern, limit) in self.routes {
            let at = *by_pattern.entry(pattern).or_insert_with(|| {
                rows.push(Row::default());
                rows.len() - 1
            });
            if let Some(row) = rows.get_mut(at) {
                row.add(method, limit);
            }
        }
        let mut paths = Router::new();
        let mut patterns: Vec<_> = by_pattern.iter().collect();
        patterns.sort();
        for (pattern, at) in &patterns {
            let (pattern, at) = (*pattern, *at);
            if let Some(error) = unmatchable(pattern, self.read.is_some()) {
                invalid.push((pattern.clone(), error.to_owned()));
            } else if let Err(error) = paths.insert(&**pattern, *at) {
                invalid.push((pattern.clone(), error.to_string()));
            }
            let fits = |(_, limits): &(Option<Method>, Vec<Limit>)| {
                let quotas = limits.iter().map(Limit::fixed_quotas);
                quotas.sum::<usize>() <= Quotas::MAX
            };
            if !rows.get(*at).is_some_and(|row| row.0.iter().all(fits)) {
                let error = format!("has more than {} quotas", Quotas::MAX);
                invalid.push((pattern.clone(), error));
            }
        }
        let mut others: HashMap<String, &str> = HashMap::new();
        for (pattern, at) in patterns {
            let Some(normal) = other_form(pattern) else {
                continue;
            };
            if by_pattern.contains_key(&normal) {
                continue;
            }
            if let Some(other) = others.insert(normal.clone(), pattern) {
                let error = format!("stands for the same paths as `{other}` in normal form");
                invalid.push((pattern.clone(), error));
            }
            // One that overlaps with another pattern leaves these paths to it.
            let _ = paths.insert(normal, *at);
        }
        if invalid.is_empty()
            && let Some(pattern) = too_many_together(&by_pattern, &rows, &limit)
        {
            let most = Quotas::MAX;
            let error = format!("has more than {most} quotas together with those of another");
            invalid.push((pattern, error));
        }
        if !invalid.is_empty() {
            return Err(InvalidRoutes { invalid });
        }
        Ok(RouteTable(Arc::new(Inner {
            rows,
            paths,
            by_pattern,
            read: self.read,
            otherwise: vec![limit],
        })))
    }
}

/// Returns the normal form of the pattern, where that is another one.
fn other_form(pattern: &str) -> Option<String> {
    // A brace that is encoded is none of the pattern's.
    let is_brace =
        |escape: &[u8]| escape.eq_ignore_ascii_case(b"%7b") || escape.eq_ignore_ascii_case(b"%7d");
    match normal_path(pattern) {
        Cow::Owned(normal) if !pattern.as_bytes().windows(3).any(is_brace) => Some(normal),
        _ => None,
    }
}

/// Says why no path matches the pattern, if so. The limit would hold for nobody, and be
/// missed by none. What a router matches by has the syntax of that router.
fn unmatchable(pattern: &str, is_matched_by_router: bool) -> Option<&'static str> {
    let is_no_path = |byte: u8| byte <= b' ' || matches!(byte, b'?' | b'#' | 0x7f);
    if !pattern.starts_with('/') {
        return Some("does not begin with `/`");
    }
    if pattern.bytes().any(is_no_path) {
        return Some("has a character that no path has");
    }
    let mut segments = pattern.split('/');
    let has_other_syntax = segments.any(|segment| segment.starts_with([':', '*']));
    (has_other_syntax && !is_matched_by_router)
        .then_some("names a parameter without braces, as in `/{id}` and `/{*path}`")
}

/// Returns the pattern with the most quotas, where these and those of some other are more
/// than can be decided together: a path that is not in normal form can be under both.
fn too_many_together(
    by_pattern: &HashMap<String, usize>,
    rows: &[Row],
    otherwise: &Limit,
) -> Option<String> {
    let quotas = |row: &Row| {
        let of_method =
            |(_, limits): &(_, Vec<Limit>)| limits.iter().map(Limit::fixed_quotas).sum::<usize>();
        row.0.iter().map(of_method).max().unwrap_or(0)
    };
    let sized = by_pattern.iter().filter_map(|(pattern, at)| {
        let row = rows.get(*at)?;
        Some((quotas(row), pattern))
    });
    let mut sized: Vec<_> = sized.collect();
    sized.sort();
    let (most, pattern) = sized.pop()?;
    let next = sized.last().map_or(0, |(quotas, _)| *quotas);
    let together = most + next.max(otherwise.fixed_quotas());
    (together > Quotas::MAX).then(|| pattern.clone())
}

impl fmt::Debug for Routes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let routes = self.routes.iter();
        f.debug_list()
            .entries(routes.map(|(method, pattern, limit)| (method, pattern, limit)))
            .finish()
    }
}

/// The limits of all requests. Made by [`Routes::otherwise`].
#[derive(Clone)]
#[must_use]
pub struct RouteTable(Arc<Inner>);

struct Inner {
    rows: Vec<Row>,
    paths: Router<usize>,
    by_pattern: HashMap<String, usize>,
    read: Option<Read>,
    otherwise: Vec<Limit>,
}

/// The limits of one pattern, by method.
#[derive(Default)]
struct Row(Vec<(Option<Method>, Vec<Limit>)>);

impl RouteTable {
    /// Returns the limits of the request with this `head`: of its route, and of that in
    /// normal form if it is another one.
    pub(crate) fn find(&self, head: RequestHead<'_>) -> (&[Limit], &[Limit]) {
        let inner = &*self.0;
        let pattern = inner.read.as_ref().and_then(|read| read(head.extensions()));
        if let Some(pattern) = pattern {
            let row = inner.by_pattern.get(pattern);
            return (inner.limits(row, head.method()), &[]);
        }
        let path = head.uri().path();
        let normal = normal_path(path);
        let limits = |path: &str| {
            let found = inner.paths.at(path).ok();
            inner.limits(found.map(|found| found.value), head.method())
        };
        let as_sent = limits(path);
        if let Cow::Borrowed(_) = normal {
            return (as_sent, &[]);
        }
        let as_normal = limits(&normal);
        // Counted once, where both are what holds for all other requests.
        if std::ptr::eq(as_sent, as_normal) {
            return (as_sent, &[]);
        }
        (as_sent, as_normal)
    }
}

impl Inner {
    fn limits(&self, row: Option<&usize>, method: &Method) -> &[Limit] {
        let row = row.and_then(|at| self.rows.get(*at));
        row.and_then(|row| row.find(method))
            .unwrap_or(&self.otherwise)
    }
}

impl Row {
    fn add(&mut self, method: Option<Method>, limit: Limit) {
        match self.0.iter_mut().find(|(other, _)| *other == method) {
            Some((_, limits)) => limits.push(limit),
            None => self.0.push((method, vec![limit])),
        }
    }

    fn find(&self, method: &Method) -> Option<&[Limit]> {
        let of = |method: Option<&Method>| {
            let found = self.0.iter().find(|(other, _)| other.as_ref() == method);
            found.map(|(_, limits)| &**limits)
        };
        let as_get = || of((*method == Method::HEAD).then_some(&Method::GET));
        of(Some(method)).or_else(as_get).or_else(|| of(None))
    }
}

impl fmt::Debug for RouteTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut patterns: Vec<_> = self.0.by_pattern.keys().collect();
        patterns.sort();
        f.debug_tuple("RouteTable").field(&patterns).finish()
    }
}

/// Patterns of [`Routes`] that cannot be used.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct InvalidRoutes {
    invalid: Vec<(String, String)>,
}

impl InvalidRoutes {
    /// Returns each pattern, and what is wrong with it.
    pub fn patterns(&self) -> impl Iterator<Item = (&str, &str)> {
        let invalid = self.invalid.iter();
        invalid.map(|(pattern, error)| (&**pattern, &**error))
    }
}

impl Error for InvalidRoutes {}

impl fmt::Display for InvalidRoutes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unusable routes: ")?;
        for (at, (pattern, error)) in self.invalid.iter().enumerate() {
            if at > 0 {
                f.write_str("; ")?;
            }
            write!(f, "`{pattern}`: {error}")?;
        }
        Ok(())
    }
}
