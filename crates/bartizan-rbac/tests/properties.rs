//! What holds for any policy and any principal.

#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

use bartizan_core::{Guard, Principal, Rejection, RequestHead, Verdict};
use bartizan_rbac::{Policy, RoleHierarchy, not, require, role, scope};
use http::Request;
use proptest::prelude::*;
use proptest::{collection::vec, sample::select};

proptest! {
    #[test]
    fn a_policy_holds_as_its_parts_do(
        parts in vec(policy(true), 1..4),
        who in principal(),
        hierarchy in hierarchy(),
    ) {
        let holds = |policy: &Policy| policy.holds(&who, &hierarchy);
        let all = Policy::all(parts.clone()).unwrap();
        let any = Policy::any(parts.clone()).unwrap();

        prop_assert_eq!(holds(&all), parts.iter().all(holds));
        prop_assert_eq!(holds(&any), parts.iter().any(holds));
        prop_assert_eq!(holds(&not(all.clone())), !holds(&all));
    }

    #[test]
    fn whom_the_policy_does_not_hold_for_is_told_403_with_the_reason(
        policy in policy(true),
        who in principal(),
        hierarchy in hierarchy(),
    ) {
        let holds = policy.holds(&who, &hierarchy);

        match judge(policy, hierarchy, who) {
            None => prop_assert!(holds),
            Some(rejection) => {
                prop_assert!(!holds);
                prop_assert_eq!(rejection.status().as_u16(), 403);
                prop_assert!(std::error::Error::source(&rejection).is_some());
            }
        }
    }

    #[test]
    fn rfc6750_5_a_token_with_the_scopes_named_will_do(
        policy in policy(false),
        who in principal(),
        hierarchy in hierarchy(),
    ) {
        let Some(rejection) = judge(policy.clone(), hierarchy.clone(), who.clone()) else {
            return Ok(());
        };
        let everything = Principal::builder("p")
            .roles(who.roles())
            .scopes(NAMES)
            .build();
        let scopes_would_do = policy.holds(&everything, &hierarchy);

        match rejection.challenges() {
            [] => prop_assert!(!scopes_would_do),
            [challenge] => {
                let scopes = challenge.get("scope").unwrap().split(' ');
                let renewed = Principal::builder("p").roles(who.roles()).scopes(scopes);
                prop_assert!(policy.holds(&renewed.build(), &hierarchy));
            }
            more => prop_assert!(false, "{more:?}"),
        }
    }
}

const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];

fn name() -> impl Strategy<Value = &'static str> {
    select(&NAMES[..])
}

fn policy(negated: bool) -> impl Strategy<Value = Policy> {
    let leaf = prop_oneof![name().prop_map(role), name().prop_map(scope)];
    leaf.prop_recursive(4, 24, 3, move |inner| {
        let all = vec(inner.clone(), 1..4).prop_map(|parts| Policy::all(parts).unwrap());
        let any = vec(inner.clone(), 1..4).prop_map(|parts| Policy::any(parts).unwrap());
        if negated {
            prop_oneof![all, any, inner.prop_map(not)].boxed()
        } else {
            prop_oneof![all, any].boxed()
        }
    })
}

fn principal() -> impl Strategy<Value = Principal> {
    (vec(name(), 0..3), vec(name(), 0..3)).prop_map(|(roles, scopes)| {
        let principal = Principal::builder("p").scheme("bearer");
        principal.roles(roles).scopes(scopes).build()
    })
}

/// Pairs in alphabetical order have no cycle.
fn hierarchy() -> impl Strategy<Value = RoleHierarchy> {
    vec((name(), name()), 0..5).prop_map(|pairs| {
        let pairs = pairs.into_iter().filter(|(higher, lower)| higher < lower);
        RoleHierarchy::new(pairs).unwrap()
    })
}

fn judge(policy: Policy, hierarchy: RoleHierarchy, who: Principal) -> Option<Rejection> {
    let mut request = Request::new(());
    request.extensions_mut().insert(who);
    match require(policy)
        .hierarchy(hierarchy)
        .check(RequestHead::of(&request))
    {
        Verdict::Reject(rejection) => Some(rejection),
        _ => None,
    }
}
