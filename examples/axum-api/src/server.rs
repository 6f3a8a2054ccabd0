use std::convert::Infallible;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tower::ServiceExt;

use crate::guards::Guarded;
use crate::stream::TimedStream;

/// How many connections are served at a time. More wait to be accepted.
const MAX_CONNECTIONS: usize = 1024;

/// How much of a request's head one connection may keep in memory.
const MAX_HEAD: usize = 64 * 1024;

/// How long the service waits for clients.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// For the head of a request, then for the rest and the answer, and for a client
    /// that takes none of what it asked for.
    pub(crate) request: Duration,
    /// For requests that have begun when the service is told to end.
    pub(crate) drain: Duration,
}

/// Serves until the process is told to end, and then for as long as requests that
/// have begun take, but not longer than the limit.
///
/// A hand-written loop, since `axum::serve` waits for slow clients for ever.
pub(crate) async fn serve(listener: TcpListener, guarded: Guarded, limits: Limits) {
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
        let guarded = guarded.clone();
        let service = service_fn(move |request| answer(guarded.clone(), peer, request));
        let stream = TimedStream::new(stream, limits.request);
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.request)
            .max_buf_size(MAX_HEAD)
            .serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%peer, %error, "a connection broke off");
            }
            drop(place);
        });
    }
    drop(listener);
    tracing::info!("ending");
    if timeout(limits.drain, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests were cut off");
    }
}

async fn answer(
    guarded: Guarded,
    peer: SocketAddr,
    request: hyper::Request<Incoming>,
) -> Result<Response, Infallible> {
    let mut request: Request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    guarded.oneshot(request).await
}

/// Accepts the next connection, however often that fails before.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(connection) => return connection,
            Err(error) if is_of_one_connection(error.kind()) => {}
            Err(error) => {
                // Such as too many open files, which takes time to pass.
                tracing::error!(%error, "no connection can be accepted");
                sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

fn is_of_one_connection(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ConnectionAborted | ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset
    )
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
