//! Any text is a key or not, in any place; and what is taken from a request is gone,
//! while the rest of it stays one.
#![no_main]

use std::sync::LazyLock;

use bartizan_api_key::{
    ApiKey, ApiKeys, KeyFormat, KeyHash, Locator, MemoryApiKeyStore, PepperRing,
};
use bartizan_core::{Attempt, RequestHead, Scheme};
use http::{HeaderName, HeaderValue, Request, Uri};
use libfuzzer_sys::fuzz_target;

static FORMAT: LazyLock<KeyFormat> = LazyLock::new(|| KeyFormat::new("acme", "live").unwrap());

static SCHEME: LazyLock<ApiKey<MemoryApiKeyStore>> = LazyLock::new(|| {
    let peppers = PepperRing::new("1", &vec![7; 32].into()).unwrap();
    let keys = ApiKeys::new(FORMAT.clone(), peppers, MemoryApiKeyStore::new());
    let places = [
        Locator::default(),
        Locator::authorization(),
        Locator::cookie("key").unwrap(),
        Locator::insecure_query("key").unwrap(),
    ];
    ApiKey::new(keys).locators(places).unwrap()
});

fuzz_target!(|written: &[u8]| {
    if let Ok(text) = str::from_utf8(written) {
        if let Ok(id) = FORMAT.check(text) {
            assert_eq!(text.len(), 59);
            assert!(text.starts_with(&format!("acme_live_{id}_")));
        }
        if let Ok(hash) = text.parse::<KeyHash>() {
            assert_eq!(hash.to_string(), text);
        }
    }

    for name in ["x-api-key", "authorization", "cookie"] {
        let Ok(value) = HeaderValue::from_bytes(written) else {
            break;
        };
        let mut request = Request::new(());
        let name = HeaderName::from_static(name);
        request.headers_mut().insert(name, value);
        check(request);
    }
    if let Ok(uri) = Uri::try_from([b"/items?", written].concat()) {
        let mut request = Request::new(());
        *request.uri_mut() = uri;
        check(request);
    }
});

/// No key was issued: none is good. Once it is taken out, there is none.
fn check(mut request: Request<()>) {
    let attempt = SCHEME.authenticate(RequestHead::of(&request));
    assert!(matches!(attempt, Attempt::Absent | Attempt::Failed(_)));

    let before = (request.uri().clone(), request.headers().clone());
    let mut uri = request.uri().clone();
    SCHEME.strip(&mut uri, request.headers_mut());
    *request.uri_mut() = uri;
    if matches!(attempt, Attempt::Absent) {
        assert_eq!((request.uri(), request.headers()), (&before.0, &before.1));
    }
    assert_eq!(request.uri().path(), before.0.path());
    for field in SCHEME.credential_fields() {
        request.headers_mut().remove(field);
    }
    let attempt = SCHEME.authenticate(RequestHead::of(&request));
    assert!(matches!(attempt, Attempt::Absent));
}
