//! Programs of this workspace, built and found.

use std::path::PathBuf;

use crate::failure::Failure;
use crate::shell::{self, Shell};

/// Builds one binary of a package and returns where it lies, whatever target
/// folder, triple or profile is in force.
///
/// # Errors
///
/// The build failed or made no such binary.
pub(crate) fn build(
    shell: &Shell,
    package: &str,
    binary: &str,
    arguments: &[&str],
) -> Result<PathBuf, Failure> {
    let mut cargo = shell.cargo(&["build", "--locked", "--package", package, "--bin", binary]);
    cargo
        .args(arguments)
        .arg("--message-format=json-render-diagnostics");
    println!("$ {}", shell::line(&cargo));
    let messages = shell.read(&mut cargo)?;
    let found = messages.lines().filter_map(executable).next_back();
    found.ok_or_else(|| Failure::new(format!("{package} has no binary `{binary}`")))
}

/// Builds what `cargo test --workspace` does and returns where the program lies that is
/// called so: nothing is built for it that the tests do not need, too.
///
/// # Errors
///
/// As [`build`].
pub(crate) fn beside_tests(shell: &Shell, program: &str) -> Result<PathBuf, Failure> {
    let mut cargo = shell.cargo(&["test", "--workspace", "--locked", "--no-run"]);
    cargo.arg("--message-format=json-render-diagnostics");
    println!("$ {}", shell::line(&cargo));
    let messages = shell.read(&mut cargo)?;
    let is_of = |message: &&str| is_program(message, program);
    let found = messages
        .lines()
        .filter(is_of)
        .filter_map(executable)
        .next_back();
    found.ok_or_else(|| Failure::new(format!("the workspace has no binary `{program}`")))
}

/// Whether the message is about the program of this name, and not about its tests.
fn is_program(message: &str, name: &str) -> bool {
    let name = format!(r#""name":"{name}""#);
    let parts = [r#""kind":["bin"]"#, &name, r#""test":false},"#];
    parts.iter().all(|part| message.contains(part))
}

/// Reads the path of the program out of one of Cargo's messages, if it has one.
fn executable(message: &str) -> Option<PathBuf> {
    let (_, value) = message.split_once(r#""executable":""#)?;
    let mut path = String::new();
    let mut characters = value.chars();
    loop {
        match characters.next()? {
            '"' => return Some(PathBuf::from(path)),
            // In a path only the backslash and the quote are escaped.
            '\\' => path.push(characters.next()?),
            other => path.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_a_program_from_its_tests_and_from_others() {
        let message = |kind: &str, name: &str, test: bool| {
            format!(
                r#"{{"target":{{"kind":["{kind}"],"name":"{name}","test":true}},"profile":{{"opt_level":"0","test":{test}}},"features":[],"executable":"/t/{name}"}}"#
            )
        };
        for (message, expected) in [
            (message("bin", "api", false), true),
            (message("bin", "api", true), false),
            (message("bin", "api-2", false), false),
            (message("test", "api", false), false),
        ] {
            assert_eq!(is_program(&message, "api"), expected, "{message}");
        }
    }

    #[test]
    fn reads_the_path_of_the_program() {
        let table = [
            (
                r#"{"reason":"compiler-artifact","executable":"/t/debug/a","fresh":true}"#,
                Some("/t/debug/a"),
            ),
            (
                r#"{"executable":"C:\\t\\a.exe","fresh":true}"#,
                Some(r"C:\t\a.exe"),
            ),
            (
                r#"{"reason":"compiler-artifact","executable":null,"fresh":true}"#,
                None,
            ),
            (r#"{"reason":"build-finished","success":true}"#, None),
            (r#"{"executable":"/t/cut"#, None),
        ];

        for (message, expected) in table {
            assert_eq!(
                executable(message),
                expected.map(PathBuf::from),
                "{message}"
            );
        }
    }
}
