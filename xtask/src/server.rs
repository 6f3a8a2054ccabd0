//! A server of this workspace, started for a test and ended by it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::{Context, Failure};
use crate::process_tree;

/// How long a server may take to listen, and to end when asked to.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server. Dropping it ends it at once.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    output: Receiver<String>,
    address: String,
}

impl Server {
    /// Starts a server and waits for the line of its standard output that
    /// begins with `announcement`; the rest of that line is its address.
    ///
    /// # Errors
    ///
    /// It did not start, ended, or said nothing in time.
    pub(crate) fn start(command: &mut Command, announcement: &str) -> Result<Self, Failure> {
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .context("the server")?;
        let stdout = child
            .stdout
            .take()
            .ok_or_else(|| Failure::new("no output to read"))?;
        let (sender, output) = mpsc::channel();
        // Reads to the end even when nobody listens: a full pipe would stop
        // the server.
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                println!("  server: {line}");
                let _nobody_listens = sender.send(line);
            }
        });

        let mut server = Self {
            child,
            output,
            address: String::new(),
        };
        server.address = server.wait_for(announcement)?;
        Ok(server)
    }

    /// What followed the announcement.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Asks the server to end, and returns how it did.
    ///
    /// # Errors
    ///
    /// It went on; it has been ended by force.
    #[cfg(unix)]
    pub(crate) fn shut_down(mut self) -> Result<ExitStatus, Failure> {
        process_tree::terminate(self.child.id());
        let deadline = Instant::now() + PATIENCE;
        // Its output ends when it does.
        while let Some(left) = left_until(deadline) {
            if let Err(RecvTimeoutError::Disconnected) = self.output.recv_timeout(left) {
                return self.child.wait().context("the server");
            }
        }
        Err(Failure::new("the server went on after it was asked to end"))
    }

    fn wait_for(&self, announcement: &str) -> Result<String, Failure> {
        let deadline = Instant::now() + PATIENCE;
        while let Some(left) = left_until(deadline) {
            match self.output.recv_timeout(left) {
                Ok(line) => {
                    if let Some(address) = line.trim().strip_prefix(announcement) {
                        return Ok(address.trim().to_owned());
                    }
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Failure::new("the server ended before it listened"));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
        Err(Failure::new(format!(
            "the server did not print `{announcement}` in time"
        )))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(Some(_))) {
            process_tree::kill(self.child.id());
            let _status = self.child.wait();
        }
    }
}

fn left_until(deadline: Instant) -> Option<Duration> {
    deadline
        .checked_duration_since(Instant::now())
        .filter(|left| !left.is_zero())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_server_tells_its_address_and_ends_as_it_likes_when_asked() {
        // The sleeper holds no output of the server: should the signal come before it
        // is what it will be, it stays, and the server has ended nevertheless.
        let server = start(
            "trap 'kill $!; exit 7' TERM; sleep 600 >/dev/null & echo listening on x:1; wait",
        );

        let server = server.unwrap();
        assert_eq!(server.address(), "x:1");
        assert_eq!(server.shut_down().unwrap().code(), Some(7));
    }

    #[test]
    fn a_server_that_is_dropped_ends() {
        let server = start("trap '' TERM; echo hello; echo listening on x:1; sleep 600 & wait");

        let Server { output, .. } = &server.unwrap();
        assert!(output.recv_timeout(Duration::ZERO).is_err());
    }

    #[test]
    fn a_server_that_ends_at_once_is_a_failure() {
        let failure = start("echo no configuration").unwrap_err();

        assert!(
            failure.to_string().contains("ended before it listened"),
            "{failure}"
        );
    }

    fn start(script: &str) -> Result<Server, Failure> {
        Server::start(
            Command::new("sh").stdin(Stdio::null()).args(["-c", script]),
            "listening on ",
        )
    }
}
