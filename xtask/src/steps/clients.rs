//! Clients that others wrote, against the example as a user starts it.

use std::path::Path;

use crate::failure::Failure;
use crate::server::Server;
use crate::shell::Shell;
use crate::{artifacts, python};

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
    let requirements = Path::new(SCRIPTS).join("requirements.txt");
    let python = python::environment(shell, "clients-venv", &requirements)?;
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
