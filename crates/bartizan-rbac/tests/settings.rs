//! A table of settings.

#![cfg(feature = "serde")]
#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

use bartizan_core::{Guard, Principal, RequestHead, Verdict};
use bartizan_rbac::{RbacSettings, RouteTable};
use bartizan_secret::settings::Loader;
use http::Request;
use serde_json::{Value, json};

#[test]
fn settings_make_the_table_that_they_say() {
    let table = settings(json!({
        "hierarchy": ["admin > editor > viewer"],
        "permissions": {"editor": ["items:write"]},
        "public_options": true,
        "hide_as_not_found": true,
        "challenges": ["bearer", "basic"],
        "realm": "shop",
        "routes": [
            {"methods": ["GET"], "path": "/health", "allow": "public", "name": "health"},
            {"methods": ["GET", "PUT"], "path": "/items/{id}", "allow": "permission items:write"},
            {"methods": ["others"], "path": "/items/{id}", "allow": "closed"},
            {"methods": ["any"], "path": "/me", "allow": "authenticated"},
            {"grpc": "shop.Items", "allow": "role viewer"},
            {"grpc": "shop.Items/Drop", "allow": "role admin", "hide_as_not_found": true},
        ],
    }))
    .build()
    .unwrap();

    let rules: Vec<_> = table.rules().iter().map(ToString::to_string).collect();
    assert_eq!(
        rules,
        [
            "GET /health: public",
            "GET,PUT /items/{id}: permission items:write",
            "others /items/{id}: closed",
            "any /me: authenticated",
            "POST /shop.Items/{method}: role viewer",
            "POST /shop.Items/Drop: role admin",
        ]
    );
    assert_eq!(status(&table, "GET", "/health", ""), 200);
    assert_eq!(status(&table, "OPTIONS", "/health", ""), 204);
    assert_eq!(status(&table, "GET", "/items/1", "admin"), 200);
    assert_eq!(status(&table, "GET", "/items/1", "viewer"), 403);
    assert_eq!(status(&table, "GET", "/items/1", ""), 401);
    assert_eq!(status(&table, "DELETE", "/items/1", "admin"), 403);
    assert_eq!(status(&table, "POST", "/shop.Items/Drop", "viewer"), 404);
    assert_eq!(status(&table, "GET", "/unknown", "admin"), 404);
}

#[test]
fn no_settings_make_a_table_that_lets_nobody_pass() {
    let table = settings(json!({})).build().unwrap();
    assert_eq!(status(&table, "GET", "/", "admin"), 403);
}

#[test]
fn all_mistakes_are_reported_at_once_each_with_its_setting() {
    let error = settings(json!({
        "hierarchy": ["a > b", "b > a"],
        "permissions": {"editor": [""]},
        "challenges": ["digest"],
        "realm": "\u{1b}",
        "routes": [
            {"methods": ["GET"], "path": "/ok", "allow": "public"},
            {"methods": ["get"], "path": "/a", "allow": "public"},
            {"methods": [], "path": "/b", "allow": "public"},
            {"methods": ["GET", "any"], "path": "/c", "allow": "public"},
            {"path": "/d", "grpc": "x.Y", "allow": "public"},
            {"allow": "role"},
            {"methods": ["GET"], "path": "/e"},
            {"methods": ["GET"], "grpc": "x.Y", "allow": "public"},
            {"methods": ["GET"], "path": "//f", "allow": "public"},
            {"methods": ["GET"], "path": "/ok", "allow": "closed"},
            {"methods": ["GET"], "path": "/g", "allow": "permission none"},
        ],
    }))
    .build()
    .unwrap_err();

    let found: Vec<_> = error.problems().collect();
    assert_eq!(
        found,
        [
            ("hierarchy", "role \"a\" is above itself"),
            (
                "permissions",
                "the name of a role or of a permission is empty"
            ),
            (
                "realm",
                "realm has something other than printable ASCII at character 0"
            ),
            ("challenges", "none of `apikey`, `basic` and `bearer`"),
            (
                "routes.1.methods",
                "neither methods in upper case, nor `any` or `others` alone"
            ),
            ("routes.2.methods", "no method is named"),
            (
                "routes.3.methods",
                "neither methods in upper case, nor `any` or `others` alone"
            ),
            ("routes.4", "either `path` or `grpc` is needed"),
            ("routes.5", "either `path` or `grpc` is needed"),
            ("routes.5.allow", "expected a name at column 5"),
            ("routes.6.allow", "it is missing"),
            ("routes.7.methods", "\"x.Y\" is called with POST"),
            ("routes.8", "no path matches: path has two slashes in a row"),
            ("routes.9", "\"GET /ok\" is about the same requests"),
            ("routes.10", "no role permits \"none\""),
        ]
    );
}

#[test]
fn strangers_are_asked_for_what_the_settings_name() {
    for (challenges, expected) in [
        (json!([]), vec![r#"Bearer realm="shop""#]),
        (json!(["apikey"]), vec![r#"ApiKey realm="shop""#]),
        (
            json!(["bearer", "apikey", "basic"]),
            vec![
                r#"Basic realm="shop", charset="UTF-8""#,
                r#"Bearer realm="shop""#,
                r#"ApiKey realm="shop""#,
            ],
        ),
    ] {
        let table = settings(json!({
            "challenges": challenges,
            "realm": "shop",
            "routes": [{"methods": ["GET"], "path": "/me", "allow": "authenticated"}],
        }));
        let table = table.build().unwrap();
        let request = Request::get("/me").body(()).unwrap();
        let Verdict::Reject(rejection) = table.check(RequestHead::of(&request)) else {
            panic!("{expected:?}");
        };
        let asked = rejection.challenges().iter().map(ToString::to_string);
        assert_eq!(asked.collect::<Vec<_>>(), expected);
    }
}

#[test]
fn a_route_that_hides_needs_a_table_that_does() {
    let routes = json!([
        {"methods": ["GET"], "path": "/a", "allow": "role admin", "hide_as_not_found": true},
    ]);
    let error = settings(json!({"routes": routes})).build().unwrap_err();
    let found: Vec<_> = error.problems().collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, "routes.0");
    assert!(
        found[0]
            .1
            .contains("`hide_as_not_found` must be set of the table")
    );
    assert!(
        settings(json!({"routes": routes, "hide_as_not_found": true}))
            .build()
            .is_ok()
    );
}

#[test]
fn unknown_settings_are_refused() {
    for wrong in [
        json!({"rotues": []}),
        json!({"routes": [{"path": "/a", "allow": "public", "method": "GET"}]}),
    ] {
        assert!(serde_json::from_value::<RbacSettings>(wrong).is_err());
    }
}

#[test]
fn every_value_may_come_as_a_text() {
    let settings: RbacSettings = Loader::new()
        .prefix("APP_")
        .environment([
            ("APP_HIERARCHY", "admin > editor > viewer"),
            ("APP_PERMISSIONS__EDITOR", "items:write,items:read"),
            ("APP_ROUTES__0__METHODS", "GET,PUT"),
            ("APP_ROUTES__0__PATH", "/items/{id}"),
            ("APP_ROUTES__0__ALLOW", "permission items:write"),
            ("APP_ROUTES__1__GRPC", "shop.Items"),
            ("APP_ROUTES__1__ALLOW", "role viewer"),
            ("APP_ROUTES__1__HIDE_AS_NOT_FOUND", "true"),
            ("APP_PUBLIC_OPTIONS", "true"),
            ("APP_HIDE_AS_NOT_FOUND", "true"),
            ("APP_CHALLENGES", "apikey,basic"),
        ])
        .load()
        .unwrap();

    let table = settings.build().unwrap();

    assert_eq!(table.rules().len(), 2);
    assert_eq!(status(&table, "PUT", "/items/1", "admin"), 200);
    assert_eq!(status(&table, "POST", "/shop.Items/List", ""), 404);
}

fn settings(value: Value) -> RbacSettings {
    serde_json::from_value(value).unwrap()
}

fn status(table: &RouteTable, method: &str, path: &str, role: &str) -> u16 {
    let request = Request::builder().method(method).uri(path);
    let mut request = request.body(()).unwrap();
    if !role.is_empty() {
        let principal = Principal::builder("p").role(role).build();
        request.extensions_mut().insert(principal);
    }
    match table.check(RequestHead::of(&request)) {
        Verdict::Reject(rejection) if rejection.is_hidden() => 404,
        Verdict::Reject(rejection) => rejection.status().as_u16(),
        Verdict::Respond(response) => response.status().as_u16(),
        _ => 200,
    }
}
