//! The store in memory, by many at a time.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};

use bartizan_api_key::{ApiKeyStore, Insertion, KeyGrant, ManageError, MemoryApiKeyStore};

use crate::support::{Fixture, NOW, at, block_on, grant};

#[test]
fn holds_no_more_keys_than_its_capacity() {
    let store = MemoryApiKeyStore::new().capacity(NonZeroUsize::new(5).unwrap());
    let fixture = Fixture::over(store);
    for number in 0..5 {
        fixture.issue(KeyGrant::new(format!("owner {number}"), "ci"));
    }

    let refused = block_on(fixture.keys.issue(grant()));

    assert!(matches!(refused, Err(ManageError::Full)));
    assert_eq!(fixture.keys.store().len(), 5);
}

#[test]
fn takes_each_id_once() {
    let fixture = Fixture::new();
    let issued = fixture.issue(grant());
    let record = || issued.record().clone();
    let insert = |record| block_on(fixture.keys.store().insert(record).get()).unwrap();

    assert_eq!(insert(record()), Insertion::Taken);
    block_on(fixture.keys.remove(record().id())).unwrap();
    assert_eq!(insert(record()), Insertion::Inserted);
    assert!(fixture.is_good(&issued));
}

/// Keys are issued, used, rotated, revoked and listed on several threads. A key that
/// was revoked is never good afterwards, one that was not always is, and the lists
/// agree with the keys in the end.
#[test]
fn many_threads_agree_on_what_is_good() {
    let fixture = Fixture::new();
    let steady = fixture.issue(grant());
    let is_over = AtomicBool::new(false);

    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut reads = 0_u64;
                    while !is_over.load(Ordering::Relaxed) {
                        assert!(fixture.is_good(&steady));
                        reads += 1;
                    }
                    reads
                })
            })
            .collect();
        let writers: Vec<_> = (0..3)
            .map(|writer| {
                let fixture = &fixture;
                scope.spawn(move || {
                    let owner = format!("owner {writer}");
                    for _ in 0..60 {
                        let first = fixture.issue(KeyGrant::new(&*owner, "ci"));
                        assert!(fixture.is_good(&first));
                        let rotated = fixture.keys.rotate(first.record().id(), at(NOW + 600));
                        let second = block_on(rotated).unwrap();
                        assert!(fixture.is_good(&first) && fixture.is_good(&second));
                        block_on(fixture.keys.revoke(first.record().id())).unwrap();
                        assert!(!fixture.is_good(&first) && fixture.is_good(&second));
                        block_on(fixture.keys.remove(second.record().id())).unwrap();
                        assert!(!fixture.is_good(&second));
                    }
                    let left = block_on(fixture.keys.of(&owner).list(None, 1000)).unwrap();
                    assert_eq!(left.len(), 60);
                    assert!(left.iter().all(|record| record.revoked_at().is_some()));
                })
            })
            .collect();
        for writer in writers {
            writer.join().unwrap();
        }
        is_over.store(true, Ordering::Relaxed);
        let reads: u64 = readers
            .into_iter()
            .map(|reader| reader.join().unwrap())
            .sum();
        assert!(reads > 0);
    });
    assert_eq!(fixture.keys.store().len(), 3 * 60 + 1);
}
