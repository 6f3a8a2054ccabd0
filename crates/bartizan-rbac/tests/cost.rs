//! What a check costs, in allocations.

#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

use std::time::Duration;

use bartizan_core::{
    Authentication, Guard, HostList, Principal, RequestFirewall, RequestHead, Verdict,
};
use bartizan_rbac::{
    Permissions, RoleHierarchy, Route, RouteTable, all, any, custom, max_age, not, permission,
    require, role, scope,
};
use http::{HeaderValue, Request};

#[test]
fn a_check_that_passes_allocates_nothing() {
    let policy = all([
        any([role("auditor"), role("viewer")]),
        not(role("suspended")),
        scope("items:write"),
        permission("items:write"),
        max_age(Duration::from_secs(300)),
        custom("any", |_, _| true),
    ]);
    let guard = require(policy).hierarchy(hierarchy());

    assert_free(&guard, &request("/"));
}

#[test]
fn a_rule_that_lets_pass_is_found_without_allocating() {
    let write = || all([role("viewer"), permission("items:write")]);
    let table = RouteTable::builder()
        .hierarchy(hierarchy())
        .rule(Route::get("/health").public())
        .rule(Route::any("/me").authenticated())
        .rule(Route::get("/items/{id}").require(write()))
        .rule(Route::get("/{a}/{b}/{c}/{d}").require(write()))
        .rule(Route::get("/files/{*path}").require(write()))
        .matched(|extensions| extensions.get::<&str>().copied())
        .build()
        .unwrap();

    for (pattern, path) in [
        ("/items/{id}", "/items/1"),
        ("/files/{*path}", "/files/a/b"),
        ("/me", "/me"),
    ] {
        let mut request = request(path);
        request.extensions_mut().insert(pattern);
        assert_free(&table, &request);
    }
    for path in ["/health", "/me", "/items/1", "/a/b/c/d", "/files/a/b/c/d/e"] {
        assert_free(&table, &request(path));
    }
}

#[test]
fn a_request_that_the_firewall_lets_pass_allocates_nothing() {
    let hosts = HostList::parse(["api.example.com", "*.shop.example"]).unwrap();
    let firewall = RequestFirewall::new().hosts(hosts);
    for path in ["/items/1?a=b", "/caf%C3%A9/a%20b/", "/shop.Items/List"] {
        let mut request = request(path);
        let headers = request.headers_mut();
        headers.insert("host", HeaderValue::from_static("a.shop.example:8443"));
        headers.insert("content-length", HeaderValue::from_static("12"));
        assert_free(&firewall, &request);
    }
}

fn hierarchy() -> RoleHierarchy {
    let permissions = Permissions::new([("editor", ["items:write"])]).unwrap();
    let hierarchy = RoleHierarchy::parse(["admin > editor > viewer"]).unwrap();
    hierarchy.permissions(&permissions)
}

fn request(path: &str) -> Request<()> {
    let principal = Principal::builder("alice")
        .roles(["staff", "admin"])
        .scopes(["items:read", "items:write"])
        .attribute(Authentication::new().at(std::time::SystemTime::now()));
    let mut request = Request::get(path).body(()).unwrap();
    request.extensions_mut().insert(principal.build());
    request
}

fn assert_free(guard: &impl Guard, request: &Request<()>) {
    let counted = allocation_counter::measure(|| {
        let verdict = guard.check(RequestHead::of(request));
        assert!(matches!(verdict, Verdict::Pass(_)));
    });
    assert_eq!(counted.count_total, 0, "{}", request.uri());
}
