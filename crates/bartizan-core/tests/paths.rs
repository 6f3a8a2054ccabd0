//! Which spellings of a path are refused, and what the others mean.

use bartizan_core::{PathRules, PathTrick, normalize_path};
use proptest::prelude::*;

#[test]
fn path_tricks_are_refused_by_name() {
    use PathTrick as Trick;
    for (path, trick) in [
        ("", Trick::NoLeadingSlash),
        ("admin", Trick::NoLeadingSlash),
        ("*", Trick::NoLeadingSlash),
        ("\\admin", Trick::NoLeadingSlash),
        ("//admin", Trick::EmptySegment),
        ("/public//admin", Trick::EmptySegment),
        ("/public//", Trick::EmptySegment),
        ("/public/./admin", Trick::DotSegment),
        ("/.", Trick::DotSegment),
        ("/..", Trick::DotSegment),
        ("/public/../admin", Trick::DotSegment),
        ("/public/..", Trick::DotSegment),
        ("/public/.", Trick::DotSegment),
        ("/public/%2e%2e/admin", Trick::EncodedDot),
        ("/public/%2E%2E/admin", Trick::EncodedDot),
        ("/public/.%2e/admin", Trick::EncodedDot),
        ("/admin%2ephp", Trick::EncodedDot),
        ("/public/..;/admin", Trick::PathParameter),
        ("/public/..;x=y/admin", Trick::PathParameter),
        ("/admin;", Trick::PathParameter),
        ("/admin%3b", Trick::PathParameter),
        ("/admin%3Bx", Trick::PathParameter),
        ("/public%2fadmin", Trick::EncodedSlash),
        ("/public/..%2fadmin", Trick::EncodedSlash),
        ("/%2Fadmin", Trick::EncodedSlash),
        ("/public\\..\\admin", Trick::Backslash),
        ("/public%5cadmin", Trick::Backslash),
        ("/public%5Cadmin", Trick::Backslash),
        ("/admin%25", Trick::EncodedPercent),
        ("/public/%252e%252e/admin", Trick::EncodedPercent),
        ("/admin%00", Trick::ControlCharacter),
        ("/admin%00.png", Trick::ControlCharacter),
        ("/admin%0a", Trick::ControlCharacter),
        ("/admin%0d%0aSet-Cookie:x", Trick::ControlCharacter),
        ("/admin%09", Trick::ControlCharacter),
        ("/admin%1f", Trick::ControlCharacter),
        ("/admin%7F", Trick::ControlCharacter),
        ("/admin%c2%85", Trick::ControlCharacter),
        ("/admin%E2%80%A8", Trick::ControlCharacter),
        ("/admin%e2%80%a9", Trick::ControlCharacter),
        ("/admin\u{0}", Trick::ControlCharacter),
        ("/admin\n", Trick::ControlCharacter),
        ("/admin.", Trick::TrailingDot),
        ("/admin./x", Trick::TrailingDot),
        ("/admin%20", Trick::TrailingDot),
        ("/admin%20/x", Trick::TrailingDot),
        ("/...", Trick::TrailingDot),
        ("/%", Trick::InvalidEncoding),
        ("/%2", Trick::InvalidEncoding),
        ("/%2/admin", Trick::InvalidEncoding),
        ("/%zz", Trick::InvalidEncoding),
        ("/%+1", Trick::InvalidEncoding),
        ("/%u002e", Trick::InvalidEncoding),
        ("/%c0%af", Trick::InvalidUtf8),
        ("/%c0%ae%c0%ae/", Trick::InvalidUtf8),
        ("/%e0%80%af", Trick::InvalidUtf8),
        ("/%f0%80%80%af", Trick::InvalidUtf8),
        ("/%ed%a0%80", Trick::InvalidUtf8),
        ("/%ff", Trick::InvalidUtf8),
        ("/%e2%82", Trick::InvalidUtf8),
        ("/%e2%82/x", Trick::InvalidUtf8),
        ("/%e2x%82%ac", Trick::InvalidUtf8),
        ("/%e2%41%82", Trick::InvalidUtf8),
        ("/%80", Trick::InvalidUtf8),
        ("/caf\u{e9}", Trick::ForbiddenCharacter),
        ("/a b", Trick::ForbiddenCharacter),
        ("/{id}", Trick::ForbiddenCharacter),
        ("/a\"b", Trick::ForbiddenCharacter),
        ("/a?b", Trick::ForbiddenCharacter),
        ("/admin#", Trick::ForbiddenCharacter),
    ] {
        assert_eq!(PathRules::strict().check(path), Err(trick), "{path:?}");
        assert_eq!(normalize_path(path), Err(trick), "{path:?}");
    }
}

#[test]
fn plain_paths_are_decoded_once() {
    for (path, expected) in [
        ("/", "/"),
        ("/items", "/items"),
        ("/items/", "/items/"),
        ("/shop.Items/List", "/shop.Items/List"),
        ("/.well-known/jwks.json", "/.well-known/jwks.json"),
        ("/a..b/.c", "/a..b/.c"),
        (
            "/~alice/@me/a+b,c=d:e!$&'()*|[]",
            "/~alice/@me/a+b,c=d:e!$&'()*|[]",
        ),
        ("/%7Ealice", "/~alice"),
        ("/%61dmin", "/admin"),
        ("/a%20b", "/a b"),
        ("/c%23/what%3F", "/c#/what?"),
        ("/caf%C3%A9/%e2%82%ac/%F0%9F%98%80", "/café/€/😀"),
    ] {
        assert_eq!(normalize_path(path).as_deref(), Ok(expected), "{path:?}");
    }
}

#[test]
fn each_door_opens_for_one_trick() {
    let strict = PathRules::strict();
    for (rules, path, normal) in [
        (strict.insecure_allow_backslash(), "/a\\b%5cc", "/a\\b%5Cc"),
        (strict.insecure_allow_double_slash(), "//a///b//", "/a/b/"),
        (strict.insecure_allow_encoded_dot(), "/a%2eb", "/a.b"),
        (
            strict.insecure_allow_encoded_percent(),
            "/100%25",
            "/100%25",
        ),
        (strict.insecure_allow_encoded_percent(), "/%252e", "/%252e"),
        (strict.insecure_allow_encoded_slash(), "/a%2fb", "/a%2Fb"),
        (
            strict.insecure_allow_path_parameters(),
            "/a;v=1.5;w/b%3bx%20y/;z",
            "/a/b/",
        ),
        (strict.insecure_allow_trailing_dots(), "/a./b%20", "/a./b "),
    ] {
        assert!(strict.check(path).is_err(), "{path:?}");
        assert_eq!(rules.normalize(path).as_deref(), Ok(normal), "{path:?}");
    }
}

#[test]
fn no_door_lets_a_dot_segment_or_a_control_character_pass() {
    let lax = PathRules::strict()
        .insecure_allow_backslash()
        .insecure_allow_double_slash()
        .insecure_allow_encoded_dot()
        .insecure_allow_encoded_percent()
        .insecure_allow_encoded_slash()
        .insecure_allow_path_parameters()
        .insecure_allow_trailing_dots();
    for path in [
        "/a/../b",
        "/a/%2e%2e/b",
        "/a/.%2E",
        "/a/..;x/b",
        "/a/..%3b/b",
        "/a/%2e;/b",
        "/a/..%2fb",
        "/a%2f..",
        "/a/..\\b",
        "/a%5c..%5cb",
        "/a\\.",
        "/a/..//b",
    ] {
        assert_eq!(lax.check(path), Err(PathTrick::DotSegment), "{path:?}");
    }
    assert_eq!(lax.check("/a%00"), Err(PathTrick::ControlCharacter));
    assert_eq!(lax.check("/%c0%af"), Err(PathTrick::InvalidUtf8));
    assert_eq!(lax.check("a"), Err(PathTrick::NoLeadingSlash));
}

proptest! {
    #[test]
    fn what_is_plain_is_judged_as_what_is_not(path in "(/|\\.|[a-z0-9~_-]){0,12}") {
        // An encoded letter takes the long way.
        let (short, long) = (format!("/{path}"), format!("/%61/{path}"));
        prop_assert_eq!(PathRules::strict().check(&short), PathRules::strict().check(&long));
    }

    #[test]
    fn what_is_normal_can_be_read_in_one_way(path in "(/|%[0-9a-fA-F]{2}|[ -~]|\\.|;|é){0,12}") {
        let path = format!("/{path}");
        let Ok(normal) = normalize_path(&path) else {
            prop_assert!(PathRules::strict().check(&path).is_err());
            return Ok(());
        };
        prop_assert!(normal.starts_with('/'));
        prop_assert!(!normal.contains("//"));
        prop_assert!(!normal.contains(['\\', ';', '%']));
        prop_assert!(!normal.contains(char::is_control));
        let mut segments = normal.split('/');
        prop_assert!(segments.all(|s| s != "." && s != ".." && !s.ends_with(['.', ' '])));
        prop_assert_eq!(normal.matches('/').count(), path.matches('/').count());
    }
}
