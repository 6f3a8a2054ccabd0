//! Steps over what the project is made from.

use crate::failure::Failure;
use crate::shell::Shell;
use crate::tool::{AUDIT, DENY};

use super::Outcome;

const DATABASE: &str = "BARTIZAN_ADVISORY_DB";

/// Lock files whose packages are built from this repository.
const LOCK_FILES: [&str; 2] = ["Cargo.lock", "fuzz/Cargo.lock"];

/// Advisories are left to `audit`, which can read a copy of the database that
/// is no clone.
pub(super) fn deny(shell: &Shell) -> Result<Outcome, Failure> {
    let mut command = shell.program(DENY.ensure(shell)?);
    command.args(["--workspace", "--all-features", "--locked"]);
    shell.run(command.args([
        "check",
        "--hide-inclusion-graph",
        "bans",
        "licenses",
        "sources",
    ]))?;
    Ok(Outcome::Passed)
}

pub(super) fn audit(shell: &Shell) -> Result<Outcome, Failure> {
    let audit = AUDIT.ensure(shell)?;
    let database = std::env::var_os(DATABASE).filter(|path| !path.is_empty());
    for file in LOCK_FILES
        .iter()
        .filter(|file| shell.root().join(file).is_file())
    {
        let mut command = shell.program(&audit);
        command.args(["audit", "--deny", "warnings", "--file", file]);
        if let Some(path) = &database {
            // A copy has no date of its own to be judged by.
            command.args(["--no-fetch", "--stale", "--db"]).arg(path);
        }
        shell.run(&mut command).map_err(|failure| match &database {
            Some(_) => failure,
            None => Failure::new(format!(
                "{failure}; if the database could not be fetched, set {DATABASE} to a copy of it"
            )),
        })?;
    }
    Ok(Outcome::Passed)
}
