//! Every order in which two threads can meet in a set of three places. Run with
//! `RUSTFLAGS="--cfg bartizan_loom" cargo test --release -p bartizan-rate-limit --test
//! loom`; without the cfg there is nothing here.

#![expect(
    unexpected_cfgs,
    reason = "a cfg, not a feature, so that no user turns it on"
)]

#[cfg(bartizan_loom)]
#[expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]
mod orders;
