//! What a check costs, in allocations.

use bartizan_core::{Guard, Principal, RequestHead, Verdict};
use bartizan_rbac::{RoleHierarchy, all, any, not, require, role, scope};
use http::Request;

#[test]
fn a_check_that_passes_allocates_nothing() {
    let hierarchy = RoleHierarchy::parse(["admin > editor > viewer"]).unwrap();
    let policy = all([
        any([role("auditor"), role("viewer")]),
        not(role("suspended")),
        scope("items:write"),
    ]);
    let guard = require(policy).hierarchy(hierarchy);
    let principal = Principal::builder("alice")
        .roles(["staff", "admin"])
        .scopes(["items:read", "items:write"]);
    let mut request = Request::new(());
    request.extensions_mut().insert(principal.build());

    let counted = allocation_counter::measure(|| {
        let verdict = guard.check(RequestHead::of(&request));
        assert!(matches!(verdict, Verdict::Pass(())));
    });

    assert_eq!(counted.count_total, 0);
}
