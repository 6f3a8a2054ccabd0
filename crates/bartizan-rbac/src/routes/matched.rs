use axum::extract::MatchedPath;
use http::Extensions;

/// Returns the pattern that axum's router matched.
///
/// It is known inside of the `Router`, to what `route_layer` and `layer` add to it, and
/// not to what stands in front of the `Router`; a table there decides by the path.
///
/// # Example
///
/// ```
/// use bartizan_rbac::{Route, RouteTable, axum_pattern};
///
/// let table = RouteTable::builder()
///     .rule(Route::get("/items/{id}").public())
///     .matched(axum_pattern)
///     .build()?;
/// # let _ = table;
/// # Ok::<(), bartizan_rbac::InvalidRoutes>(())
/// ```
#[must_use]
pub fn axum_pattern(extensions: &Extensions) -> Option<&str> {
    extensions.get::<MatchedPath>().map(MatchedPath::as_str)
}
