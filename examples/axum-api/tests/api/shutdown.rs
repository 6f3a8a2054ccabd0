//! How the service ends, and how it ends what clients do not.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use tokio::net::TcpSocket;

use crate::http::connect;
use crate::server::{ALICE, Ended, Server, login};

#[test]
#[cfg(unix)]
fn a_request_that_has_begun_is_answered_before_the_service_ends() {
    let server = Server::start();

    let answer = login("alice", ALICE).send_in_two(server.address(), || server.terminate());

    assert_eq!(answer.status, 200, "{answer:?}");
    let Ended { code, log, .. } = server.wait();
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("ending") && !log.contains("cut off"), "{log}");
}

#[test]
#[cfg(unix)]
fn a_request_that_does_not_end_is_cut_off() {
    let server = Server::start_with(&[("AXUM_API_DRAIN_SECONDS", Some("0"))]);
    let mut stream = begin(&server, "expect: 100-continue\r\ncontent-length: 9\r\n\r\n");
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).unwrap();

    server.terminate();

    let Ended { code, log, .. } = server.wait();
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("cut off"), "{log}");
}

#[test]
#[cfg(unix)]
fn a_connection_that_asks_for_nothing_holds_nothing_up() {
    let server = Server::start();
    let _idle = connect(server.address());
    assert_eq!(server.send(&crate::http::get("/healthz")).status, 200);

    server.terminate();

    let Ended { code, log, .. } = server.wait();
    assert_eq!(code, Some(0), "{log}");
    assert!(!log.contains("cut off"), "{log}");
}

#[test]
fn a_client_that_dribbles_is_not_waited_for() {
    let server = Server::start_with(&[("AXUM_API_REQUEST_SECONDS", Some("1"))]);

    let mut slow_head = begin(&server, "x-slow: ");
    let mut slow_body = begin(&server, "content-length: 9\r\n\r\nusern");
    let mut nothing = connect(server.address());

    assert_eq!(rest(&mut slow_head), "");
    assert!(rest(&mut slow_body).starts_with("HTTP/1.1 408 Request Timeout\r\n"));
    assert_eq!(rest(&mut nothing), "");
}

#[test]
fn a_client_that_asks_and_never_reads_is_not_waited_for() {
    let server = Server::start_with(&[("AXUM_API_REQUEST_SECONDS", Some("1"))]);
    let mut stream = small(&server);
    let requests = b"GET /nope HTTP/1.1\r\nhost: x\r\n\r\n".repeat(64);

    let cut = loop {
        if let Err(error) = stream.write_all(&requests) {
            break error;
        }
    };

    let kinds = [ErrorKind::BrokenPipe, ErrorKind::ConnectionReset];
    assert!(kinds.contains(&cut.kind()), "{cut:?}");
    assert_eq!(server.send(&crate::http::get("/healthz")).status, 200);
}

#[test]
fn a_head_that_never_ends_is_refused() {
    let server = Server::start();

    let mut stream = begin(&server, "x-long: ");
    let kilobyte = [b'x'; 1024];
    while stream.write_all(&kilobyte).is_ok() {}

    assert_eq!(server.send(&crate::http::get("/healthz")).status, 200);
}

/// A connection that soon holds no more of what the service says.
fn small(server: &Server) -> TcpStream {
    let connect = async {
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(4096)?;
        let address = server.address().parse().unwrap();
        socket.connect(address).await?.into_std()
    };
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let stream = runtime.enable_io().build().unwrap().block_on(connect);
    let stream = stream.unwrap();
    stream.set_nonblocking(false).unwrap();
    // Long after the service should have closed it.
    let long = Some(Duration::from_secs(20));
    stream.set_write_timeout(long).unwrap();
    stream
}

fn begin(server: &Server, rest: &str) -> TcpStream {
    let mut stream = connect(server.address());
    let head = "POST /token HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
                content-type: application/x-www-form-urlencoded\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(rest.as_bytes()).unwrap();
    stream
}

fn rest(stream: &mut TcpStream) -> String {
    let mut rest = Vec::new();
    let _reset = stream.read_to_end(&mut rest);
    String::from_utf8(rest).unwrap()
}
