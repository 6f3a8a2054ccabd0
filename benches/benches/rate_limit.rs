//! What a rate limit adds to a request, beside `tower_governor`.
//!
//! `cargo bench -p benches --bench rate_limit -- ir VARIANT N` sends N requests through
//! one variant, for an instruction counter.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark that goes wrong has to stop"
)]

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::hint::black_box;
use std::task::{Context, Poll, Waker};

use axum::body::Body;
use bartizan_core::GuardLayer;
use bartizan_rate_limit::{Fields, Key, Limit, MemoryQuotaStore, Quota, RateLimit};
use benches::{Race, allocations, counted, report};
use http::{Request, Response};
use tower::util::BoxCloneSyncService;
use tower_governor::governor::GovernorConfigBuilder;
use tower_governor::key_extractor::KeyExtractor;
use tower_governor::{GovernorError, GovernorLayer};
use tower_layer::Layer;
use tower_service::Service;

/// Ours, the peer's, and the most that ours may add, in parts of what the peer adds.
const PAIRS: [(&str, &str, &str, f64); 3] = [
    ("allowed", "allow", "peer-allow", 1.2),
    (
        "allowed, with fields",
        "allow-fields",
        "peer-allow-fields",
        0.5,
    ),
    ("refused", "deny", "peer-deny", 0.02),
];

fn main() {
    if let Some((name, count)) = counted() {
        let mut run = variant(&name);
        return (0..count).for_each(|_| run());
    }
    let mut rows = Vec::new();
    for (title, ours, peer, limit) in PAIRS {
        let results = Race::new()
            .variant("inner", variant("inner"))
            .variant(ours, variant(ours))
            .variant("allow-outcome", variant("allow-outcome"))
            .variant(peer, variant(peer))
            .print(title, 61);
        let base = allocations(variant("inner"));
        let [added, peers] = [ours, peer].map(|name| allocations(variant(name)) - base);
        println!("allocations added: {added}, peer {peers}");
        let row = results
            .layer_row(title, ours, peer)
            .peer_name("tower_governor 0.8")
            .allocations(added)
            .peer_allocations(peers);
        rows.push(row.at_most(limit).drawn());
    }
    report("rate-limit", &rows);
}

/// Returns what sends one request through the variant called `name`.
fn variant(name: &str) -> Box<dyn FnMut()> {
    let run = match name {
        "inner" => sender(Inner),
        "allow" => sender(ours(open(), Fields::none(), false).layer(Inner)),
        "allow-outcome" => sender(ours(open(), Fields::none(), true).layer(Inner)),
        "allow-fields" => sender(ours(open(), Fields::standard(), false).layer(Inner)),
        "deny" => sender(ours(Quota::per_hour(1), Fields::standard(), false).layer(Inner)),
        "peer-allow" => sender(peer(u32::MAX, 1).layer(Inner)),
        "peer-allow-fields" => {
            let config = GovernorConfigBuilder::default()
                .key_extractor(OneKey)
                .per_nanosecond(1)
                .burst_size(u32::MAX)
                .use_headers()
                .finish();
            sender(GovernorLayer::new(config.expect("it is valid")).layer(Inner))
        }
        "peer-deny" => sender(peer(1, 3_600_000_000_000).layer(Inner)),
        _ => panic!("no variant: {name}"),
    };
    let mut run = run;
    // The first one passes also where the rest is refused.
    run();
    run
}

/// A quota that is never used up.
fn open() -> Quota {
    Quota::per_second(1_000_000_000)
}

fn ours(quota: Quota, fields: Fields, has_outcome: bool) -> GuardLayer<RateLimit> {
    let key = Key::from_fn(|_, key| {
        key.push(black_box(1_u64).to_ne_bytes());
        Ok(())
    });
    let limit = Limit::new("api", quota).key(key);
    let guard = RateLimit::with_store(limit, MemoryQuotaStore::with_capacity(1024));
    let guard = guard.fields(fields);
    GuardLayer::new(if has_outcome {
        guard
    } else {
        guard.without_outcome()
    })
}

#[derive(Clone, Debug)]
struct OneKey;

impl KeyExtractor for OneKey {
    type Key = u64;

    fn extract<T>(&self, _: &Request<T>) -> Result<u64, GovernorError> {
        Ok(black_box(1))
    }
}

type Peer = GovernorLayer<
    OneKey,
    governor::middleware::NoOpMiddleware<governor::clock::QuantaInstant>,
    Body,
>;

fn peer(burst: u32, nanos: u64) -> Peer {
    let config = GovernorConfigBuilder::default()
        .key_extractor(OneKey)
        .per_nanosecond(nanos)
        .burst_size(burst)
        .finish();
    GovernorLayer::new(config.expect("it is valid"))
}

/// Sends one request through a clone of `service`, boxed as axum's routes box each
/// layer: nothing is inlined that would not be there.
fn sender<S>(service: S) -> Box<dyn FnMut()>
where
    S: Service<Request<()>, Response = Response<Body>, Error = Infallible>,
    S: Clone + Send + Sync + 'static,
    S::Future: Send + 'static,
{
    let service = BoxCloneSyncService::new(service);
    Box::new(move || {
        let mut service = service.clone();
        let mut cx = Context::from_waker(Waker::noop());
        let Poll::Ready(Ok(())) = service.poll_ready(&mut cx) else {
            panic!("the inner service is always ready");
        };
        let mut response = service.call(Request::new(()));
        let Poll::Ready(Ok(response)) = response.as_mut().poll(&mut cx) else {
            panic!("the inner service answers at once");
        };
        drop(black_box(response));
    })
}

#[derive(Clone)]
struct Inner;

impl Service<Request<()>> for Inner {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<()>) -> Self::Future {
        drop(black_box(request));
        ready(Ok(Response::new(Body::default())))
    }
}
