use bartizan_rate_limit::{Key, Routes};
use http::Method;

use super::*;

fn limit(scope: &str, text: &str) -> Limit {
    Limit::new(scope, quotas(text))
}

fn table() -> Routes {
    Routes::new()
        .route(Method::POST, "/login", limit("login", "2/minute"))
        .route(Method::GET, "/items/{id}", limit("items", "3/minute"))
        .any("/items/{id}", limit("write", "1/minute"))
        .any("/bulk", limit("write", "1/minute"))
        .any("/files/{*path}", limit("files", "4/minute"))
        .any("/health", limit("health", "50/minute"))
        .any("/{name}", limit("names", "5/minute"))
}

fn layer(routes: Routes) -> GuardLayer<RateLimit> {
    let table = routes.otherwise(limit("rest", "6/minute")).unwrap();
    GuardLayer::new(RateLimit::by_route(table).clock(clock()))
}

fn request(method: Method, path: &str) -> Request<()> {
    let mut request = on(path);
    *request.method_mut() = method;
    request
}

#[tokio::test]
async fn each_route_has_its_limit() {
    for (method, path, expected) in [
        (Method::POST, "/login", 2),
        (Method::GET, "/login", 6),
        (Method::GET, "/items/1", 3),
        (Method::HEAD, "/items/1", 3),
        (Method::DELETE, "/items/1", 1),
        (Method::GET, "/items/1?x=/login", 3),
        (Method::GET, "/files/a/b", 4),
        (Method::GET, "/joe", 5),
        (Method::GET, "/", 6),
        (Method::GET, "/no/such/route", 6),
    ] {
        let request = request(method.clone(), path);
        assert_eq!(
            passes(&layer(table()), &request).await,
            expected,
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn cve_2025_71399_no_spelling_of_a_path_escapes_its_limit() {
    for path in [
        "//login",
        "/login/",
        "/./login",
        "/x/../login",
        "/%6cogin",
        "/%2e/login",
        "/login;x=1",
        "/x/..;/login",
        "/x%2f..%2flogin",
        "/login%2f",
        "/%5clogin",
    ] {
        let layer = layer(table());
        let spelt = passes(&layer, &request(Method::POST, path)).await;
        assert!(spelt <= 2, "{path} passed {spelt} times");
        // The limit of the route is used up for its own spelling, too.
        let rest = passes(&layer, &request(Method::POST, "/login")).await;
        assert_eq!(spelt + rest, 2, "{path}");
    }
}

#[tokio::test]
async fn no_path_escapes_its_limit_by_looking_like_a_laxer_one() {
    // A router takes these for `/{name}`, whose limit is 5.
    for path in ["/health;x", "/health%2f", "/%68ealth"] {
        let passed = passes(&layer(table()), &request(Method::GET, path)).await;
        assert_eq!(passed, 5, "{path}");
    }
}

#[tokio::test]
async fn a_spelling_is_counted_once_where_one_limit_holds_for_it_and_its_normal_form() {
    for (rest, expected) in [
        ("6/minute", 6),
        ("6/minute burst 1", 1),
        ("6/minute; 7/minute; 8/minute; 9/minute; 10/minute", 6),
    ] {
        let routes = Routes::new().route(Method::POST, "/login", limit("login", "2/minute"));
        let table = routes.otherwise(limit("rest", rest)).unwrap();
        let layer = GuardLayer::new(RateLimit::by_route(table).clock(clock()));
        let passed = passes(&layer, &request(Method::GET, "/login/")).await;
        assert_eq!(passed, expected, "{rest}");
    }
}

#[tokio::test]
async fn a_pattern_stands_for_its_normal_form_unless_that_is_a_pattern() {
    let routes = Routes::new()
        .any("/login/", limit("login", "1/minute"))
        .any("/caf%C3%A9/{id}/", limit("cafe", "2/minute"))
        .any("/a/", limit("slash", "3/minute"))
        .any("/a", limit("none", "4/minute"));
    for (path, expected) in [
        ("/login/", 1),
        ("/login", 1),
        ("/%6cogin/", 1),
        ("/caf%C3%A9/1/", 2),
        ("/caf%c3%a9/1", 2),
        ("/a/", 3),
        ("/a", 4),
        ("/%61", 4),
    ] {
        let passed = passes(&layer(routes.clone()), &request(Method::GET, path)).await;
        assert_eq!(passed, expected, "{path}");
    }
}

#[test]
fn refuses_patterns_of_one_normal_form() {
    let routes = Routes::new()
        .any("/login/", limit("a", "1/minute"))
        .any("//login", limit("b", "5/minute"));
    let invalid = routes.otherwise(limit("rest", "6/minute")).unwrap_err();
    assert_eq!(
        invalid.to_string(),
        "unusable routes: `/login/`: stands for the same paths as `//login` in normal form"
    );
}

#[tokio::test]
async fn a_brace_that_is_encoded_names_no_parameter() {
    let routes = Routes::new().any("/a/%7Bid%7D", limit("brace", "1/minute"));
    for (path, expected) in [("/a/%7Bid%7D", 1), ("/a/b", 6)] {
        let passed = passes(&layer(routes.clone()), &request(Method::GET, path)).await;
        assert_eq!(passed, expected, "{path}");
    }
}

#[test]
fn what_a_router_matches_by_has_its_own_syntax() {
    let routes = Routes::new().any("/items/:id", limit("items", "1/minute"));
    let routes = routes.matched_by(|_| Some("/items/:id"));
    let _ = routes.otherwise(limit("rest", "6/minute")).unwrap();
}

#[test]
fn refuses_patterns_that_no_path_matches() {
    for (pattern, expected) in [
        ("", "does not begin with `/`"),
        ("login", "does not begin with `/`"),
        ("{*path}", "does not begin with `/`"),
        ("/items/:id", "without braces"),
        ("/files/*rest", "without braces"),
        ("/a b", "a character that no path has"),
        ("/a?x", "a character that no path has"),
        ("/a#x", "a character that no path has"),
        ("/a\tb", "a character that no path has"),
    ] {
        let routes = Routes::new().any(pattern, limit("login", "1/minute"));
        let invalid = routes.otherwise(limit("rest", "6/minute")).unwrap_err();
        let problems: Vec<_> = invalid.patterns().collect();
        assert_eq!(problems.len(), 1, "{invalid}");
        assert_eq!(problems[0].0, pattern);
        assert!(problems[0].1.contains(expected), "{invalid}");
    }
    // A custom method is no parameter.
    let routes = Routes::new().any("/v1/items:cancel", limit("cancel", "1/minute"));
    let _ = routes.otherwise(limit("rest", "6/minute")).unwrap();
}

#[tokio::test]
async fn routes_with_one_scope_share_its_buckets() {
    let layer = layer(table());
    assert_eq!(passes(&layer, &request(Method::POST, "/bulk")).await, 1);
    assert_eq!(passes(&layer, &request(Method::PUT, "/items/9")).await, 0);
}

#[tokio::test]
async fn several_limits_of_a_route_are_decided_together() {
    let all = limit("all", "3/minute").key(Key::constant("all"));
    let routes = Routes::new()
        .route(Method::GET, "/a", limit("a", "2/minute"))
        .route(Method::GET, "/a", all);
    let layer = layer(routes);
    assert_eq!(passes(&layer, &on("/a")).await, 2);
    let mut other = from("192.0.2.9");
    *other.uri_mut() = "/a".parse().unwrap();
    assert_eq!(passes(&layer, &other).await, 1);
}

#[tokio::test]
async fn the_pattern_that_the_router_matched_decides() {
    #[derive(Clone)]
    struct Matched(&'static str);
    let routes = table().matched_by(|extensions| extensions.get::<Matched>().map(|m| m.0));
    let layer = layer(routes);
    let mut nested = request(Method::POST, "/in/a/nest");
    nested.extensions_mut().insert(Matched("/login"));
    assert_eq!(passes(&layer, &nested).await, 2);
    let mut unknown = request(Method::POST, "/login");
    unknown.extensions_mut().insert(Matched("/other"));
    assert_eq!(passes(&layer, &unknown).await, 6);
}

#[test]
fn patterns_that_a_path_can_match_together_have_no_more_quotas_than_can_be_decided() {
    let five = || limit("a", "1/second; 2/second; 3/second; 4/second; 5/second");
    let four = || limit("b", "1/minute; 2/minute; 3/minute; 4/minute");
    let error = Routes::new()
        .any("/a", five())
        .any("/b", four())
        .otherwise(limit("rest", "1/minute"))
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("`/a`: has more than 8 quotas together")
    );
    let with_rest = Routes::new().any("/a", five()).otherwise(four());
    assert!(with_rest.is_err());
    let fitting = Routes::new().any("/a", four()).any("/b", four());
    assert!(fitting.otherwise(four()).is_ok());
}

#[test]
fn every_pattern_that_cannot_be_used_is_named() {
    let error = Routes::new()
        .any("/a/{b", limit("x", "1/minute"))
        .any("/a/{b}", limit("x", "1/minute"))
        .any("/a/{c}", limit("x", "1/minute"))
        .any(
            "/d",
            limit("x", "1/second; 2/second; 3/second; 4/second; 5/second"),
        )
        .any("/d", limit("y", "1/second; 2/second; 3/second; 4/second"))
        .otherwise(limit("rest", "1/minute"))
        .unwrap_err();
    let patterns: Vec<_> = error.patterns().map(|(pattern, _)| pattern).collect();
    assert_eq!(patterns, ["/a/{b", "/a/{c}", "/d"]);
    assert!(error.to_string().contains("`/d`: has more than 8 quotas"));
}
