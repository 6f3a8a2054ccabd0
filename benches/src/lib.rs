//! What the guards cost, beside what their peers do.
//!
//! `cargo bench -p benches` prints medians of an interleaved run, and for each
//! variant the ratio to the first one, taken round by round: a machine whose speed
//! drifts then drifts for both. Times are to be read as ratios; what gates a change
//! are the counts, of instructions (`cargo xtask test gates`) and of allocations
//! (`cargo test -p benches`).
//!
//! `cargo xtask bench` runs them and draws what they [`report`].

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark that goes wrong has to stop"
)]

pub mod engine;
mod race;
mod report;
mod results;

pub use self::race::Race;
pub use self::report::{Row, report};
pub use self::results::Results;

/// Returns the number of allocations that one call of `run` makes, after a few to
/// warm up.
pub fn allocations(mut run: impl FnMut()) -> u64 {
    for _ in 0..16 {
        run();
    }
    allocation_counter::measure(run).count_total
}

/// Returns the name of a variant and how often to run it, for an instruction counter,
/// where the arguments are `ir NAME COUNT`.
///
/// # Panics
///
/// The count is no number.
#[must_use]
pub fn counted() -> Option<(String, u64)> {
    let mut arguments = std::env::args().skip_while(|argument| argument != "ir");
    let (name, count) = (arguments.nth(1)?, arguments.next()?);
    Some((name, count.parse().expect("a number of calls")))
}

/// The README of the workspace: its blocks are tests of this package, which is the
/// one that knows all crates.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
