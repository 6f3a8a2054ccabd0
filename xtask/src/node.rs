//! Libraries of Node.js, installed once in the versions that a lock file names.

use std::path::{Path, PathBuf};

use crate::failure::{Context, Failure};
use crate::shell::Shell;
use crate::system;

/// Returns the folder of the libraries that the `package-lock.json` in `folder`, a
/// path in the repository, names; for `NODE_PATH`.
///
/// # Errors
///
/// There is no Node.js, or the libraries could not be installed.
pub(crate) fn libraries(shell: &Shell, name: &str, folder: &Path) -> Result<PathBuf, Failure> {
    let source = shell.root().join(folder);
    let lock = source.join("package-lock.json");
    let wanted = std::fs::read_to_string(&lock).context(lock.display())?;
    let folder = shell.target().join(name);
    let libraries = folder.join("node_modules");
    let stamp = folder.join("installed.json");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(libraries);
    }

    system::ensure(shell, "node", "nodejs")?;
    system::ensure(shell, "npm", "npm")?;
    std::fs::create_dir_all(&folder).context(folder.display())?;
    for file in ["package.json", "package-lock.json"] {
        std::fs::copy(source.join(file), folder.join(file)).context(file)?;
    }
    let mut npm = shell.program("npm");
    npm.current_dir(&folder);
    // Nothing of a package runs while it is installed, and nothing is installed that
    // the file does not name.
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    shell.run(&mut npm)?;
    std::fs::write(&stamp, wanted).context(stamp.display())?;
    Ok(libraries)
}
