//! No key, no pepper, in what is shown and logged.

use bartizan_core::{Authenticate, GuardLayer, TracingObserver};
use bartizan_secret::{MASK, Masker};
use bartizan_testkit::{LogCapture, Probe, Recorder, send};

use crate::support::{Fixture, everywhere, forged, grant, request, with_key};

#[tokio::test]
async fn no_key_is_logged_or_shown() {
    let fixture = Fixture::new();
    let issued = fixture.issue(grant());
    let key = issued.key().expose_secret();
    let wrong = forged(key, 3);
    let log = LogCapture::start();
    let scheme = fixture.scheme().locators(everywhere()).unwrap();
    let shown = format!("{:?} {issued:?} {:?}", fixture.keys, issued.record());
    let layer = GuardLayer::observed(Authenticate::required(scheme), TracingObserver);

    for key in [key, &wrong, &format!("{key}x")] {
        for request in [
            with_key(key),
            request("/items", &[("authorization", &format!("ApiKey {key}"))]),
            request("/items", &[("cookie", &format!("acme_key={key}"))]),
            request(&format!("/items?api_key={key}"), &[]),
        ] {
            send(&layer, &Probe::new(), request).await;
        }
    }

    let text = log.text();
    assert!(text.contains("wrong secret"), "{text}");
    for text in [text, shown, format!("{layer:?}")] {
        let (_, secret) = key.rsplit_once('_').unwrap();
        assert!(!text.contains(&secret[..8]), "{text}");
        assert!(!text.contains("hmac-sha256"), "{text}");
    }
}

/// Whoever watches is told why, and which key it is about.
#[tokio::test]
async fn asvs_16_3_2_the_observer_is_told_the_reason() {
    let fixture = Fixture::new();
    let issued = fixture.issue(grant());
    fixture.keys.revoke(issued.record().id()).await.unwrap();
    let recorder = Recorder::new();
    let guard = Authenticate::required(fixture.scheme());
    let layer = GuardLayer::observed(guard, recorder.clone());

    let request = with_key(issued.key().expose_secret());
    send(&layer, &Probe::new(), request).await;

    let decisions = recorder.decisions();
    let [decision] = decisions.as_slice() else {
        panic!("{decisions:?}");
    };
    assert_eq!(decision.guard, "apikey");
    assert_eq!(decision.slug, Some("invalid-api-key"));
    let reason = format!("key {} was revoked", issued.record().id());
    assert_eq!(decision.causes, [reason]);
}

/// The masker of `bartizan-secret` knows the shape of our keys.
#[test]
fn keys_are_masked_in_logs_of_others() {
    let fixture = Fixture::new();
    let masker = Masker::new();
    for _ in 0..100 {
        let key = fixture.issue(grant()).into_key();
        let key = key.expose_secret();
        for line in [
            format!("calling with {key} now"),
            format!("GET /items?key={key} HTTP/1.1"),
            format!(r#"{{"key":"{key}"}}"#),
        ] {
            let masked = masker.mask(line.as_bytes());
            let masked = str::from_utf8(&masked).unwrap();
            let (_, secret) = key.rsplit_once('_').unwrap();
            assert!(!masked.contains(secret), "{masked}");
            assert!(masked.contains(MASK), "{masked}");
        }
        // As many as one owner has.
        let listed = fixture.keys.of("alice");
        let records = crate::support::block_on(listed.list(None, 1)).unwrap();
        crate::support::block_on(fixture.keys.remove(records[0].id())).unwrap();
    }
}
