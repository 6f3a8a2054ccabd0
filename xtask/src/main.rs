//! The commands of this repository: `cargo xtask help` lists them.

#![expect(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a command-line tool speaks to the terminal"
)]

mod artifacts;
mod bench;
mod callgrind;
mod cli;
mod conformance;
mod failure;
mod gate;
mod json;
mod manifest;
mod node;
mod process_tree;
mod python;
mod server;
mod shell;
mod steps;
mod summary;
mod system;
mod tool;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::cli::Command;
use crate::failure::Failure;
use crate::shell::Shell;
use crate::summary::Summary;

fn main() -> ExitCode {
    let outcome = cli::parse(std::env::args().skip(1)).and_then(run);
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::from(2)
        }
    }
}

fn run(command: Command) -> Result<bool, Failure> {
    match command {
        Command::Bench(options) => bench::run(&options),
        Command::Help => {
            println!("{}", cli::USAGE);
            Ok(true)
        }
        Command::List => {
            print!("{}", steps::table());
            Ok(true)
        }
        Command::Standards => {
            print!("{}", conformance::table(&Shell::new(Duration::MAX)?)?);
            Ok(true)
        }
        Command::Test(names) => test(&names),
    }
}

/// Runs each step whatever became of those before it, so that one run tells
/// all there is to mend.
fn test(names: &[String]) -> Result<bool, Failure> {
    let chosen = steps::select(names)?;
    let mut summary = Summary::default();
    for (index, step) in chosen.iter().enumerate() {
        let number = index.saturating_add(1);
        println!(
            "\n=== {number}/{} {}: {}",
            chosen.len(),
            step.name,
            step.proves
        );
        let began = Instant::now();
        let outcome = Shell::new(step.limit).and_then(|shell| (step.run)(&shell));
        let line = summary.add(step.name, outcome, began.elapsed());
        println!("=== {line}");
    }
    print!("\n{summary}");
    Ok(summary.passed())
}
