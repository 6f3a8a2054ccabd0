//! What is wrong with a configuration is told all at once, and without secrets.

use serde_json::{Value, json};

use crate::server::{check, command};

/// Returns the places and the problems.
fn mistakes(config: &str) -> Vec<(String, String)> {
    let output = check(config);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    let error = String::from_utf8(output.stderr).unwrap();
    let problems = error.lines().skip(1).map(|line| {
        let (place, problem) = line.trim_start().split_once(": ").unwrap();
        (place.to_owned(), problem.to_owned())
    });
    problems.collect()
}

fn places(config: &Value) -> Vec<String> {
    let mistakes = mistakes(&config.to_string());
    mistakes.into_iter().map(|(place, _)| place).collect()
}

const SECRET: &str = "hunter2-hunter2-hunter2";

#[test]
fn every_mistake_of_every_mount_is_told_at_once_and_no_secret() {
    let config = json!({
        "listen": "nowhere",
        "mouts": [],
        "head_seconds": 0,
        "silent_seconds": 3601,
        "trusted_proxies": ["0.0.0.0/0"],
        "mounts": [
            {"path": "/a", "layer": "cors", "config": {
                "origins": ["null"], "methods": 5, "max_age": 100_000, "orgins": []}},
            {"path": "/a/b", "layer": "csrf"},
            {"path": "/c", "layer": "bearer", "config": {
                "hmac_secret": SECRET, "algorithms": ["HS256", SECRET]}},
            {"layer": "rbac", "config": {"routes": [
                {"path": "/x", "methods": ["get"], "allow": "public"},
                {"path": 4, "methods": ["GET"], "allow": "public"}]}},
            {"path": "/d", "layer": "api-key",
             "config": {"prefix": "A", "pepper": SECRET, "keys": [{"id": "x", "hash": SECRET, "owner": ""}]},
             "behind": [
                {"layer": "limit"},
                {"layer": "rate-limit", "config": {"quotas": "5/fortnight"}}]},
            {"path": "/e", "layer": "basic", "config": {"realm": "\u{e4}", "users": [
                {"name": "a"}, {"name": "a", "hash": SECRET, "x": 1},
                {"name": "b", "hash": SECRET, "password": SECRET}]}},
            {"path": "/f", "layer": "headers", "optional": true, "config": {"profile": SECRET}},
            {"path": "/g", "layer": "problem", "config": {"types_at": "x"}},
            {"path": "/h", "layer": "firewall", "config": {"hosts": ["a b"], "max_path": SECRET}},
            {"path": "/i", "layer": "headers", "config": [SECRET]},
        ],
    });

    assert_eq!(
        places(&config),
        [
            "mounts[3].path",
            "mounts[9].config",
            "mouts",
            "listen",
            "trusted_proxies",
            "head_seconds",
            "silent_seconds",
            "mounts[0].config.methods",
            "mounts[0].config.orgins",
            "mounts[0].config.origins",
            "mounts[0].config.max_age",
            "mounts[1].path",
            "mounts[1].layer",
            "mounts[2].config.issuer",
            "mounts[2].config.audience",
            "mounts[2].config.algorithms",
            "mounts[2].config.hmac_secret",
            "mounts[3].config.routes[1].path",
            "mounts[3].config.routes[0].methods",
            "mounts[4].behind[0].layer",
            "mounts[4].behind[1].config.quotas",
            "mounts[4].config.prefix",
            "mounts[4].config.pepper",
            "mounts[4].config.keys[0].id",
            "mounts[4].config.keys[0].hash",
            "mounts[4].config.keys[0].owner",
            "mounts[5].config.users[1].x",
            "mounts[5].config.users[0].hash",
            "mounts[5].config.users[1].name",
            "mounts[5].config.users[1].hash",
            "mounts[5].config.users[2].password",
            "mounts[5].config.realm",
            "mounts[6].optional",
            "mounts[6].config.profile",
            "mounts[7].config.types_at",
            "mounts[8].config.max_path",
            "mounts[8].config.hosts",
        ],
    );
    let told = format!("{:?}", mistakes(&config.to_string()));
    assert!(!told.contains("hunter2"), "{told}");
}

#[test]
fn mounts_that_cannot_be_are_refused() {
    let twice = |first: &str, second: &str| {
        json!({
            "listen": "127.0.0.1:0",
            "mounts": [{"path": first, "layer": "headers"}, {"path": second, "layer": "headers"}],
        })
    };
    for (first, second, expected) in [
        ("/a", "/a", "mounts[1].path"),
        ("/a", "/a/b", "mounts[1].path"),
        ("/a/b", "/a", "mounts[1].path"),
        ("/", "/", "mounts[1].path"),
        ("/_calls", "/a", "mounts[0].path"),
        ("/a", "/_calls/x", "mounts[1].path"),
        ("a", "/a", "mounts[0].path"),
        ("/a/", "/b", "mounts[0].path"),
        ("/%61", "/b", "mounts[0].path"),
    ] {
        assert_eq!(
            places(&twice(first, second)),
            [expected],
            "{first} {second}"
        );
    }
    assert!(check(&twice("/a", "/ab").to_string()).status.success());
    assert!(check(&twice("/", "/a").to_string()).status.success());
    let none = json!({"listen": "127.0.0.1:0", "mounts": []});
    assert_eq!(places(&none), ["mounts"]);
    assert_eq!(places(&json!({})), ["listen", "mounts"]);
}

#[test]
fn layers_of_later_steps_say_that_they_do_not_exist_yet() {
    for layer in ["csrf", "session"] {
        let config = json!({"listen": "[::1]:0", "mounts": [{"path": "/a", "layer": layer}]});
        let expected = [(
            "mounts[0].layer".to_owned(),
            format!("{layer} does not exist yet"),
        )];
        assert_eq!(mistakes(&config.to_string()), expected);
    }
}

#[test]
fn members_that_are_there_twice_are_refused() {
    let config = r#"{"listen": "127.0.0.1:0", "mounts": [
        {"path": "/a", "layer": "headers", "config": {"hsts": true, "hsts": false}}]}"#;

    let expected = (
        "mounts[0].config.hsts".to_owned(),
        "it is there twice".to_owned(),
    );
    assert_eq!(mistakes(config), [expected]);
}

#[test]
fn what_is_no_configuration_is_refused() {
    for config in ["", "{", "5", "[]", "null", "{\"listen\": 1e999}"] {
        let output = check(config);
        assert_eq!(output.status.code(), Some(2), "{config}: {output:?}");
        assert!(!output.stderr.is_empty());
    }
    for arguments in [
        &[][..],
        &["no-such-file.json"],
        &["check"],
        &["a", "b"],
        &["--help"],
    ] {
        let output = command().args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stderr.starts_with(b"conformance: "), "{output:?}");
    }
}
