//! A server described by one file, and a judge of vectors, for the suites of others.
//!
//! `conformance CONFIG.json` mounts each layer that the file names under a path of its
//! own, over a service that tells what it was handed, prints `listening on ADDRESS` and
//! serves until it is told to end. `conformance check CONFIG.json` says what is wrong
//! with the file and serves nothing. `conformance judge [FILE]` reads questions, a JSON
//! object a line, and answers each with one. The README has all the formats.
//!
//! It is a tool for tests: it shows whoever asks what a request had in it, credentials
//! that a layer left there too.

mod inner;
mod judge;
mod layers;
mod router;
mod server;
mod settings;
mod stream;

use std::error::Error;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::process::ExitCode;
use std::{fs, io};

use tokio::net::TcpListener;

use crate::settings::Plan;

/// Exit code when the arguments or the configuration are wrong.
const MISCONFIGURED: u8 = 2;

const USAGE: &str = "usage: conformance CONFIG.json | check CONFIG.json | judge [FILE]";

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(|argument| argument.to_str()).collect();
    match arguments.as_slice() {
        [Some("judge")] => ended(judge::judge(io::stdin().lock(), io::stdout())),
        [Some("judge"), Some(file)] => ended(open(file).and_then(|questions| {
            let answers = io::stdout();
            judge::judge(questions, answers)
        })),
        [Some("check"), Some(file)] => match Plan::read(file) {
            Ok(_) => ExitCode::SUCCESS,
            Err(error) => end(MISCONFIGURED, &*error),
        },
        [Some("judge" | "check"), ..] | [Some("-h" | "--help")] => end(MISCONFIGURED, &USAGE),
        [Some(file)] => match Plan::read(file) {
            Ok(plan) => ended(serve(plan)),
            Err(error) => end(MISCONFIGURED, &*error),
        },
        _ => end(MISCONFIGURED, &USAGE),
    }
}

#[tokio::main]
async fn serve(plan: Plan) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(plan.listen).await?;
    let mut out = io::stdout();
    writeln!(out, "listening on {}", listener.local_addr()?)?;
    out.flush()?;
    server::serve(listener, plan.router, plan.patience).await;
    Ok(())
}

fn open(file: &str) -> Result<impl BufRead, Box<dyn Error>> {
    Ok(BufReader::new(fs::File::open(file)?))
}

fn ended(result: Result<(), Box<dyn Error>>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => end(1, &*error),
    }
}

fn end<T: ToString + ?Sized>(code: u8, error: &T) -> ExitCode {
    // Where standard error is closed, there is nobody to tell.
    let _closed = writeln!(io::stderr(), "conformance: {}", error.to_string());
    ExitCode::from(code)
}
