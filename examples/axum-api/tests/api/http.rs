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
    method: String,
    path: String,
    fields: Vec<(String, String)>,
    body: Vec<u8>,
}

pub(crate) fn get(path: &str) -> Request {
    Request {
        method: "GET".to_owned(),
        path: path.to_owned(),
        fields: Vec::new(),
        body: Vec::new(),
    }
}

pub(crate) fn post(path: &str) -> Request {
    get(path).method("POST")
}

/// Encodes a parameter of a form.
pub(crate) fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        write!(encoded, "%{byte:02X}").unwrap();
    }
    encoded
}

pub(crate) fn base64(text: &str) -> String {
    STANDARD.encode(text)
}

impl Request {
    pub(crate) fn method(mut self, method: &str) -> Self {
        method.clone_into(&mut self.method);
        self
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub(crate) fn api_key(self, key: &str) -> Self {
        self.header("x-api-key", key)
    }

    pub(crate) fn basic(self, user: &str, password: &str) -> Self {
        let credentials = base64(&format!("{user}:{password}"));
        self.header("authorization", &format!("Basic {credentials}"))
    }

    pub(crate) fn form(self, form: &str) -> Self {
        self.header("content-type", "application/x-www-form-urlencoded")
            .body(form.as_bytes())
    }

    pub(crate) fn json(self, json: &str) -> Self {
        self.header("content-type", "application/json")
            .body(json.as_bytes())
    }

    pub(crate) fn body(mut self, body: &[u8]) -> Self {
        self.body = body.to_vec();
        self
    }

    fn head(&self) -> String {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.path);
        head.push_str("host: localhost\r\nconnection: close\r\n");
        for (name, value) in &self.fields {
            write!(head, "{name}: {value}\r\n").unwrap();
        }
        if self.method == "POST" || !self.body.is_empty() {
            write!(head, "content-length: {}\r\n", self.body.len()).unwrap();
        }
        head.push_str("\r\n");
        head
    }

    pub(crate) fn send(&self, address: &str) -> Answer {
        let mut stream = connect(address);
        let mut bytes = self.head().into_bytes();
        bytes.extend_from_slice(&self.body);
        // A server that refuses by the head alone may close before it has read all.
        let _closed = stream.write_all(&bytes);
        Answer::read(stream)
    }

    /// Sends the head, and the rest after `meanwhile`, once the server asks for it.
    pub(crate) fn send_in_two(self, address: &str, meanwhile: impl FnOnce()) -> Answer {
        let request = self.header("expect", "100-continue");
        let mut stream = connect(address);
        stream.write_all(request.head().as_bytes()).unwrap();
        let mut go_on = [0; 25];
        stream.read_exact(&mut go_on).unwrap();
        assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
        meanwhile();
        stream.write_all(&request.body).unwrap();
        Answer::read(stream)
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
    pub(crate) raw: String,
}

impl Answer {
    fn read(mut stream: TcpStream) -> Self {
        let mut raw = Vec::new();
        let _reset = stream.read_to_end(&mut raw);
        // Icons are no text.
        let raw = String::from_utf8_lossy(&raw).into_owned();
        let (head, body) = raw.split_once("\r\n\r\n").expect("no answer");
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
            raw: raw.clone(),
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
