//! The text of quotas: what is read, what is refused and where, and what is written.

#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

use std::time::Duration;

use bartizan_rate_limit::{Quota, Quotas};
use proptest::prelude::*;

fn every(limit: u32, seconds: u64) -> Quota {
    Quota::new(limit, Duration::from_secs(seconds)).unwrap()
}

#[test]
fn reads_what_the_limits_library_reads() {
    for (text, quotas) in [
        ("1/second", vec![every(1, 1)]),
        ("5/minute", vec![Quota::per_minute(5)]),
        ("5 per minute", vec![Quota::per_minute(5)]),
        ("5 PER MINUTE", vec![Quota::per_minute(5)]),
        ("5permin", vec![Quota::per_minute(5)]),
        ("1 per 2 seconds", vec![every(1, 2)]),
        ("1per2second", vec![every(1, 2)]),
        ("10 / 3 hours", vec![every(10, 10_800)]),
        ("10/3hour", vec![every(10, 10_800)]),
        ("100/day", vec![Quota::per_day(100)]),
        ("100/month", vec![every(100, 30 * 86_400)]),
        ("100 per 2 years", vec![every(100, 720 * 86_400)]),
        ("  7\tper 1 Days  ", vec![Quota::per_day(7)]),
        ("1/second; 5/minute", vec![every(1, 1), every(5, 60)]),
        (
            "1/second,5/minute|9/hour",
            vec![every(1, 1), every(5, 60), every(9, 3_600)],
        ),
        ("4294967295/s", vec![Quota::per_second(u32::MAX)]),
    ] {
        let read: Quotas = text.parse().unwrap();
        assert_eq!(*read, *quotas, "{text}");
    }
}

#[test]
fn reads_short_units_and_those_below_a_second_and_bursts() {
    for (text, quota) in [
        ("5/s", Quota::per_second(5)),
        ("5/sec", Quota::per_second(5)),
        ("5/m", Quota::per_minute(5)),
        ("5/min", Quota::per_minute(5)),
        ("5/h", Quota::per_hour(5)),
        ("5/hr", Quota::per_hour(5)),
        ("5/d", Quota::per_day(5)),
        (
            "5/250ms",
            Quota::new(5, Duration::from_millis(250)).unwrap(),
        ),
        (
            "5 per 7 microseconds",
            Quota::new(5, Duration::from_micros(7)).unwrap(),
        ),
        (
            "5 per 7 ns",
            Quota::new(5, Duration::from_nanos(7)).unwrap(),
        ),
        ("100/minute burst 20", Quota::per_minute(100).burst(20)),
        ("100/minute BURST 1 ", Quota::per_minute(100).burst(1)),
    ] {
        assert_eq!(text.parse(), Ok(quota), "{text}");
    }
}

#[test]
fn says_where_it_went_wrong() {
    for (text, position, message) in [
        ("", 0, "expected a number of requests"),
        ("  ", 2, "expected a number of requests"),
        ("minute", 0, "expected a number of requests"),
        // What refuses everything is not meant.
        ("0/minute", 0, "expected a number of requests"),
        ("5/minute; 00/hour", 10, "expected a number of requests"),
        ("5/minute burst 0", 15, "expected the size of the burst"),
        ("-1/minute", 0, "expected a number of requests"),
        ("1.5/minute", 1, "expected `/` or `per`"),
        ("5", 1, "expected `/` or `per`"),
        ("5 minute", 2, "expected `/` or `per`"),
        ("5/", 2, "expected a unit of time, such as `minute`"),
        ("5/2", 3, "expected a unit of time, such as `minute`"),
        (
            "5 per 2 fortnights",
            8,
            "expected a unit of time, such as `minute`",
        ),
        ("5/minutess", 2, "expected a unit of time, such as `minute`"),
        ("5/s\u{e9}cond", 3, "expected `burst`, `;` or the end"),
        ("5/minute/hour", 8, "expected `burst`, `;` or the end"),
        ("5/minute burst", 14, "expected the size of the burst"),
        ("5/0 minutes", 2, "the period is 0"),
        ("5/101 years", 2, ""),
        (
            "5/4294967295 years",
            2,
            "the period is longer than a hundred years",
        ),
        ("4294967296/day", 0, "a number is larger than 4294967295"),
        (
            "5/99999999999999999999 days",
            2,
            "the period is longer than a hundred years",
        ),
        (
            "5/day burst 4294967296",
            12,
            "a number is larger than 4294967295",
        ),
        ("5/minute;", 9, "expected a number of requests"),
        ("5/minute;;5/hour", 9, "expected a number of requests"),
        ("5/minute 5/hour", 9, "expected `burst`, `;` or the end"),
    ] {
        match text.parse::<Quotas>() {
            Err(error) => {
                assert_eq!(error.position(), Some(position), "{text}");
                assert_eq!(error.to_string(), format!("{message} at byte {position}"));
            }
            Ok(_) => assert_eq!(message, "", "{text}"),
        }
    }
    let error = "5/minute; 6/minute".parse::<Quota>().unwrap_err();
    assert_eq!(error.position(), Some(8), "one quota was asked for");
}

#[test]
fn decides_on_eight_quotas_together_and_no_more() {
    let mut text = ["1/s"; Quotas::MAX].join(";");
    assert_eq!(text.parse::<Quotas>().unwrap().len(), Quotas::MAX);
    text.push_str(";1/s");
    let error = text.parse::<Quotas>().unwrap_err();
    assert_eq!(error.to_string(), "there are more than 8 quotas at byte 32");

    let many = |count| Quotas::new((0..count).map(Quota::per_second));
    assert!(many(8).is_ok());
    assert_eq!(
        many(9).unwrap_err().to_string(),
        "there are more than 8 quotas"
    );
    assert_eq!(many(0).unwrap_err().to_string(), "there is no quota");
}

#[test]
fn refuses_periods_that_cannot_be_meant() {
    let error = Quota::new(1, Duration::ZERO).unwrap_err();
    assert_eq!(error.to_string(), "the period is 0");
    assert!(Quota::new(1, Duration::MAX).is_err());
    assert!(Quota::new(1, Duration::from_nanos(1)).is_ok());
}

#[test]
fn a_name_tells_quotas_apart_and_is_not_written() {
    let quota = Quota::per_minute(5);
    let named = quota.clone().named("login");
    assert_eq!((named.name(), quota.name()), (Some("login"), None));
    assert_ne!(named, quota);
    assert_eq!(named.to_string(), "5/minute");
}

#[test]
fn writes_the_largest_unit_that_fits() {
    for (quota, text) in [
        (Quota::per_minute(5), "5/minute"),
        (every(5, 120), "5 per 2 minutes"),
        (every(5, 90), "5 per 90 seconds"),
        (every(5, 7 * 86_400), "5 per 7 days"),
        (Quota::per_second(5).burst(9), "5/second burst 9"),
        (
            Quota::new(1, Duration::from_micros(1_500)).unwrap(),
            "1 per 1500 microseconds",
        ),
    ] {
        assert_eq!(quota.to_string(), text);
    }
}

prop_compose! {
    fn any_quota()(
        limit in 1..=u32::MAX,
        nanos in prop_oneof![
            1..u64::from(u32::MAX),
            (1..100_000_u64).prop_map(|millis| millis * 1_000_000),
            (1..1_000_000_u64).prop_map(|seconds| seconds * 1_000_000_000),
        ],
        burst in prop::option::of(1..=u32::MAX),
    ) -> Quota {
        let quota = Quota::new(limit, Duration::from_nanos(nanos)).unwrap();
        quota.burst(burst.unwrap_or(limit))
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(list in prop::collection::vec(any_quota(), 1..9)) {
        let quotas = Quotas::new(list).unwrap();
        prop_assert_eq!(quotas.to_string().parse::<Quotas>(), Ok(quotas.clone()));
        for quota in &quotas {
            let read: Quota = quota.to_string().parse().unwrap();
            prop_assert_eq!(&read, quota);
        }
    }

    #[test]
    fn never_points_past_the_text(text in "[0-9per/;, burstminh\u{e9}]{0,24}") {
        if let Err(error) = text.parse::<Quotas>() {
            prop_assert!(error.position().unwrap() <= text.len());
        }
    }
}
