//! Future types.

pub use crate::pool::pending::Pending;
