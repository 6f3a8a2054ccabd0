//! The store in memory when there are more keys than it is meant for, and what that
//! costs: which bucket gives way, and what anybody gains by it.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

mod ledger;

use std::time::Duration;

use bartizan_rate_limit::{Charge, MemoryQuotaStore, Quota, QuotaStore};

use self::ledger::{Ledger, START, ready};

const HOUR: Duration = Duration::from_secs(3_600);

/// Takes once, and says whether that was allowed.
fn ask(store: &Ledger, key: u32, quota: &Quota, after: Duration) -> bool {
    store
        .take_at(&[Charge::new(&key.to_le_bytes(), quota, 1)], after)
        .is_allowed()
}

fn left(store: &Ledger, key: u32, quota: &Quota, after: Duration) -> u32 {
    store.left(Charge::new(&key.to_le_bytes(), quota, 0), after)
}

#[test]
fn the_bucket_that_is_full_soonest_gives_way_and_leaves_its_debt() {
    let quota = Quota::per_hour(10);
    // One set of eight places, of which the key 0 owes 2, the key 1 owes 3, and so on.
    let store = Ledger::new(1);
    for key in 0..8 {
        (0..key + 2).for_each(|_| assert!(ask(&store, key, &quota, Duration::ZERO)));
    }
    for key in 0..8 {
        assert_eq!(left(&store, key, &quota, Duration::ZERO), 8 - key);
    }
    assert!(ask(&store, 100, &quota, Duration::ZERO));
    assert_eq!(
        left(&store, 100, &quota, Duration::ZERO),
        7,
        "2 taken over, and 1"
    );
    for key in 1..8 {
        assert_eq!(
            left(&store, key, &quota, Duration::ZERO),
            8 - key,
            "key {key}"
        );
    }
    // The key that gave way takes over 3 in turn: it is not forgiven the 2 that it owed.
    assert_eq!(left(&store, 0, &quota, Duration::ZERO), 7);
}

#[test]
fn a_newcomer_passes_once_even_where_all_are_empty() {
    let quota = Quota::per_hour(3);
    let store = Ledger::new(1);
    for key in 0..8 {
        (0..3).for_each(|_| assert!(ask(&store, key, &quota, Duration::ZERO)));
    }
    for key in 100..200 {
        assert!(
            ask(&store, key, &quota, Duration::ZERO),
            "nobody is locked out"
        );
        assert!(
            !ask(&store, key, &quota, Duration::ZERO),
            "nor given a full bucket"
        );
    }
}

#[test]
fn a_flood_of_keys_forgives_at_most_one_request_each_time() {
    let quota = Quota::per_hour(5);
    let store = Ledger::new(1);
    let mut taken = 0;
    // An hour in which each try for one key is hidden among those for 20 others.
    for second in 0..3_600_u32 {
        let now = Duration::from_secs(second.into());
        for other in 0..20 {
            ask(&store, 1_000 + second * 20 + other, &quota, now);
        }
        taken += u32::from(ask(&store, 0, &quota, now));
    }
    // Every one passes in this set that everybody floods. With as many sets as a table
    // for a million keys has, that takes 250,000 times the flood.
    assert_eq!(taken, 3_600);

    let store = Ledger::new(4_000);
    let mut taken = 0;
    for second in 0..3_600_u32 {
        let now = Duration::from_secs(second.into());
        for other in 0..20 {
            ask(&store, 1_000 + second * 20 + other, &quota, now);
        }
        taken += u32::from(ask(&store, 0, &quota, now));
    }
    assert!(taken <= 10 + 20, "{taken}");
}

#[test]
fn holds_the_keys_that_it_is_meant_for() {
    let quota = Quota::per_hour(1);
    let store = Ledger::new(10_000);
    let keys = 0..10_000_u32;
    assert!(
        keys.clone()
            .all(|key| ask(&store, key, &quota, Duration::ZERO))
    );
    let forgiven = keys
        .filter(|key| ask(&store, *key, &quota, Duration::ZERO))
        .count();
    assert!(forgiven < 200, "{forgiven}");
}

#[test]
fn a_place_whose_bucket_is_full_is_used_again() {
    let quota = Quota::per_hour(2);
    let store = Ledger::new(1);
    for round in 0..50 {
        for key in 0..8 {
            let now = HOUR * round;
            assert_eq!(left(&store, key + 8 * round, &quota, now), 2);
            assert!(ask(&store, key + 8 * round, &quota, now));
            assert!(ask(&store, key + 8 * round, &quota, now));
        }
    }
}

#[test]
fn api4_a_million_keys_that_come_once_leave_memory_as_it_was() {
    let quota = Quota::per_hour(100);
    let store = MemoryQuotaStore::with_capacity(100_000);
    assert_eq!(store.bytes(), 1_600_000);
    let measured = allocation_counter::measure(|| {
        for key in 0..1_000_000_u64 {
            let key = u128::from(key).to_be_bytes();
            let taken = ready(store.take(&[Charge::new(&key, &quota, 1)], START)).unwrap();
            assert!(taken.is_allowed());
        }
    });
    assert_eq!((measured.count_total, store.bytes()), (0, 1_600_000));
}

#[test]
fn takes_little_more_than_16_bytes_for_a_key_however_long_it_is() {
    for keys in [0, 1, 5, 1_000, 100_000] {
        let bytes = MemoryQuotaStore::with_capacity(keys).bytes();
        assert!(bytes <= 16 * keys + 64 && bytes >= 64, "{bytes} for {keys}");
    }
}
