//! What a challenge looks like on the wire.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

use std::path::Path;

use bartizan_core::{Challenge, InvalidChallenge, Realm};
use proptest::prelude::*;
use serde_json::Value;

#[test]
fn rfc7617_1_the_challenge_of_basic_has_a_realm_and_asks_for_utf_8() {
    let challenge = Challenge::basic(&Realm::default());
    assert_eq!(
        challenge.to_string(),
        r#"Basic realm="api", charset="UTF-8""#
    );
}

#[test]
fn rfc9110_3_refuses_a_parameter_that_is_there_already() {
    let challenge = Challenge::new("Negotiate").unwrap();
    let twice = challenge.param("realm", "a").unwrap().param("Realm", "b");
    assert_eq!(twice, Err(InvalidChallenge::Repeated));
}

#[test]
fn rfc9110_4_quotes_and_escapes_and_never_sends_control_characters() {
    let realm: Realm = r#"a "quoted" \ realm"#.parse().unwrap();
    let sent = Challenge::bearer(&realm).to_string();
    assert_eq!(sent, r#"Bearer realm="a \"quoted\" \\ realm""#);

    for bad in ["a\r\nb", "a\tb", "a\0b", "a\x7fb", "\u{e9}"] {
        assert!(bad.parse::<Realm>().is_err(), "{bad:?}");
        let challenge = Challenge::new("Bearer").unwrap();
        let param = challenge.param("realm", bad);
        assert_eq!(param, Err(InvalidChallenge::Value), "{bad:?}");
    }
}

#[test]
fn refuses_names_that_are_not_tokens() {
    for bad in ["", "a b", "a=b", "a\"", "a,b", "\u{e9}", "a\n"] {
        assert_eq!(
            Challenge::new(bad),
            Err(InvalidChallenge::Scheme),
            "{bad:?}"
        );
        let challenge = Challenge::new("Bearer").unwrap();
        assert_eq!(
            challenge.param(bad, ""),
            Err(InvalidChallenge::Name),
            "{bad:?}"
        );
    }
}

#[test]
fn rfc6750_8_sends_only_what_an_error_may_hold() {
    let challenge = Challenge::bearer(&Realm::default())
        .error("invalid_token", "expired \"at\" \\ 12:00\r\nx: y \u{e9}");
    assert_eq!(
        challenge.get("error_description"),
        Some("expired ?at? ? 12:00??x: y ?")
    );
}

#[test]
fn sends_no_empty_parameter() {
    let challenge = Challenge::bearer(&Realm::default());
    let sent = challenge
        .scope(["", "not a scope"])
        .error("invalid_token", "");
    assert_eq!(
        sent.to_string(),
        r#"Bearer realm="api", error="invalid_token""#
    );
}

#[test]
fn rfc6750_9_sends_realm_and_scope_once() {
    let challenge = Challenge::bearer(&Realm::default())
        .scope(["items:read"])
        .scope(["items:write", "not a scope", "", "admin\"", "users"]);
    assert_eq!(
        challenge.to_string(),
        r#"Bearer realm="api", scope="items:write users""#
    );
}

/// Ours are of the form of those cases whose realm browsers read as it was meant.
#[test]
fn sends_the_form_that_browsers_read() {
    let Some(folder) = std::env::var_os("BARTIZAN_CORPORA") else {
        println!("left out: BARTIZAN_CORPORA does not name the folder of test vectors");
        return;
    };
    let file = Path::new(&folder).join("www-authenticate/greenbytes-firefox.json");
    let corpus: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let mut same = Vec::new();
    for case in corpus["cases"].as_array().unwrap() {
        let sent = case["www_authenticate"].as_str().unwrap();
        let read = case["basic_realm_firefox"].as_str().unwrap();
        let ours = Challenge::new("Basic")
            .unwrap()
            .param("realm", read)
            .unwrap();
        if ours.to_string() == sent {
            same.push(case["name"].as_str().unwrap());
        }
    }

    let expected = [
        "simplebasic",
        "simplebasicpct",
        "simplebasicrealmsqc2",
        "simplebasicrealmrfc2047",
    ];
    assert_eq!(same, expected);
}

proptest! {
    #[test]
    fn reads_back_as_it_was_built(
        scheme in "[A-Za-z][A-Za-z0-9-]{0,12}",
        name in "[a-z_]{1,12}",
        value in "[ -~]{0,40}",
        description in any::<String>(),
    ) {
        let challenge = Challenge::new(&scheme).unwrap().param(&name, &value);
        let challenge = challenge.unwrap().error("invalid_token", &description);
        let sent = challenge.to_value();
        let (read_scheme, params) = read(sent.to_str().unwrap());

        prop_assert_eq!(read_scheme, scheme);
        let expected = [
            (name.as_str(), value.as_str()),
            ("error", "invalid_token"),
            ("error_description", challenge.get("error_description").unwrap_or("")),
        ];
        let expected = &expected[..if description.is_empty() { 2 } else { 3 }];
        let params: Vec<_> = params.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        if !["error", "error_description"].contains(&name.as_str()) {
            prop_assert_eq!(params, expected);
        }
    }
}

/// Reads a challenge by the grammar of RFC 9110, section 11.2, with every value
/// quoted.
fn read(line: &str) -> (String, Vec<(String, String)>) {
    let (scheme, mut rest) = line.split_once(' ').unwrap();
    let mut params = Vec::new();
    while !rest.is_empty() {
        let (name, after) = rest.split_once("=\"").unwrap();
        let mut value = String::new();
        let mut chars = after.chars();
        loop {
            match chars.next().unwrap() {
                '"' => break,
                '\\' => value.push(chars.next().unwrap()),
                c => value.push(c),
            }
        }
        params.push((name.to_owned(), value));
        rest = chars.as_str().strip_prefix(", ").unwrap_or(chars.as_str());
    }
    (scheme.to_owned(), params)
}
