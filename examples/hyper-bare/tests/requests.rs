//! The example, as a user starts it.

#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

#[test]
fn serves_whom_it_may_and_nobody_else() {
    let (server, output) = Server::start();
    let tokens: Vec<_> = output
        .lines()
        .filter_map(|line| line.split_once("Bearer ")?.1.split_once('\''))
        .map(|(token, _)| token.to_owned())
        .collect();
    let [alice, bob] = tokens.as_slice() else {
        panic!("two tokens in {output}")
    };

    for (target, token, status, part) in [
        ("/", Some(alice.as_str()), "200 OK", "Hello, alice!"),
        ("/", Some(bob), "403 Forbidden", "insufficient_scope"),
        ("/", Some("x.y.z"), "401 Unauthorized", "invalid_token"),
        ("/", None, "401 Unauthorized", "application/problem+json"),
        (
            "//admin",
            Some(alice),
            "400 Bad Request",
            "application/problem+json",
        ),
        (
            "/a%2f..%2fb",
            Some(alice),
            "400 Bad Request",
            "application/problem+json",
        ),
    ] {
        let answer = server.get(target, token);
        let (line, _) = answer.split_once("\r\n").unwrap();
        assert_eq!(line, format!("HTTP/1.1 {status}"), "{target}");
        assert!(answer.contains(part), "{answer}");
        assert!(
            answer.contains("x-content-type-options: nosniff"),
            "{answer}"
        );
        assert!(!answer.contains(token.unwrap_or("Bearer ey")), "{answer}");
    }
    let mut last = String::new();
    for _ in 0..61 {
        last = server.get("/", None);
    }
    assert!(last.starts_with("HTTP/1.1 429 "), "{last}");
    assert!(last.contains("\r\nretry-after: "), "{last}");
    assert!(
        last.contains(r#""violated-policies":["address"]"#),
        "{last}"
    );
}

struct Server {
    child: Child,
    address: String,
}

impl Server {
    /// Starts the example, and returns what it printed as well.
    fn start() -> (Self, String) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hyper-bare"))
            .env("HYPER_BARE_LISTEN", "127.0.0.1:0")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut output = String::new();
        while !output.contains("401: nobody") {
            output += &lines.next().unwrap().unwrap();
            output.push('\n');
        }
        let address = output.lines().next().unwrap();
        let address = address.strip_prefix("listening on ").unwrap().to_owned();
        (Self { child, address }, output)
    }

    fn get(&self, target: &str, token: Option<&str>) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .unwrap();
        let token = token.map(|token| format!("Authorization: Bearer {token}\r\n"));
        let token = token.unwrap_or_default();
        let host = &self.address;
        write!(
            stream,
            "GET {target} HTTP/1.1\r\nHost: {host}\r\n{token}Connection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}
