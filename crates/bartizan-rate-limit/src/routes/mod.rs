mod path;
mod table;

use bartizan_core::RequestHead;

pub(crate) use self::path::normal_path;
pub use self::table::{InvalidRoutes, RouteTable, Routes};
use crate::Limit;

/// Which limits a guard puts requests under.
#[derive(Clone, Debug)]
pub(crate) enum Table {
    All(Vec<Limit>),
    ByRoute(RouteTable),
}

impl Table {
    /// Returns the limits of the request with this `head`.
    #[inline]
    pub(crate) fn find(&self, head: RequestHead<'_>) -> (&[Limit], &[Limit]) {
        match self {
            Self::All(limits) => (limits, &[]),
            Self::ByRoute(routes) => routes.find(head),
        }
    }
}
