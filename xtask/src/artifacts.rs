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
