//! Guards made of settings.
#![cfg(feature = "serde")]
#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

use bartizan_core::{ClientAddr, GuardLayer};
use bartizan_rate_limit::{BruteForceSettings, LoginThrottle, RateLimit, RateLimitSettings};
use bartizan_testkit::{Probe, send};
use http::{Request, Response};

fn settings(json: &str) -> RateLimitSettings {
    serde_json::from_str(json).unwrap()
}

fn problems(json: &str) -> Vec<String> {
    let problems = settings(json).build().unwrap_err();
    problems
        .problems()
        .map(|(name, _)| name.to_owned())
        .collect()
}

async fn ask(guard: RateLimit) -> Response<String> {
    let mut request = Request::new(());
    let client = ClientAddr::new("192.0.2.1".parse().unwrap());
    request.extensions_mut().insert(client);
    send(&GuardLayer::new(guard), &Probe::new(), request).await
}

#[tokio::test]
async fn quotas_alone_make_a_guard() {
    let guard = settings(r#"{"quotas": "5/minute"}"#).build().unwrap();
    for expected in [200, 200, 200, 200, 200, 429] {
        let response = ask(guard.clone()).await;
        assert_eq!(response.status(), expected);
        assert_eq!(
            response.headers()["ratelimit-policy"],
            r#""default";q=5;w=60"#
        );
        assert!(!response.headers().contains_key("x-ratelimit-limit"));
    }
}

#[tokio::test]
async fn all_settings_make_a_guard() {
    let guard = settings(
        r#"{"quotas": "10 per 2 seconds; 1000/day", "key": "principal|client + method",
            "scope": "login", "cost": 5, "exempt_networks": ["10.0.0.0/8"],
            "without_fields": true, "legacy_fields": "delay", "capped": true,
            "jitter_seconds": 10, "capacity": 1000}"#,
    )
    .build()
    .unwrap();
    for expected in [200, 200, 429] {
        let response = ask(guard.clone()).await;
        assert_eq!(response.status(), expected);
        assert!(!response.headers().contains_key("ratelimit-policy"));
        assert_eq!(response.headers()["x-ratelimit-limit"], "10");
    }
}

#[test]
fn everything_that_is_wrong_is_reported_at_once() {
    let names = problems(
        r#"{"quotas": "5/fortnight", "key": "ip", "scope": "", "exempt_networks": ["10"],
            "legacy_fields": "epoch", "jitter_seconds": 3601, "capacity": 100000001}"#,
    );
    assert_eq!(
        names,
        [
            "quotas",
            "key",
            "scope",
            "exempt_networks",
            "legacy_fields",
            "jitter_seconds",
            "capacity"
        ],
    );
}

#[test]
fn a_setting_that_makes_the_limit_void_is_refused() {
    for (json, expected) in [
        (r#"{"quotas": "5/minute", "cost": 0}"#, "cost"),
        (r#"{"quotas": "5/minute", "cost": 6}"#, "cost"),
        (
            r#"{"quotas": "50/minute; 9/hour burst 3", "cost": 4}"#,
            "cost",
        ),
    ] {
        assert_eq!(problems(json), [expected], "{json}");
    }
    assert!(
        settings(r#"{"quotas": "5/minute", "cost": 5}"#)
            .build()
            .is_ok()
    );
}

#[test]
fn a_setting_that_does_not_exist_is_an_error() {
    for json in [
        r#"{"quotas": "5/minute", "burst": 5}"#,
        r#"{"key": "client"}"#,
        r#"{"quotas": "5/minute", "capacity": 0}"#,
    ] {
        assert!(
            serde_json::from_str::<RateLimitSettings>(json).is_err(),
            "{json}"
        );
    }
}

async fn ask_for(guard: &RateLimit, method: &str, path: &str, from: &str) -> u16 {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .body(())
        .unwrap();
    let client = ClientAddr::new(from.parse().unwrap());
    request.extensions_mut().insert(client);
    let layer = GuardLayer::new(guard.clone());
    send(&layer, &Probe::new(), request).await.status().as_u16()
}

#[tokio::test]
async fn routes_have_limits_of_their_own() {
    let guard = settings(
        r#"{"quotas": "3/minute", "key": "client/24/64", "exempt_networks": ["10.0.0.0/8"],
            "routes": [
                {"methods": ["POST", "PUT"], "path": "/login", "quotas": "1/minute",
                 "scope": "login", "key": "client"},
                {"methods": ["POST"], "path": "/login", "quotas": "2/minute",
                 "scope": "logins"},
                {"methods": ["any"], "path": "/files/{*path}", "quotas": "9/minute",
                 "scope": "files", "cost": 9}
            ]}"#,
    );
    let guard = guard.build().unwrap();
    for (method, path, from, expected) in [
        ("POST", "/login", "192.0.2.1", 200),
        ("PUT", "/login", "192.0.2.1", 429),
        ("POST", "/login", "192.0.2.2", 200),
        // By the key of the settings around it, they are one.
        ("POST", "/login", "192.0.2.3", 429),
        ("PUT", "/login", "192.0.2.3", 200),
        ("GET", "/login", "192.0.2.1", 200),
        ("GET", "/", "192.0.2.1", 200),
        ("GET", "/", "192.0.2.1", 200),
        ("GET", "/", "192.0.2.1", 429),
        ("DELETE", "/files/a", "192.0.2.1", 200),
        ("GET", "/files/b/c", "192.0.2.1", 429),
        ("POST", "/login", "10.0.0.1", 200),
        ("POST", "/login", "10.0.0.1", 200),
    ] {
        let status = ask_for(&guard, method, path, from).await;
        assert_eq!(status, expected, "{method} {path} {from}");
    }
}

#[test]
fn everything_that_is_wrong_with_routes_is_reported_at_once() {
    for (json, expected) in [
        (
            r#"{"quotas": "0/minute", "key": "ip", "exempt_networks": ["10"], "routes": [
                {"methods": [], "path": "/a", "quotas": "5", "scope": "", "key": "x", "cost": 0},
                {"methods": ["get"], "path": "/b", "quotas": "5/minute", "scope": "b", "cost": 6},
                {"methods": ["GET", "any"], "path": "/c", "quotas": "5/minute", "scope": "c"}
            ]}"#,
            "quotas key exempt_networks routes.0.quotas routes.0.key routes.0.scope \
             routes.0.cost routes.0.methods routes.1.cost routes.1.methods routes.2.methods",
        ),
        (
            r#"{"quotas": "5/minute", "jitter_seconds": 3601, "routes": [
                {"methods": ["GET"], "path": "/a", "quotas": "5/minute", "scope": "a"},
                {"methods": ["GET"], "path": "/{b", "quotas": "5/minute", "scope": "b"},
                {"methods": ["GET"], "path": "/c", "scope": "c",
                 "quotas": "1/s;2/s;3/s;4/s;5/s;6/s;7/s;8/s"},
                {"methods": ["GET"], "path": "/c", "quotas": "5/minute", "scope": "c"}
            ]}"#,
            "jitter_seconds routes.2.path routes.1.path",
        ),
    ] {
        assert_eq!(problems(json).join(" "), expected);
    }
}

#[test]
fn a_method_of_a_route_that_would_never_come_is_refused() {
    for (methods, expected) in [
        (r#""ANY""#, "routes.0.methods"),
        (r#""GET", "GET""#, "routes.0.methods"),
        (r#""GET", "POTS""#, "routes.0.methods"),
        (r#""Get""#, "routes.0.methods"),
        (r#""GET", "any""#, "routes.0.methods"),
    ] {
        let route = format!(
            r#"{{"methods": [{methods}], "path": "/a", "quotas": "5/minute", "scope": "a"}}"#
        );
        let json = format!(r#"{{"quotas": "5/minute", "routes": [{route}]}}"#);
        assert_eq!(problems(&json), [expected], "{methods}");
    }
    let all = r#""GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT""#;
    let route =
        format!(r#"{{"methods": [{all}], "path": "/a", "quotas": "5/minute", "scope": "a"}}"#);
    let json = format!(r#"{{"quotas": "5/minute", "routes": [{route}]}}"#);
    assert!(settings(&json).build().is_ok());
}

#[test]
fn a_setting_of_a_route_that_does_not_exist_or_is_missing_is_an_error() {
    for route in [
        r#"{"methods": ["GET"], "path": "/a", "quotas": "5/minute"}"#,
        r#"{"methods": ["GET"], "path": "/a", "scope": "a"}"#,
        r#"{"methods": ["GET"], "quotas": "5/minute", "scope": "a"}"#,
        r#"{"path": "/a", "quotas": "5/minute", "scope": "a"}"#,
        r#"{"methods": ["GET"], "path": "/a", "quotas": "5/minute", "scope": "a", "burst": 1}"#,
    ] {
        let json = format!(r#"{{"quotas": "5/minute", "routes": [{route}]}}"#);
        assert!(
            serde_json::from_str::<RateLimitSettings>(&json).is_err(),
            "{route}"
        );
    }
}

fn throttle(json: &str) -> LoginThrottle {
    let settings: BruteForceSettings = serde_json::from_str(json).unwrap();
    settings.build().unwrap()
}

async fn guesses(throttle: &LoginThrottle, account: &str, from: &str) -> u32 {
    let client = ClientAddr::new(from.parse().unwrap());
    let mut guesses = 0;
    while let Ok(attempt) = throttle.admit(Some(account), client).await {
        attempt.failed();
        guesses += 1;
    }
    guesses
}

#[tokio::test]
async fn a_throttle_is_made_of_settings() {
    let bare = throttle("{}");
    assert_eq!(format!("{bare:?}"), format!("{:?}", LoginThrottle::new()));
    assert_eq!(guesses(&bare, "alice", "192.0.2.1").await, 5);
    assert_eq!(guesses(&bare, "Alice", "192.0.2.1").await, 0);
    assert_eq!(guesses(&bare, "alice", "192.0.2.2").await, 5);

    let all = throttle(
        r#"{"pair": "3/day", "client": "100/day", "network": "200/day", "neighbours": "50/day",
            "account": "60/day", "global": "300/day",
            "known_for_days": 7, "capacity": 1000, "ipv4_bits": 24, "ipv6_bits": 56,
            "exact_account_names": true}"#,
    );
    assert_eq!(guesses(&all, "alice", "192.0.2.1").await, 3);
    assert_eq!(guesses(&all, "alice", "192.0.2.2").await, 0);
    assert_eq!(guesses(&all, "Alice", "192.0.2.2").await, 3);
    assert_eq!(guesses(&all, "alice", "2001:db8::1").await, 3);
    assert_eq!(guesses(&all, "alice", "2001:db8:0:ff::1").await, 0);
}

#[test]
fn each_quota_of_a_throttle_is_the_one_that_is_set() {
    for (name, limit, quota) in [
        ("pair", "18", "18/day burst 7"),
        ("known_client", "998", "998/hour"),
        ("client", "99", "99/day"),
        ("network", "999", "999/minute"),
        ("neighbours", "58", "58/day"),
        ("account", "876", "876/day"),
        ("global", "1021", "1021/minute"),
    ] {
        let throttle = format!("{:?}", throttle(&format!(r#"{{"{name}": "{quota}"}}"#)));
        let (_, after) = throttle.split_once(&format!(" {name}: ")).unwrap();
        let expected = format!("Quotas([Quota {{ limit: {limit},");
        assert!(after.starts_with(&expected), "{throttle}");
        let bursts = usize::from(!quota.contains("burst"));
        let told = throttle.matches(limit).count();
        assert_eq!(told, 1 + bursts, "{throttle}");
    }
}

#[test]
fn a_quota_of_a_throttle_that_allows_no_less_than_a_wider_one_is_refused() {
    for (json, expected) in [
        (r#"{"pair": "20/day burst 7", "client": "20/day"}"#, "pair"),
        (r#"{"pair": "3000/day burst 3"}"#, "pair pair"),
        (r#"{"pair": "20/day"}"#, "pair pair"),
        (r#"{"account": "30/day burst 60"}"#, "pair"),
        (r#"{"pair": "9/minute; 30/day"}"#, "pair"),
        (r#"{"account": "100000/minute"}"#, "account"),
        (
            r#"{"neighbours": "1/day burst 8", "account": "2/day"}"#,
            "pair neighbours",
        ),
        (r#"{"known_client": "20/hour burst 5"}"#, "pair"),
        (r#"{"client": "99/second burst 99"}"#, "client"),
        (r#"{"network": "1000/minute"}"#, "network"),
        (
            r#"{"neighbours": "200/day burst 100"}"#,
            "neighbours neighbours",
        ),
        (r#"{"global": "100/minute burst 2000"}"#, "network"),
        (r#"{"neighbours": "300/day burst 8"}"#, "neighbours"),
        (r#"{"neighbours": "20/day burst 60"}"#, "neighbours"),
        (
            r#"{"neighbours": "400/day", "client": "100/minute", "known_for_days": 0}"#,
            "client neighbours neighbours known_for_days",
        ),
        // What cannot be read is reported once.
        (
            r#"{"neighbours": "300/day burst 60", "account": "x"}"#,
            "account",
        ),
    ] {
        let settings: BruteForceSettings = serde_json::from_str(json).unwrap();
        let problems = settings.build().unwrap_err();
        let names: Vec<_> = problems.problems().map(|(name, _)| name).collect();
        assert_eq!(names.join(" "), expected, "{json}");
    }
}

#[test]
fn everything_that_is_wrong_with_a_throttle_is_reported_at_once() {
    let problems = |json: &str| {
        let settings: BruteForceSettings = serde_json::from_str(json).unwrap();
        let problems = settings.build().unwrap_err();
        let names: Vec<_> = problems
            .problems()
            .map(|(name, _)| name.to_owned())
            .collect();
        names.join(" ")
    };
    assert_eq!(
        problems(
            r#"{"pair": "x", "known_client": "5/0", "client": "5/fortnight", "network": "-", "neighbours": "", "account": "0/day",
                "global": "5", "known_for_days": 0, "capacity": 999,
                "ipv4_bits": 33, "ipv6_bits": 0}"#
        ),
        "pair known_client client network neighbours account global known_for_days capacity ipv4_bits ipv6_bits"
    );
    assert_eq!(problems(r#"{"known_for_days": 3651}"#), "known_for_days");
    assert_eq!(
        problems(r#"{"client": "20/second; 30/minute; 100/hour burst 90"}"#),
        "pair"
    );
    assert_eq!(
        problems(r#"{"known_client": "20/second; 30/minute; 90/hour; 91/hour; 92/hour; 93/hour"}"#),
        "known_client"
    );
    // More buckets would be in use than there is room for.
    assert_eq!(problems(r#"{"global": "1100/minute"}"#), "capacity");
    assert_eq!(problems(r#"{"capacity": 60999}"#), "capacity");
    assert_eq!(
        problems(r#"{"global": "1000000/day", "network": "100000/day"}"#),
        "capacity"
    );
    let _ = throttle(r#"{"global": "1100/minute", "capacity": 67100}"#);
    let unknown = serde_json::from_str::<BruteForceSettings>(r#"{"pairs": "5/minute"}"#);
    assert!(unknown.is_err());
}
