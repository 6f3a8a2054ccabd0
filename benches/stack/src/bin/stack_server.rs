//! Serves one mode, or signs a token for all of them.
//!
//! `stack-server serve MODE` prints `listening on ADDRESS` and serves until the
//! process is ended; `stack-server token ROLE` prints a token.

#![expect(
    clippy::print_stdout,
    reason = "whoever starts it reads what it prints"
)]
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark that goes wrong has to stop"
)]

use std::net::SocketAddr;

use axum::serve::ListenerExt as _;
use bench_stack::{Mode, token};
use tokio::net::TcpListener;
use tokio::runtime::Builder;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["serve", mode] => serve(mode.parse().unwrap_or_else(|error| panic!("{error}"))),
        ["token", role] => println!("{}", token(role)),
        _ => panic!("call it as `serve MODE` or `token ROLE`"),
    }
}

/// One worker, since the load comes from the other core.
fn serve(mode: Mode) {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    let serving = runtime.spawn(async move {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        println!(
            "listening on {}",
            listener.local_addr().expect("an address")
        );
        let listener = listener.tap_io(|stream| stream.set_nodelay(true).expect("no delay"));
        // Only the limits by address need to know it.
        if !mode.is_secured() {
            axum::serve(listener, mode.app()).await
        } else {
            let app = mode.app();
            let service = app.into_make_service_with_connect_info::<SocketAddr>();
            axum::serve(listener, service).await
        }
    });
    runtime
        .block_on(serving)
        .expect("a task")
        .expect("to serve");
}
