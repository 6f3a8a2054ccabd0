//! The limits on instruction counts.

use std::collections::BTreeMap;

use crate::failure::Failure;
use crate::gate::{self, Gate};
use crate::shell::Shell;
use crate::{artifacts, callgrind, system};

use super::Outcome;

/// The program that runs one variant so many times: `count VARIANT ITERATIONS`.
const BINARY: &str = "count";

const GATES: &[Gate] = &[
    Gate {
        promise: "a guard that answers at once costs as much as a hand-written service",
        variant: "guard",
        against: "pass-through",
        floor: None,
        at_most: 1.1,
    },
    Gate {
        promise: "four fused guards cost at most one and a half times one",
        variant: "four-guards",
        against: "guard",
        floor: None,
        at_most: 1.5,
    },
];

pub(super) fn gates(shell: &Shell) -> Result<Outcome, Failure> {
    if !cfg!(target_os = "linux") {
        return Ok(Outcome::LeftOut("instructions are counted on Linux".into()));
    }
    system::ensure(shell, "valgrind", "valgrind")?;
    let binary = artifacts::build(shell, "benches", BINARY, &["--profile", "bench"])?;
    let mut costs = BTreeMap::new();
    for variant in GATES.iter().flat_map(Gate::variants) {
        if !costs.contains_key(variant) {
            costs.insert(variant, callgrind::per_iteration(shell, &binary, variant)?);
        }
    }
    print!("{}", gate::judge(GATES, &costs)?);
    Ok(Outcome::Passed)
}
