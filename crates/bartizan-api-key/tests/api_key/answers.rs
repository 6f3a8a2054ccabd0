//! What a request is answered, whatever is wrong with its key.

use std::error::Error as _;
use std::net::IpAddr;

use bartizan_api_key::{KeyError, PepperRing};
use bartizan_core::{Authenticate, ClientAddr, GuardLayer, Principal, Realm, Rejection};
use bartizan_testkit::{
    Probe, assert_readiness, assert_readiness_when_rejecting, assert_rejected, send,
};
use http::{Request, Response, StatusCode};

use crate::support::{
    Fixture, Layer, NOW, at, block_on, forged, format, grant, misspelt, peppers, request,
    with_checksum, with_key,
};

#[test]
fn a_good_key_stands_for_its_owner() {
    let fixture = Fixture::new();
    let expiry = at(NOW + 3600);
    let issued = fixture.issue(grant().expires_at(expiry).metadata("ticket", "OPS-17"));

    let seen = admitted(&fixture.layer(), with_key(issued.key().expose_secret()));

    let principal = seen.extensions().get::<Principal>().unwrap();
    assert_eq!(principal.subject(), "alice");
    assert_eq!(principal.scheme(), "apikey");
    assert_eq!(principal.roles(), ["reader"]);
    assert_eq!(principal.scopes(), ["items:read"]);
    assert_eq!(principal.expires_at(), Some(expiry));
    assert_eq!(
        principal.credential_id(),
        Some(issued.record().id().as_str())
    );
    let grant = principal.attribute::<std::sync::Arc<bartizan_api_key::KeyGrant>>();
    assert_eq!(grant.unwrap().notes()["ticket"], "OPS-17");
    assert!(seen.headers().is_empty());
}

/// API2:2023: a key is no login of a person's, recent or strong.
#[test]
fn api2_a_key_is_no_login() {
    let fixture = Fixture::new();
    let issued = fixture.issue(grant());

    let seen = admitted(&fixture.layer(), with_key(issued.key().expose_secret()));

    let principal = seen.extensions().get::<Principal>().unwrap();
    assert!(
        principal
            .attribute::<bartizan_core::Authentication>()
            .is_none()
    );
}

#[tokio::test]
async fn rfc9110_1_a_request_without_a_key_is_told_how_to_authenticate() {
    let fixture = Fixture::new();
    let unauthorized = StatusCode::UNAUTHORIZED;
    let response = assert_rejected(
        &fixture.layer(),
        &request("/", &[]),
        unauthorized,
        "authentication-required",
    )
    .await;
    assert_eq!(
        response.headers()["www-authenticate"],
        r#"ApiKey realm="api""#
    );

    let scheme = fixture
        .scheme()
        .realm(Realm::parse(r#"the "api""#).unwrap());
    let layer = GuardLayer::new(Authenticate::required(scheme));
    let response = send(&layer, &Probe::new(), request("/", &[])).await;
    assert_eq!(
        response.headers()["www-authenticate"],
        r#"ApiKey realm="the \"api\"""#
    );
}

#[tokio::test]
async fn an_optional_key_may_be_left_out_but_not_be_wrong() {
    let fixture = Fixture::new();
    let layer = GuardLayer::new(Authenticate::optional(fixture.scheme()));

    let seen = admitted(&layer, request("/", &[]));
    assert!(seen.extensions().get::<Principal>().is_none());

    for wrong in ["", " ", "wrong"] {
        let status = StatusCode::UNAUTHORIZED;
        assert_rejected(&layer, &with_key(wrong), status, "invalid-api-key").await;
    }
}

/// Everything that is wrong with a key is one answer: a table of what it is, the key
/// that is sent, and the reason that the log has.
#[tokio::test]
async fn asvs_6_3_8_all_that_is_wrong_is_one_answer() {
    let fixture = Fixture::new();
    let good = fixture.issue(grant());
    let [expired, revoked] = [
        fixture.issue(grant().expires_at(at(NOW + 10))),
        fixture.issue(grant()),
    ];
    fixture.keys.revoke(revoked.record().id()).await.unwrap();
    let elsewhere = fixture.issue(grant().network("192.0.2.0/24".parse().unwrap()));
    fixture.clock.set(at(NOW + 10));
    let of = |issued: &bartizan_api_key::IssuedKey| issued.key().expose_secret().to_owned();
    let key = of(&good);
    let client = ClientAddr::new("198.51.100.1".parse::<IpAddr>().unwrap());

    let table = [
        (String::new(), None, "form of an API key"),
        ("Bearer x".into(), None, "form of an API key"),
        (format!("{key}x"), None, "form of an API key"),
        (key.replace("_live_", "_test_"), None, "form of an API key"),
        (misspelt(&key), None, "checksum"),
        (forged(&key, 40), None, "there is no key"),
        (forged(&key, 10), None, "wrong secret"),
        (of(&expired), None, "has expired"),
        (of(&revoked), None, "was revoked"),
        (of(&elsewhere), Some(client), "may not be used from"),
        (of(&elsewhere), None, "no client is known"),
    ];
    let mut answers = Vec::new();
    for (key, client, reason) in table {
        let mut request = with_key(&key);
        if let Some(client) = client {
            request.extensions_mut().insert(client);
        }
        let status = StatusCode::UNAUTHORIZED;
        let layer = fixture.layer();
        let response = assert_rejected(&layer, &request, status, "invalid-api-key").await;
        assert_eq!(
            response.headers()["www-authenticate"],
            r#"ApiKey realm="api""#
        );
        let source = reason_of(&response);
        assert!(source.contains(reason), "{key}: {source}");
        let rejection = response.extensions().get::<Rejection>().unwrap();
        answers.push((
            response.headers().clone(),
            rejection.detail().to_owned(),
            rejection.grpc_code(),
        ));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}

#[test]
fn a_key_of_another_environment_is_refused_although_both_share_a_store() {
    let fixture = Fixture::new();
    let record = fixture.issue(grant()).record().clone();
    let issued = fixture.issue(grant());
    // As an import that forgot the environment would leave it.
    let stray = bartizan_api_key::KeyRecord::new(
        issued.record().id(),
        issued.record().hash().clone(),
        "test",
        record.grant().clone(),
        record.created_at(),
    );
    block_on(fixture.keys.remove(stray.id())).unwrap();
    let _ = block_on(bartizan_api_key::ApiKeyStore::insert(fixture.keys.store(), stray).get());

    let verified = block_on(fixture.keys.verify(issued.key().expose_secret(), None));

    assert!(matches!(verified, Err(KeyError::Environment(_))));
    assert_eq!(
        format("test").check(issued.key().expose_secret()).ok(),
        None
    );
}

#[tokio::test]
async fn asvs_15_3_4_networks_are_compared_with_the_client_that_was_found() {
    let fixture = Fixture::new();
    let issued = fixture.issue(
        grant()
            .network("192.0.2.0/24".parse().unwrap())
            .network("2001:db8::/32".parse().unwrap()),
    );
    for (client, allowed) in [
        ("192.0.2.9", true),
        ("::ffff:192.0.2.9", true),
        ("2001:db8::9", true),
        ("192.0.3.9", false),
        ("2001:db9::9", false),
    ] {
        let mut request = with_key(issued.key().expose_secret());
        // What a client says of itself does not count.
        let says = "192.0.2.9".parse().unwrap();
        request.headers_mut().insert("x-forwarded-for", says);
        let client = client.parse::<IpAddr>().unwrap();
        request.extensions_mut().insert(ClientAddr::new(client));
        let response = send(&fixture.layer(), &Probe::new(), request).await;
        assert_eq!(response.status().is_success(), allowed, "{client}");
    }
}

/// Whether its secret is right cannot be told any more: any other answer than that to
/// an unknown id would tell that there is such a key.
#[tokio::test]
async fn a_pepper_that_is_gone_takes_its_keys_along_and_tells_nobody() {
    let before = Fixture::new();
    let issued = before.issue(grant());
    let record = issued.record().clone();
    let after = Fixture::made(|clock| {
        let peppers = PepperRing::new("2", &vec![8; 32].into()).unwrap();
        let store = bartizan_api_key::MemoryApiKeyStore::new();
        bartizan_api_key::ApiKeys::new(format("live"), peppers, store).clock(clock)
    });
    let _ = block_on(bartizan_api_key::ApiKeyStore::insert(after.keys.store(), record).get());

    let key = issued.key().expose_secret();
    let mut answers = Vec::new();
    for (key, reason) in [
        (key.to_owned(), "under a pepper not on the ring"),
        (forged(key, 10), "under a pepper not on the ring"),
        (forged(key, 40), "there is no key"),
    ] {
        let status = StatusCode::UNAUTHORIZED;
        let layer = after.layer();
        let response = assert_rejected(&layer, &with_key(&key), status, "invalid-api-key").await;
        assert!(reason_of(&response).contains(reason), "{reason}");
        let rejection = response.extensions().get::<Rejection>().unwrap();
        answers.push((response.headers().clone(), rejection.detail().to_owned()));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}

/// Prefix and checksum are anybody's to change: the hash is bound to them.
#[test]
fn products_that_share_a_store_and_a_pepper_refuse_each_others_keys() {
    let store = std::sync::Arc::new(bartizan_api_key::MemoryApiKeyStore::new());
    let of = |prefix: &str, environment: &str| {
        let format = bartizan_api_key::KeyFormat::new(prefix, environment).unwrap();
        let store = std::sync::Arc::clone(&store);
        Fixture::made(|clock| bartizan_api_key::ApiKeys::new(format, peppers(), store).clock(clock))
    };
    let [acme, other, staging] = [of("acme", "live"), of("other", "live"), of("acme", "test")];
    let issued = acme.issue(grant());
    let key = issued.key().expose_secret();
    assert!(acme.is_good(&issued));

    for (fixture, lead) in [(&other, "other_live_"), (&staging, "acme_test_")] {
        let disguised = key.replacen("acme_live_", lead, 1);
        let disguised = with_checksum(&disguised[..disguised.len() - 6]);
        let verified = block_on(fixture.keys.verify(&disguised, None));
        assert!(matches!(verified, Err(KeyError::Secret(_))), "{verified:?}");
    }
}

#[tokio::test]
async fn keys_under_an_old_pepper_are_good_until_it_leaves_the_ring() {
    let before = Fixture::new();
    let issued = before.issue(grant());
    let store = bartizan_api_key::MemoryApiKeyStore::new();
    let _ = bartizan_api_key::ApiKeyStore::insert(&store, issued.record().clone())
        .get()
        .await;
    let after = Fixture::made(|clock| {
        let peppers = PepperRing::new("2", &vec![8; 32].into()).unwrap();
        let peppers = peppers.old("1", &vec![7; 32].into()).unwrap();
        bartizan_api_key::ApiKeys::new(format("live"), peppers, store).clock(clock)
    });

    assert!(after.is_good(&issued));
    let new = after.issue(grant());
    assert_eq!(new.record().hash().pepper().as_str(), "2");
    assert!(after.is_good(&new));
    assert!(!before.is_good(&new));
    assert_eq!(peppers().current().as_str(), "1");
}

#[test]
fn readiness_is_passed_on() {
    let fixture = Fixture::new();
    let issued = fixture.issue(grant());

    assert_readiness(&fixture.layer(), &with_key(issued.key().expose_secret()));
    assert_readiness_when_rejecting(&fixture.layer(), &with_key("wrong"));
}

/// Sends the request, and returns what the inner service was handed.
fn admitted(layer: &Layer, request: Request<()>) -> Request<()> {
    let probe = Probe::new();
    let response = block_on(send(layer, &probe, request));
    assert_eq!(response.status(), StatusCode::OK);
    probe.last().unwrap()
}

fn reason_of(response: &Response<String>) -> String {
    let rejection = response.extensions().get::<Rejection>().unwrap();
    rejection.source().unwrap().to_string()
}
