//! Atomics, which loom replaces to try every order of them.

#![expect(
    unexpected_cfgs,
    reason = "a cfg, not a feature, so that no user turns it on; of our own, since others have `loom`"
)]

#[cfg(bartizan_loom)]
pub(super) use loom::sync::atomic::{AtomicU64, Ordering};
#[cfg(not(bartizan_loom))]
pub(super) use std::sync::atomic::{AtomicU64, Ordering};

/// How many buckets share a set: a cache line of them, or what loom can try.
pub(super) const WAYS: usize = if cfg!(bartizan_loom) { 3 } else { 8 };
