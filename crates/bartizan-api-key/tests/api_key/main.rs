//! Keys from outside: in requests, over time, and in stores.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

mod answers;
mod cost;
mod manage;
mod masked;
mod places;
mod remote;
mod rotation;
mod scanner;
#[cfg(feature = "serde")]
mod settings;
mod store;
mod support;
