use std::collections::BTreeMap;

use bartizan_core::Authentication;
use bartizan_jwt::{ClaimMap, ClaimPath, Claims, TokenError};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::{at, builder, claims, judge, sign, signer, verifier};

fn with(members: Value) -> String {
    let Value::Object(members) = members else {
        panic!("members are an object")
    };
    let mut claims = claims();
    claims.as_object_mut().unwrap().extend(members);
    claims.to_string()
}

fn mapped(map: ClaimMap, members: Value) -> Result<Claims, TokenError> {
    builder()
        .claim_map(map)
        .build()
        .unwrap()
        .verify(&sign(with(members)))
}

#[test]
fn scopes_are_a_string_or_an_array() {
    for (members, scope) in [
        (json!({}), ""),
        (json!({ "scope": "" }), ""),
        (json!({ "scope": null }), ""),
        (json!({ "scope": "read" }), "read"),
        (json!({ "scope": "read write" }), "read write"),
        (json!({ "scope": ["read", "write"] }), "read write"),
        (json!({ "scope": [] }), ""),
        (json!({ "scp": ["read"] }), "read"),
        (json!({ "scope": "read", "scp": "write" }), "read write"),
        (json!({ "scope": "re\u{61}d" }), "read"),
    ] {
        let claims = judge(with(members.clone())).unwrap();
        assert_eq!(
            claims.scopes().collect::<Vec<_>>().join(" "),
            scope,
            "{members}"
        );
    }
}

#[test]
fn rfc9068_7_says_when_and_how_the_subject_logged_in() {
    let at = |seconds| Authentication::new().at(at(seconds));
    for (members, login) in [
        (json!({}), None),
        (json!({ "auth_time": 7 }), Some(at(7))),
        (
            json!({ "acr": "gold" }),
            Some(Authentication::new().in_context_class("gold")),
        ),
        (
            json!({ "auth_time": 7, "acr": "gold", "amr": ["pwd", "otp"] }),
            Some(at(7).in_context_class("gold").method("pwd").method("otp")),
        ),
    ] {
        let claims = judge(with(members.clone())).unwrap();
        assert_eq!(claims.authentication, login, "{members}");
    }
    for members in [
        json!({ "auth_time": "7" }),
        json!({ "auth_time": -1 }),
        json!({ "auth_time": null }),
        json!({ "acr": 1 }),
        json!({ "amr": "pwd" }),
    ] {
        let error = judge(with(members.clone())).unwrap_err();
        assert_eq!(error, TokenError::Claims, "{members}");
    }
    let login = at(7).in_context_class("gold").method("pwd");
    let token = signer().sign(Claims::new("alice", ()).with_authentication(login.clone()));
    let claims = verifier().verify(&token.unwrap()).unwrap();
    assert_eq!(claims.authentication, Some(login));
}

#[test]
fn roles_are_a_string_or_an_array() {
    for (members, roles) in [
        (json!({}), &[][..]),
        (json!({ "roles": null }), &[]),
        (json!({ "roles": [] }), &[]),
        (json!({ "roles": "admin" }), &["admin"]),
        (json!({ "roles": "two words" }), &["two words"]),
        (
            json!({ "roles": ["admin", "two words"] }),
            &["admin", "two words"],
        ),
        (json!({ "role": "admin", "groups": ["admin"] }), &[]),
    ] {
        assert_eq!(
            judge(with(members.clone())).unwrap().roles,
            roles,
            "{members}"
        );
    }
}

#[test]
fn a_mapped_claim_of_another_type_refuses_the_token() {
    for members in [
        json!({ "scope": 1 }),
        json!({ "scope": { "read": true } }),
        json!({ "scope": ["read", 1] }),
        json!({ "scope": ["read write"] }),
        json!({ "roles": true }),
        json!({ "roles": [["admin"]] }),
        json!({ "roles": [null] }),
    ] {
        assert_eq!(
            judge(with(members.clone())),
            Err(TokenError::Claims),
            "{members}"
        );
    }
}

#[test]
fn roles_are_found_where_keycloak_puts_them() {
    let map = ClaimMap::default()
        .with_roles(["realm_access", "roles"])
        .with_roles(
            ClaimPath::from("resource_access")
                .then("my.client")
                .then("roles"),
        );
    let members = json!({
        "roles": ["top"],
        "realm_access": { "roles": ["realm-admin"], "other": { "roles": ["no"] } },
        "resource_access": {
            "my.client": { "roles": ["client-admin"] },
            "account": { "roles": ["no"] },
        },
    });

    let claims = mapped(map, members).unwrap();
    assert_eq!(claims.roles, ["top", "realm-admin", "client-admin"]);
}

#[test]
fn a_path_that_leads_nowhere_gives_no_roles() {
    let map = || ClaimMap::empty().with_roles(["realm_access", "roles"]);
    for members in [
        json!({}),
        json!({ "roles": ["admin"] }),
        json!({ "realm_access": null }),
        json!({ "realm_access": {} }),
        json!({ "realm_access": { "roles": null } }),
        json!({ "realm_access.roles": ["admin"] }),
    ] {
        assert_eq!(
            mapped(map(), members.clone()).unwrap().roles,
            [""; 0],
            "{members}"
        );
    }
    for members in [
        json!({ "realm_access": "x" }),
        json!({ "realm_access": ["roles"] }),
    ] {
        assert_eq!(
            mapped(map(), members.clone()),
            Err(TokenError::Claims),
            "{members}"
        );
    }
}

#[test]
fn names_with_dots_and_slashes_are_one_name() {
    let map = ClaimMap::empty().with_roles("https://example.com/roles");
    let claims = mapped(map, json!({ "https://example.com/roles": "admin" })).unwrap();

    assert_eq!(claims.roles, ["admin"]);
}

#[derive(Debug, Deserialize, PartialEq)]
struct Tenant {
    tenant: String,
    level: Option<u8>,
}

#[test]
fn the_applications_own_claims_are_typed() {
    let verifier = builder().with_custom::<Tenant>().build().unwrap();
    let custom = |members: Value| {
        verifier
            .verify(&sign(with(members)))
            .map(|claims| claims.custom)
    };

    let tenant = "north".to_owned();
    assert_eq!(
        custom(json!({ "tenant": "north", "level": 3, "more": [1] })),
        Ok(Tenant {
            tenant,
            level: Some(3)
        })
    );
    let tenant = "n\u{6f}rth \u{1f5fc} \"".to_owned();
    assert_eq!(
        custom(json!({ "tenant": &tenant })),
        Ok(Tenant {
            tenant,
            level: None
        })
    );
    for members in [
        json!({}),
        json!({ "tenant": 1 }),
        json!({ "tenant": "x", "level": 256 }),
    ] {
        assert_eq!(
            custom(members.clone()),
            Err(TokenError::Claims),
            "{members}"
        );
    }
}

#[test]
fn claims_can_be_read_as_a_map_an_option_or_a_newtype() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Wrapped(BTreeMap<String, Value>);

    let token = sign(with(json!({ "tenant": "north", "scope": "read" })));
    let expected = BTreeMap::from([
        ("tenant".to_owned(), json!("north")),
        ("scope".to_owned(), json!("read")),
    ]);

    let map = builder()
        .with_custom::<BTreeMap<String, Value>>()
        .build()
        .unwrap();
    assert_eq!(map.verify(&token).unwrap().custom, expected);
    let wrapped = builder().with_custom::<Wrapped>().build().unwrap();
    assert_eq!(wrapped.verify(&token).unwrap().custom, Wrapped(expected));
    let option = builder().with_custom::<Option<Tenant>>().build().unwrap();
    assert_eq!(
        option.verify(&token).unwrap().custom.unwrap().tenant,
        "north"
    );
    let ignored = builder()
        .with_custom::<serde::de::IgnoredAny>()
        .build()
        .unwrap();
    assert!(ignored.verify(&token).is_ok());
}

#[test]
fn claims_that_nobody_reads_are_skipped() {
    let members = r#","unread":"\ud800","large":1e999}"#;
    let payload = claims().to_string().replace('}', members);

    assert!(judge(&payload).is_ok());
    let verifier = builder()
        .with_custom::<BTreeMap<String, Value>>()
        .build()
        .unwrap();
    assert_eq!(verifier.verify(&sign(&payload)), Err(TokenError::Claims));
    let broken = payload.replace("1e999", "1e");
    assert_eq!(judge(broken), Err(TokenError::Claims));
}
