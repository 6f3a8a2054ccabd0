//! The steps of `cargo xtask test`, in the order that reuses most of what the
//! earlier ones built.

mod build;
mod clients;
mod fuzz;
mod gates;
mod readme;
mod supply;

use std::fmt::Write as _;
use std::time::Duration;

use crate::failure::Failure;
use crate::shell::Shell;

/// How a step that did not fail ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// This machine cannot take the step, for this reason.
    LeftOut(String),
    Passed,
}

/// One of the things that prove the project.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) proves: &'static str,
    pub(crate) limit: Duration,
    pub(crate) run: fn(&Shell) -> Result<Outcome, Failure>,
}

const STEPS: &[Step] = &[
    Step {
        name: "fmt",
        proves: "the code is formatted",
        limit: minutes(2),
        run: build::fmt,
    },
    Step {
        name: "deny",
        proves: "licences, banned crates and sources are as deny.toml wants",
        limit: minutes(20),
        run: supply::deny,
    },
    Step {
        name: "audit",
        proves: "no dependency has a published advisory",
        limit: minutes(20),
        run: supply::audit,
    },
    Step {
        name: "clippy",
        proves: "no lint fires, in any target, with all features",
        limit: minutes(20),
        run: build::clippy,
    },
    Step {
        name: "features",
        proves: "each crate alone builds with no, each and all of its features",
        limit: minutes(30),
        run: build::features,
    },
    Step {
        name: "doc",
        proves: "the documentation builds and its links hold",
        limit: minutes(15),
        run: build::doc,
    },
    Step {
        name: "test",
        proves: "every test and documentation example passes, with all features",
        limit: minutes(30),
        run: build::test,
    },
    Step {
        name: "bare",
        proves: "so they do with default features and without external vectors",
        limit: minutes(30),
        run: build::bare,
    },
    Step {
        name: "loom",
        proves: "the lock-free table is right in every order in which threads can meet",
        limit: minutes(20),
        run: build::loom,
    },
    Step {
        name: "clients",
        proves: "OAuth 2 and gRPC clients written by others, a browser and curl call the examples",
        limit: minutes(15),
        run: clients::clients,
    },
    Step {
        name: "fuzz",
        proves: "each fuzz target survives a short run",
        limit: minutes(20),
        run: fuzz::fuzz,
    },
    Step {
        name: "gates",
        proves: "instruction counts stay within their limits",
        limit: minutes(20),
        run: gates::gates,
    },
];

const fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}

/// Returns the named steps in the order of the table, or all of them when none
/// is named.
///
/// # Errors
///
/// A name that no step has.
pub(crate) fn select(names: &[String]) -> Result<Vec<&'static Step>, Failure> {
    if let Some(unknown) = names
        .iter()
        .find(|name| STEPS.iter().all(|step| step.name != **name))
    {
        let known: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        return Err(Failure::new(format!(
            "no step `{unknown}`; there are {}",
            known.join(", ")
        )));
    }
    let wanted = |step: &&Step| names.is_empty() || names.iter().any(|name| name == step.name);
    Ok(STEPS.iter().filter(wanted).collect())
}

/// Names each step and what it proves.
pub(crate) fn table() -> String {
    let mut table = String::new();
    for step in STEPS {
        let _infallible = writeln!(table, "{:<10} {}", step.name, step.proves);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_all_steps_when_none_is_named() {
        assert_eq!(select(&[]).unwrap().len(), STEPS.len());
    }

    #[test]
    fn takes_the_named_steps_once_and_in_order() {
        let names = ["test", "fmt", "test"].map(str::to_owned);

        let chosen: Vec<&str> = select(&names)
            .unwrap()
            .iter()
            .map(|step| step.name)
            .collect();

        assert_eq!(chosen, ["fmt", "test"]);
    }

    #[test]
    fn refuses_a_step_that_is_not_there_and_names_those_that_are() {
        let failure = select(&["fmt".into(), "lint".into()])
            .unwrap_err()
            .to_string();

        assert!(
            failure.starts_with("no step `lint`; there are fmt, deny, "),
            "{failure}"
        );
    }

    #[test]
    fn no_two_steps_share_a_name_and_the_table_names_each() {
        let mut names: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        assert!(names.iter().all(|name| table().contains(name)));
        names.sort_unstable();
        let all = names.len();
        names.dedup();

        assert_eq!(names.len(), all);
    }
}
