//! Who may do what: every role, action and resource.

use crate::assert_problem;
use crate::http::{Request, get, post};
use crate::server::{ADMIN, ALICE, Server, misspelt};

/// Each route, with what these are answered: a stranger, alice, admin, a key of alice's
/// with her scope, one without, one of admin's with the role, one that has expired, one
/// that was revoked, one that is made up, alice with her password, and alice with a key
/// of hers beside her token.
const TABLE: &[(&str, &str, [u16; 11])] = &[
    (
        "POST",
        "/token",
        [415, 415, 415, 415, 415, 415, 401, 401, 401, 415, 415],
    ),
    (
        "GET",
        "/healthz",
        [200, 200, 200, 200, 200, 200, 401, 401, 401, 200, 200],
    ),
    (
        "GET",
        "/error",
        [500, 500, 500, 500, 500, 500, 401, 401, 401, 500, 500],
    ),
    (
        "GET",
        "/openapi.json",
        [200, 200, 200, 200, 200, 200, 401, 401, 401, 200, 200],
    ),
    (
        "GET",
        "/docs",
        [200, 200, 200, 200, 200, 200, 401, 401, 401, 200, 200],
    ),
    (
        "GET",
        "/docs/nothing.js",
        [404, 404, 404, 404, 404, 404, 401, 401, 401, 404, 404],
    ),
    (
        "GET",
        "/basic",
        [401, 401, 401, 401, 401, 401, 401, 401, 401, 200, 401],
    ),
    (
        "GET",
        "/protected",
        [401, 200, 200, 200, 200, 200, 401, 401, 401, 401, 200],
    ),
    (
        "HEAD",
        "/protected",
        [401, 200, 200, 200, 200, 200, 401, 401, 401, 401, 200],
    ),
    (
        "GET",
        "/admin",
        [401, 403, 200, 403, 403, 200, 401, 401, 401, 401, 403],
    ),
    (
        "POST",
        "/items",
        [401, 415, 403, 415, 403, 403, 401, 401, 401, 401, 415],
    ),
    (
        "GET",
        "/keys",
        [401, 200, 200, 403, 403, 403, 401, 401, 401, 401, 200],
    ),
    (
        "POST",
        "/keys",
        [401, 415, 415, 403, 403, 403, 401, 401, 401, 401, 415],
    ),
    (
        "DELETE",
        "/keys/000000000000",
        [401, 404, 404, 403, 403, 403, 401, 401, 401, 401, 404],
    ),
    (
        "POST",
        "/keys/000000000000/rotate",
        [401, 415, 415, 403, 403, 403, 401, 401, 401, 401, 415],
    ),
    (
        "GET",
        "/limited",
        [401, 200, 200, 200, 200, 200, 401, 401, 401, 401, 200],
    ),
    (
        "DELETE",
        "/protected",
        [401, 405, 405, 405, 405, 405, 401, 401, 401, 401, 405],
    ),
    (
        "POST",
        "/healthz",
        [405, 405, 405, 405, 405, 405, 401, 401, 401, 405, 405],
    ),
    (
        "GET",
        "/nowhere",
        [404, 404, 404, 404, 404, 404, 401, 401, 401, 404, 404],
    ),
];

#[test]
fn api5_every_role_action_and_resource_is_as_the_table_has_it() {
    let server = Server::start();
    let (alice, admin) = (server.token("alice"), server.token("admin"));
    let (with_scope, _) = server.key_of("alice", r#"{"scopes":["items:write"]}"#);
    let (without, _) = server.key_of("alice", "{}");
    let (with_role, _) = server.key_of("admin", r#"{"roles":["admin"]}"#);
    let (expired, id) = server.key_of("alice", r#"{"scopes":["items:write"]}"#);
    let rotate = post(&format!("/keys/{id}/rotate")).bearer(&alice);
    assert_eq!(server.send(&rotate.json(r#"{"overlap":0}"#)).status, 201);
    let (revoked, id) = server.key_of("alice", r#"{"scopes":["items:write"]}"#);
    let revoke = get(&format!("/keys/{id}")).method("DELETE").bearer(&alice);
    assert_eq!(server.send(&revoke).status, 204);
    let made_up = misspelt(&with_scope);

    let callers: [(&str, &dyn Fn(Request) -> Request); 11] = [
        ("stranger", &|request| request),
        ("alice", &|request| request.bearer(&alice)),
        ("admin", &|request| request.bearer(&admin)),
        ("key with scope", &|request| request.api_key(&with_scope)),
        ("key without", &|request| request.api_key(&without)),
        ("key with role", &|request| request.api_key(&with_role)),
        ("expired key", &|request| request.api_key(&expired)),
        ("revoked key", &|request| request.api_key(&revoked)),
        ("made-up key", &|request| request.api_key(&made_up)),
        ("password", &|request| request.basic("alice", ALICE)),
        ("token and key", &|request| {
            request.bearer(&alice).api_key(&with_scope)
        }),
    ];
    let mut wrong = Vec::new();
    for (method, path, statuses) in TABLE {
        for ((caller, sign), expected) in callers.iter().zip(statuses) {
            let answer = server.send(&sign(get(path).method(method)));
            if answer.status != *expected {
                wrong.push(format!(
                    "{caller}: {method} {path}: {} instead of {expected}",
                    answer.status
                ));
            }
            assert_eq!(
                answer.status == 401,
                answer.field("www-authenticate").is_some() && answer.status != 403,
                "{caller}: {method} {path}: {answer:?}"
            );
            // The token endpoint has a form of its own.
            if answer.status >= 400 && *method != "HEAD" && answer.status != 415 {
                assert_problem(&answer);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn api5_the_table_has_every_route_of_the_document() {
    let server = Server::start();
    let document = server.send(&get("/openapi.json")).json();

    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let listed = TABLE.iter().any(|(listed, tested, _)| {
                listed.eq_ignore_ascii_case(method) && is_of(tested, path)
            });
            assert!(listed, "{method} {path}");
        }
    }
}

/// Tells whether a path matches a pattern of the document.
fn is_of(path: &str, pattern: &str) -> bool {
    let (mut path, mut pattern) = (path.split('/'), pattern.split('/'));
    loop {
        match (path.next(), pattern.next()) {
            (None, None) => return true,
            (Some(part), Some(expected)) if expected.starts_with('{') || part == expected => {}
            _ => return false,
        }
    }
}

#[test]
fn api1_a_key_of_another_is_none() {
    let server = Server::start();
    let (key, id) = server.key_of("alice", "{}");
    let admin = server.token("admin");

    let revoke = get(&format!("/keys/{id}")).method("DELETE");
    let rotate = post(&format!("/keys/{id}/rotate")).json("{}");
    for request in [revoke.bearer(&admin), rotate.bearer(&admin)] {
        assert_eq!(server.send(&request).status, 404);
    }
    assert_eq!(server.send(&get("/keys").bearer(&admin)).body, "[]");
    assert_eq!(server.send(&get("/protected").api_key(&key)).status, 200);
    // Nor does the password of the one log the other in.
    assert_eq!(
        server.send(&get("/basic").basic("alice", ADMIN)).status,
        401
    );
}
