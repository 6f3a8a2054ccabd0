//! Requests per second of whole applications: bare, behind Bartizan, behind today's
//! peers composed, and the same in `FastAPI`, as its tutorials do it; and the example
//! `axum-api`, as it is.

mod example;
mod results;

use std::path::Path;

use crate::failure::Failure;
use crate::json::Json;
use crate::server::Server;
use crate::shell::Shell;
use crate::{artifacts, python, system};

use super::contract::{self, Role, Tokens};
use super::cores::Cores;
use super::figures::Figures;
use super::wrk;

use self::results::Results;

const REQUIREMENTS: &str = "benches/stack/fastapi/requirements.txt";
const FASTAPI: &str = "benches/stack/fastapi/app.py";
const ANNOUNCEMENT: &str = "listening on ";
/// The route without layers.
const PLAIN: &str = "/plain";

/// One of the applications.
#[derive(Debug)]
pub(super) struct Application {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    /// What it promises.
    pub(super) role: Role,
}

/// In the order in which charts show them; the first is what the others are
/// compared with.
pub(super) const APPLICATIONS: [Application; 8] = [
    Application {
        name: "bare",
        label: "axum, no security",
        role: Role::Open,
    },
    Application {
        name: "fields",
        label: "axum, no security, the same fields sent",
        role: Role::Marked,
    },
    Application {
        name: "bartizan",
        label: "axum behind Bartizan",
        role: Role::Secured,
    },
    Application {
        name: "uncached",
        label: "axum behind Bartizan, without its cache",
        role: Role::Secured,
    },
    Application {
        name: example::NAME,
        label: "the example axum-api, as it is",
        role: Role::Example,
    },
    Application {
        name: "peers",
        label: "axum behind Rust peers, as mostly used",
        role: Role::Secured,
    },
    Application {
        name: "equal-peers",
        label: "axum behind Rust peers, doing most of it",
        role: Role::Secured,
    },
    Application {
        name: "fastapi",
        label: "FastAPI, secured as in its tutorials",
        role: Role::Secured,
    },
];

/// How long and how often.
#[derive(Clone, Copy, Debug)]
struct Effort {
    seconds: u32,
    repetitions: usize,
}

/// Measures all applications in turns, so that what else the machine does falls on
/// all of them.
///
/// # Errors
///
/// A program is missing or does not build, a server does not keep its contract, or
/// any request was not answered with success.
pub(super) fn measure(shell: &Shell, quick: bool) -> Result<Figures, Failure> {
    if !cfg!(target_os = "linux") {
        return Err(Failure::new("the comparison of stacks needs Linux"));
    }
    let effort = if quick {
        Effort {
            seconds: 1,
            repetitions: 2,
        }
    } else {
        Effort {
            seconds: 4,
            repetitions: 9,
        }
    };
    system::ensure(shell, "wrk", "wrk")?;
    let cores = Cores::find(shell)?;
    let python = python::environment(shell, "fastapi-venv", Path::new(REQUIREMENTS))?;
    let profile = ["--profile", "bench"];
    let program = artifacts::build(shell, "bench-stack", "stack-server", &profile)?;
    let example = artifacts::build(shell, example::NAME, example::NAME, &profile)?;
    let token = |role: &str| {
        let token = shell.read(shell.program(&program).args(["token", role]))?;
        Ok::<_, Failure>(token.trim().to_owned())
    };
    let tokens = Tokens {
        user: token("user")?,
        stranger: token("guest")?,
    };

    let mut subjects = Vec::new();
    for application in &APPLICATIONS {
        let start = || match application.name {
            "fastapi" => {
                let mut command = cores.server(shell, &python);
                let server = Server::start(command.arg(FASTAPI), ANNOUNCEMENT)?;
                Subject::new(application, server, &tokens)
            }
            example::NAME => {
                let mut command = cores.server(shell, &example);
                example::configure(&mut command);
                let server = Server::start(&mut command, example::ANNOUNCEMENT)?;
                let tokens = example::log_in(server.address(), &tokens.user)?;
                Subject::new(application, server, &tokens)
            }
            mode => {
                let mut command = cores.server(shell, &program);
                let server = Server::start(command.args(["serve", mode]), ANNOUNCEMENT)?;
                Subject::new(application, server, &tokens)
            }
        };
        let subject: Result<_, Failure> = start();
        subjects.push(
            subject.map_err(|failure| Failure::new(format!("{}: {failure}", application.name)))?,
        );
    }
    println!("each server refuses what it has to, and only that");

    let results = race(shell, cores, &subjects, effort)?;
    print!("\n{}", results.table());
    Ok(figures(&results, effort))
}

/// One of the applications, which runs and keeps its contract.
#[derive(Debug)]
struct Subject {
    application: &'static Application,
    server: Server,
    /// What it is sent with each request.
    fields: [String; 2],
}

impl Subject {
    fn new(
        application: &'static Application,
        server: Server,
        tokens: &Tokens,
    ) -> Result<Self, Failure> {
        contract::check(server.address(), application.role, tokens)?;
        Ok(Self {
            application,
            server,
            fields: [
                format!("authorization: Bearer {}", tokens.user),
                format!("origin: {}", contract::ORIGIN),
            ],
        })
    }
}

/// Alternately forwards and backwards, after one short turn that does not count.
fn race(
    shell: &Shell,
    cores: Cores,
    subjects: &[Subject],
    effort: Effort,
) -> Result<Results, Failure> {
    let mut results = Results::default();
    for repetition in 0..=effort.repetitions {
        let is_warm_up = repetition == 0;
        let seconds = if is_warm_up { 1 } else { effort.seconds };
        let mut turns: Vec<_> = subjects.iter().enumerate().collect();
        if repetition % 2 == 0 {
            turns.reverse();
        }
        for path in ["/protected", PLAIN] {
            for (index, subject) in &turns {
                // The example has a guard on each of its routes.
                if path == PLAIN && subject.application.role == Role::Example {
                    continue;
                }
                let name = subject.application.name;
                let url = format!("http://{}{path}", subject.server.address());
                let run = wrk::run(shell, cores, &url, &subject.fields, seconds)?;
                if run.failed > 0.0 {
                    return Err(Failure::new(format!(
                        "{name}: {} requests for {path} failed",
                        run.failed
                    )));
                }
                if !is_warm_up {
                    println!(
                        "{repetition}/{} {path:<11} {name:<11} {:>8.0} requests/s, p99 {:.1} ms",
                        effort.repetitions, run.per_second, run.p99_ms
                    );
                    results.add(*index, path, run);
                }
            }
        }
    }
    Ok(results)
}

fn figures(results: &Results, effort: Effort) -> Figures {
    let effort = format!(
        "{} turns of {} s, {} connections, one core for each server",
        effort.repetitions,
        effort.seconds,
        wrk::CONNECTIONS
    );
    Figures::new(vec![
        ("effort".to_owned(), Json::text(effort)),
        ("noise".to_owned(), Json::number(results.noise())),
        ("applications".to_owned(), results.applications()),
        ("rows".to_owned(), results.rows()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A longer one would not fit into its chart.
    #[test]
    fn labels_are_short() {
        for Application { label, .. } in &APPLICATIONS {
            assert!(label.len() <= 40, "{label}");
        }
    }

    /// The servers say who may call them; asking in another name would measure
    /// refusals.
    #[test]
    fn the_servers_know_the_origin() {
        let shell = Shell::new(std::time::Duration::ZERO).unwrap();
        for file in ["benches/stack/src/lib.rs", FASTAPI] {
            let text = std::fs::read_to_string(shell.root().join(file)).unwrap();
            assert!(
                text.contains(&format!("\"{}\"", contract::ORIGIN)),
                "{file}"
            );
        }
    }
}
