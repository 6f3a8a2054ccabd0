//! The arithmetic of one bucket: vectors of others, and what must hold for any quota.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

use std::path::PathBuf;
use std::time::Duration;

use bartizan_rate_limit::{Allowance, Bucket, Quota};
use proptest::prelude::*;
use serde_json::Value;

#[test]
fn agrees_with_a_published_table() {
    let Some(folder) = std::env::var_os("BARTIZAN_CORPORA") else {
        println!("left out: BARTIZAN_CORPORA is not set");
        return;
    };
    let path = PathBuf::from(folder).join("gcra/gcra_table.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let table: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(table["rate"], "1/s");
    let quota = Quota::per_second(1).burst(table["limit"].as_u64().unwrap().try_into().unwrap());
    let mut bucket = Bucket::default();
    let rows = table["rows"].as_array().unwrap();
    for (at, row) in rows.iter().enumerate() {
        let number = |name: &str| row[name].as_i64().unwrap();
        let now = Duration::from_millis(number("now_ms").try_into().unwrap());
        let state = bucket.take(&quota, number("volume").try_into().unwrap(), now);
        let retry = state.retry().map_or(-1, millis);
        assert_eq!(!state.is_allowed(), row["limited"], "row {at}");
        assert_eq!(
            i64::from(state.remaining()),
            number("remaining"),
            "row {at}"
        );
        assert_eq!(millis(state.reset()), number("reset_ms"), "row {at}");
        assert_eq!(retry, number("retry_ms"), "row {at}");
    }
    assert_eq!(rows.len(), 16);
}

fn millis(time: Duration) -> i64 {
    assert_eq!(time.subsec_nanos() % 1_000_000, 0, "whole milliseconds");
    time.as_millis().try_into().unwrap()
}

#[test]
fn tells_never_from_later() {
    let quota = Quota::per_minute(6).burst(3);
    let mut bucket = Bucket::default();
    let more = bucket.take(&quota, 4, Duration::ZERO);
    assert_eq!((more.allowance(), more.remaining()), (Allowance::Never, 3));
    assert!(bucket.take(&quota, 3, Duration::ZERO).is_allowed());
    let later = bucket.take(&quota, 2, Duration::ZERO);
    assert_eq!(later.allowance(), Allowance::Later(Duration::from_secs(20)));
    assert_eq!(later.reset(), Duration::from_secs(30));
}

#[test]
fn a_limit_or_a_burst_of_zero_never_allows_anything() {
    for quota in [
        Quota::per_second(0),
        Quota::per_second(0).burst(7),
        Quota::per_second(7).burst(0),
    ] {
        let mut bucket = Bucket::default();
        let state = bucket.take(&quota, 1, Duration::from_secs(1_000));
        assert_eq!(state.allowance(), Allowance::Never, "{quota:?}");
        assert_eq!((state.remaining(), state.reset()), (0, Duration::ZERO));
        assert!(
            bucket
                .take(&quota, 0, Duration::from_secs(1_000))
                .is_allowed()
        );
    }
}

#[test]
fn a_clock_that_is_set_back_refuses_no_longer_than_a_bucket_takes_to_fill() {
    let quota = Quota::per_second(1).burst(5);
    let mut bucket = Bucket::default();
    let year = Duration::from_secs(31_536_000);
    assert!(bucket.take(&quota, 1, year).is_allowed());
    let back = bucket.take(&quota, 1, Duration::ZERO);
    assert_eq!(back.retry(), Some(Duration::from_secs(1)));
    assert_eq!(back.reset(), Duration::from_secs(5));
    assert!(bucket.take(&quota, 1, Duration::from_secs(1)).is_allowed());
}

#[test]
fn a_penalty_empties_and_a_refund_fills_but_not_further() {
    let quota = Quota::per_second(1).burst(5);
    let mut bucket = Bucket::default();
    let fined = bucket.penalise(&quota, 100, Duration::ZERO);
    assert_eq!(
        (fined.remaining(), fined.reset()),
        (0, Duration::from_secs(5))
    );
    bucket.give_back(&quota, u32::MAX, Duration::ZERO);
    assert_eq!(bucket.peek(&quota, 0, Duration::ZERO).remaining(), 5);
    assert!(!bucket.peek(&quota, 6, Duration::ZERO).is_allowed());
}

#[test]
fn does_not_drift_where_a_second_is_no_multiple_of_the_limit() {
    // A third of a second has no end in any decimal fraction.
    let quota = Quota::per_second(3).burst(1);
    let mut bucket = Bucket::default();
    let mut now = Duration::ZERO;
    let mut taken = 0;
    while now < Duration::from_secs(100_000) {
        let state = bucket.take(&quota, 1, now);
        match state.retry() {
            Some(retry) => now += retry,
            None => taken += 1,
        }
    }
    assert_eq!(taken, 300_000);
}

prop_compose! {
    fn any_quota()(
        limit in any::<u32>(),
        nanos in 1..=3_000_000_000_000_000_000_u64,
        burst in any::<u32>(),
    ) -> Quota {
        Quota::new(limit, Duration::from_nanos(nanos)).unwrap().burst(burst)
    }
}

proptest! {
    #[test]
    fn never_overflows(
        quota in any_quota(),
        charges in prop::collection::vec((any::<u32>(), any::<u64>(), 0..4_u8), 1..20),
    ) {
        let mut bucket = Bucket::default();
        for (cost, seconds, method) in charges {
            let now = Duration::new(seconds, 999_999_999);
            match method {
                0 => drop(bucket.penalise(&quota, cost, now)),
                1 => bucket.give_back(&quota, cost, now),
                _ => {
                    let state = bucket.take(&quota, cost, now);
                    prop_assert!(state.remaining() <= quota.burst_size());
                    prop_assert_ne!(state.retry(), Some(Duration::ZERO));
                }
            }
        }
    }

    #[test]
    fn allows_again_exactly_when_it_says(
        limit in 1..10_000_u32,
        burst in 1..100_u32,
        nanos in 1..100_000_000_000_u64,
        costs in prop::collection::vec(1..50_u32, 1..50),
    ) {
        let quota = Quota::new(limit, Duration::from_nanos(nanos)).unwrap().burst(burst);
        let mut bucket = Bucket::default();
        let mut now = Duration::from_secs(1);
        for cost in costs {
            match bucket.take(&quota, cost, now).allowance() {
                Allowance::Later(retry) => {
                    let early = now + retry - Duration::from_nanos(1);
                    prop_assert!(!bucket.peek(&quota, cost, early).is_allowed());
                    now += retry;
                    prop_assert!(bucket.take(&quota, cost, now).is_allowed());
                }
                Allowance::Never => prop_assert!(cost > burst),
                _ => prop_assert!(cost <= burst),
            }
        }
    }
}
