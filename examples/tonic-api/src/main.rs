//! A gRPC service behind guards, with HTTP on the same port.
//!
//! `cargo run -p tonic-api` starts it and prints the `curl` and `grpcurl` lines to try.
//! Clients get a token over HTTP at `/token`, and call `ledger.v1.Ledger` with it. The
//! health service and `/healthz` are for everyone; reflection is when it is turned on.
//!
//! | setting | default | |
//! |---|---|---|
//! | `TONIC_API_LISTEN` | `127.0.0.1:50051` | port 0 for any free one |
//! | `TONIC_API_REFLECTION` | `false` | whether anyone may ask for the descriptors |
//! | `TONIC_API_READER_SECRET`, `.._WRITER_SECRET`, `.._AUDITOR_SECRET` | made at start | of the clients |
//!
//! Another name that begins with `TONIC_API_` is an error: it may be a misspelt one.
//! (Kubernetes sets some for a service called `tonic-api`, unless `enableServiceLinks` is
//! `false`.)
//!
//! Tokens pass in clear text: in production there is a proxy before it that speaks TLS.

mod guards;
mod ledger;
mod settings;
mod tokens;
mod welcome;

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;
use tonic::service::Routes;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;

use crate::ledger::Books;
use crate::protocol::ledger_server::LedgerServer;
use crate::settings::Settings;
use crate::tokens::Tokens;

fn main() -> ExitCode {
    let result = Settings::load()
        .map_err(Into::into)
        .and_then(|settings| run(&settings));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where standard error is closed, there is nobody to tell.
            let _closed = writeln!(io::stderr(), "tonic-api: {error}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn run(settings: &Settings) -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    let tokens = Tokens::new(settings)?;
    let routes = routes(&tokens, settings).await?;
    let service = guards::guard(routes, &tokens, settings)?;

    let listener = TcpListener::bind(settings.listen).await?;
    // Before anybody knows whom to send it to.
    let told_to_end = told_to_end()?;
    welcome::print(listener.local_addr()?, &tokens, settings)?;
    Server::builder()
        .accept_http1(true)
        .http2_keepalive_interval(Some(Duration::from_secs(30)))
        .max_concurrent_streams(Some(100))
        .timeout(Duration::from_secs(30))
        .serve_with_incoming_shutdown(service, TcpIncoming::from(listener), told_to_end)
        .await?;
    Ok(())
}

/// HTTP and gRPC beside each other: which is which, the path says.
async fn routes(tokens: &Tokens, settings: &Settings) -> Result<Routes, Box<dyn Error>> {
    let (health, health_service) = tonic_health::server::health_reporter();
    health.set_serving::<LedgerServer<Books>>().await;
    let http = Router::new()
        .route_service("/token", tokens.endpoint()?)
        .route("/healthz", get(|| async { "ok" }));
    let mut routes = Routes::from(http)
        .add_service(health_service)
        .add_service(LedgerServer::new(Books::default()));
    if settings.reflection {
        let reflection = tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(protocol::DESCRIPTORS)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            .build_v1()?;
        routes = routes.add_service(reflection);
    }
    Ok(routes.prepare())
}

/// Watches for the signals to end from now on, and returns what waits for one.
#[cfg(unix)]
fn told_to_end() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(windows)]
fn told_to_end() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        let _told = interrupt.recv().await;
    })
}

#[expect(
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::doc_markdown,
    unreachable_pub,
    unused_qualifications,
    reason = "generated"
)]
mod protocol {
    tonic::include_proto!("ledger.v1");

    /// The protocol itself, as reflection and the check of the route table read it.
    pub(crate) const DESCRIPTORS: &[u8] =
        include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
}
