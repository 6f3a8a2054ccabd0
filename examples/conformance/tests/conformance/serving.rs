//! What is served beside the mounts, and how it ends.

use std::io::{Read, Write};

use serde_json::json;

use crate::http::{connect, get, send};
use crate::server::Server;

#[test]
fn outside_of_the_mounts_there_is_nothing() {
    let server = Server::with(&json!({
        "listen": "127.0.0.1:0",
        "mounts": [{"path": "/a/b", "layer": "headers"}, {"path": "/c", "layer": "headers"}],
    }));
    for (target, status) in [
        ("/", 404),
        ("/a", 404),
        ("/a/bc", 404),
        ("/a/b;c", 404),
        ("/A/b", 404),
        ("//a/b", 404),
        ("/a/b", 200),
        ("/a/b/", 200),
        ("/a/b?c", 200),
        ("/_calls", 200),
        ("/_calls/", 404),
    ] {
        assert_eq!(server.send(&get(target)).status, status, "{target}");
    }
    assert_eq!(server.send(&send("POST", "/_calls")).status, 405);
    let calls = server.send(&get("/_calls")).json();
    assert_eq!(calls, json!({"/a/b": 3, "/c": 0}));
}

#[test]
fn the_root_takes_what_the_others_leave() {
    let server = Server::with(&json!({
        "listen": "127.0.0.1:0",
        "mounts": [{"path": "/", "layer": "headers"}, {"path": "/c", "layer": "headers"}],
    }));
    for (request, path) in [
        (get("/c/d"), "/d"),
        (get("/cd"), "/cd"),
        (get("/"), "/"),
        (send("OPTIONS", "*"), "*"),
        (get("/_callsx"), "/_callsx"),
    ] {
        assert_eq!(server.send(&request).json()["path"], path, "{request:?}");
    }
    let calls = server.send(&get("/_calls")).json();
    assert_eq!(calls, json!({"/": 4, "/c": 1}));
}

#[test]
fn a_field_that_is_no_text_is_told_in_base64() {
    let server = Server::with(&json!({
        "listen": "127.0.0.1:0", "mounts": [{"path": "/a", "layer": "headers"}],
    }));
    let mut stream = connect(server.address());
    stream
        .write_all(b"GET /a HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-odd: \xff\xfe\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();

    assert!(
        answer.contains(r#"["x-odd",{"base64":"//4="}]"#),
        "{answer}"
    );
}

#[test]
fn a_body_that_is_too_long_is_not_kept() {
    let server = Server::with(&json!({
        "listen": "127.0.0.1:0", "mounts": [{"path": "/a", "layer": "headers"}],
    }));
    let body = vec![b'x'; 1024 * 1024];
    let answer = server.send(&send("POST", "/a").body(&body));
    assert_eq!(answer.json()["body_bytes"], body.len());

    let mut stream = connect(server.address());
    let head = b"POST /a HTTP/1.1\r\nhost: x\r\ncontent-length: 1048577\r\n\r\n";
    stream.write_all(head).unwrap();
    let _closed = stream.write_all(&vec![b'x'; 1024 * 1024 + 1]);
    let mut status = [0; 12];
    stream.read_exact(&mut status).unwrap();
    assert_eq!(&status, b"HTTP/1.1 413");
}

#[test]
fn clients_that_send_nothing_or_too_much_are_not_waited_for() {
    let server = Server::with(&json!({
        "listen": "127.0.0.1:0", "head_seconds": 1, "silent_seconds": 1,
        "mounts": [{"path": "/a", "layer": "headers"}],
    }));
    let begun = |bytes: &[u8]| {
        let mut stream = connect(server.address());
        stream.write_all(bytes).unwrap();
        stream
    };
    // Nothing, what could be either version, and a head that does not end.
    let slow = [
        &b""[..],
        b"PRI * HT",
        b"GET /a HTTP/1.1\r\nhost: x\r\nx-slow: ",
    ]
    .map(begun);
    for mut stream in slow {
        let mut rest = Vec::new();
        let _reset = stream.read_to_end(&mut rest);
        assert_eq!(rest, b"");
    }
    let many = "x: y\r\n".repeat(1001);
    let long = format!("x: {}\r\n", "y".repeat(300 * 1024));
    for fields in [many, long] {
        let mut stream = connect(server.address());
        let head = format!("GET /a HTTP/1.1\r\nhost: x\r\n{fields}\r\n");
        // It is answered, or cut off where it was not read to its end.
        let _closed = stream.write_all(head.as_bytes());
        let mut answer = Vec::new();
        let _reset = stream.read_to_end(&mut answer);
        assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 431 "));
    }
    assert_eq!(server.calls("/a"), 0);
}

#[test]
#[cfg(unix)]
fn it_ends_when_it_is_told_to() {
    let server = Server::sample();
    let _idle = connect(server.address());
    assert_eq!(server.send(&get("/headers/0")).status, 200);

    assert_eq!(server.terminate(), Some(0));
}

#[test]
fn an_address_in_use_is_a_failure_and_no_mistake() {
    let server = Server::sample();
    let config = json!({
        "listen": server.address(), "mounts": [{"path": "/a", "layer": "headers"}],
    });
    let file = crate::server::file(&config.to_string());
    let output = crate::server::command().arg(file.path()).output().unwrap();

    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
}
