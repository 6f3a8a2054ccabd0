use axum::extract::{MatchedPath, OriginalUri};
use http::Extensions;

/// Returns the pattern that axum's router matched.
///
/// It is known inside of the `Router`, to what `route_layer` and `layer` add to it, and
/// not to what stands in front of the `Router`; a table there decides by the path.
///
/// # Example
///
/// ```
/// use bartizan_rbac::{Route, RouteTable, axum_path, axum_pattern};
///
/// let table = RouteTable::builder()
///     .rule(Route::get("/items/{id}").public())
///     .matched(axum_pattern)
///     .original_path(axum_path)
///     .build()?;
/// # let _ = table;
/// # Ok::<(), bartizan_rbac::InvalidRoutes>(())
/// ```
#[must_use]
pub fn axum_pattern(extensions: &Extensions) -> Option<&str> {
    extensions.get::<MatchedPath>().map(MatchedPath::as_str)
}

/// Returns the path as axum's outermost router was asked for it.
///
/// Below `nest`, the path that a request has is without what was matched so far, and a
/// `fallback` there has no pattern that could decide instead.
#[must_use]
pub fn axum_path(extensions: &Extensions) -> Option<&str> {
    extensions.get::<OriginalUri>().map(|uri| uri.0.path())
}
