//! The program, started for one test and ended with it.

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Command, Output, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, JoinHandle};

use serde_json::Value;

use crate::http::{Answer, Request, encoded, post};
use crate::keys::Key;

// With what JSON, `Debug`, URLs and forms write in ways of their own.
pub(crate) const ALICE: &str = "alice's \"c\u{f6}rrect\\horse:$HOME%41";
pub(crate) const ADMIN: &str = "%admin\\battery\"+st\u{e5}ple&$more";

pub(crate) struct Server {
    child: Child,
    address: String,
    printed: RefCell<String>,
    lines: Receiver<String>,
    log: Option<JoinHandle<String>>,
    pub(crate) key: Key,
}

impl Server {
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts the program with known secrets, on any free port, and with settings
    /// of one's own: `None` leaves one unset.
    pub(crate) fn start_with(settings: &[(&str, Option<&str>)]) -> Self {
        let key = Key::make();
        let mut command = command();
        command
            .env("AXUM_API_LISTEN", "127.0.0.1:0")
            .env("AXUM_API_USERS__ALICE__PASSWORD", ALICE)
            .env("AXUM_API_USERS__ADMIN__PASSWORD", ADMIN)
            .env("AXUM_API_SIGNING_KEY", &key.pem);
        for (name, value) in settings {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();

        let stderr = child.stderr.take().unwrap();
        let log = thread::spawn(|| read_all(stderr));
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        stdout.read_line(&mut first).unwrap();
        let Some(address) = first.trim().strip_prefix("listening on http://") else {
            panic!("the server printed {first:?}, and logged {:?}", log.join());
        };
        let address = address.to_owned();
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let _nobody_listens = sender.send(line);
            }
        });
        Self {
            child,
            address,
            printed: RefCell::new(first),
            lines,
            log: Some(log),
            key,
        }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn send(&self, request: &Request) -> Answer {
        request.send(&self.address)
    }

    /// Logs a user in.
    pub(crate) fn token(&self, user: &str) -> String {
        let password = if user == "admin" { ADMIN } else { ALICE };
        let answer = self.send(&login(user, password));
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }

    /// Makes an API key for a user who logs in, with what is in `grant` besides a name,
    /// and returns it with its id.
    pub(crate) fn key_of(&self, user: &str, grant: &str) -> (String, String) {
        let mut grant: Value = serde_json::from_str(grant).unwrap();
        grant["name"] = "test".into();
        let request = post("/keys").bearer(&self.token(user));
        let answer = self.send(&request.json(&grant.to_string()));
        assert_eq!(answer.status, 201, "{answer:?}");
        let text = |name: &str| answer.json()[name].as_str().unwrap().to_owned();
        (text("key"), text("id"))
    }

    /// Returns the program's welcome.
    pub(crate) fn welcome(&self) -> String {
        let mut printed = self.printed.borrow_mut();
        while !printed.contains("password=wrong") {
            printed.push_str(&self.lines.recv().unwrap());
            printed.push('\n');
        }
        printed.clone()
    }

    /// Asks the program to end.
    #[cfg(unix)]
    pub(crate) fn terminate(&self) {
        let status = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        assert!(status.unwrap().success());
    }

    /// Waits until the program has ended, and returns how, and all that it wrote.
    pub(crate) fn wait(mut self) -> Ended {
        let status = self.child.wait().unwrap();
        let mut printed = self.printed.take();
        // Ends with the program.
        for line in &self.lines {
            printed.push_str(&line);
            printed.push('\n');
        }
        Ended {
            code: status.code(),
            printed,
            log: self.log.take().unwrap().join().unwrap(),
        }
    }

    /// Ends the program at once.
    pub(crate) fn end(mut self) -> Ended {
        self.child.kill().unwrap();
        self.wait()
    }
}

#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) printed: String,
    pub(crate) log: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}

/// The program, without any setting of the one who tests.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_axum-api"));
    for (name, _) in std::env::vars_os() {
        let is_setting = |name: &str| name.to_ascii_uppercase().starts_with("AXUM_API_");
        if name.to_str().is_some_and(is_setting) {
            command.env_remove(name);
        }
    }
    command
}

/// Runs the program to its end.
pub(crate) fn run(settings: &[(&str, &str)]) -> Output {
    let mut command = command();
    command.envs(settings.iter().copied());
    command.stdin(Stdio::null()).output().unwrap()
}

pub(crate) fn login(user: &str, password: &str) -> Request {
    let (user, password) = (encoded(user), encoded(password));
    post("/token").form(&format!(
        "grant_type=password&username={user}&password={password}"
    ))
}

/// Returns a key whose last letter is another.
pub(crate) fn misspelt(key: &str) -> String {
    let mut letters = key.to_owned();
    let last = letters.pop();
    letters.push(if last == Some('0') { '1' } else { '0' });
    letters
}

fn read_all(mut stderr: ChildStderr) -> String {
    let mut log = Vec::new();
    stderr.read_to_end(&mut log).unwrap();
    String::from_utf8(log).unwrap()
}
