//! What a stack is made of, with guards of the core alone.

#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

mod parts;

use std::net::SocketAddr;

use bartizan::chain::Chain;
use bartizan::{
    ClientAddr, FindClient, Guard, Outcome, Pass, Principal, Rejection, RequestFirewall,
    RequestHead, Scheme, Stack, TrustedProxies, Verdict, guard_fn, step,
};
use bartizan_testkit::{
    Probe, Recorder, assert_readiness, assert_readiness_when_rejecting, assert_rejected, send,
};
use http::{HeaderValue, Request, Response, StatusCode};
use parts::{Anyone, Cors, Csrf, Limit, Mine, Policy};
use tower::Layer;

/// Marks every response, as security headers do.
struct Marks;

struct Mark;

impl Pass for Mark {
    fn seal<B>(self, response: &mut Response<B>) {
        let value = HeaderValue::from_static("marked");
        response.headers_mut().insert("x-mark", value);
    }
}

impl Guard for Marks {
    type Pass = Mark;

    fn name(&self) -> &'static str {
        "headers"
    }

    fn check(&self, _: RequestHead<'_>) -> Verdict<Mark> {
        Verdict::Pass(Mark)
    }
}

impl step::Fits<step::Headers> for Marks {}

fn find() -> FindClient {
    FindClient::behind(TrustedProxies::none())
}

fn request() -> Request<()> {
    let mut request = Request::get("/")
        .header("host", "localhost")
        .body(())
        .unwrap();
    let peer: SocketAddr = "192.0.2.1:4711".parse().unwrap();
    request.extensions_mut().insert(peer);
    request
}

#[tokio::test]
async fn all_steps_are_taken_in_order_and_reported_to_one_observer() {
    let recorder = Recorder::new();
    let layer = Stack::new()
        .headers(Marks)
        .cors(Cors)
        .client_address(find())
        .firewall(RequestFirewall::new())
        .csrf(Csrf)
        .rate_limit_by_address(Limit)
        .before_auth(Mine)
        .before_auth(guard_fn(|_: RequestHead<'_>| Verdict::Pass(())).named("second"))
        .authenticate(Anyone)
        .rate_limit_by_principal(Limit)
        .authorize(Policy)
        .guard(Mine)
        .guard(guard_fn(sees_everything).named("last"))
        .observed(recorder.clone())
        .build();
    let probe = Probe::new();

    let response = send(&layer, &probe, request()).await;

    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["x-mark"], "marked");
    let passed = recorder.outcomes().into_iter().map(|(guard, outcome, _)| {
        assert_eq!(outcome, Outcome::Passed);
        guard.rsplit("::").next().unwrap_or(guard)
    });
    assert_eq!(
        passed.collect::<Vec<_>>(),
        [
            "headers",
            "Cors",
            "client-address",
            "request-firewall",
            "Csrf",
            "Limit",
            "Mine",
            "second",
            "anyone",
            "Limit",
            "Policy",
            "Mine",
            "last"
        ]
    );
}

fn sees_everything(head: RequestHead<'_>) -> Verdict<()> {
    let client = head.extensions().get::<ClientAddr>();
    let principal = head.extensions().get::<Principal>();
    match (client, principal) {
        (Some(_), Some(_)) => Verdict::Pass(()),
        _ => Verdict::Reject(Rejection::forbidden("blind", "something is missing")),
    }
}

#[tokio::test]
async fn what_is_further_out_marks_what_is_refused_further_in() {
    let layer = Stack::new().headers(Marks).authenticate(Nobody).build();

    let status = StatusCode::UNAUTHORIZED;
    let response = assert_rejected(&layer, &request(), status, "authentication-required").await;

    assert_eq!(response.headers()["x-mark"], "marked");
}

#[tokio::test]
async fn strangers_pass_where_authentication_is_optional() {
    let probe = Probe::new();
    let layer = Stack::new()
        .authenticate_optional(Nobody)
        .guard(Mine)
        .build();

    assert_eq!(
        send(&layer, &probe, request()).await.status(),
        StatusCode::OK
    );
    assert!(
        probe
            .last()
            .unwrap()
            .extensions()
            .get::<Principal>()
            .is_none()
    );
}

#[tokio::test]
async fn schemes_and_guards_are_combined_in_their_steps() {
    let recorder = Recorder::new();
    let layer = Stack::new()
        .cors(std::sync::Arc::new(Cors).shadow())
        .client_address(find())
        .rate_limit_by_address(Limit.and(Limit))
        .authenticate(Nobody.or(Anyone))
        .observed(recorder.clone())
        .build();

    let probe = Probe::new();
    assert_eq!(
        send(&layer, &probe, request()).await.status(),
        StatusCode::OK
    );
    assert_eq!(recorder.outcomes().len(), 5);

    let public = |head: RequestHead<'_>| head.uri().path() == "/health";
    let guard = bartizan::Authenticate::required(Nobody).unless(public);
    let layer = Stack::new().authenticate_by(guard).build();
    let health = Request::get("/health").body(()).unwrap();
    assert_eq!(send(&layer, &probe, health).await.status(), StatusCode::OK);
    let other = Request::get("/").body(()).unwrap();
    assert_eq!(
        send(&layer, &probe, other).await.status(),
        StatusCode::UNAUTHORIZED
    );
}

#[test]
fn readiness_is_passed_on() {
    let open = Stack::new().headers(Marks).authenticate(Anyone).build();
    assert_readiness(&open, &request());

    let waiting = guard_fn(|_: RequestHead<'_>| -> Verdict<()> {
        Verdict::Wait(Box::pin(async { Verdict::Pass(()) }))
    });
    assert_readiness(&Stack::new().cors(Cors).guard(waiting).build(), &request());

    let closed = Stack::new().headers(Marks).authenticate(Nobody).build();
    assert_readiness_when_rejecting(&closed, &request());

    assert_readiness(&Stack::new().build(), &request());
}

#[test]
fn a_stack_is_shared_by_the_services_it_makes_and_shows_nothing() {
    fn assert_layer<L: Clone + Send + Sync + 'static>(_: &L) {}

    let stack = Stack::new().authenticate(Anyone);
    assert_eq!(format!("{stack:?}"), "Stack { .. }");
    let layer = stack.build();
    assert_layer(&layer);
    assert_eq!(format!("{layer:?}"), "StackLayer { .. }");
    let clone = layer.clone();
    let _ = (layer.layer(Probe::new()), clone.layer(Probe::new()));
}

/// Finds credentials in no request.
struct Nobody;

impl Scheme for Nobody {
    fn name(&self) -> &'static str {
        "nobody"
    }

    fn authenticate(&self, _: RequestHead<'_>) -> bartizan::Attempt {
        bartizan::Attempt::Absent
    }

    fn challenge(&self, _: Option<&bartizan::AuthFailure>) -> bartizan::Challenge {
        bartizan::Challenge::bearer(&bartizan::Realm::default())
    }
}
