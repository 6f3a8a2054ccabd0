//! The guard over a scheme, and schemes in turn.

#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

use std::time::Duration;

use bartizan_core::chain::Chain;
use bartizan_core::{
    Attempt, AuthFailure, Authenticate, Challenge, GuardLayer, Outcome, Principal, Realm,
    Rejection, RequestHead, Scheme, Verdict, credentials, guard_fn,
};
use bartizan_testkit::{
    LogCapture, Probe, Recorder, assert_readiness, assert_readiness_when_rejecting,
    assert_rejected, send,
};
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};

#[tokio::test]
async fn judges_by_what_the_scheme_finds() {
    use StatusCode as S;
    for waits in [false, true] {
        let required = GuardLayer::new(Authenticate::required(token(waits)));
        let optional = GuardLayer::new(Authenticate::optional(token(waits)));
        for layer in [&required, &optional] {
            for (value, status, slug) in [
                ("Token bad", S::UNAUTHORIZED, "invalid-credentials"),
                ("Token ", S::BAD_REQUEST, "malformed-credentials"),
                ("Token\talice", S::BAD_REQUEST, "malformed-credentials"),
                ("Token,alice", S::BAD_REQUEST, "malformed-credentials"),
                ("Token al\tice", S::BAD_REQUEST, "malformed-credentials"),
                ("Token \u{e9}", S::BAD_REQUEST, "malformed-credentials"),
                (
                    "Token down",
                    S::SERVICE_UNAVAILABLE,
                    "authentication-unavailable",
                ),
            ] {
                assert_rejected(layer, &request(&[value]), status, slug).await;
            }
            let twice = request(&["Token alice", "Token alice"]);
            assert_rejected(layer, &twice, S::BAD_REQUEST, "malformed-credentials").await;
            assert_eq!(
                subject(layer, &request(&["Token alice"])).await.as_deref(),
                Some("alice")
            );
        }
        for strange in [
            request(&[]),
            request(&["Other alice"]),
            request(&["Tokenalice"]),
        ] {
            let (status, slug) = (S::UNAUTHORIZED, "authentication-required");
            assert_rejected(&required, &strange, status, slug).await;
            assert_eq!(subject(&optional, &strange).await, None);
        }
    }
}

#[tokio::test]
async fn rfc9110_2_compares_the_scheme_without_letter_case() {
    let layer = GuardLayer::new(Authenticate::required(token(false)));
    for value in ["Token alice", "token alice", "tOkEn    alice"] {
        let subject = subject(&layer, &request(&[value])).await;
        assert_eq!(subject.as_deref(), Some("alice"), "{value}");
    }
}

#[tokio::test]
async fn rfc6750_2_names_no_error_where_credentials_are_absent() {
    let layer = GuardLayer::new(Authenticate::required(token(false).or(key())));
    let (status, slug) = (StatusCode::UNAUTHORIZED, "authentication-required");
    let response = assert_rejected(&layer, &request(&[]), status, slug).await;

    assert_eq!(
        challenges(&response),
        [r#"Token realm="api""#, r#"Key realm="api""#]
    );
}

#[tokio::test]
async fn only_the_scheme_that_failed_names_an_error() {
    for waits in [false, true] {
        let layer = GuardLayer::new(Authenticate::required(token(waits).or(key())));
        let (status, slug) = (StatusCode::UNAUTHORIZED, "invalid-credentials");
        let response = assert_rejected(&layer, &request(&["Token bad"]), status, slug).await;

        let failed = r#"Token realm="api", error="invalid_token", error_description="unknown""#;
        assert_eq!(challenges(&response), [failed, r#"Key realm="api""#]);
    }
}

#[tokio::test]
async fn a_failed_attempt_does_not_fall_through_to_the_next_scheme() {
    for waits in [false, true] {
        let layer = GuardLayer::new(Authenticate::required(token(waits).or(key())));
        let mut request = request(&["Token bad"]);
        request
            .headers_mut()
            .insert("x-key", "bob".parse().unwrap());
        let (status, slug) = (StatusCode::UNAUTHORIZED, "invalid-credentials");
        assert_rejected(&layer, &request, status, slug).await;
    }
}

#[tokio::test]
async fn the_next_scheme_is_tried_where_credentials_are_absent() {
    let layer = GuardLayer::new(Authenticate::required(token(false).or(key())));
    let by_key = Request::get("/").header("x-key", "bob").body(()).unwrap();

    assert_eq!(subject(&layer, &by_key).await.as_deref(), Some("bob"));
}

#[tokio::test]
async fn the_verdict_does_not_depend_on_whether_a_scheme_waits() {
    for waits in [false, true] {
        for token_waits in [false, true] {
            let schemes = || Stale { waits }.or(token(token_waits)).or(key());
            let required = GuardLayer::new(Authenticate::required(schemes()));
            let optional = GuardLayer::new(Authenticate::optional(schemes()));
            for layer in [&required, &optional] {
                let good = subject(layer, &request(&["Token alice"])).await;
                assert_eq!(good.as_deref(), Some("alice"));
                let (status, slug) = (StatusCode::UNAUTHORIZED, "invalid-credentials");
                assert_rejected(layer, &request(&["Token bad"]), status, slug).await;
            }
            let (status, slug) = (StatusCode::UNAUTHORIZED, "authentication-required");
            assert_rejected(&required, &request(&[]), status, slug).await;
            assert_eq!(subject(&optional, &request(&[])).await, None);
        }
    }
}

#[tokio::test]
async fn an_optional_guard_leaves_no_principal_of_another() {
    let layer = GuardLayer::new(Authenticate::optional(token(false)));
    let mut stranger = request(&[]);
    stranger.extensions_mut().insert(principal("stale"));

    assert_eq!(subject(&layer, &stranger).await, None);
}

#[tokio::test]
async fn names_the_scheme_that_failed_among_several() {
    let recorder = Recorder::new();
    let schemes = Authenticate::required(key().or(token(true)));
    let layer = GuardLayer::observed(schemes, recorder.clone());
    send(&layer, &Probe::new(), request(&["Token bad"])).await;
    send(&layer, &Probe::new(), request(&[])).await;

    let expected = [
        ("token", Outcome::Rejected, Some("invalid-credentials")),
        ("any-of", Outcome::Rejected, Some("authentication-required")),
    ];
    assert_eq!(recorder.outcomes(), expected);
}

#[tokio::test]
async fn rfc9110_7_lists_basic_first_and_nothing_twice() {
    let schemes = token(false).or(token(false)).or(Named("basic"));
    let layer = GuardLayer::new(Authenticate::required(schemes));
    let (status, slug) = (StatusCode::UNAUTHORIZED, "authentication-required");
    let response = assert_rejected(&layer, &request(&[]), status, slug).await;

    let basic = r#"Basic realm="api", charset="UTF-8""#;
    assert_eq!(challenges(&response), [basic, r#"Token realm="api""#]);
}

#[tokio::test]
async fn a_failure_of_ours_is_no_challenge() {
    let layer = GuardLayer::new(Authenticate::required(token(false)));
    let request = request(&["Token down"]);
    let (status, slug) = (
        StatusCode::SERVICE_UNAVAILABLE,
        "authentication-unavailable",
    );
    let response = assert_rejected(&layer, &request, status, slug).await;

    assert_eq!(challenges(&response), [""; 0]);
    assert_eq!(response.headers()["retry-after"], "7");
}

#[tokio::test]
async fn strips_the_credentials_unless_told_otherwise() {
    let mut sent = request(&["Token alice"]);
    sent.headers_mut().insert("x-key", "bob".parse().unwrap());
    let strips = GuardLayer::new(Authenticate::required(token(false).or(key())));
    let keeps = Authenticate::required(token(false).or(key())).keep_credentials();
    let keeps = GuardLayer::new(keeps);

    let probe = Probe::new();
    send(&strips, &probe, sent.clone()).await;
    let seen = probe.last().unwrap();
    assert!(!seen.headers().contains_key(AUTHORIZATION));
    assert!(!seen.headers().contains_key("x-key"));

    send(&keeps, &probe, sent).await;
    let seen = probe.last().unwrap();
    assert!(seen.headers()[AUTHORIZATION].is_sensitive());
    assert!(seen.headers()["x-key"].is_sensitive());
    assert_eq!(seen.headers()[AUTHORIZATION], "Token alice");
}

#[tokio::test]
async fn a_policy_joined_to_it_sees_the_principal() {
    for waits in [false, true] {
        let alice_only =
            guard_fn(
                |head: RequestHead<'_>| match head.extensions().get::<Principal>() {
                    Some(principal) if principal.subject() == "alice" => Verdict::Pass(()),
                    _ => Verdict::Reject(Rejection::forbidden("not-alice", "only alice may")),
                },
            );
        let layer = GuardLayer::new(Authenticate::required(token(waits)).and(alice_only));
        let forbidden = StatusCode::FORBIDDEN;

        assert_eq!(
            subject(&layer, &request(&["Token alice"])).await.as_deref(),
            Some("alice")
        );
        assert_rejected(&layer, &request(&["Token bob"]), forbidden, "not-alice").await;
    }
}

#[tokio::test]
async fn reports_who_was_let_in_and_why_not() {
    let recorder = Recorder::new();
    let layer = Authenticate::required(token(false));
    let layer = GuardLayer::observed(layer, recorder.clone());
    for value in ["Token alice", "Token bad", "Token down"] {
        send(&layer, &Probe::new(), request(&[value])).await;
    }

    let decisions = recorder.decisions();
    assert_eq!(decisions[0].subject.as_deref(), Some("alice"));
    assert!(decisions.iter().all(|decision| decision.is_timed));
    let expected = [
        ("token", Outcome::Passed, None),
        ("token", Outcome::Rejected, Some("invalid-credentials")),
        ("token", Outcome::Failed, Some("authentication-unavailable")),
    ];
    assert_eq!(recorder.outcomes(), expected);
}

#[tokio::test]
async fn logs_no_credentials_and_no_line_of_a_strangers() {
    let log = LogCapture::start();
    let layer = GuardLayer::new(Authenticate::required(token(false)));
    for value in ["Token alice", "Token bad-s3cret", "Token down"] {
        let mut request = request(&[value]);
        *request.uri_mut() = "/path?token=s3cret".parse().unwrap();
        send(&layer, &Probe::new(), request).await;
    }

    let text = log.text();
    assert!(text.contains("store is down"), "{text}");
    assert!(text.contains("subject=\"alice\""), "{text}");
    assert!(text.contains("outcome=\"rejected\""), "{text}");
    assert!(!text.contains("s3cret"), "{text}");
    assert_eq!(text.lines().count(), 3, "{text}");
}

#[test]
fn keeps_the_contract_of_readiness() {
    for waits in [false, true] {
        let required = GuardLayer::new(Authenticate::required(token(waits)));
        let optional = GuardLayer::new(Authenticate::optional(token(waits)));
        for layer in [&required, &optional] {
            assert_readiness(layer, &request(&["Token alice"]));
            assert_readiness_when_rejecting(layer, &request(&["Token bad"]));
        }
        assert_readiness(&optional, &request(&[]));
        assert_readiness_when_rejecting(&required, &request(&[]));
    }
}

/// Takes the token for the name of the subject, but for a few.
struct Token {
    waits: bool,
}

fn token(waits: bool) -> Token {
    Token { waits }
}

impl Scheme for Token {
    fn name(&self) -> &'static str {
        "token"
    }

    fn authenticate(&self, head: RequestHead<'_>) -> Attempt {
        let attempt = match credentials(head, "token") {
            Ok(None) => return Attempt::Absent,
            Err(failure) => Attempt::Failed(failure),
            Ok(Some("")) => Attempt::Failed(AuthFailure::malformed("token", "empty")),
            Ok(Some("down")) => Attempt::Failed(
                AuthFailure::unavailable("token", "store is down\nforged line")
                    .with_retry_after(Duration::from_secs(7)),
            ),
            Ok(Some(bad)) if bad.starts_with("bad") => {
                Attempt::Failed(AuthFailure::invalid("token", "unknown"))
            }
            Ok(Some(name)) => Attempt::Authenticated(principal(name)),
        };
        if self.waits {
            Attempt::Wait(Box::pin(async {
                tokio::task::yield_now().await;
                attempt
            }))
        } else {
            attempt
        }
    }

    fn challenge(&self, failure: Option<&AuthFailure>) -> Challenge {
        let challenge = Challenge::new("Token")
            .unwrap()
            .param("realm", "api")
            .unwrap();
        match failure {
            Some(failure) => challenge.error("invalid_token", failure.detail()),
            None => challenge,
        }
    }
}

/// Takes the field for the name of the subject.
struct Key;

fn key() -> Key {
    Key
}

impl Scheme for Key {
    fn name(&self) -> &'static str {
        "key"
    }

    fn authenticate(&self, head: RequestHead<'_>) -> Attempt {
        match head.headers().get("x-key") {
            Some(key) => Attempt::Authenticated(principal(key.to_str().unwrap())),
            None => Attempt::Absent,
        }
    }

    fn challenge(&self, _: Option<&AuthFailure>) -> Challenge {
        Challenge::new("Key")
            .unwrap()
            .param("realm", "api")
            .unwrap()
    }

    fn credential_fields(&self) -> Vec<HeaderName> {
        vec![HeaderName::from_static("x-key")]
    }
}

/// Finds a session that is gone.
struct Stale {
    waits: bool,
}

impl Scheme for Stale {
    fn name(&self) -> &'static str {
        "stale"
    }

    fn authenticate(&self, _: RequestHead<'_>) -> Attempt {
        if self.waits {
            Attempt::Wait(Box::pin(async {
                tokio::task::yield_now().await;
                Attempt::Wait(Box::pin(async { Attempt::Absent }))
            }))
        } else {
            Attempt::Absent
        }
    }

    fn challenge(&self, _: Option<&AuthFailure>) -> Challenge {
        Challenge::new("Stale").unwrap()
    }

    fn credential_fields(&self) -> Vec<HeaderName> {
        Vec::new()
    }
}

/// Finds nothing, and has the challenge of HTTP Basic.
struct Named(&'static str);

impl Scheme for Named {
    fn name(&self) -> &'static str {
        self.0
    }

    fn authenticate(&self, _: RequestHead<'_>) -> Attempt {
        Attempt::Absent
    }

    fn challenge(&self, _: Option<&AuthFailure>) -> Challenge {
        Challenge::basic(&Realm::default())
    }
}

fn principal(name: &str) -> Principal {
    Principal::builder(name).scheme("token").build()
}

fn request(authorization: &[&str]) -> Request<()> {
    let mut request = Request::new(());
    for value in authorization {
        let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
        request.headers_mut().append(AUTHORIZATION, value);
    }
    request
}

async fn subject<C: Chain>(layer: &GuardLayer<C>, request: &Request<()>) -> Option<String> {
    let probe = Probe::new();
    send(layer, &probe, request.clone()).await;
    assert_eq!(probe.calls(), 1);
    let seen = probe.last().unwrap();
    let principal = seen.extensions().get::<Principal>()?;
    Some(principal.subject().to_owned())
}

fn challenges(response: &Response<String>) -> Vec<&str> {
    let values = response.headers().get_all(WWW_AUTHENTICATE).iter();
    values.map(|value| value.to_str().unwrap()).collect()
}
