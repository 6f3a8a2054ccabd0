//! Two keys in the place of one, for a while.

use std::num::NonZeroUsize;

use bartizan_api_key::{
    ApiKeyStore, ApiKeys, Insertion, KeyRecord, ManageError, MemoryApiKeyStore, Replacement,
};

use crate::support::{Fixture, NOW, at, block_on, format, grant, peppers};

#[test]
fn two_keys_are_good_until_the_chosen_end() {
    let fixture = Fixture::new();
    let old = fixture.issue(grant());
    let new = block_on(fixture.keys.rotate(old.record().id(), at(NOW + 600))).unwrap();

    assert_eq!(new.record().grant(), old.record().grant());
    assert_eq!(new.record().replaces(), Some(old.record().id()));
    let kept = block_on(fixture.keys.find(old.record().id())).unwrap();
    assert_eq!(kept.replaced_by(), Some(new.record().id()));
    assert_ne!(new.key().expose_secret(), old.key().expose_secret());

    for (now, is_old_good) in [(0, true), (599, true), (600, false), (10_000, false)] {
        fixture.clock.set(at(NOW + now));
        assert_eq!(fixture.is_good(&old), is_old_good, "{now}");
        assert!(fixture.is_good(&new), "{now}");
    }
}

#[test]
fn an_overlap_that_has_ended_ends_the_old_key_at_once() {
    let fixture = Fixture::new();
    let old = fixture.issue(grant());

    let new = block_on(fixture.keys.rotate(old.record().id(), at(NOW))).unwrap();

    assert!(!fixture.is_good(&old));
    assert!(fixture.is_good(&new));
}

#[test]
fn a_rotation_does_not_lengthen_the_life_of_the_old_key() {
    let fixture = Fixture::new();
    let old = fixture.issue(grant().expires_at(at(NOW + 100)));
    fixture.clock.set(at(NOW + 40));

    let new = block_on(fixture.keys.rotate(old.record().id(), at(NOW + 9000))).unwrap();

    // The new one has the lifetime that the old one had.
    assert_eq!(new.record().expires_at(), Some(at(NOW + 140)));
    for (now, good) in [
        (99, [true, true]),
        (100, [false, true]),
        (140, [false, false]),
    ] {
        fixture.clock.set(at(NOW + now));
        assert_eq!([&old, &new].map(|key| fixture.is_good(key)), good, "{now}");
    }
}

/// The lifetime of a key whose beginning is not known cannot be begun anew: counted
/// from the epoch, it would be half a century.
#[test]
fn a_key_of_unknown_age_rotates_into_one_that_ends_with_it() {
    let fixture = Fixture::new();
    let issued = fixture.issue(grant());
    let expiry = at(NOW + 100);
    for created in [at(0), at(NOW + 200)] {
        block_on(fixture.keys.remove(issued.record().id())).unwrap();
        let stored = KeyRecord::new(
            issued.record().id(),
            issued.record().hash().clone(),
            "live",
            grant().expires_at(expiry),
            created,
        );
        let inserted = block_on(fixture.keys.store().insert(stored).get());
        assert_eq!(inserted.unwrap(), Insertion::Inserted);

        let new = block_on(fixture.keys.rotate(issued.record().id(), at(NOW + 50))).unwrap();

        assert_eq!(new.record().expires_at(), Some(expiry));
    }
}

#[test]
fn a_key_that_is_removed_meanwhile_is_not_replaced() {
    let fixture = Fixture::new();
    let [old, new] = [(); 2].map(|()| fixture.issue(grant()).record().clone());
    let store = fixture.keys.store();
    let replace = |id, by| block_on(store.replace(id, by, at(NOW + 600)).get()).unwrap();

    assert_eq!(replace(old.id(), new.clone()), Replacement::Taken);
    assert_eq!(replace(old.id(), old.clone()), Replacement::Taken);
    block_on(fixture.keys.remove(new.id())).unwrap();
    block_on(fixture.keys.remove(old.id())).unwrap();
    assert_eq!(replace(old.id(), new), Replacement::Unknown);
    assert!(store.is_empty());
}

#[test]
fn a_store_that_is_full_replaces_nothing() {
    let store = MemoryApiKeyStore::new().capacity(NonZeroUsize::new(1).unwrap());
    let fixture = Fixture::over(store);
    let old = fixture.issue(grant());
    let id = old.record().id();

    let rotated = block_on(fixture.keys.rotate(id, at(NOW)));

    assert!(matches!(rotated, Err(ManageError::Full)));
    assert!(fixture.is_good(&old));
    let kept = block_on(fixture.keys.find(id)).unwrap();
    assert_eq!(kept.replaced_by(), None);
}

/// A replacement counts for the key whose place it takes.
#[test]
fn an_owner_at_the_limit_rotates_every_key_and_has_no_more_of_them() {
    let fixture = limited(3);
    let mut keys = [(); 3].map(|()| fixture.issue(grant()));
    for turn in 0..10 {
        let now = NOW + turn * 1000;
        fixture.clock.set(at(now));
        for key in &mut keys {
            let id = key.record().id();
            *key = block_on(fixture.keys.rotate(id, at(now + 600))).unwrap();
            assert!(fixture.keys.store().len() <= 6);
        }
        for wait in [0, 600] {
            fixture.clock.set(at(now + wait));
            let refused = block_on(fixture.keys.issue(grant()));
            assert!(matches!(refused, Err(ManageError::TooManyKeys)));
        }
        assert!(keys.iter().all(|key| fixture.is_good(key)));
    }
}

/// Whoever revokes the replacement while the old key is good, and does so again with
/// another one, has no more than twice as many.
#[test]
fn replaced_keys_that_have_not_ended_are_bounded_too() {
    let fixture = limited(3);
    let mut refused = 0;
    for _ in 0..30 {
        let Ok(old) = block_on(fixture.keys.issue(grant())) else {
            refused += 1;
            continue;
        };
        let Ok(new) = block_on(fixture.keys.rotate(old.record().id(), at(NOW + 600))) else {
            refused += 1;
            continue;
        };
        block_on(fixture.keys.revoke(new.record().id())).unwrap();
    }
    assert!(refused > 20, "{refused}");
    assert!(fixture.keys.store().len() <= 6);
}

#[test]
fn no_more_than_two_keys_are_live() {
    let fixture = Fixture::new();
    let first = fixture.issue(grant());
    let id = first.record().id();
    let second = block_on(fixture.keys.rotate(id, at(NOW + 600))).unwrap();

    let again = block_on(fixture.keys.rotate(id, at(NOW + 600)));
    assert!(matches!(again, Err(ManageError::Replaced)));
    let third = block_on(fixture.keys.rotate(second.record().id(), at(NOW + 600)));
    assert!(matches!(third, Err(ManageError::Overlapping(before)) if before == id));
    assert_eq!(fixture.keys.store().len(), 2);

    fixture.clock.set(at(NOW + 600));
    let third = block_on(fixture.keys.rotate(second.record().id(), at(NOW + 900))).unwrap();
    assert_eq!(
        [&first, &second, &third].map(|key| fixture.is_good(key)),
        [false, true, true]
    );
}

#[test]
fn a_key_that_has_ended_is_not_rotated() {
    let fixture = Fixture::new();
    let [revoked, expired] = [
        fixture.issue(grant()),
        fixture.issue(grant().expires_at(at(NOW + 5))),
    ];
    block_on(fixture.keys.revoke(revoked.record().id())).unwrap();
    fixture.clock.set(at(NOW + 5));

    for issued in [revoked, expired] {
        let rotated = block_on(fixture.keys.rotate(issued.record().id(), at(NOW + 600)));
        assert!(matches!(rotated, Err(ManageError::NotLive)));
    }
    assert_eq!(fixture.keys.store().len(), 2);
}

#[test]
fn a_revocation_is_not_undone_by_a_rotation() {
    let fixture = Fixture::new();
    let old = fixture.issue(grant());
    let new = block_on(fixture.keys.rotate(old.record().id(), at(NOW + 600))).unwrap();

    block_on(fixture.keys.revoke(old.record().id())).unwrap();

    assert!(!fixture.is_good(&old));
    assert!(fixture.is_good(&new));
}

#[test]
fn of_rotations_at_the_same_time_one_succeeds() {
    for _ in 0..20 {
        let fixture = Fixture::new();
        let old = fixture.issue(grant());
        let id = old.record().id();
        let rotated: Vec<_> = std::thread::scope(|scope| {
            let rotate = || block_on(fixture.keys.rotate(id, at(NOW + 600)));
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(rotate)).collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });

        let good: Vec<_> = rotated.iter().flatten().collect();
        assert_eq!(good.len(), 1);
        assert!(fixture.is_good(good[0]));
        // Those that came too late are not left behind.
        assert_eq!(fixture.keys.store().len(), 2);
    }
}

fn limited(most: usize) -> Fixture {
    let most = NonZeroUsize::new(most).unwrap();
    Fixture::made(|clock| {
        let keys = ApiKeys::new(format("live"), peppers(), MemoryApiKeyStore::new());
        keys.clock(clock).max_per_owner(most)
    })
}
