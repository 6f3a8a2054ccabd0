//! How clients authenticate.

use super::*;

const ASK: &str = "grant_type=client_credentials";

#[tokio::test]
async fn rfc6749_2_3_1_a_client_authenticates_by_basic_or_by_the_form() {
    for request in [
        post(&with_secret(ASK)),
        post_as(&basic("ledger", SECRET), ASK),
        post_as(&basic("ledger", SECRET).replace("Basic", "bAsIc"), ASK),
        // To repeat the name in the form is no second way.
        post_as(&basic("ledger", SECRET), &format!("{ASK}&client_id=ledger")),
        post_as(&basic("%6cedger", SECRET), ASK),
    ] {
        let answer = send(&endpoint(), request).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(
            answer.json["access_token"],
            "client_credentials/ledger/client:ledger/service/read write"
        );
    }
}

#[tokio::test]
async fn rfc6749_2_3_1_id_and_secret_in_basic_are_encoded_as_in_a_form() {
    let encoded = basic("a%3Ab+c%2B%25", SECRET);

    let answer = send(&endpoint(), post_as(&encoded, ASK)).await;

    assert_eq!(answer.status, 200);
    assert_refused(
        post_as(&basic("a:b c+%", SECRET), ASK),
        401,
        "invalid_client",
    )
    .await;
}

#[tokio::test]
async fn rfc6749_2_3_a_client_authenticates_in_one_way_only() {
    let by_basic = |form: &str| post_as(&basic("ledger", SECRET), form);
    for request in [
        by_basic(&with_secret(ASK)),
        by_basic(&format!("{ASK}&client_secret={SECRET}")),
        by_basic(&format!("{ASK}&client_id=idle")),
        post_as("Bearer abc", &with_secret(ASK)),
        // A secret without a name.
        post(&format!("{ASK}&client_secret={SECRET}")),
    ] {
        assert_refused(request, 400, "invalid_request").await;
    }
}

#[tokio::test]
async fn rfc9110_8_two_authorization_fields_are_refused() {
    let mut request = post_as(&basic("ledger", SECRET), ASK);
    let second = basic("ledger", SECRET).parse().unwrap();
    request.headers_mut().append(AUTHORIZATION, second);

    assert_refused(request, 400, "invalid_request").await;
}

#[tokio::test]
async fn rfc6749_5_2_who_fails_by_authorization_is_answered_401_with_a_challenge() {
    let mut answers = Vec::new();
    for authorization in [
        basic("ledger", "wrong-secret-0123456789abcdef"),
        basic("ledger", SECRET.trim_end_matches('f')),
        basic("ledger", &format!("{SECRET}0")),
        basic("ledger", ""),
        basic("nobody", SECRET),
        basic("nobody", ""),
        basic("", ""),
        basic("", SECRET),
        basic("Ledger", SECRET),
        basic("ledger ", SECRET),
        // A public client has no secret to prove anything by.
        basic("spa", SECRET),
        "Basic".to_owned(),
        "Basic !".to_owned(),
        "Basic bGVkZ2Vy".to_owned(),
        basic("ledger", "%"),
        "Bearer abc".to_owned(),
        "Negotiate".to_owned(),
        format!("Basic {}", "A".repeat(100_000)),
    ] {
        let answer = assert_refused(post_as(&authorization, ASK), 401, "invalid_client").await;
        let challenge = r#"Basic realm="api", charset="UTF-8""#;
        assert_eq!(answer.challenge(), Some(challenge));
        answers.push(answer.text);
    }
    answers.dedup();
    assert_eq!(
        answers.len(),
        1,
        "an unknown client is told apart: {answers:?}"
    );
}

#[tokio::test]
async fn rfc6749_5_2_a_public_client_that_authenticates_by_another_scheme_is_refused() {
    let request = post_as("Bearer abc", &format!("{ASK}&client_id=spa"));

    assert_refused(request, 401, "invalid_client").await;
}

#[tokio::test]
async fn rfc6749_5_2_who_fails_by_the_form_is_answered_400() {
    let mut answers = Vec::new();
    for credentials in [
        "",
        "&client_id=",
        "&client_id=ledger",
        "&client_id=ledger&client_secret=",
        "&client_id=ledger&client_secret=wrong-secret-0123456789abcdef",
        "&client_id=nobody",
        "&client_id=nobody&client_secret=ledger-secret-0123456789abcdef",
        "&client_id=spa&client_secret=ledger-secret-0123456789abcdef",
    ] {
        let request = post(&format!("{ASK}{credentials}"));
        let answer = assert_refused(request, 400, "invalid_client").await;
        assert_eq!(answer.challenge(), None);
        answers.push(answer.text);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
}

#[tokio::test]
async fn rfc6749_4_4_a_public_client_cannot_ask_for_itself() {
    for request in [
        post(&format!("{ASK}&client_id=spa")),
        post(&format!("{ASK}&client_id=spa&client_secret=")),
        post_as(&basic("spa", ""), ASK),
    ] {
        assert_refused(request, 400, "unauthorized_client").await;
    }
    let default = Client::public("login").grant(GrantType::ClientCredentials);
    let endpoint = endpoint().default_client(default).unwrap();
    let answer = send(&endpoint, post(ASK)).await;
    assert_eq!(answer.error(), "unauthorized_client");
}

#[tokio::test]
async fn rfc6749_5_2_a_client_may_use_only_the_grants_it_was_allowed() {
    let request = post_as(&basic("idle", SECRET), ASK);

    assert_refused(request, 400, "unauthorized_client").await;
}

#[tokio::test]
async fn rfc9700_4_15_a_client_is_no_user_of_the_same_name() {
    let hashed = HashedSecret::of(&SECRET.into()).unwrap();
    let named = Client::confidential("alice", hashed).grant(GrantType::ClientCredentials);
    let as_is = TokenEndpoint::new(MemoryClientStore::new([named.clone()]).unwrap(), token_of);
    let set = named.subject("robot-7");
    let set = TokenEndpoint::new(MemoryClientStore::new([set]).unwrap(), token_of);

    let request = || post_as(&basic("alice", SECRET), ASK);
    for (endpoint, subject) in [(as_is, "client:alice"), (set, "robot-7")] {
        let answer = send(&endpoint, request()).await;
        let expected = format!("client_credentials/alice/{subject}//");
        assert_eq!(answer.json["access_token"], expected);
    }
}

#[tokio::test]
async fn while_secrets_change_both_are_good() {
    let (first, hashed_first) = HashedSecret::generate().unwrap();
    let (second, hashed_second) = HashedSecret::generate().unwrap();
    let client = Client::confidential("c", hashed_first)
        .secret(hashed_second)
        .grant(GrantType::ClientCredentials);
    let endpoint = TokenEndpoint::new(MemoryClientStore::new([client]).unwrap(), token_of);

    for secret in [first, second] {
        let request = post_as(&basic("c", secret.expose_secret()), ASK);
        assert_eq!(send(&endpoint, request).await.status, 200);
    }
}

#[test]
fn the_default_client_must_be_public() {
    let hashed = HashedSecret::of(&SECRET.into()).unwrap();
    let confidential = Client::confidential("c", hashed);

    let error = endpoint().default_client(confidential).unwrap_err();
    assert_eq!(
        error.to_string(),
        "client has a secret that nobody would be asked for"
    );
}

#[test]
fn two_clients_of_one_id_are_refused() {
    let error = MemoryClientStore::new([Client::public("a"), Client::public("a")]).unwrap_err();

    assert_eq!(error.to_string(), r#"client "a" is there twice"#);
}

#[test]
fn secrets_are_not_shown() {
    let (secret, hashed) = HashedSecret::generate().unwrap();
    let client = Client::confidential("c", hashed.clone());
    let store = MemoryClientStore::new([client.clone()]).unwrap();
    let token = IssuedToken::new("t0ken", Duration::ZERO);

    let shown = format!(
        "{client:?} {store:?} {:?} {token:?} {:?}",
        endpoint(),
        HashedSecret::of(&"short".into()),
    );
    let encoded = hashed.encode();
    let (_, digest) = encoded.split_once(':').unwrap();
    for hidden in [secret.expose_secret(), digest, SECRET, "t0ken"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}
