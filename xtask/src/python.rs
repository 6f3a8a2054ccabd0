//! Virtual environments of Python, made once for what a requirements file names.

use std::path::{Path, PathBuf};

use crate::failure::{Context, Failure};
use crate::shell::Shell;
use crate::system;

/// Returns the Python of the environment `name`, which holds the libraries in the
/// versions that `requirements`, a path in the repository, names.
///
/// # Errors
///
/// There is no Python, or the libraries could not be installed.
pub(crate) fn environment(
    shell: &Shell,
    name: &str,
    requirements: &Path,
) -> Result<PathBuf, Failure> {
    let requirements = shell.root().join(requirements);
    let wanted = std::fs::read_to_string(&requirements).context(requirements.display())?;
    let folder = shell.target().join(name);
    let python = folder.join("bin/python");
    let stamp = folder.join("installed.txt");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }

    system::ensure(shell, "python3", "python3")?;
    let mut make = shell.program("python3");
    make.args(["-m", "venv", "--clear"]).arg(&folder);
    if shell.run(&mut make).is_err() {
        // Debian's Python makes no environment without this package.
        system::install(shell, "python3-venv")?;
        shell.run(&mut make)?;
    }
    let mut pip = shell.program(&python);
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]);
    // Wheels only: nothing of a package runs while it is installed. And nothing
    // that the file does not name.
    pip.args(["--only-binary", ":all:", "--no-deps", "--requirement"]);
    shell.run(pip.arg(&requirements))?;
    std::fs::write(&stamp, wanted).context(stamp.display())?;
    Ok(python)
}
