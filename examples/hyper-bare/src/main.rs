//! A service on bare hyper, without a framework, behind the same guards.
//!
//! `cargo run -p hyper-bare` prints the `curl` lines to try. `HYPER_BARE_LISTEN` is the
//! address to listen on: `127.0.0.1:3001` by default, port 0 for any free one.

use std::convert::Infallible;
use std::error::Error;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bartizan::headers::SecurityHeaders;
use bartizan::jwt::{Algorithm, Bearer, Claims, SigningKey, TokenSigner, Verifier};
use bartizan::problem::ProblemLayer;
use bartizan::rate_limit::{Key, Limit, Quota, RateLimit};
use bartizan::rbac::{require, scope};
use bartizan::{FindClient, Principal, RequestFirewall, Stack, TrustedProxies};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tower::ServiceBuilder;

/// The most connections at once, and how long one may take for the head of a request.
const CONNECTIONS: usize = 1_000;
const PATIENCE: Duration = Duration::from_secs(10);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let key = Arc::new(SigningKey::generate(Algorithm::ES256)?);
    let verifier = Verifier::<()>::builder(key.verifying_key(), [Algorithm::ES256])
        .issuer("hyper-bare")
        .audience("hyper-bare")
        .build()?;
    let stack = Stack::new()
        .problem(ProblemLayer::new())
        .headers(SecurityHeaders::api())
        .client_address(FindClient::behind(TrustedProxies::none()))
        .firewall(RequestFirewall::new())
        .rate_limit_by_address(RateLimit::new(
            Limit::new("address", Quota::per_minute(60)).key(Key::client()),
        ))
        .authenticate(Bearer::new(verifier))
        .authorize(require(scope("greet")))
        .build();
    let service = ServiceBuilder::new().layer(stack).service_fn(greet);

    let listen = std::env::var("HYPER_BARE_LISTEN");
    let listener = TcpListener::bind(listen.as_deref().unwrap_or("127.0.0.1:3001")).await?;
    welcome(listener.local_addr()?, &key)?;
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let place = Arc::clone(&room).acquire_owned().await?;
        let Ok((stream, peer)) = listener.accept().await else {
            // The client went away, or there are too many files: neither is for ever.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let service = ServiceBuilder::new()
            .map_request(move |mut request: Request<Incoming>| {
                request.extensions_mut().insert::<SocketAddr>(peer);
                request
            })
            .service(service.clone());
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(PATIENCE)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        tokio::spawn(async move {
            let _the_client_went_away = connection.await;
            drop(place);
        });
    }
}

/// The service itself. It is called only for requests that may have an answer.
async fn greet(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let who = request.extensions().get::<Principal>();
    let who = who.map_or("nobody", Principal::subject);
    Ok(Response::new(format!("Hello, {who}!\n").into()))
}

fn welcome(address: SocketAddr, key: &Arc<SigningKey>) -> Result<(), Box<dyn Error>> {
    let signer = TokenSigner::new(Arc::clone(key), "hyper-bare").audience("hyper-bare");
    let alice = signer.sign(Claims::new("alice", ()).with_scope("greet"))?;
    let bob = signer.sign(Claims::new("bob", ()))?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "listening on {address}\n")?;
    for (token, what) in [(&*alice, "alice may"), (&*bob, "403: bob may not")] {
        writeln!(
            out,
            "  curl -i http://{address}/ -H 'Authorization: Bearer {token}'  # {what}"
        )?;
    }
    writeln!(out, "  curl -i http://{address}/  # 401: nobody")?;
    out.flush().map_err(Into::into)
}
