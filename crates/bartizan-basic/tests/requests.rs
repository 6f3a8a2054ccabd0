//! Requests through the guard, over HTTP and over gRPC.
#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bartizan_basic::Basic;
use bartizan_core::{
    Authenticate, BoxFuture, ClientAddr, GuardLayer, LoginError, PasswordVerifier, Principal, Realm,
};
use bartizan_secret::SecretString;
use bartizan_testkit::{
    LogCapture, Probe, assert_readiness, assert_readiness_when_rejecting, assert_rejected, send,
    with_grpc,
};
use http::header::{AUTHORIZATION, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, Request, StatusCode};

/// "alice:s3cr3t:!".
const ALICE: &str = "Basic YWxpY2U6czNjcjN0OiE=";
/// "alice:wrong".
const WRONG: &str = "Basic YWxpY2U6d3Jvbmc=";
const CHALLENGE: &str = r#"Basic realm="api", charset="UTF-8""#;

#[tokio::test]
async fn good_credentials_make_the_principal_and_go_no_further() {
    let probe = Probe::new();
    for request in [request(&[ALICE]), with_grpc(&request(&[ALICE]))] {
        let response = send(&required(), &probe, request).await;

        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.body(), "inner");
        let seen = probe.last().unwrap();
        let principal = seen.extensions().get::<Principal>().unwrap();
        assert_eq!(
            (principal.subject(), principal.scheme()),
            ("alice", "basic")
        );
        assert!(!seen.headers().contains_key(AUTHORIZATION));
    }
    assert_eq!(probe.calls(), 2);
}

#[tokio::test]
async fn rfc9110_2_the_scheme_is_matched_in_any_letter_case() {
    for scheme in ["Basic", "basic", "BASIC", "bAsIc", "Basic  "] {
        let probe = Probe::new();
        let authorization = ALICE.replace("Basic", scheme);

        send(&required(), &probe, request(&[&authorization])).await;

        assert_eq!(probe.calls(), 1, "{scheme}");
    }
}

#[tokio::test]
async fn rfc9110_1_every_401_carries_the_challenge() {
    for (authorization, slug) in [
        (&[][..], "authentication-required"),
        (&["Bearer YWxpY2U6czNjcjN0OiE="], "authentication-required"),
        (
            &["Basically YWxpY2U6czNjcjN0OiE="],
            "authentication-required",
        ),
        (&["BasicYWxpY2U6czNjcjN0OiE="], "authentication-required"),
        (&["Basic"], "invalid-credentials"),
        (&["Basic YWxpY2U"], "invalid-credentials"),
        (&["Basic YWxpY2U6czNjcjN0OiE"], "invalid-credentials"),
        (&["Basic YWxpY2U6czNjcjN0OiF="], "invalid-credentials"),
        (&["Basic YWxpY2U6 czNjcjN0OiE="], "invalid-credentials"),
        (&["Basic YWxpY2U6czNj!!cjN0OiE="], "invalid-credentials"),
        (
            &["Basic YWxpY2U6czNjcjN0OiE=, Basic YWxpY2U6czNjcjN0OiE="],
            "invalid-credentials",
        ),
        // "alice", "alice:\0", "alice:\xff".
        (&["Basic YWxpY2U="], "invalid-credentials"),
        (&["Basic YWxpY2U6AA=="], "invalid-credentials"),
        (&["Basic YWxpY2U6/w=="], "invalid-credentials"),
        (&[WRONG], "invalid-credentials"),
        // "mallory:s3cr3t:!", ":", and credentials of 2049 bytes.
        (&["Basic bWFsbG9yeTpzM2NyM3Q6IQ=="], "invalid-credentials"),
        (&["Basic Og=="], "invalid-credentials"),
        (
            &[&*format!("Basic {}", "YTph".repeat(683))],
            "invalid-credentials",
        ),
    ] {
        let request = request(authorization);

        let response = assert_rejected(&required(), &request, StatusCode::UNAUTHORIZED, slug).await;

        let challenges: Vec<_> = response
            .headers()
            .get_all(WWW_AUTHENTICATE)
            .iter()
            .collect();
        assert_eq!(challenges, [CHALLENGE], "{authorization:?}");
    }
}

#[tokio::test]
async fn rfc9110_8_more_than_one_authorization_line_is_400() {
    for lines in [
        [ALICE, ALICE],
        [ALICE, WRONG],
        [WRONG, ALICE],
        ["Bearer x", ALICE],
    ] {
        let request = request(&lines);
        assert_rejected(
            &required(),
            &request,
            StatusCode::BAD_REQUEST,
            "malformed-credentials",
        )
        .await;
    }
}

#[tokio::test]
async fn rfc7617_1_and_2_the_challenge_has_an_escaped_realm_and_utf_8() {
    let realm = Realm::parse(r#"the "inner" \ circle"#).unwrap();
    let layer = GuardLayer::new(Authenticate::required(
        Basic::new(Users::default()).realm(realm),
    ));

    let response = assert_rejected(
        &layer,
        &request(&[]),
        StatusCode::UNAUTHORIZED,
        "authentication-required",
    )
    .await;

    assert_eq!(
        response.headers()[WWW_AUTHENTICATE],
        r#"Basic realm="the \"inner\" \\ circle", charset="UTF-8""#
    );
}

#[tokio::test]
async fn where_it_is_optional_strangers_pass_and_bad_credentials_do_not() {
    let optional = GuardLayer::new(Authenticate::optional(Basic::new(Users::default())));
    for strangers in [&[][..], &["Bearer x"]] {
        let probe = Probe::new();
        send(&optional, &probe, request(strangers)).await;
        assert!(
            probe
                .last()
                .unwrap()
                .extensions()
                .get::<Principal>()
                .is_none()
        );
    }
    for bad in [WRONG, "Basic !", "Basic"] {
        let request = request(&[bad]);
        assert_rejected(
            &optional,
            &request,
            StatusCode::UNAUTHORIZED,
            "invalid-credentials",
        )
        .await;
    }
}

#[tokio::test]
async fn a_failure_of_ours_is_503_without_a_challenge() {
    for (username, retry_after) in [("broken", None), ("busy", Some("3"))] {
        let request = basic(username, "x");

        let response = assert_rejected(
            &required(),
            &request,
            StatusCode::SERVICE_UNAVAILABLE,
            "authentication-unavailable",
        )
        .await;

        let sent = response
            .headers()
            .get(RETRY_AFTER)
            .map(|value| value.to_str().unwrap());
        assert_eq!(sent, retry_after, "{username}");
        assert!(!response.headers().contains_key(WWW_AUTHENTICATE));
    }
}

#[tokio::test]
async fn the_verifier_is_asked_once_and_only_about_well_formed_credentials() {
    let users = Users::default();
    let asked = Arc::clone(&users.asked);
    let layer = GuardLayer::new(Authenticate::required(Basic::new(users)));
    for (authorization, times) in [(ALICE, 1), (WRONG, 1), ("Basic !", 0), ("Bearer x", 0)] {
        let before = asked.load(Ordering::SeqCst);

        send(&layer, &Probe::new(), request(&[authorization])).await;

        assert_eq!(
            asked.load(Ordering::SeqCst) - before,
            times,
            "{authorization}"
        );
    }
}

#[tokio::test]
async fn max_bytes_is_the_services_choice() {
    // "alice:s3cr3t:!" is 14 bytes.
    for (max_bytes, calls) in [(13, 0), (14, 1)] {
        let basic = Basic::new(Users::default()).max_bytes(max_bytes);
        let probe = Probe::new();

        send(
            &GuardLayer::new(Authenticate::required(basic)),
            &probe,
            request(&[ALICE]),
        )
        .await;

        assert_eq!(probe.calls(), calls, "{max_bytes}");
    }
}

#[tokio::test]
async fn a_throttled_login_is_told_when_to_come_back() {
    let status = StatusCode::TOO_MANY_REQUESTS;
    let request = basic("guessed", "secret");
    let refused = assert_rejected(&required(), &request, status, "too-many-failed-logins").await;
    assert_eq!(refused.headers()["retry-after"], "12");
    assert!(!refused.headers().contains_key("www-authenticate"));
}

#[tokio::test]
async fn nothing_logs_or_shows_the_credentials() {
    let logs = LogCapture::start();
    let mut shown = format!("{:?}", Basic::new(Users::default()));
    for authorization in [ALICE, WRONG, "Basic czNjcjN0"] {
        let response = send(&required(), &Probe::new(), request(&[authorization])).await;
        shown.push_str(&format!("{response:?}"));
    }
    shown.push_str(&logs.text());

    for secret in ["s3cr3t", "czNjcjN0", "YWxpY2U6", "wrong:"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

#[test]
fn readiness_is_passed_on() {
    let optional = GuardLayer::new(Authenticate::optional(Basic::new(Users::default())));
    for layer in [required(), optional] {
        assert_readiness(&layer, &request(&[ALICE]));
        assert_readiness_when_rejecting(&layer, &request(&[WRONG]));
    }
}

#[tokio::test]
async fn the_verifier_is_told_the_address_of_the_client_if_it_is_known() {
    /// Takes the address for the user.
    struct Addresses;

    impl PasswordVerifier for Addresses {
        fn verify(&self, _: &str, _: SecretString) -> BoxFuture<Result<Principal, LoginError>> {
            Box::pin(async { Err(LoginError::Denied) })
        }

        fn verify_from(
            &self,
            client: Option<ClientAddr>,
            username: &str,
            password: SecretString,
        ) -> BoxFuture<Result<Principal, LoginError>> {
            let Some(client) = client else {
                return self.verify(username, password);
            };
            let principal = Principal::builder(client.ip().to_string()).build();
            Box::pin(async { Ok(principal) })
        }
    }

    let layer = GuardLayer::new(Authenticate::required(Basic::new(Arc::new(Addresses))));
    let probe = Probe::new();
    let mut known = request(&[ALICE]);
    let client = ClientAddr::new("192.0.2.7".parse().unwrap());
    known.extensions_mut().insert(client);
    send(&layer, &probe, known).await;
    let seen = probe.last().unwrap();
    let principal = seen.extensions().get::<Principal>().unwrap();
    assert_eq!(principal.subject(), "192.0.2.7");

    let response = send(&layer, &probe, request(&[ALICE])).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
}

#[test]
fn keeps_its_auto_traits() {
    fn is_usable_anywhere<T: Send + Sync + 'static>() {}

    is_usable_anywhere::<Basic<Users>>();
}

/// Knows alice, and two users whose logins cannot be judged.
#[derive(Default)]
struct Users {
    asked: Arc<AtomicUsize>,
}

impl PasswordVerifier for Users {
    fn verify(
        &self,
        username: &str,
        password: SecretString,
    ) -> BoxFuture<Result<Principal, LoginError>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let answer = match (username, password.expose_secret()) {
            ("alice", "s3cr3t:!") => Ok(Principal::builder("alice").build()),
            ("broken", _) => Err(LoginError::Failed("no route to database".into())),
            ("busy", _) => Err(LoginError::Overloaded {
                retry_after: Duration::from_secs(3),
            }),
            ("guessed", _) => Err(LoginError::Throttled {
                retry_after: Duration::from_secs(12),
            }),
            _ => Err(LoginError::Denied),
        };
        Box::pin(async move { answer })
    }
}

fn required() -> GuardLayer<Authenticate<Basic<Users>>> {
    GuardLayer::new(Authenticate::required(Basic::new(Users::default())))
}

fn request(authorization: &[&str]) -> Request<()> {
    let mut request = Request::new(());
    for line in authorization {
        let value = HeaderValue::from_str(line).unwrap();
        request.headers_mut().append(AUTHORIZATION, value);
    }
    request
}

fn basic(username: &str, password: &str) -> Request<()> {
    use base64::Engine as _;

    let token = base64::engine::general_purpose::STANDARD.encode(format!("{username}:{password}"));
    request(&[&format!("Basic {token}")])
}
