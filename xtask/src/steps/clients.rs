//! Clients that others wrote, against the example as a user starts it.

use std::path::{Path, PathBuf};

use crate::failure::{Context, Failure};
use crate::server::Server;
use crate::shell::Shell;
use crate::{artifacts, system};

use super::Outcome;

/// Where the scripts and the versions of their libraries lie.
const SCRIPTS: &str = "examples/axum-api/tests/clients";

/// Beginning of the line by which the example tells where it listens.
const ANNOUNCEMENT: &str = "listening on ";

/// For a server on loopback that lives as long as the step. Colons, since Basic
/// splits at the first one only; a letter beyond ASCII, since forms and Basic
/// encode it each in their way.
const ALICE: &str = "\u{e5}lice of the clients step";
const ADMIN: &str = "admin:of:the:clients:step:";

pub(super) fn clients(shell: &Shell) -> Result<Outcome, Failure> {
    if !cfg!(unix) {
        return Ok(Outcome::LeftOut(
            "the server is asked to end by a Unix signal".into(),
        ));
    }
    let python = environment(shell)?;
    let program = artifacts::build(shell, "axum-api", "axum-api", &[])?;

    let mut command = shell.program(program);
    command.env("AXUM_API_LISTEN", "127.0.0.1:0");
    command.env("AXUM_API_USERS__ALICE__PASSWORD", ALICE);
    command.env("AXUM_API_USERS__ADMIN__PASSWORD", ADMIN);
    let server = Server::start(&mut command, ANNOUNCEMENT)?;

    let mut script = shell.program(python);
    script
        .arg(Path::new(SCRIPTS).join("login.py"))
        .arg(server.address());
    script
        .env("ALICE_PASSWORD", ALICE)
        .env("ADMIN_PASSWORD", ADMIN);
    shell.run(&mut script)?;
    end(server)
}

#[cfg(unix)]
fn end(server: Server) -> Result<Outcome, Failure> {
    let status = server.shut_down()?;
    if status.success() {
        Ok(Outcome::Passed)
    } else {
        Err(Failure::new(format!(
            "the example did not end well when asked to: {status}"
        )))
    }
}

#[cfg(not(unix))]
fn end(_server: Server) -> Result<Outcome, Failure> {
    Ok(Outcome::Passed)
}

/// Returns the Python of a virtual environment that holds the libraries in the
/// versions that the repository names.
fn environment(shell: &Shell) -> Result<PathBuf, Failure> {
    let requirements = shell.root().join(SCRIPTS).join("requirements.txt");
    let wanted = std::fs::read_to_string(&requirements).context(requirements.display())?;
    let folder = shell.target().join("clients-venv");
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
