mod builder;
mod finding;
mod invalid;
#[cfg(feature = "axum")]
mod matched;
mod pattern;
mod rule;
mod ruled;
mod table;
mod tree;
mod trie;

pub use self::builder::Routes;
pub use self::invalid::{InvalidRoutes, RouteProblem, RouteProblemKind};
#[cfg(feature = "axum")]
pub use self::matched::{axum_path, axum_pattern};
pub use self::rule::{Route, Rule};
pub use self::table::RouteTable;
