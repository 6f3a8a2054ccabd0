//! What is logged. In a program of its own: what other threads log decides which
//! events `tracing` lets through.

#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

use std::time::Duration;

use bartizan_core::{BoxError, BoxFuture, LoginError, PasswordVerifier, Principal, Reply};
use bartizan_oauth2::{
    Client, ClientStore, Grant, GrantType, HashedSecret, IssuedToken, MemoryClientStore,
    TokenEndpoint,
};
use bartizan_secret::SecretString;
use bartizan_testkit::LogCapture;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Request;
use tower::ServiceExt;

const SECRET: &str = "ledger-secret-0123456789abcdef";
const WRONG: &str = "wrong-secret-0123456789abcdef";
const FORM: &str = "grant_type=client_credentials";

#[tokio::test]
async fn asvs_16_3_1_and_16_2_5_each_decision_is_logged_without_secrets() {
    let log = LogCapture::start();
    let mut expected: Vec<(&str, Vec<&str>)> = Vec::new();
    let basic = STANDARD.encode(format!("ledger:{WRONG}"));

    send(
        &endpoint(),
        &format!("{FORM}&client_id=ledger&client_secret={SECRET}"),
        None,
    )
    .await;
    expected.push((
        "INFO",
        vec![
            "issued",
            "credential=\"ledger\"",
            "subject=\"client:ledger\"",
        ],
    ));
    send(&endpoint(), FORM, Some(&basic)).await;
    expected.push((
        "INFO",
        vec!["rejected", "invalid_client", "method=\"POST\""],
    ));
    send(
        &endpoint(),
        &format!("{FORM}&client_id=l&client_secret={WRONG}"),
        None,
    )
    .await;
    expected.push((
        "INFO",
        vec!["rejected", "invalid_client", "path=\"/token\""],
    ));
    let broken = TokenEndpoint::new(Broken, token);
    send(&broken, &format!("{FORM}&client_id=ledger"), None).await;
    expected.push((
        "ERROR",
        vec!["failed", "server_error", "db-7 is down\\n forged line"],
    ));
    #[cfg(feature = "legacy-password-grant")]
    for (user, level, part) in [
        ("alice", "INFO", "subject=\"alice\""),
        ("typed-p4ssword", "INFO", "slug=\"invalid_grant\""),
        ("failure", "ERROR", "db-7 is down"),
        ("overload", "WARN", "slug=\"temporarily_unavailable\""),
    ] {
        let form = format!("grant_type=password&username={user}&password=t0p-secret");
        send(&endpoint(), &form, None).await;
        expected.push((level, vec![part, "credential=\"login\"", "latency_us="]));
    }

    let text = log.text();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), expected.len(), "{text}");
    for (line, (level, parts)) in lines.iter().zip(expected) {
        assert!(line.contains(level), "{level}\n{line}");
        assert!(
            line.contains("bartizan: decided guard=\"token-endpoint\""),
            "{line}"
        );
        for part in parts {
            assert!(line.contains(part), "{part}\n{line}");
        }
    }
    for secret in [
        SECRET,
        WRONG,
        &basic,
        "t0ken",
        "t0p-secret",
        "typed-p4ssword",
    ] {
        assert!(!text.contains(secret), "{secret}\n{text}");
    }
}

fn endpoint() -> TokenEndpoint {
    let login = Client::public("login");
    #[cfg(feature = "legacy-password-grant")]
    let login = login.grant(GrantType::Password);
    let ledger = Client::confidential("ledger", HashedSecret::of(&SECRET.into()).unwrap())
        .grant(GrantType::ClientCredentials);
    let endpoint = TokenEndpoint::new(MemoryClientStore::new([ledger]).unwrap(), token)
        .default_client(login)
        .unwrap();
    #[cfg(feature = "legacy-password-grant")]
    let endpoint = endpoint.password_grant(Users);
    endpoint
}

fn token(_: &Grant) -> Result<IssuedToken, BoxError> {
    Ok(IssuedToken::new("t0ken", Duration::from_secs(60)))
}

async fn send(endpoint: &TokenEndpoint, form: &str, basic: Option<&str>) {
    let mut request = Request::post("/token?password=t0p-secret")
        .header("content-type", "application/x-www-form-urlencoded");
    if let Some(basic) = basic {
        request = request.header("authorization", format!("Basic {basic}"));
    }
    let request = request.body(form.to_owned()).unwrap();
    endpoint.clone().oneshot(request).await.unwrap();
}

struct Broken;

impl ClientStore for Broken {
    fn find(&self, _: &str) -> Reply<Result<Option<Client>, BoxError>> {
        Reply::Ready(Err("db-7 is down\n forged line".into()))
    }
}

#[cfg_attr(
    not(feature = "legacy-password-grant"),
    expect(dead_code, reason = "one grant needs it")
)]
struct Users;

impl PasswordVerifier for Users {
    fn verify(&self, username: &str, _: SecretString) -> BoxFuture<Result<Principal, LoginError>> {
        let answer = match username {
            "alice" => Ok(Principal::builder("alice").build()),
            "failure" => Err(LoginError::Failed("db-7 is down".into())),
            "overload" => Err(LoginError::Overloaded {
                retry_after: Duration::from_secs(1),
            }),
            _ => Err(LoginError::Denied),
        };
        Box::pin(async move { answer })
    }
}
