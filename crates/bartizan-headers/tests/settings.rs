//! The guard, made of settings.

#![cfg(feature = "serde")]
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

use bartizan_core::{Guard, Pass, RequestHead, Verdict};
use bartizan_headers::{HeadersSettings, SecurityHeaders};
use bartizan_secret::settings::Loader;
use http::{HeaderMap, Request, Response};

#[test]
fn nothing_set_is_the_profile() {
    let made = read("{}").build().unwrap();

    assert_eq!(mark(&made), mark(&SecurityHeaders::api()));
    assert_eq!(mark(&made).len(), 7);
}

#[test]
fn each_setting_does_what_it_says() {
    let cases = [
        (r#"{"profile": "api"}"#, "x-frame-options", Some("DENY")),
        (
            r#"{"cache_control": "private"}"#,
            "cache-control",
            Some("private"),
        ),
        (r#"{"cache_control": "off"}"#, "cache-control", None),
        (
            r#"{"content_security_policy": "default-src 'self'"}"#,
            "content-security-policy",
            Some("default-src 'self'"),
        ),
        (
            r#"{"content_security_policy": "off"}"#,
            "content-security-policy",
            None,
        ),
        (
            r#"{"insecure_allow_sniffing": true}"#,
            "x-content-type-options",
            None,
        ),
        (
            r#"{"frame_options": "sameorigin"}"#,
            "x-frame-options",
            Some("SAMEORIGIN"),
        ),
        (r#"{"frame_options": "off"}"#, "x-frame-options", None),
        (
            r#"{"behind_tls": true}"#,
            "strict-transport-security",
            Some("max-age=63072000; includeSubDomains"),
        ),
        (
            r#"{"behind_tls": true, "hsts": false}"#,
            "strict-transport-security",
            None,
        ),
        (
            r#"{"behind_tls": true, "hsts_max_age": 31536000, "hsts_preload": true}"#,
            "strict-transport-security",
            Some("max-age=31536000; includeSubDomains; preload"),
        ),
        (
            r#"{"behind_tls": true, "hsts_subdomains": false}"#,
            "strict-transport-security",
            Some("max-age=63072000"),
        ),
        (
            r#"{"permissions_policy": "off"}"#,
            "permissions-policy",
            None,
        ),
        (
            r#"{"referrer_policy": "same-origin"}"#,
            "referrer-policy",
            Some("same-origin"),
        ),
        (
            r#"{"resource_policy": "cross-origin"}"#,
            "cross-origin-resource-policy",
            Some("cross-origin"),
        ),
        (r#"{"remove": []}"#, "server", Some("acme")),
        (r#"{"remove": ["Server"]}"#, "server", None),
    ];

    for (json, name, expected) in cases {
        let headers = mark(&read(json).build().unwrap());
        let value = headers.get(name).map(|value| value.to_str().unwrap());
        assert_eq!(value, expected, "{json}");
    }
}

#[test]
fn every_mistake_is_named_at_once() {
    let settings = read(
        r#"{
            "behind_tls": true,
            "trusted_proxies": ["10.0.0.1"],
            "cache_control": "nostore",
            "content_security_policy": "default-src self",
            "frame_options": "allow",
            "hsts_max_age": 60,
            "hsts_preload": true,
            "permissions_policy": "camera",
            "referrer_policy": "unsafe-url",
            "resource_policy": "any",
            "remove": ["a b"]
        }"#,
    );

    let error = settings.build().unwrap_err();
    assert_eq!(
        error.problems().collect::<Vec<_>>(),
        [
            (
                "trusted_proxies",
                "it means nothing where all is behind TLS"
            ),
            ("hsts_preload", "preload takes a max-age of at least a year"),
            ("cache_control", "no directive is called \"nostore\""),
            (
                "content_security_policy",
                "default-src: self lacks its quotes"
            ),
            ("permissions_policy", "\"camera\" has no list of origins"),
            ("frame_options", "is none of deny, sameorigin, off"),
            (
                "referrer_policy",
                "is none of no-referrer, origin, origin-when-cross-origin, same-origin, \
                 strict-origin, strict-origin-when-cross-origin, off",
            ),
            (
                "resource_policy",
                "is none of cross-origin, same-origin, same-site, off",
            ),
            ("remove", "\"a b\" is no name of a field"),
        ]
    );
    assert!(error.to_string().starts_with("9 problems in the settings"));

    let off = read(r#"{"hsts": false, "hsts_max_age": 60}"#)
        .build()
        .unwrap_err();
    assert_eq!(
        off.to_string(),
        "1 problem in the settings\n  hsts: it is off, and yet described by other settings"
    );
    let proxies = read(r#"{"trusted_proxies": ["0.0.0.0/0"]}"#).build();
    assert!(
        proxies
            .unwrap_err()
            .to_string()
            .contains("\n  trusted_proxies: ")
    );
}

#[test]
fn a_misspelt_setting_is_an_error() {
    let misspelt = serde_json::from_str::<HeadersSettings>(r#"{"frame_option": "deny"}"#);
    assert!(misspelt.unwrap_err().to_string().contains("frame_option"));
}

#[test]
fn all_can_be_read_from_the_environment() {
    let settings: HeadersSettings = Loader::new()
        .prefix("APP_")
        .environment([
            ("APP_PROFILE", "api"),
            ("APP_BEHIND_TLS", "yes"),
            ("APP_HSTS_MAX_AGE", "31536000"),
            ("APP_HSTS_SUBDOMAINS", "false"),
            ("APP_FRAME_OPTIONS", "off"),
            ("APP_REMOVE", "server,via"),
        ])
        .load()
        .unwrap();

    let headers = mark(&settings.build().unwrap());
    assert_eq!(headers["strict-transport-security"], "max-age=31536000");
    assert!(!headers.contains_key("x-frame-options"));
    assert!(!headers.contains_key("server"));
}

fn read(json: &str) -> HeadersSettings {
    serde_json::from_str(json).unwrap()
}

fn mark(guard: &SecurityHeaders) -> HeaderMap {
    let mut response = Response::new(());
    response
        .headers_mut()
        .insert("server", "acme".parse().unwrap());
    let Verdict::Pass(pass) = guard.check(RequestHead::of(&Request::new(()))) else {
        panic!("it lets every request pass");
    };
    pass.seal(&mut response);
    response.into_parts().0.headers
}
