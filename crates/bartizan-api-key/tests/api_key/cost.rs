//! What a key costs, in allocations: times are measured by the benchmarks.

use bartizan_core::{Attempt, RequestHead, Scheme};
use http::Request;

use crate::support::{Fixture, everywhere, forged, grant, request, with_key};

#[test]
fn a_good_key_takes_no_allocation() {
    let fixture = Fixture::new();
    let key = fixture.issue(grant().network("192.0.2.0/24".parse().unwrap()));
    let key = key.key().expose_secret();
    let client = bartizan_core::ClientAddr::new("192.0.2.1".parse().unwrap());
    let places = fixture.scheme().locators(everywhere()).unwrap();

    for mut request in [
        with_key(key),
        request("/", &[("authorization", &format!("ApiKey {key}"))]),
        request("/", &[("cookie", &format!("a=1; acme_key={key}"))]),
        request(&format!("/?a=1&api%5Fkey={key}"), &[]),
    ] {
        request.extensions_mut().insert(client);
        assert_eq!(allocations(&places, &request, true), 0, "{request:?}");
    }
}

/// One error, which names the key, and nothing that grows with what was sent.
#[test]
fn a_bad_key_takes_few() {
    let fixture = Fixture::new();
    let key = fixture.issue(grant());
    let key = key.key().expose_secret();
    let scheme = fixture.scheme();

    for key in [
        forged(key, 40),
        forged(key, 10),
        "x".repeat(60_000),
        String::new(),
    ] {
        let count = allocations(&scheme, &with_key(&key), false);
        assert!(count <= 2, "{count}");
    }
}

fn allocations(scheme: &impl Scheme, request: &Request<()>, is_good: bool) -> u64 {
    let check = || match scheme.authenticate(RequestHead::of(request)) {
        Attempt::Authenticated(_) => assert!(is_good),
        Attempt::Failed(_) => assert!(!is_good),
        other => panic!("{other:?}"),
    };
    check();
    allocation_counter::measure(check).count_total
}
