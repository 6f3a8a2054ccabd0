//! Spellings of a path that reach what is protected by way of what is public.

#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

use std::error::Error as _;

use bartizan_core::chain::Chain;
use bartizan_core::{
    Guard, GuardLayer, PathRules, Rejection, RequestFirewall, RequestHead, Verdict,
};
use bartizan_rbac::{Denied, Route, RouteTable, Routes, role};
use bartizan_testkit::{Probe, assert_rejected, send};
use http::{Method, Request, StatusCode, Version};

/// What some router, proxy or file system takes for `/admin`, `/admin/users` or
/// `/shop.Admin/Drop`, and others for something else.
const TRICKS: [&str; 66] = [
    "//admin",
    "///admin",
    "/public//admin",
    "//public/../admin",
    "/./admin",
    "/public/../admin",
    "/public/..//admin",
    "/public/x/../../admin",
    "/public/%2e%2e/admin",
    "/public/%2E%2E/admin",
    "/public/.%2e/admin",
    "/public/%2e./admin",
    "/public/..%2fadmin",
    "/public/..%2Fadmin",
    "/public/..%5cadmin",
    "/public/%2e%2e%2fadmin",
    "/public/%252e%252e/admin",
    "/public/%252e%252e%252fadmin",
    "/public%2f..%2fadmin",
    "/public/..;/admin",
    "/public/..;x=y/admin",
    "/public/..%3b/admin",
    "/public/.;/../admin",
    "/admin;",
    "/admin;x=y",
    "/admin;/users",
    "/admin%3b",
    "/admin%3Bx",
    "/admin/",
    "/admin/.",
    "/admin/./",
    "/admin//",
    "/admin.",
    "/admin./",
    "/admin%2e",
    "/admin%20",
    "/admin%20/",
    "/admin%00",
    "/admin%00.css",
    "/admin%0a",
    "/admin%0d",
    "/admin%09",
    "/admin%23",
    "/admin%3f",
    "/%61dmin",
    "/%61%64%6d%69%6e",
    "/adm%69n/users",
    "/Admin",
    "/ADMIN",
    "/aDmIn/users",
    "/%41dmin",
    "/admin/USERS",
    "/admin/users/",
    "/admin%2fusers",
    "/admin%5cusers",
    "/admin/%75sers",
    "/admin/users%2f",
    "/%c0%afadmin",
    "/public/%c0%ae%c0%ae/admin",
    "/%e0%80%afadmin",
    "/%ffadmin",
    "/admin%",
    "/admin%2",
    "/SHOP.Admin/Drop",
    "/shop.Admin/drop",
    "//shop.Admin/Drop",
];

/// Everything is public but what is below `/admin`, and one gRPC service.
fn rules() -> Routes {
    RouteTable::builder()
        .rule(Route::any("/").public())
        .rule(Route::any("/{page}").public())
        .rule(Route::any("/{page}/{part}").public())
        .rule(Route::any("/public/{*rest}").public())
        .rule(Route::any("/admin").require(role("admin")))
        .rule(Route::any("/admin/users").require(role("admin")))
        .rule(Route::grpc("shop.Admin/Drop").require(role("admin")))
}

#[test]
fn cve_2019_9901_no_spelling_of_a_protected_path_is_public() {
    let table = rules().build().unwrap();

    for path in TRICKS {
        for method in [Method::GET, Method::POST] {
            let Ok(mut request) = Request::get(path).body(()) else {
                panic!("{path} is no target");
            };
            *request.method_mut() = method;
            // `?` and `#` are no part of `/admin`, encoded or not.
            let is_other = matches!(path, "/admin%23" | "/admin%3f");
            let passes = matches!(table.check(RequestHead::of(&request)), Verdict::Pass(_));
            assert_eq!(passes, is_other, "{path}");
        }
    }
}

#[test]
fn nor_when_every_door_is_open() {
    let lax = PathRules::strict()
        .insecure_allow_backslash()
        .insecure_allow_double_slash()
        .insecure_allow_encoded_dot()
        .insecure_allow_encoded_percent()
        .insecure_allow_encoded_slash()
        .insecure_allow_path_parameters()
        .insecure_allow_trailing_dots();
    let table = rules().paths(lax).build().unwrap();

    // A decoder that decodes twice, or takes an encoded slash for one, is what these
    // doors open for.
    let opened = ["%25", "%2f", "%2F", "%5c", "%23", "%3f"];
    // With `//` for one slash, this is below `/public` for everyone.
    let public = "/public//admin";
    for path in TRICKS.into_iter().filter(|path| *path != public) {
        if opened.iter().any(|part| path.contains(part)) {
            continue;
        }
        let request = Request::get(path).body(()).unwrap();
        let verdict = table.check(RequestHead::of(&request));
        assert!(matches!(verdict, Verdict::Reject(_)), "{path}");
    }
}

#[tokio::test]
async fn behind_the_firewall_none_of_them_arrives() {
    let guards = RequestFirewall::new()
        .insecure_allow_missing_host()
        .and(rules().build().unwrap());
    let layer = GuardLayer::new(guards);

    for path in TRICKS {
        let probe = Probe::new();
        let request = Request::get(path).body(()).unwrap();
        let response = send(&layer, &probe, request).await;
        let is_other = matches!(path, "/admin%23" | "/admin%3f");
        assert_eq!(probe.calls() == 1, is_other, "{path}");
        if !is_other {
            assert!(response.status().is_client_error(), "{path}");
        }
    }
}

#[test]
fn cve_2026_33186_a_method_without_a_leading_slash_has_no_rule() {
    // `http` makes no such target; a pattern of a framework can be without one.
    let table = rules()
        .matched(|_| Some("shop.Admin/Drop"))
        .build()
        .unwrap();

    let request = Request::post("/x").body(()).unwrap();
    assert!(unruled(&table, &request));
}

#[test]
fn cve_2026_40575_no_field_says_which_path_it_is() {
    let table = rules().build().unwrap();

    for name in [
        "x-forwarded-uri",
        "x-forwarded-path",
        "x-forwarded-prefix",
        "x-original-url",
        "x-original-uri",
        "x-rewrite-url",
        "x-envoy-original-path",
        "x-forwarded-method",
        "x-http-method-override",
    ] {
        for (path, expected) in [("/admin", false), ("/public/a", true)] {
            let request = Request::get(path)
                .header(name, "/public/a")
                .header(name, "/admin");
            let request = request.body(()).unwrap();
            let passes = matches!(table.check(RequestHead::of(&request)), Verdict::Pass(_));
            assert_eq!(passes, expected, "{name}: {path}");
        }
    }
}

#[test]
fn cve_2026_41059_neither_fragment_nor_query_is_of_the_path() {
    let table = rules().build().unwrap();

    for target in [
        "/admin#/public/a",
        "/admin#",
        "/admin?/public/a",
        "/admin?#/public/a",
        "/admin/users?page=/public/a#/public/a",
        "/public/a%23/../../admin",
        "http://localhost/admin#/public/a",
    ] {
        let request = Request::get(target).body(()).unwrap();
        let verdict = table.check(RequestHead::of(&request));
        assert!(matches!(verdict, Verdict::Reject(_)), "{target}");
    }
}

#[test]
fn cve_2026_34457_a_health_check_is_told_by_what_it_asks_for() {
    let table = rules().build().unwrap();

    for agent in ["GoogleHC/1.0", "kube-probe/1.32", "ELB-HealthChecker/2.0"] {
        let request = Request::get("/admin").header("user-agent", agent);
        let request = request.body(()).unwrap();
        let verdict = table.check(RequestHead::of(&request));
        assert!(matches!(verdict, Verdict::Reject(_)), "{agent}");
    }
}

#[test]
fn what_is_no_path_has_no_rule() {
    let table = rules().build().unwrap();

    for target in ["*", "example.com", "example.com:443"] {
        for method in [Method::GET, Method::OPTIONS, Method::CONNECT] {
            let mut request = Request::new(());
            *request.uri_mut() = target.parse().unwrap();
            *request.method_mut() = method;
            *request.version_mut() = Version::HTTP_2;
            assert!(unruled(&table, &request), "{target}");
        }
    }
}

#[test]
fn what_is_spelt_otherwise_and_no_trick_is_found() {
    let table = rules().build().unwrap();

    for path in [
        "/",
        "/~alice",
        "/%7Ealice",
        "/Alice",
        "/caf%C3%A9",
        "/a%20b",
        "/public/A/b/c/",
    ] {
        let request = Request::get(path).body(()).unwrap();
        let verdict = table.check(RequestHead::of(&request));
        assert!(matches!(verdict, Verdict::Pass(_)), "{path}");
    }
}

#[tokio::test]
async fn a_trick_is_answered_as_what_has_no_rule_and_named_to_the_observer() {
    let layer = GuardLayer::new(rules().build().unwrap());
    for (path, reason) in [
        ("/public/..;/admin", "no rule, since path has a semicolon"),
        ("/Admin", "no rule, since path is nearly that of another"),
    ] {
        let request = Request::get(path).body(()).unwrap();
        let status = StatusCode::FORBIDDEN;
        let response = assert_rejected(&layer, &request, status, "not-permitted").await;
        let rejection = response.extensions().get::<Rejection>().unwrap();
        assert_eq!(rejection.source().unwrap().to_string(), reason);
    }
}

fn unruled(table: &RouteTable, request: &Request<()>) -> bool {
    match table.check(RequestHead::of(request)) {
        Verdict::Reject(rejection) => {
            let denied: &Denied = rejection.source().unwrap().downcast_ref().unwrap();
            denied.is_unruled()
        }
        _ => false,
    }
}
