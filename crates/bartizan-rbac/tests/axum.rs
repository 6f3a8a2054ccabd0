//! The table inside of axum's router, and in front of it.

#![cfg(feature = "axum")]
#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

use axum::Router;
use axum::body::Body;
use axum::routing::{any, get};
use bartizan_core::{GuardLayer, Principal, Rejection, RequestFirewall, chain::Chain};
use bartizan_rbac::{Route, RouteTable, Routes, axum_path, axum_pattern, role};
use http::{Method, Request, StatusCode};
use tower::{Layer, ServiceExt};

fn router() -> Router {
    let items = Router::new()
        .route("/", get(|| async { "items" }))
        .route("/{id}", any(|| async { "item" }));
    Router::new()
        .route("/health", get(|| async { "ok" }))
        .route("/{page}", get(|| async { "page" }))
        .route("/admin", get(|| async { "admin" }))
        .route("/unruled", get(|| async { "unruled" }))
        .nest("/items", items)
}

fn rules() -> Routes {
    RouteTable::builder()
        .rule(Route::get("/health").public())
        .rule(Route::get("/{page}").public())
        .rule(Route::get("/admin").require(role("admin")))
        .rule(Route::get("/items").authenticated())
        .rule(Route::any("/items/{id}").require(role("viewer")))
        .rule(Route::any("/unruled").closed())
}

const TABLE: [(&str, &str, &str, u16); 11] = [
    ("GET", "/health", "", 200),
    ("HEAD", "/health", "", 200),
    ("GET", "/page", "", 200),
    ("GET", "/admin", "", 401),
    ("GET", "/admin", "viewer", 403),
    ("GET", "/admin", "admin", 200),
    ("GET", "/items", "viewer", 200),
    ("PUT", "/items/1", "viewer", 200),
    ("PUT", "/items/1", "admin", 403),
    ("GET", "/unruled", "admin", 403),
    ("GET", "/items/1/2", "admin", 403),
];

#[tokio::test]
async fn inside_of_the_router_the_matched_pattern_decides() {
    let table = rules().matched(axum_pattern).build().unwrap();
    let router = router().route_layer(GuardLayer::new(table));

    for (method, path, role, expected) in TABLE {
        // What no route is for never comes to a layer on the routes.
        let expected = match path {
            "/items/1/2" => 404,
            _ => expected,
        };
        let found = status(router.clone(), method, path, role).await;
        assert_eq!(found, expected, "{method} {path}");
    }
    // axum takes these for pages; who reads a page of that name may not.
    for path in ["/Admin", "/%61dmin", "/admin;"] {
        assert_eq!(status(router.clone(), "GET", path, "").await, 403, "{path}");
    }
}

#[tokio::test]
async fn in_front_of_the_router_the_path_decides() {
    let guards = RequestFirewall::new()
        .insecure_allow_missing_host()
        .and(rules().matched(axum_pattern).build().unwrap());
    let service = GuardLayer::new(guards).layer(router());
    let alone = GuardLayer::new(rules().build().unwrap()).layer(router());

    for (method, path, role, expected) in TABLE {
        let request = request(method, path, role);
        let response = service.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), expected, "{method} {path}");
    }
    for path in ["/Admin", "/%61dmin", "/admin;", "/admin/", "//admin"] {
        let request = request("GET", path, "");
        let response = service.clone().oneshot(request).await.unwrap();
        // axum itself would answer 200 or 404, and the firewall 400.
        let refused = response.extensions().get::<Rejection>().unwrap();
        let (status, slug) = match path {
            "/admin;" | "//admin" => (400, "malformed-request"),
            _ => (403, "not-permitted"),
        };
        assert_eq!(response.status(), status, "{path}");
        assert_eq!(refused.slug(), slug, "{path}");

        let request = self::request("GET", path, "");
        let response = alone.clone().oneshot(request).await.unwrap();
        let refused = response.extensions().get::<Rejection>().unwrap();
        assert_eq!(response.status(), 403, "{path}");
        assert_eq!(refused.slug(), "not-permitted", "{path}");
    }
}

#[tokio::test]
async fn a_better_rule_than_that_of_the_matched_pattern_is_kept() {
    let rules = || {
        RouteTable::builder()
            .rule(Route::get("/files/{*path}").public())
            .rule(Route::get("/files/secret").closed())
            .rule(Route::get("/files/team/{*path}").require(role("editor")))
            .rule(Route::get("/{tenant}/items").require(role("viewer")))
            .rule(Route::get("/open/items").public())
    };
    let router = Router::new()
        .route("/files/{*path}", get(|| async { "file" }))
        .route("/{tenant}/items", get(|| async { "items" }));
    let table = rules().matched(axum_pattern).build().unwrap();
    let router = router.layer(GuardLayer::new(table));

    for (path, role, expected) in [
        ("/files/readme", "", 200),
        ("/files/secret", "", 403),
        ("/files/secret", "editor", 403),
        ("/files/Secret", "editor", 403),
        ("/files/%73ecret", "editor", 403),
        ("/files/secret/", "editor", 403),
        ("/files/x/../secret", "editor", 403),
        ("/files/team/a", "", 401),
        ("/files/team/a", "viewer", 403),
        ("/files/team/a", "editor", 200),
        ("/red/items", "viewer", 200),
        // The handler is that of every tenant, and its rule is kept, too.
        ("/open/items", "", 401),
        ("/open/items", "viewer", 200),
        ("/unknown", "editor", 403),
    ] {
        let found = status(router.clone(), "GET", path, role).await;
        assert_eq!(found, expected, "{path} of {role:?}");
    }
}

/// As tonic does it: one route for each service, which looks at the path alone.
fn services() -> Router {
    Router::new()
        .route("/shop.Items/{*rest}", any(|| async { "called" }))
        .route("/shop.Hidden/{*rest}", any(|| async { "called" }))
}

#[tokio::test]
async fn rules_for_grpc_are_found_behind_the_pattern_of_tonic() {
    let table = RouteTable::builder()
        .public_options()
        .matched(axum_pattern)
        .rule(Route::grpc_service("shop.Items").require(role("viewer")))
        .rule(Route::grpc("shop.Items/Drop").require(role("admin")))
        .rule(Route::post("/shop.Hidden/{x}").public())
        .build()
        .unwrap();
    let router = services().layer(GuardLayer::new(table));

    for (method, path, role, expected) in [
        ("POST", "/shop.Items/List", "", 401),
        ("POST", "/shop.Items/List", "viewer", 200),
        ("POST", "/shop.Items/Drop", "viewer", 403),
        ("POST", "/shop.Items/Drop", "admin", 200),
        ("POST", "/shop.Items/drop", "viewer", 403),
        ("POST", "/shop.Items/Drop/", "viewer", 403),
        ("POST", "/shop.Items/a/b", "admin", 403),
        ("GET", "/shop.Items/List", "viewer", 403),
        ("OPTIONS", "/shop.Items/Drop", "", 204),
        // No rule for gRPC, so its pattern has none.
        ("POST", "/shop.Hidden/Drop", "admin", 403),
        ("OPTIONS", "/shop.Hidden/Drop", "admin", 403),
    ] {
        let found = status(router.clone(), method, path, role).await;
        assert_eq!(found, expected, "{method} {path} of {role:?}");
    }
}

#[tokio::test]
async fn below_nest_the_path_is_what_was_asked_for() {
    let rules = || {
        RouteTable::builder()
            .rule(Route::get("/health").public())
            .rule(Route::get("/{page}").public())
            .rule(Route::get("/files/{*path}").require(role("viewer")))
            .rule(Route::get("/files/health").require(role("admin")))
            .matched(axum_pattern)
    };
    let nested = |routes: Routes| {
        let files = Router::new()
            .route("/of/{user}", get(|| async { "route" }))
            .fallback(|| async { "file" })
            .layer(GuardLayer::new(routes.build().unwrap()));
        Router::new().nest("/files", files)
    };
    let router = nested(rules().original_path(axum_path));
    for (path, role, expected) in [
        ("/files/health", "", 401),
        ("/files/health", "viewer", 403),
        ("/files/health", "admin", 200),
        ("/files/a", "", 401),
        ("/files/a", "viewer", 200),
        ("/files/Health", "admin", 403),
    ] {
        let found = status(router.clone(), "GET", path, role).await;
        assert_eq!(found, expected, "{path} of {role:?}");
    }
    // Without it, the fallback is asked for `/health`.
    let deceived = nested(rules());
    assert_eq!(status(deceived, "GET", "/files/health", "").await, 200);
}

async fn status(router: Router, method: &str, path: &str, role: &str) -> StatusCode {
    let response = router.oneshot(request(method, path, role)).await.unwrap();
    response.status()
}

fn request(method: &str, path: &str, role: &str) -> Request<Body> {
    let method: Method = method.parse().unwrap();
    let mut request = Request::new(Body::empty());
    *request.method_mut() = method;
    *request.uri_mut() = path.parse().unwrap();
    if !role.is_empty() {
        let principal = Principal::builder("p").role(role).build();
        request.extensions_mut().insert(principal);
    }
    request
}
