//! `/keys`, and what keys are good for.

use serde_json::json;

use crate::http::{get, post};
use crate::server::Server;
use crate::{CHALLENGES, assert_challenged, assert_problem};

#[test]
fn a_key_is_shown_once_and_does_what_it_was_given() {
    let server = Server::start();
    let alice = server.token("alice");

    let wanted = r#"{"name":"nightly","scopes":["items:write"],"seconds":60}"#;
    let answer = server.send(&post("/keys").bearer(&alice).json(wanted));
    assert_eq!(answer.status, 201);
    assert_eq!(answer.field("cache-control"), Some("no-store"));
    let issued = answer.json();
    let key = issued["key"].as_str().unwrap();
    assert!(key.starts_with("axumapi_dev_"), "{key}");
    let life = |name: &str| issued[name].as_u64().unwrap();
    assert!((59..=60).contains(&(life("expires_at") - life("created_at"))));

    let item = post("/items")
        .api_key(key)
        .json(r#"{"name":"a","quantity":1}"#);
    let answer = server.send(&item);
    assert_eq!(
        (answer.status, &answer.json()["owner"]),
        (201, &"alice".into())
    );

    let list = server.send(&get("/keys").bearer(&alice));
    assert_eq!(list.json()[0]["id"], issued["id"]);
    assert_eq!(list.json()[0]["name"], "nightly");
    assert!(list.json()[0]["used_at"].is_u64());
    assert!(!list.raw.contains(key.rsplit('_').next().unwrap()));
}

#[test]
fn api5_a_key_is_never_given_more_than_its_owner_has() {
    let server = Server::start();

    for (user, wanted, pointers) in [
        (
            "alice",
            r#"{"name":"x","roles":["admin"]}"#,
            vec!["#/roles/0"],
        ),
        (
            "alice",
            r#"{"name":"x","scopes":["items:write","items:read"]}"#,
            vec!["#/scopes/1"],
        ),
        (
            "admin",
            r#"{"name":"x","scopes":["items:write"],"roles":["admin","root"]}"#,
            vec!["#/scopes/0", "#/roles/1"],
        ),
    ] {
        let request = post("/keys").bearer(&server.token(user)).json(wanted);
        let answer = server.send(&request);
        assert_eq!(answer.status, 403, "{answer:?}");
        assert_problem(&answer);
        assert_eq!(found(&answer.json()), pointers);
    }
}

#[test]
fn what_is_wrong_with_a_key_that_is_asked_for_is_told_at_once() {
    let server = Server::start();
    let alice = server.token("alice");

    for (wanted, pointers) in [
        ("{}", vec!["#/name"]),
        (
            r#"{"name":"","scopes":"x","seconds":0,"a/b":1}"#,
            vec!["#/name", "#/scopes", "#/seconds", "#/a~1b"],
        ),
        (
            r#"{"name":"x","roles":[7],"seconds":31536001}"#,
            vec!["#/roles", "#/seconds"],
        ),
        (r#"{"name":"x","owner":"admin"}"#, vec!["#/owner"]),
        ("[]", vec!["#"]),
    ] {
        let answer = server.send(&post("/keys").bearer(&alice).json(wanted));
        assert_eq!(answer.status, 422, "{wanted}\n{answer:?}");
        assert_eq!(found(&answer.json()), pointers, "{wanted}");
    }
    let large = " ".repeat(4 * 1024 + 1);
    let answer = server.send(&post("/keys").bearer(&alice).json(&large));
    assert_eq!(answer.status, 413);
}

#[test]
fn api3_and_asvs_8_2_3_members_are_those_that_one_may_read_and_write() {
    let server = Server::start();
    let (alice, admin) = (server.token("alice"), server.token("admin"));
    let (_, id) = server.key_of("alice", "{}");

    for user in [&alice, &admin] {
        for member in [
            "owner",
            "id",
            "key",
            "hash",
            "created_at",
            "expires_at",
            "revoked_at",
            "used_at",
            "replaced_by",
        ] {
            let mut wanted = json!({"name": "x"});
            wanted[member] = json!("admin");
            let request = post("/keys").bearer(user).json(&wanted.to_string());
            let answer = server.send(&request);
            assert_eq!(answer.status, 422, "{member}: {answer:?}");
            assert_eq!(found(&answer.json()), [format!("#/{member}")]);
        }
    }
    let list = server.send(&get("/keys").bearer(&alice)).json();
    let [record] = list.as_array().unwrap().as_slice() else {
        panic!("{list}");
    };
    assert_eq!(record["id"], id.as_str());
    let mut members: Vec<_> = record.as_object().unwrap().keys().collect();
    members.sort();
    assert_eq!(
        members,
        [
            "created_at",
            "expires_at",
            "id",
            "name",
            "replaced_by",
            "revoked_at",
            "roles",
            "scopes",
            "used_at"
        ]
    );
}

#[test]
fn a_key_is_rotated_while_the_old_one_is_good_and_revoked_at_once() {
    let server = Server::start();
    let alice = server.token("alice");
    let (old, id) = server.key_of("alice", r#"{"scopes":["items:write"]}"#);
    let rotate = |id: &str| post(&format!("/keys/{id}/rotate")).bearer(&alice);
    let revoke = |id: &str| get(&format!("/keys/{id}")).method("DELETE").bearer(&alice);
    let status = |key: &str| server.send(&get("/protected").api_key(key)).status;

    let rotated = server.send(&rotate(&id).json(r#"{"overlap":3600}"#)).json();
    let (new, new_id) = (
        rotated["key"].as_str().unwrap(),
        rotated["id"].as_str().unwrap(),
    );
    assert_eq!(rotated["scopes"][0], "items:write");
    assert_eq!((status(&old), status(new)), (200, 200));
    for again in [rotate(&id), rotate(new_id)] {
        assert_eq!(server.send(&again.json("{}")).status, 409);
    }
    assert_eq!(
        server.send(&rotate(&id).json(r#"{"overlap":-1}"#)).status,
        422
    );

    assert_eq!(server.send(&revoke(&id)).status, 204);
    assert_eq!((status(&old), status(new)), (401, 200));
    assert_eq!(server.send(&rotate(&id).json("{}")).status, 409);
    assert_eq!(server.send(&revoke("x")).status, 404);

    let refused = server.send(&get("/protected").api_key(&old));
    assert_challenged(&refused, &CHALLENGES);
}

#[test]
fn a_request_with_two_keys_is_refused() {
    let server = Server::start();
    let (key, _) = server.key_of("alice", "{}");

    let twice = get("/protected").api_key(&key).api_key(&key);
    assert_eq!(server.send(&twice).status, 400);
    for elsewhere in [
        get(&format!("/protected?api_key={key}")),
        get("/protected").header("cookie", &format!("x-api-key={key}")),
        get("/protected").header("authorization", &format!("ApiKey {key}")),
    ] {
        assert_challenged(&server.send(&elsewhere), &CHALLENGES);
    }
}

fn found(problem: &serde_json::Value) -> Vec<&str> {
    let flaws = problem["errors"].as_array().unwrap().iter();
    flaws
        .map(|flaw| flaw["pointer"].as_str().unwrap())
        .collect()
}
