//! What is answered when it is not the client's fault.

use bartizan_core::{ClientAddr, Outcome, Reply};
use bartizan_oauth2::ClientStore;
use bartizan_testkit::Recorder;
use http::header::RETRY_AFTER;

use super::*;

#[tokio::test]
async fn a_store_that_fails_is_503_and_never_a_refusal() {
    for waits in [false, true] {
        let endpoint = TokenEndpoint::new(Broken { waits }, token_of);
        for request in [
            post(&with_secret("grant_type=client_credentials")),
            post("grant_type=client_credentials&client_id=spa"),
            post_as(&basic("ledger", SECRET), "grant_type=client_credentials"),
        ] {
            assert_is_failure(&send(&endpoint, request).await);
        }
    }
}

#[tokio::test]
async fn an_issuer_that_fails_is_503() {
    let issuer = |_: &Grant| -> Result<IssuedToken, BoxError> { Err("db-7 is down".into()) };
    let hashed = HashedSecret::of(&SECRET.into()).unwrap();
    let ledger = Client::confidential("ledger", hashed).grant(GrantType::ClientCredentials);
    let endpoint = TokenEndpoint::new(MemoryClientStore::new([ledger]).unwrap(), issuer);

    let request = post(&with_secret("grant_type=client_credentials"));

    assert_is_failure(&send(&endpoint, request).await);
}

#[tokio::test]
async fn asvs_16_3_1_each_decision_goes_to_the_observer() {
    let recorder = Recorder::new();
    let endpoint = endpoint().observer(recorder.clone());
    let form = "grant_type=client_credentials";
    let mut found = post(&with_secret(form));
    let address = ClientAddr::new([192, 0, 2, 1].into());
    found.extensions_mut().insert(address);

    send(&endpoint, found).await;
    send(&endpoint, post(&format!("{form}&client_id=nobody"))).await;
    send(&endpoint, post_as(&basic("idle", SECRET), form)).await;
    send(&endpoint, post("")).await;

    let decisions = recorder.decisions();
    let seen: Vec<_> = decisions
        .iter()
        .map(|decision| (decision.outcome, decision.slug, decision.subject.as_deref()))
        .collect();
    assert_eq!(
        seen,
        [
            (Outcome::Issued, None, Some("client:ledger")),
            (Outcome::Rejected, Some("invalid_client"), None),
            (Outcome::Rejected, Some("unauthorized_client"), Some("idle")),
            (Outcome::Rejected, Some("invalid_request"), None),
        ]
    );
    assert!(
        decisions
            .iter()
            .all(|d| d.guard == "token-endpoint" && d.is_timed)
    );
    assert_eq!(decisions[0].client, Some(address.ip()));
}

#[test]
fn it_is_always_ready_and_can_be_shared() {
    use std::task::{Context, Poll, Waker};
    use tower::Service;

    fn is_clone_send_sync_unpin<T: Clone + Send + Sync + Unpin>(_: &T) {}
    fn is_send_unpin<T: Send + Unpin>(_: &T) {}

    let mut endpoint = endpoint();
    is_clone_send_sync_unpin(&endpoint);
    let mut cx = Context::from_waker(Waker::noop());
    let ready = Service::<Request<Full<bytes::Bytes>>>::poll_ready(&mut endpoint, &mut cx);
    assert!(matches!(ready, Poll::Ready(Ok(()))));
    is_send_unpin(&endpoint.call(post("")));
}

fn assert_is_failure(answer: &Answer) {
    assert_eq!((answer.status, answer.error()), (503, "server_error"));
    assert!(!answer.text.contains("db-7"), "{answer:?}");
    assert!(!answer.headers.contains_key(RETRY_AFTER));
}

struct Broken {
    waits: bool,
}

impl ClientStore for Broken {
    fn find(&self, _: &str) -> Reply<Result<Option<Client>, BoxError>> {
        let answer = Err("db-7 is down".into());
        if self.waits {
            return Reply::Wait(Box::pin(async { answer }));
        }
        Reply::Ready(answer)
    }
}
