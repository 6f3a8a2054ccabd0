//! Policies as texts.

#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

use std::time::Duration;

use bartizan_rbac::{
    Policy, acr, all, amr, any, attribute, custom, max_age, not, permission, role, scope,
};
use proptest::collection::vec;
use proptest::prelude::*;

#[test]
fn a_text_is_the_policy_that_it_shows() {
    for (text, policy) in [
        ("role admin", role("admin")),
        ("scope items:write", scope("items:write")),
        ("permission items:delete", permission("items:delete")),
        ("max-age 300", max_age(Duration::from_secs(300))),
        ("acr urn:example:silver", acr("urn:example:silver")),
        ("amr hwk", amr("hwk")),
        ("role \"item editor\"", role("item editor")),
        ("role \"a\\\"b\\\\c\\n\"", role("a\"b\\c\n")),
        ("role \"caf\u{e9}\"", role("café")),
        ("role and and role not", all([role("and"), role("not")])),
        ("not not role a", not(not(role("a")))),
        ("not (role a or role b)", not(any([role("a"), role("b")]))),
        (
            "role admin and (scope items:write or permission items:delete)",
            all([
                role("admin"),
                any([scope("items:write"), permission("items:delete")]),
            ]),
        ),
        (
            "(role a and role b) or role c",
            any([all([role("a"), role("b")]), role("c")]),
        ),
    ] {
        assert_eq!(text.parse::<Policy>().as_ref(), Ok(&policy), "{text}");
        assert_eq!(policy.to_string(), text);
    }
    let spaced: Policy = "\n( ( role\ta ) )".parse().unwrap();
    assert_eq!(spaced, role("a"));
    let several: Policy = "scope \"a b\"".parse().unwrap();
    assert_eq!(several, all([scope("a"), scope("b")]));
    let code = any([
        attribute("in finance", |_: &u8| true),
        custom("x", |_, _| true),
    ]);
    assert_eq!(code.to_string(), "attribute \"in finance\" or custom x");
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    for (text, column, problem) in [
        ("", 1, "expected a part, such as `role admin`"),
        ("  ", 3, "expected a part, such as `role admin`"),
        (
            "admin",
            1,
            "expected `role`, `scope`, `permission`, `max-age`, `acr`, `amr`, `not` or `(`",
        ),
        ("role", 5, "expected a name"),
        ("role ()", 6, "expected a name"),
        ("role \"\"", 6, "expected a name"),
        ("role a role b", 8, "expected `and` or `or`"),
        ("role a and", 11, "expected a part, such as `role admin`"),
        (
            "role a and role b or role c",
            19,
            "`and` and `or` side by side need parentheses",
        ),
        (
            "(role a",
            8,
            "expected `and`, `or` or a closing parenthesis",
        ),
        ("role a)", 7, "this parenthesis closes nothing"),
        ("()", 2, "expected a part, such as `role admin`"),
        ("role caf\u{e9}", 9, "this character needs quotes"),
        ("role \u{e9}", 6, "this character needs quotes"),
        ("role \"a", 6, "this quote is not closed"),
        ("role \"\\q\"", 6, "an escape in these quotes is unknown"),
        (
            "role \"\\u{110000}\"",
            6,
            "an escape in these quotes is unknown",
        ),
        (
            "role \"\\u{+41}\"",
            6,
            "an escape in these quotes is unknown",
        ),
        ("max-age soon", 9, "expected a number of seconds"),
        ("max-age +3", 9, "expected a number of seconds"),
        (
            "max-age 99999999999999999999",
            9,
            "expected a number of seconds",
        ),
        (
            "role a and custom x",
            12,
            "this part cannot be written as a text",
        ),
        (
            "consult opa read",
            1,
            "this part cannot be written as a text",
        ),
        (
            "NOT role a",
            1,
            "expected `role`, `scope`, `permission`, `max-age`, `acr`, `amr`, `not` or `(`",
        ),
    ] {
        let error = text.parse::<Policy>().unwrap_err();
        let expected = format!("{problem} at column {column}");
        assert_eq!(error.to_string(), expected, "{text:?}");
    }
}

#[test]
fn a_text_nests_and_grows_no_further_than_its_bound() {
    let nested = |depth| format!("{}role a{}", "(".repeat(depth), ")".repeat(depth));
    assert!(nested(32).parse::<Policy>().is_ok());
    assert!(nested(33).parse::<Policy>().is_err());
    assert!(nested(30_000).parse::<Policy>().is_err());
    assert!(
        format!("{}role a", "not ".repeat(16_000))
            .parse::<Policy>()
            .is_err()
    );
    let long = vec!["role a"; 10_000].join(" and ");
    assert!(long.parse::<Policy>().is_err());
}

proptest! {
    #[test]
    fn what_is_shown_parses_back(policy in policy()) {
        let text = policy.to_string();
        let parsed: Policy = text.parse().unwrap();
        prop_assert_eq!(parsed.to_string(), text.as_str());
        prop_assert!(!text.contains(char::is_control));
    }

    #[test]
    fn any_text_is_a_policy_or_an_error_within_it(text in "(role|not|and|or|[()\"\\\\ a]|max-age|\\PC){0,12}") {
        if let Err(error) = text.parse::<Policy>() {
            prop_assert!((1..=text.chars().count() + 1).contains(&error.column()));
        }
    }
}

fn policy() -> impl Strategy<Value = Policy> {
    // A scope with a space is several.
    let name = || {
        prop_oneof!["[a-z:]{1,6}", "\\PC{1,6}", ".{1,6}"]
            .prop_filter("a name", |name: &String| !name.is_empty())
    };
    let leaf = prop_oneof![
        name().prop_map(role),
        name().prop_map(permission),
        name().prop_map(acr),
        name().prop_map(amr),
        "[!-~é]{1,6}".prop_map(scope),
        proptest::num::u32::ANY.prop_map(|seconds| max_age(Duration::from_secs(seconds.into()))),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 1..4).prop_map(|parts| Policy::all(parts).unwrap()),
            vec(inner.clone(), 1..4).prop_map(|parts| Policy::any(parts).unwrap()),
            inner.prop_map(not),
        ]
    })
}
