use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::connect_info::IntoMakeServiceWithConnectInfo;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time::sleep;

/// Serves until the process is told to end, and then for as long as requests that
/// have begun take, but not longer than `drain`.
pub(crate) async fn serve(
    listener: TcpListener,
    service: IntoMakeServiceWithConnectInfo<Router, SocketAddr>,
    drain: Duration,
) -> io::Result<()> {
    let (stop, stopped) = oneshot::channel();
    let server = axum::serve(listener, service).with_graceful_shutdown(async {
        // Told to, or left alone: both are a reason to end.
        let _told = stopped.await;
    });
    let deadline = async {
        told_to_end().await;
        tracing::info!("ending");
        let _ended = stop.send(());
        sleep(drain).await;
    };
    tokio::select! {
        served = server => served,
        () = deadline => {
            tracing::warn!("requests were cut off");
            Ok(())
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
