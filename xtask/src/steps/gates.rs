//! The limits on instruction counts.

use std::collections::BTreeMap;

use crate::failure::Failure;
use crate::gate::{self, Gate};
use crate::shell::Shell;
use crate::{artifacts, callgrind, system};

use super::Outcome;

/// A binary that is called as `BINARY VARIANT COUNT`, and what its variants promise.
#[derive(Debug)]
struct Program {
    package: &'static str,
    binary: &'static str,
    gates: &'static [Gate],
}

const PROGRAMS: &[Program] = &[
    Program {
        package: "benches",
        binary: "engine-ir",
        gates: &[
            Gate {
                promise: "a guard that answers at once costs as much as a service by hand",
                variant: "guard",
                against: "pass-through",
                floor: None,
                at_most: 1.1,
            },
            Gate {
                promise: "four fused guards cost at most one and a half times one",
                variant: "fused-4",
                against: "guard",
                floor: None,
                at_most: 1.5,
            },
        ],
    },
    // ASVS 11.2.4. Ratios in both directions, so that no place is cheaper than another.
    Program {
        package: "benches",
        binary: "secret-ir",
        gates: &[
            alike("first", "last"),
            alike("last", "first"),
            alike("middle", "alike"),
            alike("alike", "middle"),
            alike("first", "alike"),
            alike("alike", "first"),
        ],
    },
    Program {
        package: "bench-stack",
        binary: "stack-ir",
        gates: &[
            Gate {
                promise: "joined, the guards of a whole stack cost half of what they do one by one",
                variant: "bartizan",
                against: "nested",
                floor: Some("bare"),
                at_most: 0.5,
            },
            Gate {
                promise: "the whole stack costs three times what sending its fields does",
                variant: "bartizan",
                against: "fields",
                floor: Some("bare"),
                at_most: 3.0,
            },
            Gate {
                promise: "the whole stack adds less than half of what the peers composed do",
                variant: "bartizan",
                against: "peers",
                floor: Some("bare"),
                at_most: 0.45,
            },
        ],
    },
];

/// Two comparisons of secrets cost the same.
const fn alike(variant: &'static str, against: &'static str) -> Gate {
    Gate {
        promise: "secrets are compared at the same cost wherever they differ",
        variant,
        against,
        floor: None,
        at_most: 1.001,
    }
}

pub(super) fn gates(shell: &Shell) -> Result<Outcome, Failure> {
    if !cfg!(target_os = "linux") {
        return Ok(Outcome::LeftOut("instructions are counted on Linux".into()));
    }
    system::ensure(shell, "valgrind", "valgrind")?;
    let judged = PROGRAMS.iter().map(|program| judge(shell, program));
    // All of them before the first failure ends the step.
    let judged: Vec<_> = judged.collect();
    judged.into_iter().collect::<Result<(), Failure>>()?;
    Ok(Outcome::Passed)
}

fn judge(shell: &Shell, program: &Program) -> Result<(), Failure> {
    let binary = artifacts::build(
        shell,
        program.package,
        program.binary,
        &["--profile", "bench"],
    )?;
    let mut costs = BTreeMap::new();
    for variant in program.gates.iter().flat_map(Gate::variants) {
        if !costs.contains_key(variant) {
            costs.insert(variant, callgrind::per_iteration(shell, &binary, variant)?);
        }
    }
    let judgement = gate::judge(program.gates, &costs);
    print!("{}\n{}", program.binary, judgement.table);
    if judgement.broken.is_empty() {
        Ok(())
    } else {
        let broken = judgement.broken.join("; ");
        Err(Failure::new(format!("it no longer holds that {broken}")))
    }
}
