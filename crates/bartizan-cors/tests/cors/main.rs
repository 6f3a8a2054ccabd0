//! What a browser is told, and what it makes of it.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]
#![cfg_attr(
    feature = "serde",
    expect(clippy::panic, reason = "the tests of settings have helpers, too")
)]

mod actual;
mod browser;
mod configuration;
mod corpora;
mod live;
mod preflight;
#[cfg(feature = "serde")]
mod settings;
mod support;
mod tables;
