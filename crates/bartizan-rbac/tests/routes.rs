//! The table of rules: what it lets pass, and what it says otherwise.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

use std::error::Error as _;
use std::fmt::Write as _;

use bartizan_core::{
    Challenge, Guard, GuardLayer, Outcome, Principal, Realm, Rejection, RequestHead, Verdict,
};
use bartizan_rbac::{
    Denied, Permissions, RoleHierarchy, Route, RouteTable, Routes, Rule, permission, role,
};
use bartizan_testkit::{
    Probe, Recorder, assert_readiness, assert_readiness_when_rejecting, assert_rejected, send,
    with_grpc,
};
use http::header::{ALLOW, WWW_AUTHENTICATE};
use http::{Extensions, Method, Request, StatusCode};

/// What each role is answered, as it was agreed on.
const GOLDEN: &str = "\
request                     stranger viewer editor admin
GET /health                 200      200    200    200
HEAD /health                200      200    200    200
POST /health                403      403    403    403
GET /me                     401      200    200    200
PUT /me                     401      200    200    200
GET /items                  401      200    200    200
HEAD /items                 401      200    200    200
POST /items                 401      403    200    200
DELETE /items               403      403    403    403
OPTIONS /items              204      204    204    204
OPTIONS /me                 401      200    200    200
OPTIONS /shop.Items/Drop    204      204    204    204
OPTIONS /unknown            403      403    403    403
GET /items/1                401      200    200    200
HEAD /items/1               401      403    403    200
PUT /items/1                401      403    200    200
PATCH /items/1              401      403    200    200
DELETE /items/1             401      403    403    200
PURGE /items/1              401      403    403    200
GET /items/latest           200      200    200    200
GET /items/1/2              403      403    403    403
GET /items/                 403      403    403    403
GET /files/a/b/c            401      200    200    200
GET /files                  403      403    403    403
GET /admin                  401      403    403    200
POST /admin                 401      403    403    200
GET /secret                 403      403    403    403
POST /shop.Items/List       401      200    200    200
POST /shop.Items/Drop       401      403    403    200
GET /shop.Items/List        403      403    403    403
POST /shop.Items            403      403    403    403
POST /shop.Items/List/x     403      403    403    403
POST /grpc.health.v1.Health/Check 200 200 200 200
POST /grpc.health.v1.Health/Watch 403 403 403 403
GET /                       403      403    403    403
GET /unknown                403      403    403    403
";

#[test]
fn asvs_8_2_1_every_role_may_do_what_the_table_says_and_no_more() {
    let table = table().build().unwrap();
    let mut lines = format!("{}\n", GOLDEN.lines().next().unwrap());
    for expected in GOLDEN.lines().skip(1) {
        let mut words = expected.split_whitespace();
        let (method, path) = (words.next().unwrap(), words.next().unwrap());
        let mut line = match expected.contains("    ") {
            true => format!("{:28}", format!("{method} {path}")),
            false => format!("{method} {path} "),
        };
        for (who, width) in [("stranger", 9), ("viewer", 7), ("editor", 7), ("admin", 6)] {
            let status = status(&table, &request(method, path, who)).to_string();
            let width = if expected.contains("    ") { width } else { 4 };
            write!(line, "{status:width$}").unwrap();
        }
        lines.push_str(line.trim_end());
        lines.push('\n');
    }

    assert_eq!(lines, GOLDEN, "\n{lines}");
}

fn table() -> Routes {
    let permissions = Permissions::new([
        ("viewer", vec!["items:read"]),
        ("editor", vec!["items:write"]),
        ("admin", vec!["items:delete"]),
    ]);
    let roles = RoleHierarchy::parse(["admin > editor > viewer"]).unwrap();
    RouteTable::builder()
        .hierarchy(roles.permissions(&permissions.unwrap()))
        .public_options()
        .rule(Route::get("/health").public().named("health"))
        .rule(Route::any("/me").authenticated())
        .rule(Route::get("/items").require(permission("items:read")))
        .rule(Route::post("/items").require(permission("items:write")))
        .rule(Route::get("/items/latest").public())
        .rule(Route::get("/items/{id}").require(permission("items:read")))
        .rule(Route::on([Method::HEAD], "/items/{id}").require(role("admin")))
        .rule(
            Route::on([Method::PUT, Method::PATCH], "/items/{item}")
                .require(permission("items:write")),
        )
        .rule(Route::others("/items/{id}").require(permission("items:delete")))
        .rule(Route::get("/files/{*path}").require(role("viewer")))
        .rule(Route::any("/admin").require(role("admin")))
        .rule(Route::any("/secret").closed())
        .rule(Route::grpc_service("shop.Items").require(permission("items:read")))
        .rule(Route::grpc("shop.Items/Drop").require(permission("items:delete")))
        .rule(Route::grpc("grpc.health.v1.Health/Check").public())
}

/// A table that hides, and has something to hide.
fn hiding() -> Routes {
    let vault = Route::get("/vault").require(role("admin"));
    let admin = Route::others("/vault").require(role("admin"));
    let note = Route::delete("/note").require(role("admin"));
    let hidden = [vault, admin, note].map(Rule::hide_as_not_found);
    let rules = table().hide_as_not_found().rules(hidden);
    rules
        .rule(Route::put("/note").authenticated())
        .rule(Route::on([Method::HEAD], "/hall").closed())
        .rule(Route::get("/hall").authenticated())
        .rule(Route::get("/cellar").closed())
}

#[tokio::test]
async fn rfc9110_5_strangers_are_asked_to_authenticate_and_others_are_not() {
    let realm: Realm = "shop".parse().unwrap();
    let table = table()
        .challenge(Challenge::bearer(&realm))
        .challenge(Challenge::basic(&realm));
    let layer = GuardLayer::new(table.build().unwrap());

    for path in ["/me", "/items", "/shop.Items/Drop"] {
        let request = request("POST", path, "stranger");
        let status = StatusCode::UNAUTHORIZED;
        let response = assert_rejected(&layer, &request, status, "authentication-required").await;
        let sent = response.headers().get_all(WWW_AUTHENTICATE).iter();
        assert_eq!(
            sent.collect::<Vec<_>>(),
            [
                r#"Basic realm="shop", charset="UTF-8""#,
                r#"Bearer realm="shop""#
            ]
        );
    }
    for (method, path) in [
        ("POST", "/items"),
        ("POST", "/secret"),
        ("POST", "/unknown"),
    ] {
        let request = request(method, path, "viewer");
        let status = StatusCode::FORBIDDEN;
        let response = assert_rejected(&layer, &request, status, "not-permitted").await;
        assert!(!response.headers().contains_key(WWW_AUTHENTICATE));
    }
}

#[tokio::test]
async fn rfc9110_6_what_is_hidden_looks_like_what_is_not_there() {
    let layer = GuardLayer::new(hiding().build().unwrap());
    let probe = Probe::new();
    let mut answers = Vec::new();
    for (path, who) in [
        ("/unknown", "stranger"),
        ("/unknown", "viewer"),
        ("/vault", "stranger"),
        ("/vault", "viewer"),
        ("/Vault", "viewer"),
        ("//vault", "viewer"),
    ] {
        let request = request("POST", path, who);
        let http = send(&layer, &probe, request.clone()).await;
        let grpc = send(&layer, &probe, with_grpc(&request)).await;
        assert_eq!(http.status(), StatusCode::NOT_FOUND);
        assert_eq!(grpc.headers()["grpc-status"], "12");
        answers.push(format!(
            "{:?} {:?} {:?} {:?}",
            http.headers(),
            http.body(),
            grpc.headers(),
            grpc.body()
        ));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:#?}");
    assert_eq!(probe.calls(), 0);
}

#[test]
fn options_tell_what_is_not_hidden() {
    let table = hiding().build().unwrap();
    let without = RouteTable::builder().rule(Route::get("/a").public());
    let without = without.build().unwrap();
    for (table, path, expected) in [
        (&table, "/items", Some("GET, POST, HEAD, OPTIONS")),
        (&table, "/health", Some("GET, HEAD, OPTIONS")),
        (&table, "/hall", Some("GET, OPTIONS")),
        (&table, "/note", Some("PUT, OPTIONS")),
        (&table, "/shop.Items/Drop", Some("POST, OPTIONS")),
        (&table, "*", Some("")),
        (&table, "/vault", None),
        (&table, "/cellar", None),
        (&table, "/unknown", None),
        (&table, "/Items", None),
        (&table, "//items", None),
        (&without, "/a", None),
        (&without, "*", None),
    ] {
        let mut request = request("OPTIONS", "/", "stranger");
        *request.uri_mut() = path.parse().unwrap();
        let found = match table.check(RequestHead::of(&request)) {
            Verdict::Respond(response) => {
                assert_eq!(response.status(), StatusCode::NO_CONTENT);
                let allow = response.headers().get(ALLOW);
                Some(allow.map_or(String::new(), |allow| allow.to_str().unwrap().to_owned()))
            }
            Verdict::Reject(rejection) => {
                assert_eq!(
                    rejection.is_hidden(),
                    path != "/a" && !std::ptr::eq(table, &without)
                );
                None
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(found.as_deref(), expected, "{path}");
    }
}

#[tokio::test]
async fn options_never_come_to_a_service_that_looks_at_the_path_alone() {
    let layer = GuardLayer::new(table().build().unwrap());
    let probe = Probe::new();
    for path in ["/shop.Items/Drop", "/items", "/items/latest", "*"] {
        let mut request = with_grpc(&request("OPTIONS", "/", "stranger"));
        *request.method_mut() = Method::OPTIONS;
        *request.uri_mut() = path.parse().unwrap();
        assert_eq!(request.headers()["content-type"], "application/grpc");

        let response = send(&layer, &probe, request).await;

        assert_eq!(response.status(), StatusCode::NO_CONTENT, "{path}");
    }
    assert_eq!(probe.calls(), 0);
}

#[tokio::test]
async fn the_observer_is_told_which_rule_and_why_and_the_client_is_not() {
    for (method, path, who, expected) in [
        (
            "POST",
            "/items",
            "viewer",
            r#"rule "POST /items": missing: permission items:write"#,
        ),
        (
            "POST",
            "/items",
            "stranger",
            r#"rule "POST /items": missing: a principal"#,
        ),
        (
            "GET",
            "/me",
            "stranger",
            r#"rule "any /me": missing: a principal"#,
        ),
        (
            "GET",
            "/secret",
            "admin",
            r#"rule "any /secret": closed to everyone"#,
        ),
        ("GET", "/unknown", "admin", "no rule"),
        (
            "GET",
            "/admin",
            "viewer",
            r#"rule "any /admin": missing: role admin"#,
        ),
    ] {
        let layer = GuardLayer::new(table().build().unwrap());
        let response = send(&layer, &Probe::new(), request(method, path, who)).await;

        let rejection = response.extensions().get::<Rejection>().unwrap();
        let denied: &Denied = rejection.source().unwrap().downcast_ref().unwrap();
        assert_eq!(denied.to_string(), expected);
        let sent = format!("{:?}{}", response.headers(), rejection.detail());
        assert!(
            !sent.contains("items:write") && !sent.contains("role"),
            "{sent}"
        );
    }
}

#[tokio::test]
async fn a_pass_is_explained_to_the_observer() {
    let recorder = Recorder::new();
    let layer = GuardLayer::observed(table().build().unwrap(), recorder.clone());
    for (method, path) in [
        ("GET", "/items/1"),
        ("GET", "/health"),
        ("OPTIONS", "/items"),
    ] {
        send(&layer, &Probe::new(), request(method, path, "editor")).await;
    }

    let decisions = recorder.decisions();
    let told = decisions
        .iter()
        .map(|d| (d.outcome, d.explanation.as_deref()));
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            (
                Outcome::Passed,
                Some(r#"rule "GET /items/{id}": holds: permission items:read"#)
            ),
            (
                Outcome::Passed,
                Some(r#"rule "health": asks for no policy"#)
            ),
            (Outcome::Responded, None),
        ]
    );
}

#[test]
fn the_pattern_that_a_framework_matched_decides() {
    #[derive(Clone)]
    struct Matched(&'static str);
    fn matched(extensions: &Extensions) -> Option<&str> {
        extensions.get::<Matched>().map(|matched| matched.0)
    }
    let table = table().matched(matched).build().unwrap();
    for (pattern, path, expected) in [
        (Some("/items/{id}"), "/items/1", 200),
        (Some("/items/{anything}"), "/items/1", 200),
        // Also by the rule of the better match.
        (Some("/items/{id}"), "/items/latest", 200),
        (Some("/items/{id}"), "/admin", 403),
        (Some("/items/{id}"), "/unknown", 403),
        (Some("/items/{id}"), "/Items/1", 403),
        (Some("/items/{anything}"), "/v1//items/1", 403),
        // What has no parameters says it all.
        (Some("/items/latest"), "/items/1", 200),
        (Some("/items"), "//items", 200),
        (Some("/admin"), "/health", 403),
        (Some("/unknown"), "/health", 403),
        (Some(""), "/health", 403),
        (Some("/{"), "/health", 403),
        (Some("/items/{*id}"), "/items/latest", 403),
        (None, "/health", 200),
        (None, "/v1//items/1", 403),
    ] {
        let mut request = request("GET", path, "viewer");
        if let Some(pattern) = pattern {
            request.extensions_mut().insert(Matched(pattern));
        }
        assert_eq!(status(&table, &request), expected, "{pattern:?} {path}");
    }
}

#[test]
fn patterns_may_be_encoded_and_in_capital_letters() {
    let table = RouteTable::builder()
        .rule(Route::get("/{page}").public())
        .rule(Route::get("/caf%C3%A9").closed())
        .rule(Route::get("/na\u{ef}ve").closed())
        .rule(Route::get("/Users").closed())
        .rule(Route::get("/list/").public())
        .rule(Route::get("/both").public())
        .rule(Route::get("/both/").public())
        .rule(Route::post("/both/").closed())
        .build()
        .unwrap();

    for (path, expected) in [
        ("/caf%C3%A9", 403),
        ("/caf%c3%a9", 403),
        ("/CAF%C3%89", 403),
        ("/na%C3%AFve", 403),
        ("/Users", 403),
        ("/users", 403),
        ("/%55sers", 403),
        ("/list/", 200),
        // Another route than the one with the slash, and not told from it by all.
        ("/list", 403),
        ("/both", 200),
        ("/both/", 200),
        ("/BOTH", 403),
        ("/page", 200),
        ("/PAGE", 200),
        ("/p%C3%A4ge", 200),
    ] {
        let found = status(&table, &request("GET", path, "viewer"));
        assert_eq!(found, expected, "{path}");
    }
}

#[test]
fn a_table_without_rules_lets_nobody_pass() {
    let table = RouteTable::builder().build().unwrap();
    for path in ["/", "/a", "/a/b"] {
        assert_eq!(status(&table, &request("GET", path, "admin")), 403);
    }
}

#[test]
fn readiness_is_passed_on() {
    let layer = GuardLayer::new(table().build().unwrap());
    assert_readiness(&layer, &request("GET", "/items", "viewer"));
    assert_readiness_when_rejecting(&layer, &request("GET", "/unknown", "viewer"));
}

#[test]
fn a_table_shows_its_rules() {
    let table = table().build().unwrap();
    let rules: Vec<_> = table.rules().iter().map(ToString::to_string).collect();
    assert_eq!(rules[0], "GET /health: public");
    assert_eq!(rules[7], "PUT,PATCH /items/{item}: permission items:write");
    assert_eq!(rules[13], "POST /shop.Items/Drop: permission items:delete");
    assert!(format!("{table:?}").contains("RouteTable"));
}

fn request(method: &str, path: &str, who: &str) -> Request<()> {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .body(())
        .unwrap();
    if who != "stranger" {
        let principal = Principal::builder(who).scheme("bearer").role(who).build();
        request.extensions_mut().insert(principal);
    }
    request
}

fn status(table: &RouteTable, request: &Request<()>) -> u16 {
    match table.check(RequestHead::of(request)) {
        Verdict::Pass(_) => 200,
        Verdict::Respond(response) => response.status().as_u16(),
        Verdict::Reject(rejection) if rejection.is_hidden() => 404,
        Verdict::Reject(rejection) => rejection.status().as_u16(),
        waits @ Verdict::Wait(_) => panic!("{waits:?}"),
    }
}
