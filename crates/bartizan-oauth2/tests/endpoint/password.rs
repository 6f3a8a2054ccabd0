//! The password grant.

use std::sync::{Arc, Mutex};

use bartizan_core::{BoxFuture, ClientAddr, LoginError, PasswordVerifier, Principal};
use bartizan_secret::SecretString;
use http::header::RETRY_AFTER;

use super::*;

const LOGIN: &str = "grant_type=password&username=alice&password=correct+horse";

#[tokio::test]
async fn rfc6749_4_3_a_user_logs_in_with_name_and_password() {
    for form in [
        LOGIN.to_owned(),
        format!("{LOGIN}&client_id=login"),
        format!("{LOGIN}&client_id="),
        "grant_type=password&username=%61lice&password=correct%20horse".to_owned(),
    ] {
        let answer = send(&endpoint_with(Users::default()), post(&form)).await;
        assert_eq!(
            answer.text,
            concat!(
                r#"{"access_token":"password/login/alice/editor/items:read items:write","#,
                r#""token_type":"Bearer","expires_in":300,"scope":"items:read items:write"}"#,
            )
        );
    }
}

#[tokio::test]
async fn asvs_6_3_8_an_unknown_user_is_answered_as_a_wrong_password() {
    let endpoint = endpoint_with(Users::default());
    let login = |user: &str, password: &str| {
        post(&format!(
            "grant_type=password&username={user}&password={password}"
        ))
    };

    let wrong = send(&endpoint, login("alice", "wrong")).await;
    assert_eq!((wrong.status, wrong.error()), (400, "invalid_grant"));
    for request in [
        login("mallory", "wrong"),
        login("mallory", "correct+horse"),
        login("Alice", "correct+horse"),
        login("alice", "correct+horse+"),
        login("alice", "Correct+horse"),
        login("alice", &"x".repeat(10_000)),
        login("%5cu0000", "%E2%9C%97"),
    ] {
        let other = send(&endpoint, request).await;
        assert_eq!(other.status, wrong.status);
        assert_eq!(other.headers, wrong.headers);
        assert_eq!(other.text, wrong.text);
    }
}

#[tokio::test]
async fn the_verifier_is_told_the_address_of_the_client_if_it_is_known() {
    let endpoint = endpoint_with(Users::default());
    let form = "grant_type=password&username=neighbour&password=correct+horse";
    let answer = send(&endpoint, post(form)).await;
    assert_eq!((answer.status, answer.error()), (400, "invalid_grant"));
    let mut request = post(form);
    let client = ClientAddr::new("192.0.2.7".parse().unwrap());
    request.extensions_mut().insert(client);
    let answer = send(&endpoint, request).await;
    assert!(answer.text.contains("/192.0.2.7/"), "{}", answer.text);
}

#[tokio::test]
async fn rfc6749_4_3_2_name_and_password_are_there_and_are_text() {
    for form in [
        "grant_type=password",
        "grant_type=password&username=alice",
        "grant_type=password&username=alice&password=",
        "grant_type=password&username=&password=x",
        "grant_type=password&password=x",
        "grant_type=password&username=alice&username=bob&password=x",
        "grant_type=password&username=alice&password=x&password=y",
        "grant_type=password&username=al%0Aice&password=x",
        "grant_type=password&username=al%00ice&password=x",
        "grant_type=password&username=alice&password=%7f",
        "grant_type=password&username=alice&password=%ff",
    ] {
        let users = Users::default();
        let answer = send(&endpoint_with(users.clone()), post(form)).await;
        assert_eq!(
            (answer.status, answer.error()),
            (400, "invalid_request"),
            "{form}"
        );
        assert_eq!(users.asked(), 0, "a password was checked in vain");
    }
}

#[tokio::test]
async fn asvs_8_3_3_and_rfc6749_3_3_scopes_are_also_cut_down_to_those_of_the_user() {
    for (scope, expected) in [
        ("items:read", Ok("items:read")),
        ("items:read+admin", Ok("items:read")),
        // The user has it, the client may not.
        ("billing", Err("invalid_scope")),
        // The client may, the user has it not.
        ("admin", Err("invalid_scope")),
        ("nonsense", Err("invalid_scope")),
    ] {
        let form = format!("{LOGIN}&scope={scope}");
        let answer = send(&endpoint_with(Users::default()), post(&form)).await;
        match expected {
            Ok(granted) => assert_eq!(answer.json["scope"], granted),
            Err(error) => assert_eq!((answer.status, answer.error()), (400, error)),
        }
    }
}

#[tokio::test]
async fn no_password_is_checked_for_a_client_that_may_not_ask() {
    let form = |client: &str| format!("{LOGIN}&client_id={client}");
    for (request, error) in [
        (post(&form("nobody")), "invalid_client"),
        (post(&form("ledger")), "invalid_client"),
        (post(&form("spa")), "unauthorized_client"),
        (
            post_as(&basic("ledger", SECRET), LOGIN),
            "unauthorized_client",
        ),
        (post(&format!("{LOGIN}&scope=nonsense")), "invalid_scope"),
    ] {
        let users = Users::default();
        let answer = send(&endpoint_with(users.clone()), request).await;
        assert_eq!(answer.error(), error);
        assert_eq!(users.asked(), 0);
    }
}

#[tokio::test]
async fn without_a_default_client_the_client_must_be_named() {
    let login = login_client();
    let endpoint = TokenEndpoint::new(MemoryClientStore::new([login]).unwrap(), token_of)
        .password_grant(Users::default());

    assert_eq!(send(&endpoint, post(LOGIN)).await.error(), "invalid_client");
    let named = post(&format!("{LOGIN}&client_id=login"));
    assert_eq!(send(&endpoint, named).await.status, 200);
}

#[tokio::test]
async fn without_a_verifier_there_is_no_password_grant() {
    let endpoint = endpoint().default_client(login_client()).unwrap();

    let answer = send(&endpoint, post(LOGIN)).await;

    assert_eq!(
        (answer.status, answer.error()),
        (400, "unsupported_grant_type")
    );
}

#[tokio::test]
async fn too_many_logins_are_503_with_a_time_to_retry() {
    let form = "grant_type=password&username=overload&password=x";

    let answer = send(&endpoint_with(Users::default()), post(form)).await;

    assert_eq!(
        (answer.status, answer.error()),
        (503, "temporarily_unavailable")
    );
    assert_eq!(answer.headers[RETRY_AFTER], "2");
}

#[tokio::test]
async fn too_many_failed_logins_are_429_with_a_time_to_retry() {
    let form = "grant_type=password&username=guessed&password=x";

    let answer = send(&endpoint_with(Users::default()), post(form)).await;

    assert_eq!(
        (answer.status, answer.error()),
        (429, "temporarily_unavailable")
    );
    assert_eq!(answer.headers[RETRY_AFTER], "12");
}

#[tokio::test]
async fn a_login_that_cannot_be_checked_is_503_and_never_denied() {
    let form = "grant_type=password&username=failure&password=x";

    let answer = send(&endpoint_with(Users::default()), post(form)).await;

    assert_eq!((answer.status, answer.error()), (503, "server_error"));
    assert!(!answer.text.contains("db-7"), "{answer:?}");
}

fn login_client() -> Client {
    Client::public("login")
        .grant(GrantType::Password)
        .user_role("editor")
        .scopes("items:read items:write admin".parse().unwrap())
}

pub(super) fn endpoint_with(users: Users) -> TokenEndpoint {
    let hashed = HashedSecret::of(&SECRET.into()).unwrap();
    let clients = [
        login_client(),
        Client::public("spa"),
        Client::confidential("ledger", hashed).grant(GrantType::ClientCredentials),
    ];
    TokenEndpoint::new(MemoryClientStore::new(clients).unwrap(), token_of)
        .default_client(login_client())
        .unwrap()
        .password_grant(users)
}

/// Knows `alice`, and users that stand for trouble. Counts what it is asked.
#[derive(Clone, Default)]
pub(super) struct Users(Arc<Mutex<usize>>);

impl Users {
    pub(super) fn asked(&self) -> usize {
        *self.0.lock().unwrap()
    }
}

impl PasswordVerifier for Users {
    fn verify(
        &self,
        username: &str,
        password: SecretString,
    ) -> BoxFuture<Result<Principal, LoginError>> {
        *self.0.lock().unwrap() += 1;
        let answer = match (username, password.expose_secret()) {
            ("alice", "correct horse") => Ok(Principal::builder("alice")
                .roles(["editor", "admin"])
                .scopes(["items:read", "items:write", "billing"])
                .build()),
            ("failure", _) => Err(LoginError::Failed("db-7 is down".into())),
            ("overload", _) => Err(LoginError::Overloaded {
                retry_after: Duration::from_millis(1_200),
            }),
            ("guessed", _) => Err(LoginError::Throttled {
                retry_after: Duration::from_secs(12),
            }),
            _ => Err(LoginError::Denied),
        };
        Box::pin(async move { answer })
    }

    /// Of `neighbour`, the address is all that counts.
    fn verify_from(
        &self,
        client: Option<ClientAddr>,
        username: &str,
        password: SecretString,
    ) -> BoxFuture<Result<Principal, LoginError>> {
        match client {
            Some(client) if username == "neighbour" => {
                let principal = Principal::builder(client.ip().to_string()).build();
                Box::pin(async { Ok(principal) })
            }
            _ => self.verify(username, password),
        }
    }
}
