//! Connections: how many, for how long, and over which version of HTTP.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use crate::router::Router;
use crate::stream::TimedStream;

/// How many connections are served at a time. More wait to be accepted.
const MAX_CONNECTIONS: usize = 1024;
/// How many requests one connection of HTTP/2 may have under way.
const MAX_STREAMS: u32 = 100;
/// How large the head of a request may be. More than a firewall allows, so that it is
/// the firewall that refuses.
const MAX_HEAD: usize = 256 * 1024;
const MAX_FIELDS: usize = 1000;
/// For how long requests may go on when the process is told to end.
const DRAIN: Duration = Duration::from_secs(5);

/// How long clients are waited for.
#[derive(Clone, Copy)]
pub(crate) struct Patience {
    /// For the head of a request.
    pub(crate) head: Duration,
    /// While nothing is sent or taken.
    pub(crate) silence: Duration,
}

/// Serves HTTP/1 and HTTP/2 with prior knowledge until the process is told to end.
pub(crate) async fn serve(listener: TcpListener, router: Router, patience: Patience) {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut told = pin!(told_to_end());
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, accept(&listener).await)
        };
        let (place, (stream, peer)) = tokio::select! {
            // First, so that the signal is watched before a connection is taken.
            biased;
            () = &mut told => break,
            next = next => next,
        };
        let router = router.clone();
        let service = service_fn(move |mut request: http::Request<hyper::body::Incoming>| {
            request.extensions_mut().insert::<SocketAddr>(peer);
            let router = router.clone();
            async move { Ok::<_, Infallible>(router.answer(request).await) }
        });
        let stream = TokioIo::new(TimedStream::new(stream, patience.silence));
        let connection = builder(patience)
            .serve_connection(stream, service)
            .into_owned();
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            let _the_client_went_away = connection.await;
            drop(place);
        });
    }
    drop(listener);
    let _cut_off = timeout(DRAIN, graceful.shutdown()).await;
}

fn builder(patience: Patience) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(patience.head)
        .max_headers(MAX_FIELDS)
        .max_buf_size(MAX_HEAD);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(u32::try_from(MAX_HEAD).unwrap_or(u32::MAX));
    builder
}

/// Accepts the next connection, however often that fails before.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(connection) => return connection,
            // A client that went away, or too many open files: neither is for ever.
            Err(_) => sleep(Duration::from_millis(100)).await,
        }
    }
}

/// Waits for ctrl-c or, on Unix, SIGTERM.
async fn told_to_end() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupted => {}
        () = terminated() => {}
    }
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};

    match signal(SignalKind::terminate()) {
        Ok(mut terminated) => {
            terminated.recv().await;
        }
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}
