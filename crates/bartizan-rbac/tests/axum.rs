//! The table inside of axum's router, and in front of it.

#![cfg(feature = "axum")]
#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

use axum::Router;
use axum::body::Body;
use axum::routing::{any, get};
use bartizan_core::{GuardLayer, Principal, RequestFirewall, chain::Chain};
use bartizan_rbac::{Route, RouteTable, Routes, axum_pattern, role};
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
    // axum takes these for pages, and so does the table there.
    for path in ["/Admin", "/%61dmin", "/admin;"] {
        assert_eq!(status(router.clone(), "GET", path, "").await, 200, "{path}");
    }
}

#[tokio::test]
async fn in_front_of_the_router_the_path_decides() {
    let guards = RequestFirewall::new()
        .insecure_allow_missing_host()
        .and(rules().matched(axum_pattern).build().unwrap());
    let service = GuardLayer::new(guards).layer(router());

    for (method, path, role, expected) in TABLE {
        let request = request(method, path, role);
        let response = service.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), expected, "{method} {path}");
    }
    for path in ["/Admin", "/%61dmin", "/admin;", "/admin/", "//admin"] {
        let request = request("GET", path, "");
        let response = service.clone().oneshot(request).await.unwrap();
        assert!(response.status().is_client_error(), "{path}");
    }
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
