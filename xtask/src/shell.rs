//! Runs other programs from the root of the repository, each within the time
//! that its step has left.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::{Context, Failure};
use crate::process_tree;

/// How long the system may take to end a process.
const AFTER_KILL: Duration = Duration::from_secs(30);

/// Characters of a command that a message shows.
const SHOWN: usize = 60;

/// Where a step runs and how long it may.
#[derive(Debug)]
pub(crate) struct Shell {
    root: PathBuf,
    target: PathBuf,
    began: Instant,
    limit: Duration,
}

impl Shell {
    /// # Errors
    ///
    /// The root of the repository has no parent, or a path is not readable.
    pub(crate) fn new(limit: Duration) -> Result<Self, Failure> {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = package
            .parent()
            .ok_or_else(|| Failure::new("xtask lies at the root"))?;
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(path) => std::path::absolute(path).context("CARGO_TARGET_DIR")?,
            None => root.join("target"),
        };
        Ok(Self {
            root: root.to_owned(),
            target,
            began: Instant::now(),
            limit,
        })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The folder that Cargo builds in; a step that keeps files makes a folder
    /// of its own there.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// What is left of the step's time.
    pub(crate) fn remaining(&self) -> Duration {
        self.limit.saturating_sub(self.began.elapsed())
    }

    /// A call of the Cargo that called us.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = self.program(cargo);
        command.args(arguments);
        command
    }

    /// A call of another program.
    pub(crate) fn program(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(describes_us) {
                command.env_remove(name);
            }
        }
        command
    }

    /// Runs a command whose output is shown as it comes.
    ///
    /// # Errors
    ///
    /// It could not be started, ended with a code other than zero, or ran out
    /// of time and was ended.
    pub(crate) fn run(&self, command: &mut Command) -> Result<(), Failure> {
        println!("$ {}", line(command));
        self.finish(command).map(|_output| ())
    }

    /// Runs a command and returns what it wrote to its standard output.
    ///
    /// # Errors
    ///
    /// As [`Shell::run`].
    pub(crate) fn read(&self, command: &mut Command) -> Result<String, Failure> {
        let output = self.finish(command.stdout(Stdio::piped()))?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn finish(&self, command: &mut Command) -> Result<Output, Failure> {
        let name = shortened(line(command));
        let child = command.spawn().context(format!("`{name}` did not start"))?;
        let process = child.id();
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || sender.send(child.wait_with_output()));

        let output = match receiver.recv_timeout(self.remaining()) {
            Ok(output) => output.context(&name)?,
            Err(RecvTimeoutError::Timeout) => {
                process_tree::kill(process);
                // It has ended once nobody holds its output any longer.
                let ended = receiver.recv_timeout(AFTER_KILL).is_ok();
                let how = if ended {
                    "was ended"
                } else {
                    "could not be ended"
                };
                let limit = self.limit.as_secs();
                return Err(Failure::new(format!(
                    "`{name}` {how}: over the step's {limit} s"
                )));
            }
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Failure::new(format!("`{name}` was lost")));
            }
        };
        if output.status.success() {
            Ok(output)
        } else {
            Err(Failure::new(format!("`{name}` failed: {}", output.status)))
        }
    }
}

/// Whether an environment variable describes our own package. Cargo sets these
/// for what it runs; passed on, they make build scripts that watch them run
/// again.
fn describes_us(variable: &str) -> bool {
    [
        "CARGO_PKG_",
        "CARGO_MANIFEST_",
        "CARGO_BIN_",
        "CARGO_CRATE_",
        "CARGO_PRIMARY_",
    ]
    .iter()
    .any(|prefix| variable.starts_with(prefix))
}

/// The command as one would type it, without its environment.
pub(crate) fn line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program
        .file_name()
        .unwrap_or(program.as_os_str())
        .to_string_lossy();
    let mut line = name.into_owned();
    for argument in command.get_args() {
        let _infallible = write!(line, " {}", argument.to_string_lossy());
    }
    line
}

/// The beginning of a long line, for messages: the whole was printed before.
fn shortened(line: String) -> String {
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}..", line.get(..end).unwrap_or(&line)),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_describes_us_is_kept_from_children() {
        for (variable, expected) in [
            ("CARGO_PKG_NAME", true),
            ("CARGO_MANIFEST_DIR", true),
            ("CARGO_HOME", false),
            ("CARGO_TARGET_DIR", false),
            ("CARGO_TERM_COLOR", false),
            ("PATH", false),
        ] {
            assert_eq!(describes_us(variable), expected, "{variable}");
        }
    }

    #[test]
    fn shows_a_command_by_its_name_and_arguments() {
        let mut command = Command::new("/usr/bin/cargo");
        command.args(["fmt", "--all"]);

        assert_eq!(line(&command), "cargo fmt --all");
    }

    #[test]
    fn a_message_shows_the_beginning_of_a_long_command() {
        let of = |count| "\u{e5}".repeat(count);

        assert_eq!(shortened(of(SHOWN + 1)), format!("{}..", of(SHOWN)));
        assert_eq!(shortened(of(SHOWN)), of(SHOWN));
    }

    #[cfg(unix)]
    #[test]
    fn a_command_that_fails_is_a_failure() {
        let shell = Shell::new(Duration::from_secs(60)).unwrap();

        let failure = shell
            .read(shell.program("sh").args(["-c", "exit 3"]))
            .unwrap_err();

        assert!(
            failure.to_string().starts_with("`sh -c exit 3` failed: "),
            "{failure}"
        );
    }

    #[test]
    fn a_program_that_is_not_there_is_a_failure() {
        let shell = Shell::new(Duration::from_secs(60)).unwrap();

        let failure = shell
            .read(&mut shell.program("no-such-program"))
            .unwrap_err();

        assert!(failure.to_string().contains("did not start"), "{failure}");
    }

    #[cfg(unix)]
    #[test]
    fn a_command_over_its_time_is_ended_with_its_children() {
        let shell = Shell::new(Duration::ZERO).unwrap();
        let mut endless = shell.program("sh");
        endless.args(["-c", "sleep 600 & wait"]);

        let failure = shell.read(&mut endless).unwrap_err();

        assert!(
            failure
                .to_string()
                .contains("was ended: over the step's 0 s"),
            "{failure}"
        );
    }
}
