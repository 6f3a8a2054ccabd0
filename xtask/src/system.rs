//! Programs that come from the operating system.

use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::shell::Shell;

/// Makes sure that a program is there, by installing its Debian package where
/// that is possible without asking anybody, and returns where it is.
///
/// # Errors
///
/// The program is missing; the message says what to run.
pub(crate) fn ensure(shell: &Shell, program: &str, package: &str) -> Result<PathBuf, Failure> {
    if let Some(path) = on_path(program) {
        return Ok(path);
    }
    println!("{program} is missing");
    install(shell, package)?;
    on_path(program)
        .ok_or_else(|| Failure::new(format!("{package} is installed, but gives no `{program}`")))
}

/// Installs a Debian package, as root on a system that has `apt-get`.
///
/// # Errors
///
/// This is no such system, or the installation failed; the message says what
/// to run.
pub(crate) fn install(shell: &Shell, package: &str) -> Result<(), Failure> {
    let by_hand = Failure::new(format!(
        "install `{package}` first: `sudo apt-get install {package}` on Debian or Ubuntu, \
         the package of that program elsewhere"
    ));
    if on_path("apt-get").is_none() || !is_root(shell) {
        return Err(by_hand);
    }
    let apt = |arguments: &[&str]| {
        let mut command = shell.program("apt-get");
        command
            .env("DEBIAN_FRONTEND", "noninteractive")
            .args(arguments);
        shell.run(&mut command)
    };
    let install = ["install", "--yes", "--no-install-recommends", package];
    // The lists of a fresh system are empty, those of an old one out of date.
    apt(&install).or_else(|_| apt(&["update"]).and_then(|()| apt(&install)))
}

fn is_root(shell: &Shell) -> bool {
    shell
        .read(shell.program("id").arg("-u"))
        .is_ok_and(|id| id.trim() == "0")
}

fn on_path(program: &str) -> Option<PathBuf> {
    find(program, &std::env::var_os("PATH")?)
}

fn find(program: &str, path: &std::ffi::OsStr) -> Option<PathBuf> {
    let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    let mut folders = std::env::split_paths(path);
    folders.find_map(|folder| Some(folder.join(&file)).filter(|path| Path::is_file(path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_program_in_the_first_folder_that_has_it() {
        let empty = tempfile::tempdir().unwrap();
        let full = tempfile::tempdir().unwrap();
        let program = full
            .path()
            .join(format!("valgrind{}", std::env::consts::EXE_SUFFIX));
        std::fs::write(&program, "").unwrap();
        let path = std::env::join_paths([empty.path(), full.path()]).unwrap();

        assert_eq!(find("valgrind", &path), Some(program));
        assert_eq!(find("perf", &path), None);
    }
}
