//! Which scopes a client is granted.

use super::*;

#[tokio::test]
async fn rfc6749_3_3_what_is_asked_for_is_cut_down_to_what_is_allowed() {
    for (scope, granted) in [
        ("", "read write"),
        ("&scope=", "read write"),
        ("&scope=read", "read"),
        ("&scope=admin+read", "admin read"),
        ("&scope=read+read", "read"),
        ("&scope=read+unknown", "read"),
        ("&scope=unknown+read+Write", "read"),
    ] {
        let form = with_secret(&format!("grant_type=client_credentials{scope}"));
        let answer = send(&endpoint(), post(&form)).await;
        assert_eq!(answer.json["scope"], granted, "{scope}");
        let token = answer.json["access_token"].as_str().unwrap();
        assert!(token.ends_with(&format!("/{granted}")), "{token}");
    }
}

#[tokio::test]
async fn rfc6749_5_2_scopes_of_which_nothing_is_left_are_invalid() {
    for scope in [
        "unknown",
        "READ",
        "read,write",
        "+",
        "+read",
        "read+",
        "read++write",
        "read%09write",
        "%22read%22",
        "r%C3%A9ad",
    ] {
        let form = with_secret(&format!("grant_type=client_credentials&scope={scope}"));
        assert_refused(post(&form), 400, "invalid_scope").await;
    }
}

#[tokio::test]
async fn rfc6749_5_1_a_token_comes_with_type_lifetime_and_scope() {
    let form = with_secret("grant_type=client_credentials");

    let answer = send(&endpoint(), post(&form)).await;

    assert_eq!(
        answer.text,
        concat!(
            r#"{"access_token":"client_credentials/ledger/client:ledger/service/read write","#,
            r#""token_type":"Bearer","expires_in":300,"scope":"read write"}"#,
        )
    );
}

#[tokio::test]
async fn no_scope_is_not_an_empty_scope() {
    let form = "grant_type=client_credentials";
    let request = post_as(&basic("a%3Ab+c%2B%25", SECRET), form);

    let answer = send(&endpoint(), request).await;

    assert_eq!(answer.status, 200);
    assert!(answer.json.get("scope").is_none(), "{answer:?}");
}

#[tokio::test]
async fn defaults_are_cut_down_to_what_is_allowed() {
    let hashed = HashedSecret::of(&SECRET.into()).unwrap();
    let client = Client::confidential("c", hashed)
        .grant(GrantType::ClientCredentials)
        .scopes("a b".parse().unwrap())
        .default_scopes("b admin".parse().unwrap());
    let endpoint = TokenEndpoint::new(MemoryClientStore::new([client]).unwrap(), token_of);

    let form = format!("grant_type=client_credentials&client_id=c&client_secret={SECRET}");
    assert_eq!(send(&endpoint, post(&form)).await.json["scope"], "b");
}
