//! Steps that are one call of Cargo each.

use crate::failure::{Context, Failure};
use crate::shell::Shell;
use crate::tool::HACK;

use super::Outcome;

const CORPORA: &str = "BARTIZAN_CORPORA";

/// Both workspaces: the fuzz targets are one of their own.
pub(super) fn fmt(shell: &Shell) -> Result<Outcome, Failure> {
    shell.run(&mut shell.cargo(&["fmt", "--all", "--check"]))?;
    let fuzz = ["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"];
    shell.run(&mut shell.cargo(&fuzz))?;
    Ok(Outcome::Passed)
}

pub(super) fn clippy(shell: &Shell) -> Result<Outcome, Failure> {
    let targets = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--locked",
    ];
    shell.run(shell.cargo(&targets).args(["--", "-D", "warnings"]))?;
    Ok(Outcome::Passed)
}

/// Crates alone, since in one build the features of all are joined. Clippy,
/// not `check`, so that what is unused without a feature fails, and without
/// `RUSTFLAGS`, which would build every dependency again.
pub(super) fn features(shell: &Shell) -> Result<Outcome, Failure> {
    let hack = HACK.ensure(shell)?;
    let mut command = shell.program(hack);
    command.args([
        "hack",
        "clippy",
        "--each-feature",
        "--keep-going",
        "--locked",
        "--no-deps",
    ]);
    for name in crates(shell)? {
        command.args(["--package", &name]);
    }
    shell.run(command.args(["--", "-D", "warnings"]))?;
    Ok(Outcome::Passed)
}

pub(super) fn doc(shell: &Shell) -> Result<Outcome, Failure> {
    let mut cargo = shell.cargo(&[
        "doc",
        "--workspace",
        "--all-features",
        "--no-deps",
        "--locked",
    ]);
    shell.run(cargo.env("RUSTDOCFLAGS", "-D warnings"))?;
    Ok(Outcome::Passed)
}

pub(super) fn test(shell: &Shell) -> Result<Outcome, Failure> {
    if std::env::var_os(CORPORA).is_none() {
        println!("{CORPORA} is not set: tests over external vectors are left out");
    }
    let arguments = [
        "test",
        "--workspace",
        "--all-features",
        "--locked",
        "--no-fail-fast",
    ];
    shell.run(&mut shell.cargo(&arguments))?;
    Ok(Outcome::Passed)
}

/// What a stranger sees who types `cargo test --workspace` in a fresh clone.
pub(super) fn bare(shell: &Shell) -> Result<Outcome, Failure> {
    let mut cargo = shell.cargo(&["test", "--workspace", "--locked", "--no-fail-fast"]);
    shell.run(cargo.env_remove(CORPORA))?;
    Ok(Outcome::Passed)
}

/// Its own folder: with other flags for the compiler everything is built again.
pub(super) fn loom(shell: &Shell) -> Result<Outcome, Failure> {
    let mut cargo = shell.cargo(&[
        "test",
        "--release",
        "--locked",
        "--package",
        "bartizan-rate-limit",
        "--test",
        "loom",
    ]);
    cargo.env("RUSTFLAGS", "--cfg bartizan_loom");
    cargo.env("CARGO_TARGET_DIR", shell.target().join("loom"));
    shell.run(&mut cargo)?;
    Ok(Outcome::Passed)
}

/// The names of the packages that users depend on; a folder there is named as
/// its package.
fn crates(shell: &Shell) -> Result<Vec<String>, Failure> {
    let folder = shell.root().join("crates");
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&folder).context(folder.display())? {
        let entry = entry.context(folder.display())?;
        if entry.path().join("Cargo.toml").is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort_unstable();
    if names.is_empty() {
        return Err(Failure::new(format!("no crate in {}", folder.display())));
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn finds_the_crates_of_the_workspace() {
        let names = crates(&Shell::new(Duration::ZERO).unwrap()).unwrap();

        assert!(names.contains(&"bartizan-core".to_owned()), "{names:?}");
        assert!(names.is_sorted());
    }
}
