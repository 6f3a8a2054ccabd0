//! The scheme of a configuration.

use bartizan_api_key::{ApiKey, ApiKeySettings, MemoryApiKeyStore};
use bartizan_core::{Authenticate, GuardLayer};
use bartizan_testkit::{FakeClock, Probe, send};
use http::StatusCode;
use serde_json::{Value, json};

use crate::support::{Fixture, NOW, at, block_on, grant, request, with_key};

/// Thirty-two bytes of 7.
const PEPPER: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";

#[tokio::test]
async fn keys_that_are_listed_are_good() {
    let fixture = Fixture::new();
    let [plain, narrow, ended] = [(); 3].map(|()| fixture.issue(grant()));
    let stored = |issued: &bartizan_api_key::IssuedKey, more: Value| {
        let mut key = json!({
            "id": issued.record().id(),
            "hash": issued.record().hash().to_string(),
            "owner": "alice",
        });
        let more = more.as_object().unwrap().clone();
        key.as_object_mut().unwrap().extend(more);
        key
    };
    let scheme = built(json!({
        "prefix": "acme",
        "pepper": PEPPER,
        "authorization": true,
        "realm": "acme",
        "keys": [
            stored(&plain, json!({"roles": ["reader"], "created_at": NOW - 60, "expires_at": NOW + 60})),
            stored(&narrow, json!({"networks": ["192.0.2.0/24"], "metadata": {"a": "b"}})),
            stored(&ended, json!({"revoked_at": NOW - 60})),
        ],
    }))
    .unwrap();
    let layer = GuardLayer::new(Authenticate::required(scheme));

    for (issued, status) in [(&plain, 200), (&narrow, 401), (&ended, 401)] {
        let key = issued.key().expose_secret();
        let authorization = format!("ApiKey {key}");
        for request in [
            with_key(key),
            request("/", &[("authorization", &authorization)]),
        ] {
            let response = send(&layer, &Probe::new(), request).await;
            assert_eq!(response.status(), status);
        }
    }
    let response = send(&layer, &Probe::new(), request("/", &[])).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(
        response.headers()["www-authenticate"],
        r#"ApiKey realm="acme""#
    );
}

#[test]
fn asvs_14_2_1_only_the_places_that_are_set_are_looked_at() {
    let fixture = Fixture::new();
    let issued = fixture.issue(grant());
    let key = issued.key().expose_secret();
    let stored = json!([{
        "id": issued.record().id(),
        "hash": issued.record().hash().to_string(),
        "owner": "alice",
    }]);
    let requests = [
        with_key(key),
        request("/", &[("x-acme", key)]),
        request("/", &[("authorization", &format!("ApiKey {key}"))]),
        request("/", &[("cookie", &format!("key={key}"))]),
        request(&format!("/?key={key}"), &[]),
    ];
    for (places, expected) in [
        (json!({}), [true, false, false, false, false]),
        (
            json!({"headers": ["X-Acme"]}),
            [false, true, false, false, false],
        ),
        (
            json!({"headers": [], "authorization": true}),
            [false, false, true, false, false],
        ),
        (
            json!({"headers": [], "cookie": "key"}),
            [false, false, false, true, false],
        ),
        (
            json!({"insecure_query": "key"}),
            [true, false, false, false, true],
        ),
    ] {
        let mut settings = json!({"prefix": "acme", "pepper": PEPPER, "keys": stored});
        let places = places.as_object().unwrap().clone();
        settings.as_object_mut().unwrap().extend(places);
        let layer = GuardLayer::new(Authenticate::required(built(settings).unwrap()));
        let found = requests
            .clone()
            .map(|request| block_on(send(&layer, &Probe::new(), request)));
        assert_eq!(
            found.map(|response| response.status().is_success()),
            expected
        );
    }
}

#[test]
fn reports_everything_that_is_wrong_and_repeats_no_secret() {
    let good = "hmac-sha256:1:".to_owned() + &"A".repeat(43);
    let problems = built(json!({
        "prefix": "Acme",
        "environment": "",
        "pepper": "hunter2!",
        "old_peppers": {"0": "hunter2", "": PEPPER},
        "headers": ["cookie", "no good"],
        "cookie": "no good",
        "insecure_query": "no good",
        "realm": "\u{0}",
        "keys": [
            {"id": "short", "hash": "hunter2", "owner": ""},
            {"id": "0123456789ab", "hash": good, "owner": "a", "networks": ["everywhere"]},
            {"id": "0123456789ab", "hash": good, "owner": "a", "created_at": 1, "expires_at": u64::MAX},
            {"id": "0123456789ac", "hash": good.replace(":1:", ":2:"), "owner": "a"},
        ],
    }))
    .unwrap_err();

    let names: Vec<&str> = problems.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "prefix",
            "environment",
            "pepper",
            "old_peppers",
            "old_peppers",
            "headers",
            "headers",
            "cookie",
            "insecure_query",
            "realm",
            "keys.0.id",
            "keys.0.hash",
            "keys.0.owner",
            "keys.1.networks",
            "keys.2.expires_at",
            "keys.2.id",
            "keys.3.hash",
        ]
    );
    assert!(!format!("{problems:?}").contains("hunter2"));
}

#[test]
fn each_mistake_is_found_alone() {
    for (setting, value) in [
        ("prefix", json!("a_b")),
        ("environment", json!("Live")),
        ("pepper", json!("c2hvcnQ")),
        ("pepper", json!(PEPPER.to_owned() + "=")),
        ("pepper", json!("")),
        ("old_peppers", json!({"1": PEPPER})),
        ("headers", json!([])),
        ("headers", json!(["x-a", "X-A"])),
        ("headers", json!(["authorization"])),
        ("realm", json!("caf\u{e9}")),
    ] {
        let mut settings = json!({"prefix": "acme", "pepper": PEPPER});
        settings[setting] = value;
        let problems = built(settings).unwrap_err();
        let names: Vec<&str> = problems.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, [setting]);
    }
    let unknown = serde_json::from_value::<ApiKeySettings>(json!({
        "prefix": "acme", "pepper": PEPPER, "heders": [],
    }));
    assert!(unknown.is_err());
}

/// Without it, a rotation would give the new key the time since the epoch.
#[test]
fn a_key_that_expires_says_when_it_was_issued() {
    let expiry = NOW + 60;
    for (created_at, expected) in [
        (None, Some("keys.0.created_at")),
        (Some(0), Some("keys.0.created_at")),
        (Some(expiry), Some("keys.0.expires_at")),
        (Some(expiry - 1), None),
        (Some(NOW - 3600), None),
    ] {
        let problems = built(json!({
            "prefix": "acme",
            "pepper": PEPPER,
            "keys": [{
                "id": "0123456789ab",
                "hash": "hmac-sha256:1:".to_owned() + &"A".repeat(43),
                "owner": "a",
                "created_at": created_at,
                "expires_at": expiry,
            }],
        }))
        .err();
        let names: Vec<&str> = problems.iter().flatten().map(|(name, _)| &**name).collect();
        assert_eq!(names, Vec::from_iter(expected), "{created_at:?}");
    }
}

/// Whoever mistakes the ids for the peppers does not find these in the log.
#[test]
fn debug_hides_the_ids_of_old_peppers_and_all_secrets() {
    let settings: ApiKeySettings = serde_json::from_value(json!({
        "prefix": "acme",
        "pepper": "hunter2",
        "pepper_id": "hunter2",
        "old_peppers": {"hunter2": "hunter2"},
        "keys": [{"id": "0123456789ab", "hash": "hunter2", "owner": "alice"}],
    }))
    .unwrap();

    let shown = format!("{settings:?}");

    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(shown.contains("alice"), "{shown}");
}

#[test]
fn bounds_are_taken_over() {
    let scheme = built(json!({
        "prefix": "acme", "pepper": PEPPER, "pepper_id": "2026", "capacity": 3,
        "max_per_owner": 2, "environment": "test", "old_peppers": {"2025": PEPPER},
    }))
    .unwrap();
    let issue = |owner: &str| {
        let grant = bartizan_api_key::KeyGrant::new(owner, "ci");
        block_on(scheme.keys().issue(grant))
    };

    let issued = issue("alice").unwrap();
    assert!(issued.key().expose_secret().starts_with("acme_test_"));
    assert_eq!(issued.record().hash().pepper().as_str(), "2026");
    assert!(issue("alice").is_ok());
    assert!(issue("alice").is_err());
    assert!(issue("bob").is_ok());
    assert!(issue("carol").is_err());
}

#[test]
fn a_record_is_shown_without_its_hash() {
    let fixture = Fixture::new();
    let network = "192.0.2.0/24".parse().unwrap();
    let issued = fixture.issue(grant().network(network).expires_at(at(NOW + 60)));

    let json = serde_json::to_value(issued.record()).unwrap();

    assert_eq!(
        json,
        json!({
            "id": issued.record().id(),
            "environment": "live",
            "owner": "alice",
            "name": "ci",
            "roles": ["reader"],
            "scopes": ["items:read"],
            "networks": ["192.0.2.0/24"],
            "metadata": {},
            "created_at": NOW,
            "expires_at": NOW + 60,
            "revoked_at": null,
            "used_at": null,
            "replaces": null,
            "replaced_by": null,
        })
    );
}

type Problems = Vec<(String, String)>;

fn built(settings: Value) -> Result<ApiKey<MemoryApiKeyStore>, Problems> {
    let settings: ApiKeySettings = serde_json::from_value(settings).unwrap();
    let clock = FakeClock::at_unix(NOW);
    let scheme = settings.build_with(|keys| keys.clock(clock));
    scheme.map_err(|problems| {
        let problems = problems.problems();
        problems
            .map(|(name, what)| (name.to_owned(), what.to_owned()))
            .collect()
    })
}
