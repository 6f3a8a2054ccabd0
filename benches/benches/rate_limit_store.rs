//! What it takes to charge one of many buckets: beside governor's keyed limiter, which
//! reads its clock as ours does here.
//!
//! `cargo bench -p benches --bench rate_limit_store -- ir bartizan|governor N` makes N
//! charges on 1,000 keys, for an instruction counter.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark that goes wrong has to stop, and counts in small numbers"
)]

use std::num::NonZeroU32;
use std::thread;
use std::time::SystemTime;

use bartizan_core::Reply;
use bartizan_rate_limit::{Charge, MemoryQuotaStore, Quota, QuotaStore};
use benches::{Race, Row, counted, report};
use governor::DefaultKeyedRateLimiter;

/// How many charges a thread makes in one call of a variant.
const CHARGES: usize = 5_000;
const ROUNDS: usize = 31;
/// More than any key asks for in a run, while its bucket stays short of full.
const BURST: u32 = 10_000_000;

fn main() {
    if let Some((name, count)) = counted() {
        return count_charges(&name, count);
    }
    let mut rows = Vec::new();
    for (size, keys) in [("1 k", 1_000), ("1 M", 1_000_000)] {
        let even = Keys::even(keys);
        let zipf = Keys::zipf(keys);
        for (spread, sequence) in [("", &even), ("zipf, ", &zipf)] {
            for threads in [1, 2] {
                let limit = if keys > 1_000 { 0.5 } else { 0.6 };
                let s = if threads == 1 { "" } else { "s" };
                let name = format!("{size} keys, {spread}{threads} thread{s}");
                let row = race(&name, keys, sequence, threads).at_most(limit);
                // Both sizes, whether they do well or not.
                rows.push(if spread.is_empty() { row.drawn() } else { row });
            }
        }
    }
    rows.extend(memory());
    report("rate_limit_store", &rows);
}

/// Makes as many charges on 1,000 keys that come in turn.
fn count_charges(name: &str, count: u64) {
    let keys = (0..1_000).cycle().take(count as usize);
    match name {
        "bartizan" => {
            let quota = Quota::per_hour(1_000).burst(BURST);
            let store = MemoryQuotaStore::with_capacity(1_000);
            keys.for_each(|key| charge(&store, &quota, key, SystemTime::now()));
        }
        "governor" => {
            let governor = peer();
            keys.for_each(|key| governor.check_key(&key).expect("allowed"));
        }
        _ => panic!("no variant: {name}"),
    }
}

fn race(name: &str, keys: usize, sequence: &Keys, threads: usize) -> Row {
    let quota = Quota::per_hour(1_000).burst(BURST);
    let store = MemoryQuotaStore::with_capacity(keys);
    let now = SystemTime::now();
    let governor = peer();
    for key in 0..keys as u64 {
        charge(&store, &quota, key, now);
        governor.check_key(&key).expect("allowed");
    }
    let ours = on_threads(threads, sequence, |key| {
        charge(&store, &quota, key, SystemTime::now());
    });
    let theirs = on_threads(threads, sequence, |key| {
        governor.check_key(&key).expect("allowed");
    });
    let results = Race::new()
        .variant("governor", theirs)
        .variant("bartizan", ours)
        .print(&format!("{name}: {CHARGES} charges a thread"), ROUNDS);
    Row::new(name)
        .nanos(results.median("bartizan") / CHARGES as f64)
        .peer("governor 0.10", results.median("governor") / CHARGES as f64)
        .ratio(results.ratio("bartizan", "governor"))
}

fn peer() -> DefaultKeyedRateLimiter<u64> {
    let limit = NonZeroU32::new(1_000).expect("not 0");
    let burst = NonZeroU32::new(BURST).expect("not 0");
    DefaultKeyedRateLimiter::keyed(governor::Quota::per_hour(limit).allow_burst(burst))
}

fn charge(store: &MemoryQuotaStore, quota: &Quota, key: u64, now: SystemTime) {
    let key = key.to_le_bytes();
    match store.take(&[Charge::new(&key, quota, 1)], now) {
        Reply::Ready(Ok(taken)) if taken.is_allowed() => {}
        other => panic!("{other:?}"),
    }
}

/// Makes a call that charges the next keys of the sequence, on each thread from another
/// place.
fn on_threads(threads: usize, sequence: &Keys, charge: impl Fn(u64) + Sync) -> impl FnMut() {
    let mut from = 0;
    move || {
        from += CHARGES;
        let run = |thread: usize| {
            let start = from + thread * (Keys::LENGTH / 2);
            sequence.from(start).take(CHARGES).for_each(&charge);
        };
        thread::scope(|scope| {
            for thread in 1..threads {
                scope.spawn(move || run(thread));
            }
            run(0);
        });
    }
}

/// What is held in memory for keys that each came once, and what another 10 M of them
/// make of it.
fn memory() -> [Row; 2] {
    let quota = Quota::per_hour(1_000);
    let now = SystemTime::now();
    let governor = peer();
    let (store, built) = grown(|| MemoryQuotaStore::with_capacity(1_000_000));
    let flood = |from: u64, upto: u64| {
        let ((), ours) = grown(|| (from..upto).for_each(|key| charge(&store, &quota, key, now)));
        let ((), peers) = grown(|| (from..upto).for_each(|key| drop(governor.check_key(&key))));
        assert_eq!(ours, NOTHING, "the table has its memory when it is built");
        (ours, peers)
    };
    let (_, peer_filled) = flood(0, 1_000_000);
    let (flooded, peer_flooded) = flood(1_000_000, 11_000_000);
    let row = |name: &str, keys: f64, ours: i64, peer: i64| {
        let (ours, peer) = (ours as f64 / keys, peer as f64 / keys);
        println!("{name:<52} bartizan {ours:.1}, governor {peer:.1}");
        Row::new(name)
            .bytes(ours)
            .peer_bytes("governor 0.10", peer)
            .ratio(ours / peer)
    };
    println!("\nMemory");
    [
        row("bytes a key, 1 M keys", 1e6, built.bytes, peer_filled.bytes).bytes_at_most(20.0),
        row(
            "all bytes, room for 1 M, after 11 M keys came once",
            1.0,
            built.bytes + flooded.bytes,
            peer_filled.bytes + peer_flooded.bytes,
        )
        .allocations(flooded.count)
        .peer_allocations(peer_flooded.count)
        .bytes_at_most(20e6),
    ]
}

/// By how many bytes what is allocated has grown, and by how many allocations.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Growth {
    bytes: i64,
    count: u64,
}

const NOTHING: Growth = Growth { bytes: 0, count: 0 };

fn grown<T>(run: impl FnOnce() -> T) -> (T, Growth) {
    let mut made = None;
    let measured = allocation_counter::measure(|| made = Some(run()));
    let growth = Growth {
        bytes: measured.bytes_current,
        count: measured.count_total,
    };
    (made.expect("it ran"), growth)
}

/// Keys in the order in which they come.
struct Keys(Vec<u32>);

impl Keys {
    const LENGTH: usize = 1 << 21;

    fn even(keys: usize) -> Self {
        let mut random = Random(1);
        Self(
            (0..Self::LENGTH)
                .map(|_| (random.unit() * keys as f64) as u32)
                .collect(),
        )
    }

    /// The second most frequent key comes half as often as the first, and so on.
    fn zipf(keys: usize) -> Self {
        let mut random = Random(2);
        let mut sum = 0.0;
        let sums: Vec<f64> = (1..=keys)
            .map(|rank| {
                sum += 1.0 / rank as f64;
                sum
            })
            .collect();
        let mut draw = || sums.partition_point(|upto| *upto < random.unit() * sum);
        Self(
            (0..Self::LENGTH)
                .map(|_| draw().min(keys - 1) as u32)
                .collect(),
        )
    }

    fn from(&self, start: usize) -> impl Iterator<Item = u64> {
        let (before, after) = self.0.split_at(start % Self::LENGTH);
        after.iter().chain(before).map(|key| u64::from(*key))
    }
}

/// A xorshift generator: the same keys in every run.
struct Random(u64);

impl Random {
    fn unit(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / (1_u64 << 53) as f64
    }
}
