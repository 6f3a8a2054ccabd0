use bartizan_rate_limit::{Key, KeyError};
use bartizan_testkit::assert_rejected;
use http::Method;

use super::*;

fn keyed(key: impl Into<Key>) -> GuardLayer<RateLimit> {
    let limit = Limit::new("api", quotas("1/minute")).key(key);
    GuardLayer::new(RateLimit::new(limit).clock(clock()))
}

/// Whether two requests are counted together.
async fn share(key: impl Into<Key>, first: Request<()>, second: Request<()>) -> bool {
    let layer = keyed(key);
    assert_eq!(status(&layer, &first).await, StatusCode::OK);
    status(&layer, &second).await == StatusCode::TOO_MANY_REQUESTS
}

fn method(method: Method) -> Request<()> {
    let mut request = on("/");
    *request.method_mut() = method;
    request
}

fn issued(issuer: Option<&str>, subject: &str, id: Option<&str>) -> Request<()> {
    let mut principal = Principal::builder(subject);
    if let Some(issuer) = issuer {
        principal = principal.issuer(issuer);
    }
    if let Some(id) = id {
        principal = principal.credential_id(id);
    }
    let mut request = Request::new(());
    request.extensions_mut().insert(principal.build());
    request
}

#[derive(Clone)]
struct Pattern(&'static str);

fn matched(pattern: &'static str) -> Request<()> {
    let mut request = on(pattern);
    request.extensions_mut().insert(Pattern(pattern));
    request
}

fn pattern() -> Key {
    Key::pattern(|extensions| extensions.get::<Pattern>().map(|pattern| pattern.0))
}

#[tokio::test]
async fn requests_share_a_bucket_when_their_keys_are_equal() {
    let header = || Key::header(HeaderName::from_static("x-tenant"));
    let tenant = |name| with("x-tenant", name);
    for (key, first, second, expected) in [
        (Key::client(), from("192.0.2.1"), from("192.0.2.1"), true),
        (Key::client(), from("192.0.2.1"), from("192.0.2.2"), false),
        (
            Key::client(),
            from("192.0.2.1"),
            from("::ffff:192.0.2.1"),
            true,
        ),
        (
            Key::client(),
            from("2001:db8::1"),
            from("2001:db8::ffff:1"),
            true,
        ),
        (
            Key::client(),
            from("2001:db8::1"),
            from("2001:db8:0:1::1"),
            false,
        ),
        (
            Key::network(32, 48).unwrap(),
            from("2001:db8::1"),
            from("2001:db8:0:1::1"),
            true,
        ),
        (
            Key::network(24, 64).unwrap(),
            from("192.0.2.1"),
            from("192.0.2.2"),
            true,
        ),
        (Key::principal(), by("alice"), by("alice"), true),
        (Key::principal(), by("alice"), by("bob"), false),
        (
            Key::principal(),
            issued(Some("a"), "x", None),
            issued(Some("b"), "x", None),
            false,
        ),
        (
            Key::principal(),
            issued(None, "x", None),
            issued(Some(""), "x", None),
            false,
        ),
        (
            Key::principal(),
            issued(Some("ab"), "c", None),
            issued(Some("a"), "bc", None),
            false,
        ),
        (
            Key::credential(),
            issued(None, "x", Some("1")),
            issued(None, "y", Some("1")),
            true,
        ),
        (
            Key::credential(),
            issued(None, "x", Some("1")),
            issued(None, "x", Some("2")),
            false,
        ),
        (header(), tenant("a"), tenant("a"), true),
        (header(), tenant("a"), tenant("A"), false),
        (Key::path(), on("/a/b"), on("//a/%62/c/../"), true),
        (Key::path(), on("/a?x=1"), on("/a?x=2"), true),
        (Key::path(), on("/a"), on("/A"), false),
        (
            Key::method(),
            method(Method::GET),
            method(Method::POST),
            false,
        ),
        (
            pattern(),
            matched("/items/{id}"),
            matched("/items/{id}"),
            true,
        ),
        (pattern(), matched("/items/{id}"), matched("/items"), false),
        (
            Key::constant("all"),
            from("192.0.2.1"),
            from("198.51.100.1"),
            true,
        ),
        (
            Key::principal().or(Key::client()),
            by("alice"),
            by("alice"),
            true,
        ),
        (
            Key::principal().or(Key::client()),
            by("alice"),
            from("192.0.2.1"),
            false,
        ),
        (
            header().or(Key::constant("none")),
            tenant("none"),
            from("192.0.2.1"),
            false,
        ),
    ] {
        let text = format!("{key:?}: {:?} {:?}", first.uri(), second.uri());
        assert_eq!(share(key, first, second).await, expected, "{text}");
    }
}

#[tokio::test]
async fn no_two_tuples_collide() {
    let two = || {
        let name = HeaderName::from_static;
        (Key::header(name("x-a")), Key::header(name("x-b")))
    };
    let request = |a: &str, b: &str| {
        let mut request = with("x-a", a);
        request.headers_mut().insert("x-b", b.parse().unwrap());
        request
    };
    assert!(share(two(), request("1", "2"), request("1", "2")).await);
    for (first, second) in [
        (("ab", "c"), ("a", "bc")),
        (("a", "b"), ("b", "a")),
        (("a:b", "c"), ("a", "b:c")),
    ] {
        let (first, second) = (request(first.0, first.1), request(second.0, second.1));
        assert!(!share(two(), first, second).await);
    }
}

#[tokio::test]
async fn a_key_that_cannot_be_made_refuses_the_request() {
    let header = || Key::header(HeaderName::from_static("x-tenant"));
    let bare = || Request::new(());
    let mut twice = with("x-tenant", "a");
    twice.headers_mut().append("x-tenant", "b".parse().unwrap());
    let unavailable = (StatusCode::SERVICE_UNAVAILABLE, "rate-limit-unavailable");
    let anonymous = (StatusCode::FORBIDDEN, "rate-limit-anonymous");
    let missing = (StatusCode::BAD_REQUEST, "rate-limit-key-missing");
    let malformed = (StatusCode::BAD_REQUEST, "rate-limit-key-malformed");
    for (key, request, (status, slug)) in [
        (Key::client(), bare(), unavailable),
        (Key::principal(), bare(), anonymous),
        (Key::credential(), bare(), anonymous),
        (Key::credential(), by("alice"), unavailable),
        (header(), bare(), missing),
        (header(), with("x-tenant", ""), missing),
        (header(), twice.clone(), malformed),
        (pattern(), bare(), unavailable),
        (Key::from_fn(|_, _| Ok(())), bare(), missing),
        (
            Key::from_fn(|_, _| Err(KeyError::Anonymous)),
            bare(),
            anonymous,
        ),
        // What is malformed has no other key.
        (header().or(Key::constant("none")), twice, malformed),
        (Key::principal().or(Key::client()), bare(), unavailable),
        (
            (Key::constant("all"), Key::principal()).into(),
            bare(),
            anonymous,
        ),
    ] {
        assert_rejected(&keyed(key), &request, status, slug).await;
    }
}

#[tokio::test]
async fn a_closure_makes_a_key() {
    let key = || {
        Key::from_fn(|head, key| {
            let host = head.uri().host().ok_or(KeyError::Missing("no host"))?;
            key.push(host.to_ascii_lowercase());
            Ok(())
        })
    };
    assert!(share(key(), on("http://a.test/1"), on("http://A.test/2")).await);
    assert!(!share(key(), on("http://a.test/"), on("http://b.test/")).await);
}

#[tokio::test]
async fn a_key_of_any_length_is_one() {
    let long = |last: &str| with("x-tenant", &("x".repeat(5000) + last));
    let key = || {
        (
            Key::client(),
            Key::header(HeaderName::from_static("x-tenant")),
        )
    };
    assert!(share(key(), long("a"), long("a")).await);
    assert!(!share(key(), long("a"), long("b")).await);
}
