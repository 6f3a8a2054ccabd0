//! Atomics, which loom replaces to try every order of them.

#![expect(
    unexpected_cfgs,
    reason = "loom is a cfg, not a feature: no user turns it on"
)]

#[cfg(loom)]
pub(super) use loom::sync::atomic::{AtomicU64, Ordering};
#[cfg(not(loom))]
pub(super) use std::sync::atomic::{AtomicU64, Ordering};

/// How many buckets share a set: a cache line of them, or what loom can try.
pub(super) const WAYS: usize = if cfg!(loom) { 3 } else { 8 };
