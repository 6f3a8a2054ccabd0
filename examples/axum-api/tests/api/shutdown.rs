//! How the service ends.

#![cfg(unix)]

use std::io::Write;

use crate::http::connect;
use crate::server::{ALICE, Server, login};

#[test]
fn a_request_that_has_begun_is_answered_before_the_service_ends() {
    let server = Server::start();

    let answer = login("alice", ALICE).send_in_two(server.address(), || server.terminate());

    assert_eq!(answer.status, 200, "{answer:?}");
    let (code, log) = server.wait();
    assert_eq!(code, Some(0), "{log}");
    assert!(!log.contains("cut off"), "{log}");
}

#[test]
fn a_request_that_does_not_end_is_cut_off() {
    let server = Server::start_with(&[("AXUM_API_DRAIN_SECONDS", Some("0"))]);
    let mut stream = connect(server.address());
    stream
        .write_all(b"POST /token HTTP/1.1\r\nhost: x\r\n")
        .unwrap();

    server.terminate();

    let (code, log) = server.wait();
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("ending"), "{log}");
}
