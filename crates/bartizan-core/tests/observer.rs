//! What is reported, and what the log says of it.

use std::fmt;
use std::net::IpAddr;
use std::sync::Mutex;
use std::time::Duration;

use bartizan_core::chain::Chain;
use bartizan_core::{
    ClientAddr, CorrelationId, Decision, Guard, GuardLayer, Observer, Outcome, Pass, Principal,
    Rejection, RequestHead, Verdict, guard_fn,
};
use bartizan_testkit::{LogCapture, Probe, Recorder, send};
use http::{Request, Response};

#[tokio::test]
async fn reports_every_guard_with_who_and_how_long() {
    let recorder = Recorder::new();
    let chain = passes().and(answers());
    let mut request = Request::new(());
    let address: IpAddr = [192, 0, 2, 1].into();
    request.extensions_mut().insert(ClientAddr::new(address));
    request
        .extensions_mut()
        .insert(Principal::builder("alice").build());
    let layer = GuardLayer::observed(chain, recorder.clone());
    send(&layer, &Probe::new(), request).await;

    let expected = [
        ("passes", Outcome::Passed, None),
        ("answers", Outcome::Responded, None),
    ];
    assert_eq!(recorder.outcomes(), expected);
    for decision in recorder.decisions() {
        assert_eq!(decision.client, Some(address));
        assert_eq!(decision.subject.as_deref(), Some("alice"));
        assert!(decision.is_timed);
    }
}

#[tokio::test]
async fn times_only_those_that_wait_for_an_observer_without_passes() {
    static SEEN: Mutex<Vec<(Outcome, bool)>> = Mutex::new(Vec::new());
    struct Refusals;
    impl Observer for Refusals {
        fn observes_passes(&self) -> bool {
            false
        }

        fn observe(&self, decision: &Decision<'_>) {
            let seen = (decision.outcome, decision.latency.is_some());
            SEEN.lock().unwrap().push(seen);
        }
    }
    let slow = guard_fn(|_: RequestHead<'_>| {
        Verdict::<()>::Wait(Box::pin(async { Verdict::Reject(rejection()) }))
    });
    for layer in [passes().and(rejects()), passes().and(rejects())] {
        let layer = GuardLayer::observed(layer, Refusals);
        send(&layer, &Probe::new(), Request::new(())).await;
    }
    let layer = GuardLayer::observed(passes().and(slow), Refusals);
    send(&layer, &Probe::new(), Request::new(())).await;

    let at_once = (Outcome::Rejected, false);
    assert_eq!(
        *SEEN.lock().unwrap(),
        [at_once, at_once, (Outcome::Rejected, true)]
    );
}

#[tokio::test]
async fn failures_are_errors_and_rejections_are_not() {
    let fails = || {
        guard_fn(|_: RequestHead<'_>| {
            Verdict::<()>::Reject(Rejection::unavailable("down", "store is down"))
        })
    };
    let overloaded = guard_fn(|_: RequestHead<'_>| {
        let busy = Rejection::unavailable("busy", "queue is full");
        Verdict::<()>::Reject(busy.retry_after(Duration::from_secs(1)))
    });
    for (layer, level) in [
        (log_of(passes()).await, "DEBUG"),
        (log_of(answers()).await, "DEBUG"),
        (log_of(rejects()).await, " INFO"),
        (log_of(Guard::shadow(rejects())).await, " INFO"),
        (log_of(fails()).await, "ERROR"),
        (log_of(Guard::shadow(fails())).await, "ERROR"),
        (log_of(overloaded).await, " WARN"),
    ] {
        assert!(layer.contains(level), "{level}: {layer}");
        assert_eq!(layer.lines().count(), 1, "{layer}");
    }
}

#[tokio::test]
async fn asvs_16_4_1_what_comes_from_a_request_forges_no_line() {
    let forges = guard_fn(|head: RequestHead<'_>| {
        let query = head.uri().query().unwrap_or_default().replace("%0A", "\n");
        let detail = format!("{query} is not served");
        Verdict::<()>::Reject(Rejection::forbidden("forged", detail).caused_by(query))
    });
    let log = LogCapture::start();
    let request = Request::get("/%0Ax?a%0A2026-01-01 ERROR forged".replace(' ', "+"));
    let layer = GuardLayer::new(forges);
    send(&layer, &Probe::new(), request.body(()).unwrap()).await;

    assert_eq!(log.text().lines().count(), 1, "{}", log.text());
}

#[tokio::test]
async fn a_long_path_does_not_make_a_long_line() {
    let log = LogCapture::start();
    let path = format!("/{}", "a".repeat(60_000));
    let request = Request::get(path).body(()).unwrap();
    send(&GuardLayer::new(rejects()), &Probe::new(), request).await;

    assert!(log.text().len() < 1_000, "{}", log.text().len());
}

#[test]
fn debug_shows_nothing_that_may_be_secret() {
    let request = Request::get("https://u:s3cret@host/path?token=s3cret")
        .header("authorization", "Bearer s3cret")
        .header("x-other", "s3cret")
        .extension("s3cret")
        .body(())
        .unwrap();
    let principal = Principal::builder("alice")
        .credential_id("key-17")
        .attribute("s3cret")
        .build();
    let shown = format!("{:?} {principal:?}", RequestHead::of(&request));

    assert!(!shown.contains("s3cret"), "{shown}");
    assert!(
        shown.contains("/path") && shown.contains("alice"),
        "{shown}"
    );
}

#[test]
fn roles_and_scopes_are_compared_as_a_whole() {
    let principal = Principal::builder("alice")
        .role("admin")
        .scope("items:write")
        .build();
    for other in ["", "adm", "admins", "Admin", "items", "items:write "] {
        assert!(
            !principal.has_role(other) && !principal.has_scope(other),
            "{other}"
        );
    }
    assert!(principal.has_role("admin") && principal.has_scope("items:write"));
}

#[tokio::test]
async fn reports_why_a_guard_lets_a_request_pass() {
    struct Because;
    impl Pass for Because {
        fn explain(&self) -> Option<&dyn fmt::Display> {
            Some(&"rule 1\nforged")
        }
    }
    let explains = || guard_fn(|_: RequestHead<'_>| Verdict::Pass(Some(Because))).named("explains");
    let expected = Some("rule 1\nforged".to_owned());

    let recorder = Recorder::new();
    let layer = GuardLayer::observed(explains().and(explains().shadow()), recorder.clone());
    send(&layer, &Probe::new(), Request::new(())).await;

    let decisions = recorder.decisions();
    assert_eq!(decisions.len(), 2);
    for decision in decisions {
        assert_eq!(decision.explanation, expected);
    }
    let log = LogCapture::start();
    send(
        &GuardLayer::new(explains()),
        &Probe::new(),
        Request::new(()),
    )
    .await;
    assert!(
        log.text().contains(r"because=rule 1\nforged"),
        "{}",
        log.text()
    );
}

#[tokio::test]
async fn a_line_of_the_log_has_the_id_of_the_request() {
    let log = LogCapture::start();
    let id = CorrelationId::from([7; 16]);
    let request = Request::builder().extension(id.clone()).body(()).unwrap();
    send(&GuardLayer::new(rejects()), &Probe::new(), request).await;

    let field = format!("correlation_id=\"{id}\"");
    assert!(log.text().contains(&field), "{}", log.text());
    assert!(!log_of(rejects()).await.contains("correlation_id"));
}

fn passes() -> impl Guard {
    guard_fn(|_: RequestHead<'_>| Verdict::Pass(())).named("passes")
}

fn answers() -> impl Guard {
    guard_fn(|_: RequestHead<'_>| Verdict::<()>::Respond(Response::new(()))).named("answers")
}

fn rejects() -> impl Guard {
    guard_fn(|_: RequestHead<'_>| Verdict::<()>::Reject(rejection()))
}

fn rejection() -> Rejection {
    Rejection::forbidden("closed", "the gate is closed")
}

async fn log_of<C: Chain>(chain: C) -> String {
    let log = LogCapture::start();
    send(&GuardLayer::new(chain), &Probe::new(), Request::new(())).await;
    log.text()
}
