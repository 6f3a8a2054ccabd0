//! Vectors, a JSON object a line, each answered with one.

mod credentials;
mod jws;
mod keys;
mod origin;
mod password;
mod quota;
mod text;

use std::error::Error;
use std::fmt::Display;
use std::io::{self, BufRead, Read, Write};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::settings::{parse, read};

/// The longest line, in bytes: a token of 1 MiB, and a key, fit.
const MAX_LINE: usize = 4 * 1024 * 1024;

/// Answers each line in its turn. One that is wrong does not end the run.
pub(crate) fn judge(
    mut questions: impl BufRead,
    mut answers: impl Write,
) -> Result<(), Box<dyn Error>> {
    while let Some(line) = next(&mut questions)? {
        let answer = match line {
            Line::Question(line) if line.trim_ascii().is_empty() => continue,
            Line::Question(line) => answer(&line),
            Line::TooLong => error(format!("the line is longer than {MAX_LINE} bytes")),
        };
        let written = writeln!(answers, "{answer}").and_then(|()| answers.flush());
        match written {
            // Nobody wants to know the rest.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            written => written?,
        }
    }
    Ok(())
}

enum Line {
    Question(Vec<u8>),
    TooLong,
}

/// Reads the next line, and no more of it than it may have.
fn next(questions: &mut impl BufRead) -> io::Result<Option<Line>> {
    let mut line = Vec::new();
    let limit = u64::try_from(MAX_LINE + 1).unwrap_or(u64::MAX);
    if questions
        .by_ref()
        .take(limit)
        .read_until(b'\n', &mut line)?
        == 0
    {
        return Ok(None);
    }
    if line.len() <= MAX_LINE || line.ends_with(b"\n") {
        return Ok(Some(Line::Question(line)));
    }
    questions.skip_until(b'\n')?;
    Ok(Some(Line::TooLong))
}

fn answer(line: &[u8]) -> Value {
    let Ok(line) = str::from_utf8(line) else {
        return error("the line is not UTF-8");
    };
    let (question, twice) = match parse(line) {
        Ok(parsed) => parsed,
        Err(problem) => return error(format!("the line is no JSON: {problem}")),
    };
    let Value::Object(mut question) = question else {
        return error("the line is no JSON object");
    };
    let id = question.remove("id");
    let answer = match twice.first() {
        Some(place) => error(format!("{place}: it is there twice")),
        None => judged(question),
    };
    match (answer, id) {
        (Value::Object(mut answer), Some(id)) => {
            answer.insert("id".to_owned(), id);
            answer.into()
        }
        (answer, _) => answer,
    }
}

fn judged(mut question: Map<String, Value>) -> Value {
    let op = question.remove("op");
    let question = Value::Object(question);
    match op.as_ref().and_then(Value::as_str) {
        Some("gcra") => with(question, quota::gcra),
        Some("issue-api-key") => with(question, keys::issue),
        Some("origin") => with(question, origin::origin),
        Some("origin-pattern") => with(question, origin::pattern),
        Some("parse-basic") => with(question, credentials::basic),
        Some("quota") => with(question, quota::quota),
        Some("verify-jws") => with(question, jws::verify),
        Some("verify-password") => with(question, password::verify),
        Some(_) => error("op: there is no such question"),
        None => error("op: it is missing, or no text"),
    }
}

fn with<Q: DeserializeOwned>(question: Value, judge: impl FnOnce(&Q) -> Value) -> Value {
    match read::<Q>(question) {
        Ok(question) => judge(&question),
        Err(problems) => {
            let problems = problems.problems();
            let problems: Vec<_> = problems
                .map(|(name, problem)| format!("{name}: {problem}"))
                .collect();
            error(problems.join("; "))
        }
    }
}

/// The answer to what is no question.
fn error(problem: impl Into<String>) -> Value {
    json!({ "error": problem.into() })
}

/// The answer to what was asked about, and is not valid.
fn invalid(problem: impl Display) -> Value {
    json!({ "valid": false, "error": problem.to_string() })
}
