//! Issuing, finding, listing, revoking.

use std::collections::HashSet;
use std::num::NonZeroUsize;

use bartizan_api_key::{ApiKeys, InvalidGrant, KeyGrant, KeyPage, ManageError, MemoryApiKeyStore};

use crate::support::{Fixture, NOW, at, block_on, forged, format, grant, peppers};

#[test]
fn asvs_6_5_2_keys_have_at_least_128_random_bits() {
    let fixture = Fixture::made(|clock| {
        let keys = ApiKeys::new(format("live"), peppers(), MemoryApiKeyStore::new());
        keys.clock(clock)
            .max_per_owner(NonZeroUsize::new(1000).unwrap())
    });
    let secrets: HashSet<String> = (0..500)
        .map(|_| {
            let issued = fixture.issue(grant());
            let key = issued.key().expose_secret();
            let digits = key.strip_prefix("acme_live_").unwrap();
            let (id, rest) = digits.split_once('_').unwrap();
            assert_eq!(id, issued.record().id().as_str());
            let (secret, _checksum) = rest.split_at(30);
            assert!(secret.bytes().all(|byte| byte.is_ascii_alphanumeric()));
            secret.to_owned()
        })
        .collect();

    // 30 digits of 62: 178 bits.
    assert_eq!(secrets.len(), 500);
    let all: HashSet<char> = secrets.iter().flat_map(|secret| secret.chars()).collect();
    assert_eq!(all.len(), 62);
}

#[test]
fn a_record_says_everything_but_the_key() {
    let fixture = Fixture::new();
    let network = "192.0.2.0/24".parse().unwrap();
    let grant = grant().expires_at(at(NOW + 60)).network(network);
    let issued = fixture.issue(grant.metadata("ticket", "OPS-17"));

    let found = block_on(fixture.keys.find(issued.record().id())).unwrap();

    assert_eq!(found.grant().owner(), "alice");
    assert_eq!(found.grant().name(), "ci");
    assert_eq!(found.grant().roles(), ["reader"]);
    assert_eq!(found.grant().scopes(), ["items:read"]);
    assert_eq!(found.grant().networks(), [network]);
    assert_eq!(found.grant().notes()["ticket"], "OPS-17");
    assert_eq!(found.environment(), "live");
    assert_eq!(found.created_at(), at(NOW));
    assert_eq!(found.expires_at(), Some(at(NOW + 60)));
    assert_eq!(found.used_at(), None);
    assert_eq!(found.revoked_at(), None);
    let (_, secret) = issued.key().expose_secret().rsplit_once('_').unwrap();
    assert!(!found.hash().to_string().contains(&secret[..8]));
}

#[test]
fn the_last_use_is_noted_to_a_minute() {
    let fixture = Fixture::new();
    let issued = fixture.issue(grant());
    let used = || {
        block_on(fixture.keys.find(issued.record().id()))
            .unwrap()
            .used_at()
    };

    for (now, expected) in [(5, 5), (64, 5), (65, 65), (70, 65), (3600, 3600)] {
        fixture.clock.set(at(NOW + now));
        assert!(fixture.is_good(&issued));
        assert_eq!(used(), Some(at(NOW + expected)), "{now}");
    }
    // A key that is refused is not used.
    fixture.clock.set(at(NOW + 9000));
    let wrong = forged(issued.key().expose_secret(), 3);
    assert!(block_on(fixture.keys.verify(&wrong, None)).is_err());
    assert_eq!(used(), Some(at(NOW + 3600)));
}

#[test]
fn a_revocation_counts_for_the_next_request() {
    let fixture = Fixture::new();
    let issued = fixture.issue(grant());
    assert!(fixture.is_good(&issued));

    block_on(fixture.keys.revoke(issued.record().id())).unwrap();
    assert!(!fixture.is_good(&issued));

    // For good: neither a clock that is set back nor another revocation changes it.
    fixture.clock.set(at(NOW - 1000));
    assert!(!fixture.is_good(&issued));
    let first = block_on(fixture.keys.find(issued.record().id())).unwrap();
    assert_eq!(first.revoked_at(), Some(at(NOW)));

    block_on(fixture.keys.remove(issued.record().id())).unwrap();
    assert!(!fixture.is_good(&issued));
}

#[test]
fn a_key_expires_at_the_second() {
    let fixture = Fixture::new();
    let issued = fixture.issue(grant().expires_at(at(NOW + 60)));

    for (now, good) in [(0, true), (59, true), (60, false), (61, false)] {
        fixture.clock.set(at(NOW + now));
        assert_eq!(fixture.is_good(&issued), good, "{now}");
    }
}

#[test]
fn refuses_grants_that_make_no_key() {
    let fixture = Fixture::new();
    for (grant, expected) in [
        (KeyGrant::new("", "ci"), InvalidGrant::Owner),
        (grant().expires_at(at(NOW)), InvalidGrant::Expired),
        (
            grant().metadata("note", "x".repeat(KeyGrant::MAX_BYTES)),
            InvalidGrant::TooLarge,
        ),
    ] {
        match block_on(fixture.keys.issue(grant)) {
            Err(ManageError::Grant(reason)) => assert_eq!(reason, expected),
            other => panic!("{other:?}"),
        }
    }
    assert!(fixture.keys.store().is_empty());
}

#[test]
fn what_is_not_there_is_unknown() {
    let fixture = Fixture::new();
    let id = "0123456789ab".parse().unwrap();
    let keys = &fixture.keys;

    assert!(matches!(block_on(keys.find(id)), Err(ManageError::Unknown)));
    assert!(matches!(
        block_on(keys.revoke(id)),
        Err(ManageError::Unknown)
    ));
    assert!(matches!(
        block_on(keys.remove(id)),
        Err(ManageError::Unknown)
    ));
    let rotated = block_on(keys.rotate(id, at(NOW)));
    assert!(matches!(rotated, Err(ManageError::Unknown)));
}

#[test]
fn lists_keys_page_by_page() {
    let fixture = Fixture::new();
    for owner in ["alice", "bob", "al", "alicea"] {
        for name in ["one", "two", "three"] {
            fixture.issue(KeyGrant::new(owner, name));
        }
    }
    let list = |page| block_on(fixture.keys.list(page)).unwrap();

    let all = list(KeyPage::all());
    assert_eq!(all.len(), 12);
    let alice = list(KeyPage::of("alice"));
    let names: HashSet<&str> = alice.iter().map(|record| record.grant().name()).collect();
    assert_eq!(names, HashSet::from(["one", "two", "three"]));
    assert!(list(KeyPage::of("ali")).is_empty());

    for (owner, expected) in [(None, &all), (Some("alice"), &alice)] {
        let mut paged = Vec::new();
        let start = || owner.map_or_else(KeyPage::all, KeyPage::of).limit(2);
        let mut page = start();
        loop {
            let records = list(page);
            assert!(records.len() <= 2);
            let Some(last) = records.last().cloned() else {
                break;
            };
            page = start().after(last.grant().owner(), last.id());
            paged.extend(records);
        }
        let ids = |records: &[std::sync::Arc<bartizan_api_key::KeyRecord>]| -> Vec<String> {
            records
                .iter()
                .map(|record| record.id().to_string())
                .collect()
        };
        assert_eq!(ids(&paged), ids(expected));
    }
    assert!(list(KeyPage::of("alice").after("bob", alice[0].id())).is_empty());
    assert_eq!(
        list(KeyPage::of("alice").after("al", alice[0].id())).len(),
        3
    );
    assert!(list(KeyPage::all().limit(0)).is_empty());
}

#[test]
fn an_owner_has_a_limited_number_of_keys() {
    let fixture = Fixture::made(|clock| {
        let keys = ApiKeys::new(format("live"), peppers(), MemoryApiKeyStore::new());
        keys.clock(clock)
            .max_per_owner(NonZeroUsize::new(3).unwrap())
    });
    let [first, second, _] = [(); 3].map(|()| fixture.issue(grant()));
    let refused = block_on(fixture.keys.issue(grant()));
    assert!(matches!(refused, Err(ManageError::TooManyKeys)));
    fixture.issue(KeyGrant::new("bob", "ci"));

    // The one that ended first makes room.
    block_on(fixture.keys.revoke(second.record().id())).unwrap();
    fixture.clock.set(at(NOW + 5));
    block_on(fixture.keys.revoke(first.record().id())).unwrap();
    fixture.issue(grant());
    assert!(block_on(fixture.keys.find(second.record().id())).is_err());
    assert!(block_on(fixture.keys.find(first.record().id())).is_ok());

    // However often keys are issued and revoked, no more are kept.
    for _ in 0..50 {
        let issued = fixture.issue(grant());
        block_on(fixture.keys.revoke(issued.record().id())).unwrap();
    }
    assert_eq!(
        block_on(fixture.keys.list(KeyPage::of("alice")))
            .unwrap()
            .len(),
        3
    );
}

#[test]
fn api1_owners_manage_their_own_keys_alone() {
    let fixture = Fixture::new();
    let [of_alice, of_bob] =
        ["alice", "bob"].map(|owner| fixture.issue(KeyGrant::new(owner, "ci")));
    let alice = fixture.keys.of("alice");
    let [own, other] = [of_alice.record().id(), of_bob.record().id()];

    let listed = block_on(alice.list(None, 100)).unwrap();
    assert_eq!(listed.len(), 1);
    assert!(block_on(alice.list(Some(own), 100)).unwrap().is_empty());
    assert!(block_on(alice.find(own)).is_ok());
    assert!(matches!(
        block_on(alice.find(other)),
        Err(ManageError::Unknown)
    ));
    assert!(matches!(
        block_on(alice.revoke(other)),
        Err(ManageError::Unknown)
    ));
    let rotated = block_on(alice.rotate(other, at(NOW)));
    assert!(matches!(rotated, Err(ManageError::Unknown)));
    assert!(fixture.is_good(&of_bob));

    let new = block_on(alice.rotate(own, at(NOW + 60))).unwrap();
    block_on(alice.revoke(own)).unwrap();
    assert!(!fixture.is_good(&of_alice));
    assert!(fixture.is_good(&new));
}
