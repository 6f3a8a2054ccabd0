//! What a table and a description of routes do not have in common.

#![cfg(all(feature = "grpc-descriptor", feature = "openapi"))]

use bartizan_rbac::{Coverage, InvalidDescription, Route, RouteTable, Routes, role};
use http::Method;
use prost::Message;
use prost_types::{
    FileDescriptorProto, FileDescriptorSet, MethodDescriptorProto, ServiceDescriptorProto,
};
use serde_json::{Value, json};

fn rules() -> Routes {
    RouteTable::builder()
        .rule(Route::get("/v1/items").public())
        .rule(Route::others("/v1/items/{id}").require(role("editor")))
        .rule(Route::get("/v1/files/{*path}").public())
        .rule(Route::grpc("shop.Items/List").public())
        .rule(Route::grpc_service("shop.Orders").authenticated())
        .rule(Route::grpc("Bare/Call").closed())
}

fn document() -> Value {
    json!({
        "openapi": "3.1.0",
        "paths": {
            "/items": {"get": {}, "parameters": [], "summary": "items"},
            "/items/{itemId}": {"put": {}, "delete": {}},
            "/files/{name}": {"get": {}},
            "x-internal": {"get": {}},
        },
    })
}

fn descriptors() -> Vec<u8> {
    let service = |name: &str, methods: &[&str]| ServiceDescriptorProto {
        name: Some(name.to_owned()),
        method: methods
            .iter()
            .map(|name| MethodDescriptorProto {
                name: Some((*name).to_owned()),
                ..MethodDescriptorProto::default()
            })
            .collect(),
        ..ServiceDescriptorProto::default()
    };
    let file = |package: Option<&str>, service| FileDescriptorProto {
        package: package.map(str::to_owned),
        service,
        ..FileDescriptorProto::default()
    };
    let set = FileDescriptorSet {
        file: vec![
            file(
                Some("shop"),
                vec![
                    service("Items", &["List"]),
                    service("Orders", &["Get", "Put"]),
                ],
            ),
            file(None, vec![service("Bare", &["Call"])]),
        ],
    };
    set.encode_to_vec()
}

#[test]
fn api9_a_table_that_has_a_rule_for_each_route_is_complete() {
    let table = rules().build().unwrap();

    let coverage = Coverage::of(&table);
    let coverage = coverage.openapi("/v1", &document()).unwrap();
    let coverage = coverage.descriptor_set(&descriptors()).unwrap();

    assert!(coverage.is_complete(), "{coverage}");
    assert_eq!(coverage.to_string(), "");
}

#[test]
fn routes_without_a_rule_and_rules_without_a_route_are_listed() {
    let table = rules()
        .rule(Route::get("/v1/tiems").public())
        .rule(Route::grpc("shop.Items/Lsit").public())
        .build()
        .unwrap();
    let mut document = document();
    document["paths"]["/orders"] = json!({"get": {}, "options": {}, "trace": {}});
    document["paths"]["/items"]["post"] = json!({});

    let coverage = Coverage::of(&table).openapi("/v1", &document).unwrap();
    let coverage = coverage.route(Method::POST, "/shop.Items/Delete");

    let uncovered = coverage.uncovered().iter();
    let uncovered: Vec<_> = uncovered
        .map(|endpoint| format!("{} {}", endpoint.method, endpoint.pattern))
        .collect();
    assert_eq!(
        uncovered,
        [
            "POST /v1/items",
            "GET /v1/orders",
            "OPTIONS /v1/orders",
            "TRACE /v1/orders",
            "POST /shop.Items/Delete",
        ]
    );
    let unused: Vec<_> = coverage.unused().map(|rule| rule.name()).collect();
    assert_eq!(
        unused,
        [
            "POST /shop.Items/List",
            "POST /shop.Orders/{method}",
            "POST /Bare/Call",
            "GET /v1/tiems",
            "POST /shop.Items/Lsit",
        ]
    );
    assert!(!coverage.is_complete());
}

#[test]
fn options_that_are_for_everyone_need_no_rule() {
    let document = json!({"paths": {"/v1/items": {"get": {}, "options": {}}}});
    let table = RouteTable::builder().rule(Route::get("/v1/items").public());
    let without = table.build().unwrap();
    let table = RouteTable::builder().rule(Route::get("/v1/items").public());
    let with = table.public_options().build().unwrap();

    assert!(
        !Coverage::of(&without)
            .openapi("", &document)
            .unwrap()
            .is_complete()
    );
    assert!(
        Coverage::of(&with)
            .openapi("", &document)
            .unwrap()
            .is_complete()
    );
}

#[test]
fn references_and_methods_of_openapi_3_2_are_followed() {
    let document = json!({
        "paths": {
            "/a": {"$ref": "#/components/pathItems/a~1b"},
            "/q": {"query": {}, "additionalOperations": {"PURGE": {}}},
        },
        "components": {"pathItems": {"a/b": {"get": {}, "post": {}}}},
    });
    let table = RouteTable::builder()
        .rule(Route::on([Method::GET, Method::POST], "/a").public())
        .build()
        .unwrap();

    let coverage = Coverage::of(&table).openapi("", &document).unwrap();

    assert_eq!(
        coverage.to_string(),
        "no rule for QUERY /q\nno rule for PURGE /q"
    );
}

#[test]
fn what_is_no_description_is_refused() {
    let table = rules().build().unwrap();
    for (document, expected) in [
        (json!({}), "the document has no paths"),
        (json!({"paths": []}), "the document has no paths"),
        (json!({"paths": {"/a": 1}}), "\"/a\" is not described"),
        (
            json!({"paths": {"/a": {"$ref": "other.json"}}}),
            "\"/a\" is described elsewhere",
        ),
        (
            json!({"paths": {"/a": {"$ref": "#/paths/~1b"}}}),
            "\"/a\" is described elsewhere",
        ),
        (
            json!({"paths": {"/a": {"$ref": "#/paths/~1a"}}}),
            "\"/a\" is described in circles",
        ),
    ] {
        let error = Coverage::of(&table).openapi("", &document).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    let refused = |bytes: &[u8]| -> InvalidDescription {
        Coverage::of(&table).descriptor_set(bytes).unwrap_err()
    };
    assert_eq!(
        refused(b"").to_string(),
        "the descriptor set has no service"
    );
    assert!(!refused(b"\xff\xff").to_string().is_empty());
}

#[test]
fn a_table_that_reads_the_matched_pattern_covers_what_it_would_let_pass() {
    let table = || rules().rule(Route::get("/v1/files/special").closed());
    let table = table().matched(|_| None).build().unwrap();
    for (method, pattern, is_covered) in [
        (Method::GET, "/v1/items", true),
        (Method::PUT, "/v1/items/{any}", true),
        // A route of its own, which is matched and has no rule.
        (Method::PUT, "/v1/items/export", false),
        (Method::GET, "/v1/files/{name}", false),
        (Method::GET, "/v1/files/{*rest}", true),
        (Method::GET, "/v1/files/special", true),
        // Not all that it matches has a rule; of calls, the descriptors tell.
        (Method::POST, "/shop.Orders/{*rest}", false),
    ] {
        let coverage = Coverage::of(&table).route(method, pattern);
        assert_eq!(coverage.uncovered().is_empty(), is_covered, "{pattern}");
    }
    let coverage = Coverage::of(&table).descriptor_set(&descriptors()).unwrap();
    assert_eq!(coverage.uncovered(), []);
    let unused = coverage.unused().filter(|rule| !rule.is_public());
    let unused: Vec<_> = unused.map(|rule| rule.name()).collect();
    assert_eq!(unused, ["others /v1/items/{id}", "GET /v1/files/special"]);
}
