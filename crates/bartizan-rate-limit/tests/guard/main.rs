//! Requests through the guard, over HTTP and over gRPC.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

mod denial;
mod in_flight;
mod keys;
mod outcome;
mod refunds;
mod routes;
mod several;
mod stores;
mod told;

use std::net::IpAddr;

use bartizan_core::{ClientAddr, GuardLayer, Principal};
use bartizan_rate_limit::{Limit, Quotas, RateLimit};
use bartizan_testkit::{FakeClock, Probe, send};
use http::{HeaderName, Request, Response, StatusCode};

const NOW: u64 = 1_700_000_000;

/// Five a minute for each client.
fn five(clock: &FakeClock) -> RateLimit {
    RateLimit::new(Limit::new("api", quotas("5/minute"))).clock(clock.clone())
}

fn clock() -> FakeClock {
    FakeClock::at_unix(NOW)
}

fn quotas(text: &str) -> Quotas {
    text.parse().unwrap()
}

fn from(address: &str) -> Request<()> {
    let address: IpAddr = address.parse().unwrap();
    let mut request = Request::new(());
    request.extensions_mut().insert(ClientAddr::new(address));
    request
}

fn on(path: &str) -> Request<()> {
    let mut request = from("192.0.2.1");
    *request.uri_mut() = path.parse().unwrap();
    request
}

fn by(subject: &str) -> Request<()> {
    let mut request = from("192.0.2.1");
    request
        .extensions_mut()
        .insert(Principal::builder(subject).build());
    request
}

fn with(name: &'static str, value: &str) -> Request<()> {
    let mut request = from("192.0.2.1");
    let name = HeaderName::from_static(name);
    request.headers_mut().append(name, value.parse().unwrap());
    request
}

async fn status(layer: &GuardLayer<RateLimit>, request: &Request<()>) -> StatusCode {
    ask(layer, request).await.status()
}

async fn ask(layer: &GuardLayer<RateLimit>, request: &Request<()>) -> Response<String> {
    send(layer, &Probe::new(), request.clone()).await
}

/// Sends `request` until it is refused, and returns how often it passed.
async fn passes(layer: &GuardLayer<RateLimit>, request: &Request<()>) -> u32 {
    let mut passed = 0;
    while status(layer, request).await == StatusCode::OK {
        passed += 1;
        assert!(passed < 1000, "it is never refused");
    }
    passed
}

fn field<'a, B>(response: &'a Response<B>, name: &str) -> Vec<&'a str> {
    let lines = response.headers().get_all(name).iter();
    lines.map(|line| line.to_str().unwrap()).collect()
}
