//! A client that sends what it is told to, right or wrong.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// Longer than any answer takes, and shorter than a test may.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Clone, Debug)]
pub(crate) struct Request {
    head: String,
    body: Vec<u8>,
}

pub(crate) fn get(target: &str) -> Request {
    send("GET", target)
}

pub(crate) fn send(method: &str, target: &str) -> Request {
    Request {
        head: format!("{method} {target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n"),
        body: Vec::new(),
    }
}

impl Request {
    pub(crate) fn field(mut self, name: &str, value: &str) -> Self {
        write!(self.head, "{name}: {value}\r\n").unwrap();
        self
    }

    pub(crate) fn basic(self, user: &str, password: &str) -> Self {
        let credentials = STANDARD.encode(format!("{user}:{password}"));
        self.field("authorization", &format!("Basic {credentials}"))
    }

    pub(crate) fn body(mut self, body: &[u8]) -> Self {
        self.body = body.to_vec();
        self.field("content-length", &body.len().to_string())
    }

    pub(crate) fn send(&self, address: &str) -> Answer {
        let mut stream = connect(address);
        let message = [self.head.as_bytes(), b"\r\n", &self.body].concat();
        // A server that refuses by the head alone may close before it has read all.
        let _closed = stream.write_all(&message);
        let mut raw = Vec::new();
        let _reset = stream.read_to_end(&mut raw);
        Answer::of(&raw)
    }
}

pub(crate) fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    fields: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    fn of(raw: &[u8]) -> Self {
        let raw = str::from_utf8(raw).unwrap();
        let Some((head, body)) = raw.split_once("\r\n\r\n") else {
            panic!("no answer: {raw:?}");
        };
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap();
        let fields = lines.map(|line| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_owned(), value.to_owned())
        });
        Self {
            status: status.parse().unwrap(),
            fields: fields.collect(),
            body: body.to_owned(),
        }
    }

    pub(crate) fn fields(&self, name: &str) -> Vec<&str> {
        let own = self.fields.iter().filter(|(known, _)| known == name);
        own.map(|(_, value)| value.as_str()).collect()
    }

    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields(name).first().copied()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }
}
