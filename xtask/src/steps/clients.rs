//! Clients that others wrote, against the examples as a user starts them.

use std::path::Path;

use crate::failure::Failure;
use crate::server::Server;
use crate::shell::Shell;
use crate::{artifacts, node, python, system};

use super::{Outcome, readme};

/// Where the scripts and the versions of their libraries lie.
const OAUTH_SCRIPTS: &str = "examples/axum-api/tests/clients";
const GRPC_SCRIPTS: &str = "examples/tonic-api/tests/clients";

/// Beginning of the line by which an example tells where it listens.
const ANNOUNCEMENT: &str = "listening on ";

/// For a server on loopback that lives as long as the step. Colons, since Basic
/// splits at the first one only; a letter beyond ASCII, since forms and Basic
/// encode it each in their way.
const ALICE: &str = "\u{e5}lice of the clients step";
const ADMIN: &str = "admin:of:the:clients:step:";

/// Likewise, in the form of secrets that a machine has made.
const SECRETS: [(&str, &str); 3] = [
    (
        "READER_SECRET",
        "reader-of-the-clients-step-0123456789abcdef",
    ),
    (
        "WRITER_SECRET",
        "writer-of-the-clients-step-0123456789abcdef",
    ),
    (
        "AUDITOR_SECRET",
        "auditor-of-the-clients-step-0123456789abcde",
    ),
];

pub(super) fn clients(shell: &Shell) -> Result<Outcome, Failure> {
    if !cfg!(unix) {
        return Ok(Outcome::LeftOut(
            "the server is asked to end by a Unix signal".into(),
        ));
    }
    let requirements = Path::new(OAUTH_SCRIPTS).join("requirements.txt");
    let python = python::environment(shell, "clients-venv", &requirements)?;
    let program = artifacts::beside_tests(shell, "axum-api")?;

    let mut command = shell.program(program);
    command.env("AXUM_API_LISTEN", "127.0.0.1:0");
    command.env("AXUM_API_USERS__ALICE__PASSWORD", ALICE);
    command.env("AXUM_API_USERS__ADMIN__PASSWORD", ADMIN);
    let server = Server::start(&mut command, ANNOUNCEMENT)?;

    let mut script = shell.program(python);
    script
        .arg(Path::new(OAUTH_SCRIPTS).join("login.py"))
        .arg(server.address());
    script
        .env("ALICE_PASSWORD", ALICE)
        .env("ADMIN_PASSWORD", ADMIN);
    shell.run(&mut script)?;
    page(shell, &server)?;
    end(server)?;

    command.env("AXUM_API_USERS__ALICE__PASSWORD", readme::PASSWORD);
    let server = Server::start(&mut command, ANNOUNCEMENT)?;
    readme::answers_as_it_says(shell, &server)?;
    end(server)?;
    grpc(shell)
}

/// Opens the page of the example in a browser, on which a user logs in.
fn page(shell: &Shell, server: &Server) -> Result<(), Failure> {
    let scripts = Path::new(OAUTH_SCRIPTS);
    let libraries = node::libraries(shell, "page-node", scripts)?;
    let browser = system::ensure(shell, "chromium", "chromium")?;
    let mut script = shell.program("node");
    script.env("NODE_PATH", libraries);
    script.env("ALICE_PASSWORD", ALICE);
    script.arg(scripts.join("page.js"));
    shell.run(script.arg(server.address()).arg(browser))
}

/// Each client calls a server of its own, since it uses up a quota.
fn grpc(shell: &Shell) -> Result<Outcome, Failure> {
    let scripts = Path::new(GRPC_SCRIPTS);
    let requirements = scripts.join("requirements.txt");
    let python = python::environment(shell, "grpc-venv", &requirements)?;
    let libraries = node::libraries(shell, "grpc-node", scripts)?;
    let program = artifacts::beside_tests(shell, "tonic-api")?;

    let mut with_python = shell.program(python);
    with_python.arg(scripts.join("calls.py"));
    let mut with_node = shell.program("node");
    with_node.arg(scripts.join("calls.js"));
    with_node.env("NODE_PATH", libraries);
    for client in [&mut with_python, &mut with_node] {
        let mut command = shell.program(&program);
        command.env("TONIC_API_LISTEN", "127.0.0.1:0");
        for (name, secret) in SECRETS {
            command.env(format!("TONIC_API_{name}"), secret);
            client.env(name, secret);
        }
        let server = Server::start(&mut command, ANNOUNCEMENT)?;
        shell.run(client.arg(server.address()))?;
        end(server)?;
    }
    Ok(Outcome::Passed)
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
