//! Policies that another program decides on: three answers and a failure.

use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bartizan_core::{BoxError, GuardLayer, Outcome, Principal, Rejection, Reply};
use bartizan_rbac::{
    Denied, Policy, PolicySource, PolicyUnavailable, Question, RoleHierarchy, Route, RouteTable,
    Ruling, all, any, consult, custom, not, require, role, scope,
};
use bartizan_testkit::{
    Probe, Recorder, assert_readiness, assert_readiness_when_rejecting, assert_rejected, send,
};
use http::{Request, StatusCode};

use Says::{Deny, Fail, Forbid, Permit};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Says {
    Deny,
    Fail,
    Forbid,
    Permit,
}

/// Each policy, of an editor, with what it comes to for each answer of the source, in
/// the order permit, deny, forbid, fail.
#[tokio::test]
async fn asvs_16_5_2_a_failure_is_503_and_never_permits_and_what_is_forbidden_is_so_everywhere() {
    let source = |says| consult(Source::new(says), "read");
    type Join = fn(Policy) -> Policy;
    let table: [(&str, Join, [u16; 4]); 9] = [
        ("source", |s| s, [200, 403, 403, 503]),
        ("not source", not, [403, 200, 403, 503]),
        (
            "true and source",
            |s| all([role("editor"), s]),
            [200, 403, 403, 503],
        ),
        // Refused whatever the source says, so that it is not asked.
        (
            "false and source",
            |s| all([role("admin"), s]),
            [403, 403, 403, 403],
        ),
        (
            "source and false",
            |s| all([s, role("admin")]),
            [403, 403, 403, 403],
        ),
        // The source that failed might have forbidden.
        (
            "true or source",
            |s| any([role("editor"), s]),
            [200, 200, 403, 503],
        ),
        (
            "source or false",
            |s| any([s, role("admin")]),
            [200, 403, 403, 503],
        ),
        (
            "not (false and source)",
            |s| not(all([role("admin"), s])),
            [200, 200, 403, 503],
        ),
        (
            "not (true or source)",
            |s| not(any([role("editor"), s])),
            [403, 403, 403, 403],
        ),
    ];
    for (name, policy, expected) in table {
        for waits in [false, true] {
            let mut found = [0; 4];
            for (place, says) in [Permit, Deny, Forbid, Fail].into_iter().enumerate() {
                let part = match waits {
                    true => consult(Source::new(says).waiting(), "read"),
                    false => source(says),
                };
                let layer = GuardLayer::new(require(policy(part)));
                let probe = Probe::new();
                let response = send(&layer, &probe, request()).await;
                found[place] = response.status().as_u16();
                assert_eq!(probe.calls(), usize::from(found[place] == 200), "{name}");
            }
            assert_eq!(found, expected, "{name}, waiting: {waits}");
        }
    }
}

#[tokio::test]
async fn two_sources_forbid_fail_deny_and_permit_in_this_order() {
    for (join, one, two, expected) in [
        (any as fn([Policy; 2]) -> Policy, Permit, Permit, 200),
        (any, Permit, Deny, 200),
        (any, Permit, Fail, 503),
        (any, Fail, Permit, 503),
        (any, Deny, Fail, 503),
        (any, Permit, Forbid, 403),
        (any, Fail, Forbid, 403),
        (any, Forbid, Fail, 403),
        (all, Permit, Permit, 200),
        (all, Permit, Fail, 503),
        (all, Deny, Fail, 403),
        (all, Fail, Deny, 403),
        (all, Fail, Forbid, 403),
        (all, Fail, Fail, 503),
    ] {
        let second = consult(Source::new(two).waiting(), "b");
        let policy = join([consult(Source::new(one), "a"), second]);
        let response = send(&GuardLayer::new(require(policy)), &Probe::new(), request()).await;
        assert_eq!(response.status(), expected, "{one:?} {two:?}");
    }
}

#[tokio::test]
async fn a_source_is_asked_once_and_not_where_it_cannot_matter() {
    let source = Source::new(Permit).waiting();
    let asked = |policy: Policy| async {
        let before = source.asked.load(Ordering::Relaxed);
        send(&GuardLayer::new(require(policy)), &Probe::new(), request()).await;
        source.asked.load(Ordering::Relaxed) - before
    };
    let part = || consult(source.clone(), "read");

    assert_eq!(asked(part()).await, 1);
    assert_eq!(asked(any([role("editor"), part()])).await, 1);
    assert_eq!(asked(all([part(), role("admin")])).await, 0);
    assert_eq!(
        asked(all([part(), part(), custom("x", |_, _| true)])).await,
        2
    );
}

#[tokio::test]
async fn asvs_8_3_2_what_has_changed_counts_from_the_next_request_on() {
    let is_permitted = Arc::new(AtomicUsize::new(1));
    let now = Arc::clone(&is_permitted);
    let policy = custom("now", move |_, _| now.load(Ordering::Relaxed) == 1);
    let source = Changing(Arc::clone(&is_permitted));

    for policy in [policy, consult(source, "read")] {
        let layer = GuardLayer::new(require(policy));
        for (permitted, status) in [(1, 200), (0, 403), (1, 200), (0, 403)] {
            is_permitted.store(permitted, Ordering::Relaxed);
            let response = send(&layer, &Probe::new(), request()).await;
            assert_eq!(response.status(), status);
        }
    }
}

/// Permits while there is a 1.
#[derive(Debug)]
struct Changing(Arc<AtomicUsize>);

impl PolicySource for Changing {
    fn name(&self) -> &str {
        "changing"
    }

    fn decide(&self, _: &Question<'_>) -> Reply<Result<Ruling, BoxError>> {
        Reply::Ready(Ok(match self.0.load(Ordering::Relaxed) {
            1 => Ruling::Permit,
            _ => Ruling::Deny,
        }))
    }
}

#[tokio::test]
async fn the_source_is_told_who_wants_what_by_which_rule() {
    #[derive(Debug)]
    struct Curious;
    impl PolicySource for Curious {
        fn name(&self) -> &str {
            "curious"
        }
        fn decide(&self, question: &Question<'_>) -> Reply<Result<Ruling, BoxError>> {
            let fits = question.principal.subject() == "erin"
                && question.action == "items:read"
                && question.head.uri().path() == "/items/7"
                && question.rule == Some("GET /items/{id}");
            Reply::Ready(Ok(if fits { Ruling::Permit } else { Ruling::Deny }))
        }
    }
    let table = RouteTable::builder()
        .rule(Route::get("/items/{id}").require(consult(Curious, "items:read")))
        .build()
        .unwrap();

    let mut request = request();
    *request.uri_mut() = "/items/7".parse().unwrap();
    let response = send(&GuardLayer::new(table), &Probe::new(), request).await;
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_failure_is_reported_with_its_cause_and_hides_nothing() {
    for waits in [false, true] {
        let source = Source::new(Fail);
        let source = if waits { source.waiting() } else { source };
        let rule = Route::any("/").require(consult(source, "read"));
        let rules = RouteTable::builder().hide_as_not_found();
        let rules = rules.rule(rule.hide_as_not_found());
        let recorder = Recorder::new();
        let layer = GuardLayer::observed(rules.build().unwrap(), recorder.clone());

        let status = StatusCode::SERVICE_UNAVAILABLE;
        let response = assert_rejected(&layer, &request(), status, "policy-unavailable").await;

        let rejection = response.extensions().get::<Rejection>().unwrap();
        let source = rejection.source().unwrap();
        let unavailable: &PolicyUnavailable = source.downcast_ref().unwrap();
        assert_eq!(unavailable.name(), "opa");
        assert_eq!(
            unavailable.to_string(),
            "policy source \"opa\" cannot decide"
        );
        assert_eq!(
            unavailable.source().unwrap().to_string(),
            "the store is down"
        );
        assert_eq!(recorder.outcomes()[0].1, Outcome::Failed);
    }
}

#[tokio::test]
async fn what_is_forbidden_or_missing_is_named_to_the_observer() {
    for (says, expected) in [
        (Forbid, "forbidden by: consult opa read"),
        (Deny, "missing: consult opa read"),
    ] {
        let policy = all([role("editor"), consult(Source::new(says).waiting(), "read")]);
        let layer = GuardLayer::new(require(policy));
        let status = StatusCode::FORBIDDEN;
        let response = assert_rejected(&layer, &request(), status, "not-permitted").await;
        let rejection = response.extensions().get::<Rejection>().unwrap();
        let denied: &Denied = rejection.source().unwrap().downcast_ref().unwrap();
        assert_eq!(denied.to_string(), expected);
    }
}

#[tokio::test]
async fn scopes_are_asked_for_unless_the_source_denies() {
    let read = |says| consult(Source::new(says).waiting(), "read");
    let write = |says| all([read(says), scope("write")]);
    for (policy, expected) in [
        // Without the scope, nobody is asked.
        (write(Deny), "insufficient-scope"),
        (any([write(Permit), read(Deny)]), "insufficient-scope"),
        (any([write(Deny), read(Deny)]), "not-permitted"),
    ] {
        let response = send(&GuardLayer::new(require(policy)), &Probe::new(), request()).await;
        let rejection = response.extensions().get::<Rejection>().unwrap();
        assert_eq!(rejection.slug(), expected);
    }
}

#[test]
fn without_a_request_nobody_is_asked_and_nobody_passes() {
    let flat = RoleHierarchy::default();
    let erin = Principal::builder("erin").role("editor").build();
    for policy in [
        consult(Source::new(Permit), "read"),
        not(consult(Source::new(Deny), "read")),
        any([role("editor"), consult(Source::new(Permit), "read")]),
        custom("x", |_, _| true),
        not(custom("x", |_, _| false)),
    ] {
        assert!(!policy.holds(&erin, &flat), "{policy}");
    }
    assert!(any([role("editor"), custom("x", |_, _| true)]).holds(&erin, &flat));
}

#[test]
fn readiness_is_passed_on_while_a_source_is_waited_for() {
    let layer = |says| GuardLayer::new(require(consult(Source::new(says).waiting(), "x")));
    assert_readiness(&layer(Permit), &request());
    assert_readiness_when_rejecting(&layer(Deny), &request());
    assert_readiness_when_rejecting(&layer(Fail), &request());
}

#[test]
fn policies_with_code_are_equal_to_their_clones_alone() {
    let (one, two) = (custom("x", |_, _| true), custom("x", |_, _| true));
    assert_eq!(one, one.clone());
    assert_ne!(one, two);
    let source = Arc::new(Source::new(Permit));
    let asks = consult(Arc::clone(&source), "a");
    assert_eq!(asks, asks.clone());
    assert_ne!(asks, consult(source, "b"));
    assert_eq!(format!("{one:?}"), r#"Policy(Leaf(Test(custom("x"))))"#);
}

#[derive(Clone, Debug)]
struct Source {
    says: Says,
    waits: bool,
    asked: Arc<AtomicUsize>,
}

impl Source {
    fn new(says: Says) -> Self {
        Self {
            says,
            waits: false,
            asked: Arc::default(),
        }
    }

    fn waiting(self) -> Self {
        Self {
            waits: true,
            ..self
        }
    }
}

impl PolicySource for Source {
    fn name(&self) -> &str {
        "opa"
    }

    fn decide(&self, _: &Question<'_>) -> Reply<Result<Ruling, BoxError>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let answer = match self.says {
            Deny => Ok(Ruling::Deny),
            Fail => Err("the store is down".into()),
            Forbid => Ok(Ruling::Forbid),
            Permit => Ok(Ruling::Permit),
        };
        if !self.waits {
            return Reply::Ready(answer);
        }
        Reply::Wait(Box::pin(async move {
            tokio::task::yield_now().await;
            answer
        }))
    }
}

fn request() -> Request<()> {
    let erin = Principal::builder("erin").scheme("bearer").role("editor");
    let mut request = Request::new(());
    request.extensions_mut().insert(erin.build());
    request
}
