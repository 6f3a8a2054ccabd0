//! The store in memory: what it allows, what it takes back, and what it costs.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

mod ledger;

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bartizan_rate_limit::{Allowance, Charge, MemoryQuotaStore, Quota, QuotaStore};
use proptest::prelude::*;

use self::ledger::{Ledger, START, ready};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn takes_from_all_buckets_or_from_none() {
    let (short, long) = (Quota::per_second(10), Quota::per_day(12));
    let store = Ledger::new(100);
    let charges = [Charge::new(b"a", &short, 5), Charge::new(b"a", &long, 5)];
    let remaining = |taken: bartizan_rate_limit::Taken| {
        let left = taken.states().iter().map(|state| state.remaining());
        left.collect::<Vec<_>>()
    };
    for (seconds, allowed, left) in [
        (0, true, [5, 7]),
        (0, true, [0, 2]),
        (0, false, [0, 2]),
        // The second bucket refuses, and the first one keeps what it has refilled.
        (1, false, [10, 2]),
        (1, false, [10, 2]),
    ] {
        let taken = store.take_at(&charges, SECOND * seconds);
        assert_eq!(
            (taken.is_allowed(), remaining(taken)),
            (allowed, left.to_vec())
        );
    }
    let taken = store.take_at(&charges, SECOND);
    let allowed: Vec<_> = taken
        .states()
        .iter()
        .map(|state| state.is_allowed())
        .collect();
    assert_eq!(allowed, [true, false], "which quota was violated");
}

#[test]
fn a_bucket_that_is_charged_twice_at_once_refuses_as_a_whole() {
    let quota = Quota::per_minute(3);
    let store = Ledger::new(100);
    let charge = Charge::new(b"a", &quota, 2);
    assert!(
        !store
            .take_at(&[charge, charge], Duration::ZERO)
            .is_allowed()
    );
    assert_eq!(store.left(charge, Duration::ZERO), 3);
}

#[test]
fn keeps_apart_keys_and_quotas_but_not_names() {
    let store = Ledger::new(100);
    for (key, quota, allowed) in [
        ("a", Quota::per_minute(1), true),
        ("a", Quota::per_minute(1), false),
        ("a", Quota::per_minute(1).named("other"), false),
        ("b", Quota::per_minute(1), true),
        ("", Quota::per_minute(1), true),
        ("a", Quota::per_minute(1).burst(2), true),
        ("a", Quota::per_minute(2), true),
        ("a", Quota::per_second(1), true),
    ] {
        let charge = Charge::new(key.as_bytes(), &quota, 1);
        assert_eq!(
            store.take_at(&[charge], Duration::ZERO).is_allowed(),
            allowed,
            "{key}"
        );
    }
}

#[test]
fn tells_never_from_later() {
    let quota = Quota::per_minute(6).burst(3);
    let store = Ledger::new(100);
    let ask = |cost| {
        let charge = Charge::new(b"a", &quota, cost);
        store.take_at(&[charge], Duration::ZERO).states()[0].allowance()
    };
    assert_eq!(ask(4), Allowance::Never);
    assert_eq!(ask(3), Allowance::Now);
    assert_eq!(ask(4), Allowance::Never);
    assert!(matches!(ask(1), Allowance::Later(_)));
    assert_eq!(ask(0), Allowance::Now);

    for nothing in [Quota::per_second(0), Quota::per_second(5).burst(0)] {
        let charge = Charge::new(b"a", &nothing, 1);
        let state = store.take_at(&[charge], Duration::ZERO).states()[0];
        assert_eq!(
            (state.allowance(), state.remaining()),
            (Allowance::Never, 0)
        );
    }
}

#[test]
fn looks_without_taking() {
    let quota = Quota::per_minute(2);
    let store = Ledger::new(100);
    let charge = Charge::new(b"a", &quota, 2);
    for _ in 0..3 {
        let seen = ready(store.peek(&[charge], START)).unwrap();
        assert!(seen.is_allowed());
        assert_eq!(seen.states()[0].remaining(), 0, "what a take would leave");
    }
    assert_eq!(store.left(charge, Duration::ZERO), 2);
}

#[test]
fn fines_beyond_what_is_there_and_refunds_up_to_the_brim() {
    let quota = Quota::per_second(1).burst(5);
    let store = Ledger::new(100);
    let charge = |cost| Charge::new(b"a", &quota, cost);
    let fined = ready(store.penalise(&[charge(9)], START)).unwrap();
    assert_eq!(fined.states()[0].remaining(), 0);
    assert_eq!(fined.states()[0].allowance(), Allowance::Never);
    assert_eq!(store.left(charge(0), SECOND * 2), 2);

    ready(store.give_back(&[charge(2)], START)).unwrap();
    assert_eq!(store.left(charge(0), Duration::ZERO), 2);
    ready(store.give_back(&[charge(u32::MAX)], START)).unwrap();
    assert_eq!(store.left(charge(0), Duration::ZERO), 5);
    ready(store.give_back(&[Charge::new(b"b", &quota, 3)], START)).unwrap();
    assert_eq!(store.left(Charge::new(b"b", &quota, 0), Duration::ZERO), 5);
}

#[test]
fn refuses_more_charges_than_it_can_answer() {
    let quota = Quota::per_second(1);
    let store = MemoryQuotaStore::with_capacity(1);
    let charges = [Charge::new(b"a", &quota, 0); 9];
    assert!(ready(store.take(&charges[..8], START)).is_ok());
    let error = ready(store.take(&charges, START)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a request is charged to more than 8 buckets"
    );
    assert!(ready(store.peek(&charges, START)).is_err());
    assert!(ready(store.penalise(&charges, START)).is_err());
    assert!(ready(store.give_back(&charges, START)).is_err());
    assert!(ready(store.take(&[], START)).unwrap().is_allowed());
}

#[test]
fn a_clock_that_is_set_back_empties_a_bucket_at_most() {
    let quota = Quota::per_second(1).burst(5);
    let store = Ledger::new(100);
    let charge = Charge::new(b"a", &quota, 1);
    let year = SECOND * 31_536_000;
    assert!(store.take_at(&[charge], year).is_allowed());
    let back = store.take_at(&[charge], year / 2).states()[0];
    assert!(!back.is_allowed());
    assert!(back.reset() <= SECOND * 5 + SECOND / 32, "{back:?}");
    assert!(store.take_at(&[charge], year / 2 + SECOND * 2).is_allowed());
    // Before 1970, and past what 64 bits of nanoseconds can tell.
    assert!(ready(store.take(&[charge], std::time::UNIX_EPOCH - year)).is_ok());
    assert!(ready(store.take(&[charge], START + SECOND * u32::MAX * 8)).is_ok());
}

#[test]
fn a_bucket_that_nobody_touched_for_weeks_is_full() {
    let quota = Quota::per_second(1000).burst(10);
    let day = SECOND * 86_400;
    for days in 1..=19 {
        let store = Ledger::new(1);
        for _ in 0..10 {
            let charge = Charge::new(b"a", &quota, 1);
            assert!(store.take_at(&[charge], day).is_allowed());
        }
        let back = store.take_at(&[Charge::new(b"a", &quota, 1)], day + day * days);
        assert_eq!(back.states()[0].remaining(), 9, "after {days} days");
        // Of another key in the same set, from which it might inherit a debt.
        let other = store.take_at(&[Charge::new(b"b", &quota, 1)], day + day * days);
        assert_eq!(other.states()[0].remaining(), 9, "after {days} days");
    }
}

#[test]
fn does_not_drift_where_a_second_is_no_multiple_of_the_limit() {
    for (limit, burst) in [(3, 1), (7, 5), (997, 10)] {
        let quota = Quota::per_second(limit).burst(burst);
        let store = Ledger::new(1);
        let (mut now, mut taken) = (Duration::ZERO, 0);
        while now < SECOND * 20_000 / limit {
            let charge = Charge::new(b"a", &quota, 1);
            match store.take_at(&[charge], now).states()[0].retry() {
                Some(retry) => now += retry,
                None => taken += 1,
            }
        }
        let most = 20_000 + burst;
        assert!((most - 1..=most).contains(&taken), "{taken} at {limit}/s");
    }
}

#[test]
fn threads_never_take_more_than_there_is() {
    let quota = Quota::per_day(10_000);
    let store = MemoryQuotaStore::with_capacity(1);
    let taken: [AtomicU32; 4] = Default::default();
    std::thread::scope(|scope| {
        for thread in 0..4_u8 {
            let (quota, store, taken) = (&quota, &store, &taken);
            scope.spawn(move || {
                for turn in 0..12_000_u32 {
                    let key = [(thread + u8::try_from(turn % 4).unwrap()) % 4];
                    let charge = Charge::new(&key, quota, 1);
                    if ready(store.take(&[charge], START)).unwrap().is_allowed() {
                        taken[usize::from(key[0])].fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    assert_eq!(taken.map(AtomicU32::into_inner), [10_000; 4]);
}

#[test]
fn shows_neither_keys_nor_how_it_hashes() {
    let quota = Quota::per_second(1);
    let store = MemoryQuotaStore::with_capacity(8);
    assert_eq!(format!("{store:?}"), "MemoryQuotaStore { bytes: 128, .. }");
    let charge = Charge::new(b"canary", &quota, 1);
    assert!(!format!("{charge:?}").contains("99, 97"), "{charge:?}");
}

prop_compose! {
    fn any_quota()(
        limit in prop_oneof![1..100_u32, any::<u32>()],
        nanos in prop_oneof![1..100_000_000_000_u64, 1..=3_000_000_000_000_000_000_u64],
        burst in prop_oneof![1..50_u32, any::<u32>()],
    ) -> Quota {
        Quota::new(limit, Duration::from_nanos(nanos)).unwrap().burst(burst)
    }
}

proptest! {
    /// In any span of time, no more than the burst and what has refilled in it.
    #[test]
    fn never_allows_more_than_burst_and_refill(
        limit in 1..2_000_u32,
        nanos in 1_000..100_000_000_000_u64,
        burst in 1..50_u32,
        steps in prop::collection::vec((1..8_u32, 0..3_000_u32), 1..80),
    ) {
        let period = Duration::from_nanos(nanos);
        let quota = Quota::new(limit, period).unwrap().burst(burst);
        let store = Ledger::new(1);
        let mut now = Duration::ZERO;
        let mut taken: Vec<(Duration, u32)> = Vec::new();
        for (cost, wait) in steps {
            now += period / limit * wait / 1_000;
            let charge = Charge::new(b"a", &quota, cost);
            let state = store.take_at(&[charge], now).states()[0];
            match state.allowance() {
                Allowance::Never => prop_assert!(cost > burst),
                Allowance::Later(retry) => {
                    prop_assert!(cost <= burst && !retry.is_zero());
                    let then = store.peek_at(&[charge], now + retry);
                    prop_assert!(then.is_allowed(), "{:?}", then);
                }
                _ => taken.push((now, cost)),
            }
        }
        for (at, (start, _)) in taken.iter().enumerate() {
            let mut sum = 0;
            for (end, cost) in &taken[at..] {
                sum += cost;
                let span = (*end - *start).as_nanos();
                // One step of a 64th, and the nanosecond below which a clock does not see.
                let refilled = (span + 1) * u128::from(limit) * 64 / u128::from(nanos) + 1;
                let allowed = u128::from(burst) * 64 + refilled;
                prop_assert!(u128::from(sum) * 64 <= allowed, "{} in {}", sum, span);
            }
        }
    }

    /// A full bucket gives its burst at once, and no more.
    #[test]
    fn gives_the_whole_burst_at_once(quota in any_quota(), seconds in 0..10_000_000_000_u64) {
        prop_assume!(quota.burst_size() < 50);
        let store = Ledger::new(1);
        let now = Duration::from_secs(seconds);
        let fast = quota.period() / quota.limit() < Duration::from_nanos(4);
        prop_assume!(!fast && quota.period().as_secs() / u64::from(quota.limit()) < 31_536_000);
        let charge = Charge::new(b"a", &quota, 1);
        for left in (0..quota.burst_size()).rev() {
            let state = store.take_at(&[charge], now).states()[0];
            prop_assert!(state.is_allowed());
            prop_assert_eq!(state.remaining(), left);
        }
        prop_assert!(!store.take_at(&[charge], now).is_allowed());
    }

    #[test]
    fn survives_any_quota_cost_and_time(
        quotas in prop::collection::vec(any_quota(), 1..9),
        charges in prop::collection::vec((any::<u32>(), any::<u64>(), 0..4_u8), 1..30),
    ) {
        let store = MemoryQuotaStore::with_capacity(1);
        for (cost, seconds, method) in charges {
            let now = START.checked_add(Duration::from_secs(seconds >> 2)).unwrap_or(START);
            let charges: Vec<_> =
                quotas.iter().map(|quota| Charge::new(b"a", quota, cost)).collect();
            let taken = match method {
                0 => ready(store.penalise(&charges, now)),
                1 => ready(store.give_back(&charges, now)).and_then(|()| ready(store.peek(&charges, now))),
                _ => ready(store.take(&charges, now)),
            };
            for (state, quota) in taken.unwrap().states().iter().zip(&quotas) {
                prop_assert!(state.remaining() <= quota.burst_size());
                prop_assert_ne!(state.retry(), Some(Duration::ZERO));
            }
        }
    }
}
