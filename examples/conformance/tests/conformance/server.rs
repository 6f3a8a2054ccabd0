//! The program, started for one test and ended with it.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::NamedTempFile;

use crate::http::{Answer, Request, get};

pub(crate) const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/sample.json");

pub(crate) struct Server {
    child: Child,
    address: String,
    /// Kept until the program has ended.
    _config: Option<NamedTempFile>,
}

impl Server {
    /// Starts the program with the sample.
    pub(crate) fn sample() -> Self {
        Self::start(SAMPLE.into(), None)
    }

    /// Starts the program with this configuration.
    pub(crate) fn with(config: &Value) -> Self {
        let file = file(&config.to_string());
        Self::start(file.path().into(), Some(file))
    }

    fn start(path: PathBuf, config: Option<NamedTempFile>) -> Self {
        let mut child = command()
            .arg(path)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut first).unwrap();
        let Some(address) = first.trim().strip_prefix("listening on ") else {
            let mut error = String::new();
            child
                .stderr
                .take()
                .unwrap()
                .read_to_string(&mut error)
                .unwrap();
            panic!("the server printed {first:?}, and said {error:?}");
        };
        Self {
            child,
            address: address.to_owned(),
            _config: config,
        }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn send(&self, request: &Request) -> Answer {
        request.send(&self.address)
    }

    /// Returns how often the inner service of a mount was called.
    pub(crate) fn calls(&self, mount: &str) -> u64 {
        let calls = self.send(&get("/_calls"));
        assert_eq!(calls.status, 200, "{calls:?}");
        calls.json()[mount].as_u64().unwrap()
    }

    /// Asks the program to end, and returns how it did.
    #[cfg(unix)]
    pub(crate) fn terminate(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        let status = Command::new("kill").args(["-TERM", &id]).status();
        assert!(status.unwrap().success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}

pub(crate) fn command() -> Command {
    Command::new(env!("CARGO_BIN_EXE_conformance"))
}

pub(crate) fn file(text: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

/// Has a configuration checked.
pub(crate) fn check(config: &str) -> Output {
    let file = file(config);
    let mut command = command();
    command.arg("check").arg(file.path());
    command.stdin(Stdio::null()).output().unwrap()
}

/// Asks the judge, and returns its lines.
pub(crate) fn judge(lines: &[u8]) -> Vec<Value> {
    let file = tempfile::tempfile().unwrap();
    let mut questions = &file;
    questions.write_all(lines).unwrap();
    std::io::Seek::rewind(&mut questions).unwrap();
    let output = command().arg("judge").stdin(file).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let answers = String::from_utf8(output.stdout).unwrap();
    let answers = answers.lines().map(serde_json::from_str);
    answers.collect::<Result<_, _>>().unwrap()
}

pub(crate) fn ask(questions: &[Value]) -> Vec<Value> {
    let lines: String = questions.iter().map(|line| format!("{line}\n")).collect();
    let answers = judge(lines.as_bytes());
    assert_eq!(answers.len(), questions.len());
    answers
}
