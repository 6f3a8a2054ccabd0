use proptest::prelude::*;

use super::*;

#[test]
fn reads_what_browsers_send() {
    for (text, scheme, host, port) in [
        ("https://example.com", "https", "example.com", None),
        ("https://example.com.", "https", "example.com.", None),
        ("http://localhost:3000", "http", "localhost", Some(3000)),
        ("http://example.com:443", "http", "example.com", Some(443)),
        (
            "https://example.com:65535",
            "https",
            "example.com",
            Some(65_535),
        ),
        ("http://127.0.0.1:6060", "http", "127.0.0.1", Some(6060)),
        ("http://[::1]:90", "http", "[::1]", Some(90)),
        ("http://[2001:db8::8a2e]", "http", "[2001:db8::8a2e]", None),
        (
            "http://[::ffff:7f00:1]:90",
            "http",
            "[::ffff:7f00:1]",
            Some(90),
        ),
        ("http://[::ffff:0:0]", "http", "[::ffff:0:0]", None),
        (
            "chrome-extension://abcdef",
            "chrome-extension",
            "abcdef",
            None,
        ),
        (
            "https://xn--rsum-bpad.com",
            "https",
            "xn--rsum-bpad.com",
            None,
        ),
        ("https://a_b-c.example", "https", "a_b-c.example", None),
    ] {
        let origin: Origin = text.parse().unwrap();
        assert_eq!(origin.as_str(), text);
        assert_eq!(
            (origin.scheme(), origin.host(), origin.port()),
            (scheme, host, port),
            "{text}"
        );
    }
}

#[test]
fn refuses_what_no_browser_sends() {
    use InvalidOrigin::{DefaultPort, Host, Malformed, Null, Port, Scheme, Surplus, TooLong};
    for (text, expected) in [
        ("null", Null),
        ("", Malformed),
        ("*", Malformed),
        ("example.com", Malformed),
        ("https:example.com", Malformed),
        ("HTTPS://example.com", Scheme),
        ("://example.com", Scheme),
        ("1ab://example.com", Scheme),
        ("file://example.com", Scheme),
        (" https://example.com", Scheme),
        ("https://", Host),
        ("https://Example.com", Host),
        ("https://r\u{e9}sum\u{e9}.com", Host),
        ("https://example.com ", Host),
        ("https://example.com\u{2024}org", Host),
        ("https://example..com", Host),
        ("https://.example.com", Host),
        ("https://example.com..", Host),
        ("https://*.example.com", Host),
        ("https://127.1", Host),
        ("https://127.0.0.1.", Host),
        ("https://0x7f.0.0.1", Host),
        ("https://example.0x1f", Host),
        ("https://example.255", Host),
        ("https://2130706433", Host),
        ("https://[::1", Host),
        ("https://[::1]a", Host),
        ("https://[0:0::1]", Host),
        ("https://[::ABCD]", Host),
        ("https://[::ffff:127.127.127.127]", Host),
        ("https://[::ffff:07f7f:7f7f]", Host),
        ("https://[0:0:0:0:0:ffff:7f7f:7f7f]", Host),
        ("https://[fe80::1%eth0]", Host),
        ("https://::1", Host),
        ("https://example.com/", Surplus),
        ("https://example.com?", Surplus),
        ("https://example.com#a", Surplus),
        ("https://user@example.com", Surplus),
        ("https://example.com:443@evil.test", Surplus),
        ("https://example.com:", Port),
        ("https://example.com:0", Port),
        ("https://example.com:080", Port),
        ("https://example.com:65536", Port),
        ("https://example.com:+1", Port),
        ("https://example.com:evil.test", Port),
        ("https://example.com:*", Port),
        ("https://example.com:443", DefaultPort),
        ("http://example.com:80", DefaultPort),
    ] {
        assert_eq!(text.parse::<Origin>(), Err(expected), "{text:?}");
    }
    let long = format!("https://{}", "a.".repeat(MAX_LEN));
    assert_eq!(long.parse::<Origin>(), Err(TooLong));
}

#[test]
fn lengths_have_limits() {
    let label = |length| "a".repeat(length);
    let name = |last| format!("{0}.{0}.{0}.{1}", label(63), label(last));
    for (text, expected) in [
        (format!("https://{}", label(63)), true),
        (format!("https://{}", label(64)), false),
        (format!("https://{}", name(61)), true),
        (format!("https://{}.", name(61)), true),
        (format!("https://{}", name(62)), false),
        (format!("{}://a", label(64)), true),
        (format!("{}://a", label(65)), false),
        (format!("{}://{}.:65535", label(64), name(61)), true),
    ] {
        assert_eq!(text.parse::<Origin>().is_ok(), expected, "{text}");
    }
}

#[test]
fn cve_2026_37737_and_cve_2026_34157_patterns_match_whole_labels() {
    for (pattern, origin, expected) in [
        ("https://example.com", "https://example.com", true),
        ("https://example.com", "https://example.com.", false),
        ("https://example.com", "https://example.com:8443", false),
        ("https://example.com", "http://example.com", false),
        ("https://*.example.com", "https://a.example.com", true),
        ("https://*.example.com", "https://a.b.c.example.com", true),
        ("https://*.example.com", "https://example.com", false),
        // GHSA-vhxv-fg4m-p2w8, CVE-2026-37737, CVE-2026-34157.
        ("https://*.example.com", "https://barexample.com", false),
        ("https://*.foo.com", "https://barfoo.com", false),
        ("https://foo.com", "https://barfoo.com", false),
        (
            "https://*.example.com",
            "https://a.example.com.evil.test",
            false,
        ),
        (
            "https://*.example.com",
            "https://example.com.evil.test",
            false,
        ),
        ("https://*.example.com", "https://a-example.com", false),
        ("https://*.example.com", "https://a.example.com.", false),
        ("https://*.example.com.", "https://a.example.com.", true),
        ("https://*.example.com", "https://a.example.com:8443", false),
        (
            "https://*.example.com:8443",
            "https://a.example.com:8443",
            true,
        ),
        ("https://*.example.com:8443", "https://a.example.com", false),
        (
            "https://*.example.com:*",
            "https://a.example.com:8443",
            true,
        ),
        ("https://*.example.com:*", "https://a.example.com", true),
        ("https://*.example.com:*", "http://a.example.com", false),
        ("http://localhost:*", "http://localhost:3000", true),
        ("http://localhost:*", "http://localhost", true),
        ("http://localhost:*", "http://a.localhost:3000", false),
        ("http://[::1]:*", "http://[::1]:3000", true),
        ("http://127.0.0.1:*", "http://127.0.0.1:3000", true),
        ("*", "https://example.com", true),
    ] {
        assert_eq!(matches(pattern, origin), expected, "{pattern} {origin}");
    }
}

#[test]
fn a_pattern_has_its_asterisk_in_front_or_at_the_end() {
    use InvalidOrigin::{Host, Malformed, Null, Wildcard};
    for (text, expected) in [
        ("**", Malformed),
        ("null", Null),
        ("https://*", Wildcard),
        ("https://*example.com", Wildcard),
        ("https://a.*.example.com", Wildcard),
        ("https://*.*.example.com", Wildcard),
        ("https://example.*", Wildcard),
        ("https://*.", Host),
        ("https://*.127.0.0.1", Wildcard),
        ("https://*.[::1]", Host),
    ] {
        assert_eq!(text.parse::<OriginPattern>(), Err(expected), "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,60}") {
        let _ = text.parse::<Origin>();
        let _ = text.parse::<OriginPattern>();
    }

    /// The alphabet is what an attack is made of: look-alikes, user information,
    /// dots, ports, letters beyond ASCII.
    #[test]
    fn a_pattern_matches_nothing_but_further_labels(
        scheme in "(https|http|httpss)",
        host in "[a-cA-C\\-_.:@/\\\\*%#?\u{2024}\u{3002}\u{ff0e}\u{e9}]{0,12}",
        between in "(|\\.|-|@|/|%2e|\u{3002})",
        after in "(|\\.|:443|:8443|:\\*|/|\\?|#|@evil\\.test|\\.evil\\.test|:evil\\.test)",
    ) {
        let text = format!("{scheme}://{host}{between}example.com{after}");
        let pattern: OriginPattern = "https://*.example.com".parse().unwrap();
        let is_match = text.parse::<Origin>().is_ok_and(|origin| pattern.matches(&origin));
        let labels = text
            .strip_prefix("https://")
            .and_then(|rest| rest.strip_suffix(".example.com"));
        let is_label = |label: &str| {
            !label.is_empty()
                && label.chars().all(|c| c.is_ascii_lowercase() || c == '-' || c == '_')
        };
        let expected = labels.is_some_and(|labels| labels.split('.').all(is_label));
        prop_assert_eq!(is_match, expected, "{}", text);
    }

    #[test]
    fn what_is_read_is_written_the_same(
        scheme in "[a-z][a-z0-9+.-]{0,8}",
        labels in prop::collection::vec("[a-z][a-z0-9_-]{0,8}", 1..5),
        port in prop::option::of(1_u16..),
    ) {
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        let text = format!("{scheme}://{}{port}", labels.join("."));
        if let Ok(origin) = text.parse::<Origin>() {
            prop_assert_eq!(origin.to_string(), text.clone());
            let own: OriginPattern = text.parse().unwrap();
            prop_assert!(own.matches(&origin));
        }
    }

    /// The set that requests are judged by says what the patterns say.
    #[test]
    fn a_set_matches_as_its_patterns_do(
        patterns in prop::collection::vec(
            "https?://(\\*\\.)?([ab]\\.){0,2}(ab|b)(:\\*|:8080)?", 0..6),
        text in "https?://([ab]\\.){0,3}(ab|b)(:8080|:9090)?",
    ) {
        let patterns: Vec<OriginPattern> =
            patterns.iter().map(|pattern| pattern.parse().unwrap()).collect();
        let mut set = OriginSet::default();
        for pattern in &patterns {
            set.add(pattern).unwrap();
        }
        let origin: Origin = text.parse().unwrap();
        let found = set.exact(text.as_bytes()).is_some()
            || set.matches(origin.parts().unwrap());
        let expected = patterns.iter().any(|pattern| pattern.matches(&origin));
        prop_assert_eq!(found, expected);
    }
}

fn matches(pattern: &str, origin: &str) -> bool {
    let pattern: OriginPattern = pattern.parse().unwrap();
    pattern.matches(&origin.parse().unwrap())
}
