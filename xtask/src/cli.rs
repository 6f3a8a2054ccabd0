//! The command line.

use crate::bench::Options;
use crate::failure::Failure;

pub(crate) const USAGE: &str = "\
cargo xtask test [STEP..]   prove the project: every step, or only those named
cargo xtask list            name the steps and what each proves
cargo xtask bench [NAME..]  measure what guards cost beside their peers, and
                            draw docs/bench: all benchmarks, or those named;
                            --quick only shows that it works, elsewhere;
                            --draw draws again what was measured
cargo xtask standards       list the tests of each demand of a standard
cargo xtask help            print this

Environment:
  BARTIZAN_CORPORA          folder of external test vectors; their tests are
                            left out without it
  BARTIZAN_ADVISORY_DB      a copy of the RustSec database; `audit` fetches the
                            live one without it
  BARTIZAN_TOOLS            where the tools are kept; `~/.cache/bartizan/tools`
                            without it";

/// What the user asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Bench(Options),
    Help,
    List,
    Standards,
    Test(Vec<String>),
}

/// Reads the arguments that follow the program's name.
///
/// # Errors
///
/// An unknown command, or an argument to a command that takes none.
pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Command, Failure> {
    let Some(name) = arguments.next() else {
        return Ok(Command::Help);
    };
    let rest: Vec<String> = arguments.collect();
    let command = match name.as_str() {
        "bench" => return Options::parse(rest).map(Command::Bench),
        "test" => return Ok(Command::Test(rest)),
        "help" | "--help" | "-h" => Command::Help,
        "list" => Command::List,
        "standards" => Command::Standards,
        _ => return Err(Failure::new(format!("no command `{name}`\n\n{USAGE}"))),
    };
    match rest.first() {
        None => Ok(command),
        Some(extra) => Err(Failure::new(format!(
            "`{name}` takes no argument, got `{extra}`"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_each_command() {
        let table = [
            (&[][..], Command::Help),
            (&["help"], Command::Help),
            (&["--help"], Command::Help),
            (&["list"], Command::List),
            (&["standards"], Command::Standards),
            (&["test"], Command::Test(vec![])),
            (
                &["test", "fmt", "doc"],
                Command::Test(vec!["fmt".into(), "doc".into()]),
            ),
            (
                &["bench", "jwt", "--quick"],
                Command::Bench(Options {
                    names: vec!["jwt".into()],
                    quick: true,
                    ..Options::default()
                }),
            ),
        ];

        for (arguments, expected) in table {
            assert_eq!(parse_all(arguments).unwrap(), expected, "{arguments:?}");
        }
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        let table = [
            (&["tset"][..], "no command `tset`"),
            (&["list", "fmt"], "`list` takes no argument, got `fmt`"),
            (&["bench", "--slow"], "`bench` has no option `--slow`"),
        ];

        for (arguments, expected) in table {
            let failure = parse_all(arguments).unwrap_err().to_string();
            assert!(failure.starts_with(expected), "{failure}");
        }
    }

    fn parse_all(arguments: &[&str]) -> Result<Command, Failure> {
        parse(arguments.iter().map(ToString::to_string))
    }
}
