//! A text is a policy that is shown as one, or an error that lies within it.
#![no_main]

use bartizan_core::Principal;
use bartizan_rbac::{Policy, RoleHierarchy, not};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let policy: Policy = match text.parse() {
        Ok(policy) => policy,
        Err(error) => {
            let error: bartizan_rbac::InvalidPolicy = error;
            assert!((1..=text.chars().count() + 1).contains(&error.column()));
            return;
        }
    };
    let shown = policy.to_string();
    assert!(!shown.contains(|c: char| c.is_control()));
    let again: Policy = shown.parse().expect("what is shown parses");
    assert_eq!(again.to_string(), shown);

    let flat = RoleHierarchy::default();
    let alice = Principal::builder("alice").role("a").scope("b").build();
    assert_eq!(policy.holds(&alice, &flat), again.holds(&alice, &flat));
    assert_ne!(
        policy.holds(&alice, &flat),
        not(policy).holds(&alice, &flat)
    );
});
