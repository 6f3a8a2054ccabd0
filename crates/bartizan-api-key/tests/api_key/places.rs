//! Where keys are looked for, and what is left there.

use bartizan_api_key::{InvalidLocator, Locator};
use bartizan_core::{Authenticate, GuardLayer, Principal};
use bartizan_testkit::{Probe, assert_rejected, send};
use http::{Request, StatusCode};

use crate::support::{Fixture, everywhere, grant, request};

#[tokio::test]
async fn finds_a_key_in_each_place_and_takes_it_out() {
    let fixture = Fixture::new();
    let key = fixture.issue(grant()).into_key();
    let key = key.expose_secret();
    let authorization = [
        format!("ApiKey {key}"),
        format!("apikey {key}"),
        format!("aPiKeY   {key}"),
    ];
    let [one, two] = [
        format!("acme_key={key}"),
        format!("a=1; acme_key={key}; b=2"),
    ];
    let query = format!("/items?page=2&api_key={key}");
    let escaped = format!("/items?%61pi_key={key}");

    for (request, target, cookies) in [
        (request("/items", &[("x-api-key", key)]), "/items", None),
        (request("/items", &[("acme-key", key)]), "/items", None),
        (
            request("/items", &[("authorization", &authorization[0])]),
            "/items",
            None,
        ),
        (
            request("/items", &[("authorization", &authorization[1])]),
            "/items",
            None,
        ),
        (
            request("/items", &[("authorization", &authorization[2])]),
            "/items",
            None,
        ),
        (request("/items", &[("cookie", &one)]), "/items", None),
        (
            request("/items", &[("cookie", &two)]),
            "/items",
            Some("a=1; b=2"),
        ),
        (
            request(&query, &[("cookie", "a=1")]),
            "/items?page=2",
            Some("a=1"),
        ),
        (request(&escaped, &[]), "/items", None),
    ] {
        for layer in [
            Authenticate::required(fixture.scheme().locators(everywhere()).unwrap()),
            Authenticate::optional(fixture.scheme().locators(everywhere()).unwrap()),
        ] {
            let seen = seen(layer, request.clone()).await;
            assert!(seen.extensions().get::<Principal>().is_some(), "{seen:?}");
            assert_eq!(seen.uri(), target);
            let left = seen.headers().get("cookie");
            assert_eq!(left.map(|left| left.to_str().unwrap()), cookies);
            assert_eq!(seen.headers().len(), usize::from(cookies.is_some()));
        }
    }
}

/// A query cannot be marked as sensitive: it goes even where fields are kept.
#[tokio::test]
async fn keeps_fields_on_demand_but_never_what_shares_its_place() {
    let fixture = Fixture::new();
    let key = fixture.issue(grant()).into_key();
    let key = key.expose_secret();
    let guard = || {
        let scheme = fixture.scheme().locators(everywhere()).unwrap();
        Authenticate::required(scheme).keep_credentials()
    };

    let field = seen(guard(), request("/", &[("x-api-key", key)])).await;
    let query = seen(guard(), request(&format!("/?api_key={key}"), &[])).await;
    let cookie = seen(
        guard(),
        request("/", &[("cookie", &format!("acme_key={key}"))]),
    )
    .await;

    assert!(field.headers()["x-api-key"].is_sensitive());
    assert_eq!(query.uri(), "/");
    assert!(cookie.headers().is_empty());
}

#[tokio::test]
async fn asvs_14_2_1_no_key_in_the_url_by_default() {
    let fixture = Fixture::new();
    let key = fixture.issue(grant()).into_key();
    let key = key.expose_secret();

    for name in ["api_key", "x-api-key", "key", "apikey", "X-API-Key"] {
        let request = request(&format!("/?{name}={key}"), &[]);
        let status = StatusCode::UNAUTHORIZED;
        let slug = "authentication-required";
        assert_rejected(&fixture.layer(), &request, status, slug).await;
    }
}

#[tokio::test]
async fn only_the_places_that_are_listed_are_looked_at() {
    let fixture = Fixture::new();
    let key = fixture.issue(grant()).into_key();
    let key = key.expose_secret();
    let requests = [
        request("/", &[("x-api-key", key)]),
        request("/", &[("acme-key", key)]),
        request("/", &[("authorization", &format!("ApiKey {key}"))]),
        request("/", &[("cookie", &format!("acme_key={key}"))]),
        request(&format!("/?api_key={key}"), &[]),
    ];

    for (at, locator) in everywhere().into_iter().enumerate() {
        let scheme = fixture.scheme().locators([locator]).unwrap();
        let layer = GuardLayer::new(Authenticate::required(scheme));
        for (other, request) in requests.iter().enumerate() {
            let response = send(&layer, &Probe::new(), request.clone()).await;
            assert_eq!(response.status().is_success(), at == other, "{at} {other}");
        }
    }
}

#[tokio::test]
async fn asvs_15_3_7_two_keys_are_refused_also_if_they_are_the_same() {
    let fixture = Fixture::new();
    let key = fixture.issue(grant()).into_key();
    let key = key.expose_secret();
    let authorization = format!("ApiKey {key}");
    let cookie = format!("acme_key={key}");
    let cookies = format!("{cookie}; {cookie}");
    let query = format!("/?api_key={key}");

    for request in [
        // Two in one place.
        request("/", &[("x-api-key", key), ("x-api-key", key)]),
        request("/", &[("x-api-key", key), ("x-api-key", "")]),
        request("/", &[("authorization", &*authorization); 2]),
        request(
            "/",
            &[
                ("authorization", &authorization),
                ("authorization", "Bearer x"),
            ],
        ),
        request("/", &[("cookie", &cookie), ("cookie", &cookie)]),
        request("/", &[("cookie", &cookies)]),
        request(&format!("{query}&api_key={key}"), &[]),
        request(&format!("{query}&%61pi_key"), &[]),
        // Two places.
        request("/", &[("x-api-key", key), ("acme-key", key)]),
        request(
            "/",
            &[("x-api-key", key), ("authorization", &authorization)],
        ),
        request("/", &[("x-api-key", ""), ("authorization", &authorization)]),
        request(
            "/",
            &[("cookie", &cookie), ("authorization", &authorization)],
        ),
        request(&query, &[("x-api-key", key)]),
        request(&query, &[("cookie", &cookie)]),
    ] {
        let layer = fixture.layer_everywhere();
        let status = StatusCode::BAD_REQUEST;
        assert_rejected(&layer, &request, status, "malformed-credentials").await;
    }
}

#[tokio::test]
async fn rfc9110_2_what_is_empty_or_malformed_is_refused_and_not_absent() {
    let fixture = Fixture::new();
    let key = fixture.issue(grant()).into_key();
    let key = key.expose_secret();
    let scheme = || fixture.scheme().locators(everywhere()).unwrap();

    for (request, status) in [
        (request("/", &[("x-api-key", "")]), 401),
        (
            request("/", &[("x-api-key", &format!("{key}, {key}"))]),
            401,
        ),
        (request("/", &[("x-api-key", &format!("\"{key}\""))]), 401),
        (request("/", &[("x-api-key", "caf\u{e9}")]), 401),
        (request("/", &[("authorization", "ApiKey")]), 401),
        (request("/", &[("authorization", "ApiKey ")]), 401),
        (
            request("/", &[("authorization", &format!("ApiKey {key} x"))]),
            401,
        ),
        (
            request("/", &[("authorization", &format!("ApiKey\t{key}"))]),
            400,
        ),
        (request("/", &[("cookie", "acme_key=")]), 401),
        (
            request("/", &[("cookie", &format!("acme_key=\"{key}\""))]),
            401,
        ),
        (request("/?api_key", &[]), 401),
        (request("/?api_key=", &[]), 401),
        (request(&format!("/?api_key={key}%20"), &[]), 401),
        (
            request(&format!("/?api_key=%{:x}{}", b'a', &key[1..]), &[]),
            401,
        ),
    ] {
        let layer = GuardLayer::new(Authenticate::optional(scheme()));
        let slug = match status {
            400 => "malformed-credentials",
            _ => "invalid-api-key",
        };
        let status = StatusCode::from_u16(status).unwrap();
        assert_rejected(&layer, &request, status, slug).await;
    }
    for request in [
        request("/", &[("authorization", "Bearer x")]),
        request("/", &[("authorization", "ApiKeys x")]),
        request("/", &[("cookie", "acme_keys=1; Acme_key=2")]),
        request("/?api_keys=1&x=api_key", &[]),
    ] {
        let seen = seen(Authenticate::optional(scheme()), request.clone()).await;
        assert!(seen.extensions().get::<Principal>().is_none());
        assert_eq!(seen.uri(), request.uri());
        assert_eq!(seen.headers(), request.headers());
    }
}

#[test]
fn places_are_checked_when_they_are_given() {
    let fixture = Fixture::new();
    let twice = [Locator::default(), Locator::default()];

    assert_eq!(
        fixture.scheme().locators([]).err(),
        Some(InvalidLocator::Places)
    );
    assert_eq!(
        fixture.scheme().locators(twice).err(),
        Some(InvalidLocator::Places)
    );
}

async fn seen(guard: impl bartizan_core::Guard, request: Request<()>) -> Request<()> {
    let probe = Probe::new();
    let response = send(&GuardLayer::new(guard), &probe, request).await;
    assert_eq!(response.status(), StatusCode::OK);
    probe.last().unwrap()
}
