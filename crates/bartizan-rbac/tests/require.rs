//! What a client and an observer see of the guard.

#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

use std::error::Error as _;

use bartizan_core::chain::Chain;
use bartizan_core::{
    Attempt, AuthFailure, Authenticate, BoxFuture, Challenge, GuardLayer, Outcome, Principal,
    Realm, Rejection, RequestHead, Scheme,
};
use bartizan_rbac::{Denied, Policy, RoleHierarchy, all, any, not, require, role, scope};
use bartizan_testkit::{
    Probe, Recorder, assert_readiness, assert_readiness_when_rejecting, assert_rejected, send,
};
use http::header::WWW_AUTHENTICATE;
use http::{Request, Response, StatusCode};

#[tokio::test]
async fn asvs_8_2_1_only_who_holds_the_role_passes() {
    let layer = GuardLayer::new(require(role("admin")));

    assert_passes(&layer, &request(admin())).await;
    let response = assert_denied(&layer, &request(alice())).await;
    assert_eq!(challenges(&response), NONE);
}

#[tokio::test]
async fn nobody_is_answered_401_whatever_the_policy_says() {
    for policy in [
        role("admin"),
        not(role("banned")),
        not(scope("x")),
        any([not(role("a")), role("a")]),
        all([not(role("a"))]),
    ] {
        let layer = GuardLayer::new(require(policy));
        let response = assert_nobody(&layer).await;
        assert_eq!(challenges(&response), [r#"Bearer realm="api""#]);
    }
}

#[tokio::test]
async fn rfc9110_1_and_7_a_401_has_the_challenges_given_basic_first() {
    let realm: Realm = "back office".parse().unwrap();
    let guard = require(role("admin"))
        .challenge(Challenge::bearer(&realm))
        .challenge(Challenge::basic(&realm));

    let response = assert_nobody(&GuardLayer::new(guard)).await;

    assert_eq!(
        challenges(&response),
        [
            r#"Basic realm="back office", charset="UTF-8""#,
            r#"Bearer realm="back office""#,
        ]
    );
}

#[tokio::test]
async fn rfc6750_5_a_bearer_without_the_scopes_learns_which_are_needed() {
    for (policy, expected) in [
        (scope("items:write"), "items:write"),
        (all([scope("a"), scope("b")]), "a b"),
        // What the token has already is needed again.
        (all([scope("items:read"), scope("b")]), "items:read b"),
        (all([scope("b"), scope("b")]), "b"),
        (any([scope("a"), scope("b")]), "a"),
        (any([role("admin"), scope("b")]), "b"),
        (all([role("editor"), scope("b")]), "b"),
        (all([not(role("banned")), scope("b")]), "b"),
        (
            all([any([scope("a"), scope("items:read")]), scope("b")]),
            "items:read b",
        ),
    ] {
        let layer = GuardLayer::new(require(policy.clone()));
        let response = assert_rejected(
            &layer,
            &request(alice()),
            StatusCode::FORBIDDEN,
            "insufficient-scope",
        )
        .await;
        let expected = format!(
            r#"Bearer realm="api", error="insufficient_scope", error_description="the token lacks a scope", scope="{expected}""#
        );
        assert_eq!(challenges(&response), [expected], "{policy}");
    }
}

#[tokio::test]
async fn what_is_asked_for_is_not_what_another_part_forbids() {
    let either = any([scope("a"), scope("b")]);
    let layer = GuardLayer::new(require(all([either, not(scope("a"))])));
    let bearer = Principal::builder("p").scheme("bearer").build();

    let response = assert_denied(&layer, &request(bearer)).await;
    assert_eq!(challenges(&response), NONE);
}

#[tokio::test]
async fn scopes_in_one_text_are_all_asked_for() {
    let layer = GuardLayer::new(require(scope("items:read items:write")));
    let part = |scopes: &[&str]| {
        let builder = Principal::builder("p").scheme("bearer");
        request(builder.scopes(scopes.iter().copied()).build())
    };

    assert_passes(&layer, &part(&["items:write", "items:read"])).await;
    let slug = "insufficient-scope";
    let forbidden = StatusCode::FORBIDDEN;
    let response = assert_rejected(&layer, &part(&["items:read"]), forbidden, slug).await;
    let expected = "scope=\"items:read items:write\"";
    assert!(challenges(&response)[0].ends_with(expected));
}

#[tokio::test]
async fn a_403_that_no_scope_would_help_has_no_challenge() {
    for policy in [
        role("admin"),
        all([role("admin"), scope("b")]),
        all([scope("b"), not(role("editor"))]),
        not(scope("items:read")),
    ] {
        let layer = GuardLayer::new(require(policy.clone()));
        let response = assert_denied(&layer, &request(alice())).await;
        assert_eq!(challenges(&response), NONE, "{policy}");
    }
}

#[tokio::test]
async fn a_403_has_no_challenge_where_the_scheme_is_not_bearer() {
    let layer = GuardLayer::new(require(scope("items:write")));

    for scheme in ["basic", "session", ""] {
        let bob = Principal::builder("bob").scheme(scheme).build();
        let response = assert_denied(&layer, &request(bob)).await;
        assert_eq!(challenges(&response), NONE);
    }
}

#[tokio::test]
async fn insufficient_scope_keeps_the_realm_of_the_given_challenge() {
    let realm: Realm = "shop".parse().unwrap();
    let guard = require(scope("b")).challenge(Challenge::bearer(&realm));

    let response = send(&GuardLayer::new(guard), &Probe::new(), request(alice())).await;

    assert!(challenges(&response)[0].starts_with(r#"Bearer realm="shop", error="#));
}

#[tokio::test]
async fn what_was_missing_is_for_the_observer_alone() {
    let recorder = Recorder::new();
    let policy = all([role("viewer"), any([role("secret-role"), scope("b")])]);
    let layer = GuardLayer::observed(require(policy), recorder.clone());

    let response = send(&layer, &Probe::new(), request(alice())).await;

    let rejection = response.extensions().get::<Rejection>().unwrap();
    let denied: &Denied = rejection.source().unwrap().downcast_ref().unwrap();
    assert_eq!(
        denied.to_string(),
        "missing: role viewer and (role secret-role or scope b)"
    );
    let sent = format!("{:?}", response.headers());
    assert!(!sent.contains("secret-role"), "{sent}");
    assert!(!rejection.detail().contains("secret-role"));
    assert_eq!(
        recorder.outcomes(),
        [("require", Outcome::Rejected, Some("not-permitted"))]
    );
}

#[tokio::test]
async fn a_role_above_the_one_asked_for_will_do() {
    let hierarchy = RoleHierarchy::parse(["admin > editor > viewer"]).unwrap();
    let layer = GuardLayer::new(require(role("viewer")).hierarchy(hierarchy.clone()));
    assert_passes(&layer, &request(admin())).await;
    assert_passes(&layer, &request(alice())).await;

    let layer = GuardLayer::new(require(not(role("viewer"))).hierarchy(hierarchy));
    assert_denied(&layer, &request(admin())).await;
}

#[tokio::test]
async fn fused_it_sees_the_principal_of_the_guard_before() {
    for waits in [false, true] {
        let guards = Authenticate::required(Named { waits }).and(require(role("admin")));
        let layer = GuardLayer::new(guards);

        let named = |name: &str| Request::get("/").header("x-name", name).body(()).unwrap();
        assert_passes(&layer, &named("admin")).await;
        assert_denied(&layer, &named("alice")).await;
        let nobody = Request::new(());
        let slug = "authentication-required";
        assert_rejected(&layer, &nobody, StatusCode::UNAUTHORIZED, slug).await;
    }
}

#[tokio::test]
async fn a_stranger_where_authentication_is_optional_is_asked_to_authenticate() {
    let guards = Authenticate::optional(Named { waits: false }).and(require(role("admin")));

    assert_nobody(&GuardLayer::new(guards)).await;
}

#[test]
fn readiness_is_passed_on() {
    let layer = GuardLayer::new(require(role("admin")));
    assert_readiness(&layer, &request(admin()));
    assert_readiness_when_rejecting(&layer, &request(alice()));
    assert_readiness_when_rejecting(&layer, &Request::new(()));
}

#[test]
fn a_list_of_none_is_refused() {
    assert!(Policy::all([]).is_err());
    assert!(Policy::any([]).is_err());
    assert_eq!(
        Policy::all([role("a"), role("b")]).unwrap(),
        all([role("a"), role("b")])
    );
    assert_eq!(Policy::any(vec![role("a")]).unwrap(), any([role("a")]));
}

#[test]
fn a_policy_reads_like_a_sentence() {
    for (policy, expected) in [
        (role("a"), "role a"),
        (all([role("a")]), "role a"),
        (not(any([role("a"), scope("b")])), "not (role a or scope b)"),
        (not(not(role("a"))), "not not role a"),
        (
            any([all([role("a"), role("b")]), scope("c")]),
            "(role a and role b) or scope c",
        ),
        (role("a\u{1b}[31m\n"), r#"role "a\u{1b}[31m\n""#),
    ] {
        assert_eq!(policy.to_string(), expected);
    }
}

#[test]
fn names_are_compared_byte_by_byte() {
    let flat = RoleHierarchy::default();
    let holder = Principal::builder("p").role("admin").scope("items").build();

    for policy in [
        role("Admin"),
        role("admin "),
        role("adm"),
        role(""),
        scope("items:write"),
        scope("item"),
        // A role is no scope, and the other way round.
        role("items"),
        scope("admin"),
    ] {
        assert!(!policy.holds(&holder, &flat), "{policy}");
    }
}

const NONE: [&str; 0] = [];

/// Authenticates whoever says a name; `admin` has the role of that name.
#[derive(Debug)]
struct Named {
    waits: bool,
}

impl Scheme for Named {
    fn name(&self) -> &'static str {
        "named"
    }

    fn authenticate(&self, head: RequestHead<'_>) -> Attempt {
        let Some(name) = head.headers().get("x-name") else {
            return Attempt::Absent;
        };
        let name = name.to_str().unwrap();
        let principal = Principal::builder(name).scheme("named").role(name).build();
        if self.waits {
            let answer: BoxFuture<Attempt> =
                Box::pin(async move { Attempt::Authenticated(principal) });
            return Attempt::Wait(answer);
        }
        Attempt::Authenticated(principal)
    }

    fn challenge(&self, _: Option<&AuthFailure>) -> Challenge {
        Challenge::new("Named").unwrap()
    }
}

fn admin() -> Principal {
    Principal::builder("admin")
        .scheme("bearer")
        .role("admin")
        .build()
}

fn alice() -> Principal {
    Principal::builder("alice")
        .scheme("bearer")
        .role("editor")
        .scope("items:read")
        .build()
}

fn request(principal: Principal) -> Request<()> {
    let mut request = Request::new(());
    request.extensions_mut().insert(principal);
    request
}

async fn assert_passes<C>(layer: &GuardLayer<C>, request: &Request<()>)
where
    C: Chain,
{
    let probe = Probe::new();
    let response = send(layer, &probe, request.clone()).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(probe.calls(), 1);
}

async fn assert_denied<C: Chain>(layer: &GuardLayer<C>, request: &Request<()>) -> Response<String> {
    assert_rejected(layer, request, StatusCode::FORBIDDEN, "not-permitted").await
}

async fn assert_nobody<C: Chain>(layer: &GuardLayer<C>) -> Response<String> {
    let slug = "authentication-required";
    assert_rejected(layer, &Request::new(()), StatusCode::UNAUTHORIZED, slug).await
}

fn challenges(response: &Response<String>) -> Vec<&str> {
    let values = response.headers().get_all(WWW_AUTHENTICATE).iter();
    values.map(|value| value.to_str().unwrap()).collect()
}
