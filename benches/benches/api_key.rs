//! What it takes to authenticate a request with an API key, beside one hash of the
//! key.
//!
//! `cargo bench -p benches --bench api_key -- ir N` authenticates N requests with good
//! keys, for an instruction counter.

#![expect(
    clippy::expect_used,
    clippy::unreachable,
    reason = "a benchmark that goes wrong has to stop"
)]

use std::num::NonZeroUsize;

use aws_lc_rs::{digest, hmac};
use bartizan_api_key::{ApiKey, ApiKeys, KeyFormat, KeyGrant, MemoryApiKeyStore, PepperRing};
use bartizan_core::{Attempt, RequestHead, Scheme};
use bartizan_secret::SecretBytes;
use benches::{Race, Row, allocations, report};
use http::Request;

const ROUNDS: usize = 61;
/// Keys in the store.
const KEYS: usize = 10_000;
/// Keys that are sent, in turn.
const SENT: usize = 64;

const SHA256: &str = "one SHA-256 of the key (aws-lc)";
const HMAC: &str = "one HMAC-SHA-256 of the key (aws-lc)";
const GOOD: &str = "a good key";
const UNKNOWN: &str = "an unknown id";
const TYPO: &str = "a wrong checksum";

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime").block_on(run());
}

async fn run() {
    let keys = keys();
    let mut issued = issued(&keys, KEYS).await;
    issued.truncate(SENT);
    // Those of another store are spelt right, and not in this one.
    let unknown = self::issued(&self::keys(), SENT).await;
    let typos: Vec<String> = issued.iter().map(|key| with_typo(key)).collect();
    let scheme = ApiKey::new(keys);
    if let Some(count) = instructions() {
        let mut good = authenticate(&scheme, requests(&issued), true);
        for _ in 0..count {
            good();
        }
        return;
    }
    let mac = hmac::Key::new(hmac::HMAC_SHA256, &[7; 32]);

    let results = Race::new()
        .variant(
            SHA256,
            in_turn(&issued, |key| {
                digest::digest(&digest::SHA256, key.as_bytes())
            }),
        )
        .variant(
            HMAC,
            in_turn(&issued, |key| hmac::sign(&mac, key.as_bytes())),
        )
        .variant(GOOD, authenticate(&scheme, requests(&issued), true))
        .variant(UNKNOWN, authenticate(&scheme, requests(&unknown), false))
        .variant(TYPO, authenticate(&scheme, requests(&typos), false))
        .print(&format!("API keys, {KEYS} in memory"), ROUNDS);

    let row = |name, variant, peer| {
        Row::new(name)
            .nanos(results.median(variant))
            .peer(peer, results.median(peer))
            .ratio(results.ratio(variant, peer))
    };
    let mut good = authenticate(&scheme, requests(&issued), true);
    let count = allocations(|| drop(good()));
    report(
        "api_key",
        &[
            row(GOOD, GOOD, SHA256)
                .at_most(1.5)
                .allocations(count)
                .drawn(),
            row("a good key, to an HMAC", GOOD, HMAC)
                .at_most(1.5)
                .allocations(count),
            row(UNKNOWN, UNKNOWN, GOOD),
            row(TYPO, TYPO, GOOD),
        ],
    );
}

/// Returns how many requests are sent for an instruction counter, if they are.
fn instructions() -> Option<u64> {
    let mut arguments = std::env::args().skip_while(|argument| argument != "ir");
    let count = arguments.nth(1)?;
    Some(count.parse().expect("a number of requests"))
}

fn keys() -> ApiKeys<MemoryApiKeyStore> {
    let pepper = SecretBytes::from(vec![7; 32]);
    ApiKeys::new(
        KeyFormat::new("acme", "live").expect("words"),
        PepperRing::new("2026-01", &pepper).expect("long enough"),
        MemoryApiKeyStore::new(),
    )
    .max_per_owner(NonZeroUsize::MAX)
}

async fn issued(keys: &ApiKeys<MemoryApiKeyStore>, count: usize) -> Vec<String> {
    let mut issued = Vec::with_capacity(count);
    for number in 0..count {
        let grant = KeyGrant::new(format!("owner {number}"), "bench")
            .role("reader")
            .scope("items:read");
        let key = keys.issue(grant).await.expect("room").into_key();
        issued.push(key.expose_secret().to_owned());
    }
    issued
}

fn with_typo(key: &str) -> String {
    let mut typo = key.to_owned();
    let last = typo.pop();
    typo.push(if last == Some('0') { '1' } else { '0' });
    typo
}

fn requests(keys: &[String]) -> Vec<Request<()>> {
    let request = |key: &String| {
        Request::get("/items")
            .header("host", "api.example.com")
            .header("accept", "application/json")
            .header("x-api-key", key)
            .body(())
            .expect("a request")
    };
    keys.iter().map(request).collect()
}

fn authenticate<'a>(
    scheme: &'a impl Scheme,
    requests: Vec<Request<()>>,
    is_good: bool,
) -> impl FnMut() -> Attempt + 'a {
    let mut at = 0;
    move || {
        at = (at + 1) % requests.len();
        let request = requests.get(at).expect("in range");
        let attempt = scheme.authenticate(RequestHead::of(request));
        match attempt {
            Attempt::Authenticated(_) if is_good => attempt,
            Attempt::Failed(_) if !is_good => attempt,
            other => unreachable!("{other:?}"),
        }
    }
}

fn in_turn<T>(keys: &[String], mut run: impl FnMut(&str) -> T) -> impl FnMut() -> T {
    let mut at = 0;
    move || {
        at = (at + 1) % keys.len();
        run(keys.get(at).expect("in range"))
    }
}
