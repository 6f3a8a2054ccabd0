use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bartizan_core::Reply;
use bartizan_rate_limit::{Charge, MemoryQuotaStore, Quota, QuotaStore};
use loom::thread;

const START: SystemTime = UNIX_EPOCH;
const DAY: Duration = Duration::from_secs(86_400);

#[derive(Clone)]
struct Table(Arc<MemoryQuotaStore>);

impl Table {
    fn take(&self, keys: &str, quota: &Quota) -> bool {
        self.take_at(keys, quota, START)
    }

    fn take_at(&self, keys: &str, quota: &Quota, now: SystemTime) -> bool {
        let keys: Vec<_> = keys.bytes().map(|key| [key]).collect();
        let charges: Vec<_> = keys.iter().map(|key| Charge::new(key, quota, 1)).collect();
        ready(self.0.take(&charges, now)).unwrap().is_allowed()
    }

    fn give_back(&self, key: &str, quota: &Quota) {
        ready(
            self.0
                .give_back(&[Charge::new(key.as_bytes(), quota, 1)], START),
        )
        .unwrap();
    }

    fn left(&self, key: &str, quota: &Quota) -> u32 {
        let charge = Charge::new(key.as_bytes(), quota, 0);
        ready(self.0.peek(&[charge], START)).unwrap().states()[0].remaining()
    }
}

/// Runs `first` and `second` at the same time after `before`, and `after` with what
/// they returned, in every order with up to three changes of thread.
fn meet<T: 'static>(
    before: fn(&Table),
    first: fn(&Table) -> T,
    second: fn(&Table) -> T,
    after: fn(&Table, T, T),
) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = None;
    builder.check(move || {
        let table = Table(Arc::new(MemoryQuotaStore::with_capacity(1)));
        before(&table);
        let other = table.clone();
        let other = thread::spawn(move || second(&other));
        let first = first(&table);
        after(&table, first, other.join().unwrap());
    });
}

fn ready<T>(reply: Reply<T>) -> T {
    match reply {
        Reply::Ready(answer) => answer,
        Reply::Wait(_) => panic!("memory answers at once"),
    }
}

fn once() -> Quota {
    Quota::per_day(1)
}

fn twice() -> Quota {
    Quota::per_day(2)
}

#[test]
fn a_new_key_is_not_two_buckets() {
    meet(
        |_| {},
        |table| table.take("a", &once()),
        |table| table.take("a", &once()),
        |table, first, second| {
            assert!(first ^ second, "{first} {second}");
            assert!(!table.take("a", &once()));
        },
    );
}

#[test]
fn a_new_key_is_not_two_buckets_where_one_thread_sees_more_room() {
    fn slow() -> Quota {
        Quota::new(1, DAY * 10).unwrap()
    }
    meet(
        // Of what is in the table, the second thread finds the first half refilled.
        |table| assert!(table.take("xy", &once())),
        |table| table.take("a", &slow()),
        |table| table.take_at("a", &slow(), START + DAY * 2),
        |table, first, second| {
            assert!(first ^ second, "{first} {second}");
            assert!(!table.take("a", &slow()));
        },
    );
}

#[test]
fn a_bucket_is_not_lost_while_it_makes_room() {
    meet(
        |table| assert!(table.take("a", &twice())),
        |table| table.take("a", &twice()),
        |table| table.take("b", &twice()),
        |table, first, second| {
            assert!(first && second);
            assert_eq!(
                (table.left("a", &twice()), table.left("b", &twice())),
                (0, 1)
            );
        },
    );
}

#[test]
fn two_newcomers_do_not_lose_each_other() {
    meet(
        |table| assert!(table.take("a", &once())),
        |table| table.take("b", &once()),
        |table| table.take("c", &once()),
        |table, first, second| {
            assert!(first && second);
            assert!(
                ["a", "b", "c"]
                    .iter()
                    .all(|key| table.left(key, &once()) == 0)
            );
        },
    );
}

#[test]
fn a_newcomer_to_a_full_set_forgives_no_more_than_a_request() {
    meet(
        |table| {
            assert!(table.take("a", &twice()));
            assert!(table.take("b", &twice()) && table.take("b", &twice()));
            assert!(table.take("c", &twice()) && table.take("c", &twice()));
        },
        |table| table.take("a", &twice()),
        |table| table.take("d", &twice()),
        |table, first, second| {
            assert!(first && second);
            assert_eq!(table.left("d", &twice()), 0, "it took over a debt");
            let present = [(); 2].map(|()| table.take("a", &twice()));
            assert!(!present[1], "{present:?}");
        },
    );
}

#[test]
fn what_is_given_back_can_be_taken_once() {
    meet(
        |table| assert!(table.take("a", &once())),
        |table| {
            table.give_back("a", &once());
            true
        },
        |table| table.take("a", &once()),
        |table, _, taken| assert_eq!(table.left("a", &once()), u32::from(!taken)),
    );
}

#[test]
fn two_charges_are_taken_together_or_not_at_all() {
    meet(
        |table| {
            assert!(table.take("ab", &twice()));
        },
        |table| table.take("ab", &twice()),
        |table| table.take("ba", &twice()),
        |table, first, second| {
            assert!(!(first && second));
            let left = u32::from(!first && !second);
            assert_eq!(
                (table.left("a", &twice()), table.left("b", &twice())),
                (left, left)
            );
        },
    );
}
