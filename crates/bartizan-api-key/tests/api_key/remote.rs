//! Stores that keep keys elsewhere: what they are asked, and what they fail.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use bartizan_api_key::{
    ApiKeyStore, ApiKeys, Insertion, KeyError, KeyId, KeyPage, KeyRecord, ManageError,
    MemoryApiKeyStore, Replacement,
};
use bartizan_core::{BoxError, ClientAddr, Reply};
use bartizan_testkit::{Probe, assert_readiness, assert_rejected, send};
use http::StatusCode;

use crate::support::{
    Fixture, NOW, at, block_on, forged, format, grant, misspelt, peppers, with_key,
};

#[tokio::test]
async fn a_store_that_answers_later_is_waited_for() {
    let fixture = remote();
    let issued = fixture.issue(grant());

    let probe = Probe::new();
    let request = with_key(issued.key().expose_secret());
    let response = send(&fixture.layer(), &probe, request.clone()).await;
    assert_eq!((response.status(), probe.calls()), (StatusCode::OK, 1));
    assert!(probe.last().unwrap().headers().is_empty());
    assert_readiness(&fixture.layer(), &request);

    block_on(fixture.keys.revoke(issued.record().id())).unwrap();
    let status = StatusCode::UNAUTHORIZED;
    assert_rejected(&fixture.layer(), &request, status, "invalid-api-key").await;
}

#[tokio::test]
async fn networks_count_there_as_well() {
    let fixture = remote();
    let issued = fixture.issue(grant().network("192.0.2.0/24".parse().unwrap()));
    for (client, allowed) in [("192.0.2.1", true), ("192.0.3.1", false)] {
        let mut request = with_key(issued.key().expose_secret());
        let client = ClientAddr::new(client.parse().unwrap());
        request.extensions_mut().insert(client);
        let response = send(&fixture.layer(), &Probe::new(), request).await;
        assert_eq!(response.status().is_success(), allowed);
    }
}

#[tokio::test]
async fn asvs_16_5_3_a_failing_store_is_503_and_never_a_denial() {
    let fixture = remote();
    let issued = fixture.issue(grant());
    fixture.store().is_down.store(true, Ordering::SeqCst);

    for key in [
        issued.key().expose_secret(),
        &forged(issued.key().expose_secret(), 40),
    ] {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        let slug = "authentication-unavailable";
        let response = assert_rejected(&fixture.layer(), &with_key(key), status, slug).await;
        assert!(!response.headers().contains_key("www-authenticate"));
    }
    for failed in [
        block_on(fixture.keys.issue(grant())).err(),
        block_on(fixture.keys.find(issued.record().id())).err(),
        block_on(fixture.keys.rotate(issued.record().id(), at(NOW))).err(),
        block_on(fixture.keys.revoke(issued.record().id())).err(),
        block_on(fixture.keys.remove(issued.record().id())).err(),
        block_on(fixture.keys.list(KeyPage::all())).err(),
    ] {
        assert!(matches!(failed, Some(ManageError::Store(_))), "{failed:?}");
    }

    // What the store could not say is not remembered as unknown.
    fixture.store().is_down.store(false, Ordering::SeqCst);
    assert!(fixture.is_good(&issued));
}

#[test]
fn the_store_does_not_hear_of_what_is_spelt_wrong() {
    let fixture = remote();
    let key = fixture.issue(grant()).into_key();
    let key = key.expose_secret();

    for wrong in ["", "acme_live_", &key[..58], &misspelt(key)] {
        let verified = block_on(fixture.keys.verify(wrong, None));
        assert!(matches!(verified, Err(KeyError::Syntax(_))));
    }
    assert_eq!(fixture.store().finds(), 0);
}

#[test]
fn an_id_that_nobody_has_is_asked_for_once_in_a_while() {
    let fixture = remote();
    let key = fixture.issue(grant()).into_key();
    let unknown = forged(key.expose_secret(), 40);
    let check = || {
        let verified = block_on(fixture.keys.verify(&unknown, None));
        assert!(matches!(verified, Err(KeyError::Unknown(_))));
        block_on(send(&fixture.layer(), &Probe::new(), with_key(&unknown)));
        fixture.store().finds()
    };

    // Being asked for does not keep an id unknown for longer.
    for (now, finds) in [(0, 1), (10, 1), (20, 1), (29, 1), (30, 2), (59, 2), (60, 3)] {
        fixture.clock.set(at(NOW + now));
        assert_eq!(check(), finds, "{now}");
    }
}

#[test]
fn a_flood_of_made_up_ids_is_remembered_in_bounded_space() {
    let keys = |clock| {
        let ids = NonZeroUsize::new(16).unwrap();
        ApiKeys::new(format("live"), peppers(), Remote::default())
            .clock(clock)
            .remember_unknown(ids, Duration::from_secs(3600))
    };
    let fixture = Fixture::made(keys);
    let ids: Vec<String> = (0..2000)
        .map(|number| {
            crate::support::with_checksum(&format!("acme_live_{number:012}_{}", "A".repeat(30)))
        })
        .collect();
    let ask = || {
        for id in &ids {
            assert!(block_on(fixture.keys.verify(id, None)).is_err());
        }
        fixture.store().finds()
    };

    assert_eq!(ask(), 2000);
    let again = ask() - 2000;
    assert!(again >= 2000 - 16, "{again}");
}

#[test]
fn the_use_of_a_key_is_written_once_a_minute_and_not_waited_for() {
    let fixture = remote();
    let issued = fixture.issue(grant());
    let other = fixture.issue(grant());

    for (now, touches) in [(0, 1), (30, 1), (59, 1), (60, 2), (61, 2), (300, 3)] {
        fixture.clock.set(at(NOW + now));
        assert!(fixture.is_good(&issued));
        assert_eq!(fixture.store().touches(), touches, "{now}");
    }
    assert!(fixture.is_good(&other));
    assert_eq!(fixture.store().touches(), 4);
    // A key that is refused is not used.
    block_on(fixture.keys.revoke(other.record().id())).unwrap();
    fixture.clock.advance(Duration::from_secs(600));
    assert!(!fixture.is_good(&other));
    assert_eq!(fixture.store().touches(), 4);
}

#[test]
fn a_rotation_that_the_store_fails_leaves_no_key_behind() {
    let fixture = remote();
    let old = fixture.issue(grant());
    fixture
        .store()
        .refuses_to_replace
        .store(true, Ordering::SeqCst);

    let rotated = block_on(fixture.keys.rotate(old.record().id(), at(NOW)));

    assert!(matches!(rotated, Err(ManageError::Store(_))));
    assert_eq!(fixture.store().inner.len(), 1);
    assert!(fixture.is_good(&old));
}

/// Between the moment in which a rotation finds a key live, and the one in which the
/// key is replaced, somebody revokes it.
#[test]
fn a_revocation_is_not_undone_by_a_rotation_in_flight() {
    let fixture = remote();
    let old = fixture.issue(grant());
    let store = fixture.store();
    store.revokes_meanwhile.store(true, Ordering::SeqCst);

    let rotated = block_on(fixture.keys.rotate(old.record().id(), at(NOW + 600)));

    assert!(matches!(rotated, Err(ManageError::NotLive)), "{rotated:?}");
    assert!(!fixture.is_good(&old));
    let left = block_on(fixture.keys.list(KeyPage::all())).unwrap();
    assert_eq!(left.len(), 1);
    assert!(left.iter().all(|record| !record.is_live(at(NOW))));
}

/// Dropped wherever it waits, a rotation has been done or has not; there is no key
/// that the old one does not name.
#[test]
fn a_rotation_that_is_dropped_leaves_no_stray_key() {
    for polls in 1.. {
        let fixture = remote();
        let old = fixture.issue(grant());
        let id = old.record().id();
        let mut cx = Context::from_waker(Waker::noop());
        let mut rotation = Box::pin(fixture.keys.rotate(id, at(NOW + 600)));
        let is_done = (0..polls).any(|_| rotation.as_mut().poll(&mut cx).is_ready());
        drop(rotation);

        assert!(fixture.is_good(&old));
        let named = block_on(fixture.keys.find(id)).unwrap().replaced_by();
        let others = block_on(fixture.keys.list(KeyPage::all())).unwrap();
        let others: Vec<_> = others.iter().map(|record| record.id()).collect();
        assert_eq!(others.len(), 1 + usize::from(named.is_some()), "{polls}");
        assert!(named.is_none_or(|named| others.contains(&named)));
        if is_done {
            assert!(polls > 2);
            break;
        }
    }
}

#[test]
fn a_store_may_be_shared_and_be_of_any_type() {
    let store: Arc<dyn ApiKeyStore> = Arc::new(MemoryApiKeyStore::new());
    let [one, two] = [Arc::clone(&store), store].map(Fixture::over);

    let issued = one.issue(grant());

    assert!(two.is_good(&issued));
}

fn remote() -> Fixture<Remote> {
    Fixture::over(Remote::default())
}

impl Fixture<Remote> {
    fn store(&self) -> &Remote {
        self.keys.store()
    }
}

async fn pending_once() {
    let mut is_woken = false;
    std::future::poll_fn(|cx| {
        if std::mem::replace(&mut is_woken, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Answers later, with a record of its own for each request, as a database would.
#[derive(Default)]
struct Remote {
    inner: MemoryApiKeyStore,
    is_down: AtomicBool,
    refuses_to_replace: AtomicBool,
    revokes_meanwhile: AtomicBool,
    finds: Arc<AtomicUsize>,
    touched: Mutex<Vec<KeyId>>,
}

impl Remote {
    fn finds(&self) -> usize {
        self.finds.load(Ordering::SeqCst)
    }

    fn touches(&self) -> usize {
        self.touched.lock().unwrap().len()
    }

    fn later<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&MemoryApiKeyStore) -> Reply<Result<T, BoxError>>,
    ) -> Reply<Result<T, BoxError>> {
        let is_down = self.is_down.load(Ordering::SeqCst);
        let answer = (!is_down).then(|| ask(&self.inner));
        Reply::Wait(Box::pin(async move {
            pending_once().await;
            match answer {
                Some(answer) => answer.get().await,
                None => Err("the database is down".into()),
            }
        }))
    }
}

impl ApiKeyStore for Remote {
    fn find(&self, id: KeyId) -> Reply<Result<Option<Arc<KeyRecord>>, BoxError>> {
        self.finds.fetch_add(1, Ordering::SeqCst);
        self.later(|store| {
            let found = block_on(store.find(id).get());
            let copy = |record: Arc<KeyRecord>| Arc::new(KeyRecord::clone(&record));
            Reply::Ready(found.map(|found| found.map(copy)))
        })
    }

    fn insert(&self, record: KeyRecord) -> Reply<Result<Insertion, BoxError>> {
        self.later(|store| store.insert(record))
    }

    fn list(&self, page: KeyPage) -> Reply<Result<Vec<Arc<KeyRecord>>, BoxError>> {
        self.later(|store| store.list(page))
    }

    fn revoke(&self, id: KeyId, at: SystemTime) -> Reply<Result<bool, BoxError>> {
        self.later(|store| store.revoke(id, at))
    }

    fn replace(
        &self,
        id: KeyId,
        by: KeyRecord,
        until: SystemTime,
    ) -> Reply<Result<Replacement, BoxError>> {
        if self.refuses_to_replace.load(Ordering::SeqCst) {
            return Reply::Ready(Err("the database is read-only".into()));
        }
        if self.revokes_meanwhile.load(Ordering::SeqCst) {
            let revoked = block_on(self.inner.revoke(id, by.created_at()).get());
            assert!(revoked.unwrap());
        }
        self.later(|store| store.replace(id, by, until))
    }

    fn remove(&self, id: KeyId) -> Reply<Result<bool, BoxError>> {
        self.later(|store| store.remove(id))
    }

    fn touch(&self, id: KeyId, _: SystemTime) {
        self.touched.lock().unwrap().push(id);
    }
}
