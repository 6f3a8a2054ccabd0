//! What a table of rules refuses to be built of.

use bartizan_core::PathTrick;
use bartizan_rbac::{Route, RouteProblemKind, RouteTable, not, permission, role};
use http::Method;

#[test]
fn all_that_is_wrong_is_reported_at_once() {
    use RouteProblemKind as Kind;
    let duplicate = |name: &str| Kind::Duplicate(name.to_owned());
    let get = |path: &str| Route::get(path).public();
    let invalid = |reason: &str| Kind::InvalidPattern(reason.to_owned());
    let rules = [
        (get("/a"), None),
        (get("/a"), Some(duplicate("GET /a"))),
        (
            Route::on([Method::PUT, Method::GET], "/a").public(),
            Some(duplicate("GET /a")),
        ),
        (Route::any("/a").public(), Some(duplicate("GET /a"))),
        (Route::others("/a").public(), None),
        (Route::others("/a").closed(), Some(duplicate("others /a"))),
        (Route::any("/b").public(), None),
        (get("/b"), Some(duplicate("any /b"))),
        (Route::others("/b").public(), Some(duplicate("any /b"))),
        (get("/c/{x}"), None),
        (get("/c/{y}"), Some(duplicate("GET /c/{x}"))),
        (Route::put("/c/{y}").public(), None),
        (
            get("/c/{*rest}"),
            Some(Kind::Shadowed("GET /c/{x}".to_owned())),
        ),
        (get("/c/static"), None),
        (get("/d/{*rest}"), None),
        (
            get("/d/{x}/y"),
            Some(Kind::Shadowed("GET /d/{*rest}".to_owned())),
        ),
        (Route::on([], "/e").public(), Some(Kind::NoMethod)),
        (
            Route::on([Method::PUT, Method::PUT], "/f").public(),
            Some(duplicate("PUT,PUT /f")),
        ),
        (get("/g").named("one"), None),
        (get("/h").named("one"), Some(Kind::DuplicateName)),
        (get("i"), Some(Kind::Unreachable(PathTrick::NoLeadingSlash))),
        (get("//i"), Some(Kind::Unreachable(PathTrick::EmptySegment))),
        (
            get("/i/../j"),
            Some(Kind::Unreachable(PathTrick::DotSegment)),
        ),
        (
            get("/i;v=1"),
            Some(Kind::Unreachable(PathTrick::PathParameter)),
        ),
        (
            get("/i%2fj"),
            Some(Kind::Unreachable(PathTrick::EncodedSlash)),
        ),
        (get("/i."), Some(Kind::Unreachable(PathTrick::TrailingDot))),
        (
            get("/i?j=k"),
            Some(Kind::Unreachable(PathTrick::ForbiddenCharacter)),
        ),
        (
            get("/{{i}}"),
            Some(Kind::Unreachable(PathTrick::ForbiddenCharacter)),
        ),
        (get("/i/{"), Some(invalid("braces do not match"))),
        (get("/i/}"), Some(invalid("braces do not match"))),
        (
            get("/i/{}"),
            Some(invalid("Parameters must be registered with a valid name")),
        ),
        (
            get("/i/{*a}/b"),
            Some(invalid(
                "Catch-all parameters are only allowed at the end of a route",
            )),
        ),
        (
            get("/i/{a}{b}"),
            Some(invalid("Only one parameter is allowed per path segment")),
        ),
        (get("/k").named("k"), None),
        (get("/k2").hide_as_not_found(), Some(Kind::HiddenAlone)),
        (
            Route::get("/l").require(not(permission("itmes:read"))),
            Some(Kind::UnknownPermission("itmes:read".to_owned())),
        ),
    ];
    let wrong = rules.iter().enumerate();
    let expected: Vec<_> = wrong
        .filter_map(|(position, (rule, kind))| Some((position, rule.name(), kind.clone()?)))
        .collect();

    let error = RouteTable::builder()
        .rules(rules.into_iter().map(|(rule, _)| rule))
        .build()
        .unwrap_err();

    let mut found: Vec<_> = error
        .problems()
        .iter()
        .map(|problem| (problem.position, problem.rule.clone(), problem.kind.clone()))
        .collect();
    found.sort_by_key(|(position, ..)| *position);
    assert_eq!(found, expected);
    let text = error.to_string();
    assert!(
        text.starts_with("27 problems in the rules\n  GET /a: \"GET /a\" is about"),
        "{text}"
    );
}

#[test]
fn what_not_everyone_tells_apart_has_the_same_access() {
    use RouteProblemKind as Kind;
    let public = |path: &str| Route::get(path).public();
    let closed = |path: &str| Route::get(path).closed();
    let differs = |name: &str| Some(Kind::Indistinct(name.to_owned()));
    let owned = |route: Route| route.require(role("a"));
    for (one, two, expected) in [
        (closed("/a"), public("/a/"), differs("GET /a")),
        (public("/a"), closed("/A"), differs("GET /a")),
        (public("/%61b"), closed("/ab"), differs("GET /%61b")),
        (public("/a/{x}"), closed("/A/{y}"), differs("GET /a/{x}")),
        (public("/a"), Route::any("/a/").closed(), differs("GET /a")),
        (
            public("/a"),
            Route::on([Method::HEAD], "/a/").closed(),
            differs("GET /a"),
        ),
        (
            Route::others("/a").authenticated(),
            owned(Route::any("/a/")),
            differs("others /a"),
        ),
        (
            owned(Route::get("/a")),
            Route::get("/a/").require(role("b")),
            differs("GET /a"),
        ),
        (
            public("/a"),
            public("/a/").hide_as_not_found(),
            differs("GET /a"),
        ),
        (public("/a"), public("/a/"), None),
        (owned(Route::get("/a")), owned(Route::get("/a/")), None),
        (public("/a"), Route::post("/a/").closed(), None),
        (public("/a"), closed("/b/"), None),
        // Paths with both readings have no rule.
        (public("/A/{x}"), closed("/a/b"), None),
    ] {
        let table = RouteTable::builder().hide_as_not_found();
        let name = two.name();
        let built = table.rules([one, two]).build();
        let found = built.err().map(|error| {
            let [problem] = error.problems() else {
                panic!("{error}");
            };
            assert_eq!((problem.position, &problem.rule), (1, &name));
            problem.kind.clone()
        });
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn a_rule_that_hides_says_what_to_call() {
    let rule = || Route::get("/a").require(role("a")).hide_as_not_found();
    let error = RouteTable::builder().rule(rule()).build().unwrap_err();
    assert_eq!(
        error.to_string(),
        "1 problem in the rules\n  GET /a: a 404 among 403s points at what it hides; \
         `hide_as_not_found` must be set of the table, too"
    );
    let hiding = RouteTable::builder().hide_as_not_found();
    assert!(hiding.rule(rule()).build().is_ok());
}
