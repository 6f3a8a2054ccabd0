//! What a user of the layer sees, through the public API alone.

#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Poll;

use bartizan_core::chain::Chain;
use bartizan_core::{Guard, GuardLayer, Outcome, Pass, Rejection, RequestHead, Verdict, guard_fn};
use bartizan_testkit::{
    Probe, Recorder, assert_readiness, assert_readiness_when_rejecting, assert_rejected, send,
};
use http::{HeaderValue, Request, Response, StatusCode};
use tower::{Layer, Service};

#[tokio::test]
async fn calls_the_inner_service_once_for_what_passes() {
    for layer in [layer_of(marks("a")), layer_of(marks("a").and(marks("b")))] {
        let probe = Probe::new();
        let response = layer(&probe).await;

        assert_eq!(response.body(), "inner");
        assert_eq!(probe.calls(), 1);
    }
}

/// Adds nothing, says how much it will, and records for how much there is room.
struct Room(usize, Arc<AtomicUsize>);

impl Pass for Room {
    fn seal<B>(self, response: &mut Response<B>) {
        self.1
            .store(response.headers().capacity(), Ordering::Relaxed);
    }

    fn fields(&self) -> usize {
        self.0
    }
}

#[tokio::test]
async fn room_for_the_fields_of_all_guards_is_made_before_the_first_seals() {
    // A map that holds n entries has room for n to 2n; the first is small anyway.
    for (outer, inner, expected) in [
        (0, 0, 0..=0),
        (3, 3, 0..=0),
        (3, 4, 7..=14),
        (9, 8, 17..=34),
        (usize::MAX, usize::MAX, 64..=128),
    ] {
        let found = Arc::new(AtomicUsize::new(usize::MAX));
        let guard = |fields| {
            let found = Arc::clone(&found);
            guard_fn(move |_: RequestHead<'_>| {
                Verdict::Pass(Some(Room(fields, Arc::clone(&found))))
            })
        };
        let layer = GuardLayer::new(guard(outer).and(guard(inner)));
        let mut service = layer.layer(tower::service_fn(async |_: Request<()>| {
            Ok::<_, std::convert::Infallible>(Response::new(()))
        }));
        service.call(Request::new(())).await.unwrap();
        let found = found.load(Ordering::Relaxed);
        assert!(expected.contains(&found), "{outer} {inner}: {found}");
    }
}

#[tokio::test]
async fn does_not_call_the_inner_service_for_what_is_rejected() {
    let (no, later) = (StatusCode::FORBIDDEN, StatusCode::SERVICE_UNAVAILABLE);
    let request = Request::new(());
    assert_rejected(&GuardLayer::new(rejects()), &request, no, "closed").await;
    assert_rejected(&GuardLayer::new(waits(rejects)), &request, no, "closed").await;
    assert_rejected(&GuardLayer::new(fails()), &request, later, "down").await;
    assert_rejected(&GuardLayer::new(waits(fails)), &request, later, "down").await;
}

#[tokio::test]
async fn does_not_call_the_inner_service_when_a_guard_answers() {
    let probe = Probe::new();
    let response = send(&GuardLayer::new(answers()), &probe, Request::new(())).await;

    assert_eq!(response.status(), StatusCode::NO_CONTENT);
    assert_eq!(probe.calls(), 0);
}

#[tokio::test]
async fn a_guard_sees_what_the_guard_before_it_has_admitted() {
    let sees = || {
        guard_fn(|head: RequestHead<'_>| match head.headers().get("x-a") {
            Some(_) => Verdict::Pass(()),
            None => Verdict::Reject(Rejection::forbidden("unmarked", "not marked")),
        })
    };
    let probe = Probe::new();
    send(
        &GuardLayer::new(marks("a").and(sees())),
        &probe,
        Request::new(()),
    )
    .await;
    let first_waits = GuardLayer::new(waits(|| marks("a")).and(sees()));
    send(&first_waits, &probe, Request::new(())).await;
    let both_wait = GuardLayer::new(waits(|| marks("a")).and(waits(|| marks("b"))).and(sees()));
    send(&both_wait, &probe, Request::new(())).await;
    assert_eq!(probe.calls(), 3);

    let wrong_order = GuardLayer::new(sees().and(marks("a")));
    let forbidden = StatusCode::FORBIDDEN;
    assert_rejected(&wrong_order, &Request::new(()), forbidden, "unmarked").await;
}

#[tokio::test]
async fn seals_responses_from_the_inside_out() {
    let chains = [
        layer_of(marks("a").and(marks("b")).and(marks("c"))),
        layer_of(marks("a").and(marks("b").and(marks("c")))),
        layer_of(
            waits(|| marks("a"))
                .and(marks("b"))
                .and(waits(|| marks("c"))),
        ),
    ];
    for layer in chains {
        let response = layer(&Probe::new()).await;
        assert_eq!(sealed(&response), ["c", "b", "a"]);
    }
}

#[tokio::test]
async fn cors_15_outer_guards_seal_the_rejections_of_inner_ones() {
    let chains = [
        layer_of(marks("a").and(marks("b")).and(rejects())),
        layer_of(marks("a").and(marks("b").and(waits(rejects)))),
        layer_of(
            waits(|| marks("a"))
                .and(waits(|| marks("b")))
                .and(rejects()),
        ),
        layer_of(
            waits(|| marks("a"))
                .and(waits(|| marks("b")))
                .and(waits(rejects)),
        ),
    ];
    for layer in chains {
        let probe = Probe::new();
        let response = layer(&probe).await;

        assert_eq!(response.status(), StatusCode::FORBIDDEN);
        assert_eq!(sealed(&response), ["b", "a"]);
        assert_eq!(probe.calls(), 0);
    }
}

#[tokio::test]
async fn a_guard_after_a_rejection_is_not_asked() {
    let asked = Arc::new(AtomicBool::new(false));
    let spy = Arc::clone(&asked);
    let later = guard_fn(move |_: RequestHead<'_>| {
        spy.store(true, Ordering::SeqCst);
        Verdict::Pass(())
    });
    send(
        &GuardLayer::new(rejects().and(later)),
        &Probe::new(),
        Request::new(()),
    )
    .await;

    assert!(!asked.load(Ordering::SeqCst));
}

#[tokio::test]
async fn checks_only_what_the_condition_says() {
    let is_private = |head: RequestHead<'_>| head.uri().path() == "/private";
    let only_private = GuardLayer::new(rejects().when(is_private));
    let not_private = GuardLayer::new(waits(rejects).and(marks("a")).unless(is_private));
    let private = Request::get("/private").body(()).unwrap();
    let forbidden = StatusCode::FORBIDDEN;
    let probe = Probe::new();

    assert_rejected(&only_private, &private, forbidden, "closed").await;
    assert_rejected(&not_private, &Request::new(()), forbidden, "closed").await;
    send(&only_private, &probe, Request::new(())).await;
    let response = send(&not_private, &probe, private).await;
    assert_eq!(probe.calls(), 2);
    assert_eq!(sealed(&response), [""; 0]);
}

#[tokio::test]
async fn a_shadow_reports_and_does_not_enforce() {
    async fn outcome<C: Chain>(chain: C) -> (&'static str, Outcome, Option<&'static str>) {
        let (recorder, probe) = (Recorder::new(), Probe::new());
        let layer = GuardLayer::observed(chain, recorder.clone());
        let response = send(&layer, &probe, Request::new(())).await;

        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(sealed(&response), [""; 0]);
        assert_eq!(probe.calls(), 1);
        recorder.outcomes()[0]
    }
    let shadowed = Outcome::Shadowed;

    assert_eq!(
        outcome(rejects().shadow()).await,
        ("closed", shadowed, Some("closed"))
    );
    assert_eq!(
        outcome(waits(rejects).shadow()).await,
        ("waits", shadowed, Some("closed"))
    );
    assert_eq!(
        outcome(fails().shadow()).await,
        ("fails", shadowed, Some("down"))
    );
    assert_eq!(
        outcome(waits(fails).shadow()).await,
        ("waits", shadowed, Some("down"))
    );
    assert_eq!(
        outcome(answers().shadow()).await,
        ("answers", shadowed, None)
    );
    assert_eq!(
        outcome(waits(answers).shadow()).await,
        ("waits", shadowed, None)
    );
    assert_eq!(
        outcome(marks("a").shadow()).await,
        ("marks", Outcome::Passed, None)
    );
}

#[test]
fn keeps_the_contract_of_readiness() {
    fn passes<C: Chain>(chain: C) {
        assert_readiness(&GuardLayer::new(chain), &Request::new(()));
    }
    fn stops<C: Chain>(chain: C) {
        assert_readiness_when_rejecting(&GuardLayer::new(chain), &Request::new(()));
    }

    passes(marks("a"));
    passes(marks("a").and(marks("b")));
    passes(waits(|| marks("a")));
    passes(waits(|| marks("a")).and(waits(|| marks("b"))));
    passes(waits(|| marks("a")).when(|_| true));
    passes(waits(rejects).unless(|_| true));
    passes(rejects().shadow());
    passes(waits(rejects).shadow());
    stops(rejects());
    stops(waits(rejects));
    stops(waits(|| marks("a")).and(rejects()));
    stops(answers());
}

#[tokio::test]
async fn a_dropped_request_drops_the_check_and_calls_nothing() {
    let dropped = Arc::new(AtomicBool::new(false));
    let witness = OnDrop(Arc::clone(&dropped));
    let witness = Arc::new(std::sync::Mutex::new(Some(witness)));
    let never = guard_fn(move |_: RequestHead<'_>| {
        let witness = witness.lock().unwrap().take();
        Verdict::<()>::Wait(Box::pin(async move {
            let _witness = witness;
            std::future::pending().await
        }))
    });
    let probe = Probe::new();
    let mut service = GuardLayer::new(never).layer(probe.clone());
    std::future::poll_fn(|cx| Service::<Request<()>>::poll_ready(&mut service, cx))
        .await
        .unwrap();
    let mut response = tokio_test::task::spawn(service.call(Request::new(())));
    assert!(response.poll().is_pending());
    drop(response);

    assert!(dropped.load(Ordering::SeqCst));
    assert_eq!(probe.calls(), 0);
}

#[tokio::test]
async fn a_verdict_may_wait_more_than_once() {
    let twice = guard_fn(|_: RequestHead<'_>| {
        Verdict::<()>::Wait(Box::pin(async {
            tokio::task::yield_now().await;
            Verdict::Wait(Box::pin(async {
                tokio::task::yield_now().await;
                Verdict::Reject(Rejection::forbidden("closed", "closed"))
            }))
        }))
    });
    let forbidden = StatusCode::FORBIDDEN;
    assert_rejected(
        &GuardLayer::new(twice),
        &Request::new(()),
        forbidden,
        "closed",
    )
    .await;
}

#[test]
fn passes_on_what_the_inner_service_fails_with() {
    let failing = tower::service_fn(|_: Request<()>| async {
        Err::<Response<String>, _>(std::io::Error::other("inner"))
    });
    let mut service = GuardLayer::new(marks("a")).layer(failing);
    let mut response = tokio_test::task::spawn(service.call(Request::new(())));

    let failure = response
        .poll()
        .map(|result| result.unwrap_err().to_string());
    assert_eq!(failure, Poll::Ready("inner".to_owned()));
}

#[test]
fn keeps_the_auto_traits_of_the_inner_service() {
    fn is_send_sync_unpin<T: Send + Sync + Unpin>(_: &T) {}
    fn is_send<T: Send>(_: &T) {}

    let layer = GuardLayer::new(waits(|| marks("a")).and(marks("b")));
    is_send_sync_unpin(&layer);
    let mut service = layer.layer(Probe::new());
    is_send_sync_unpin(&service);
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    let _ = Service::<Request<()>>::poll_ready(&mut service, &mut cx);
    is_send(&service.call(Request::new(())));
}

/// Marks the request with `x-NAME` and the response with `x-sealed: NAME`.
fn marks(name: &'static str) -> impl Guard {
    guard_fn(move |_: RequestHead<'_>| Verdict::Pass(Mark(name))).named("marks")
}

fn answers() -> impl Guard {
    guard_fn(|_: RequestHead<'_>| {
        let mut response = Response::new(());
        *response.status_mut() = StatusCode::NO_CONTENT;
        Verdict::<()>::Respond(response)
    })
    .named("answers")
}

fn fails() -> impl Guard {
    guard_fn(|_: RequestHead<'_>| Verdict::<()>::Reject(down())).named("fails")
}

fn rejects() -> impl Guard {
    guard_fn(|_: RequestHead<'_>| {
        Verdict::<()>::Reject(Rejection::forbidden("closed", "the gate is closed"))
    })
    .named("closed")
}

/// Does what `guard` does, after a while.
fn waits<G: Guard>(guard: impl Fn() -> G + Send + Sync + 'static) -> impl Guard {
    guard_fn(move |head: RequestHead<'_>| {
        let verdict = guard().check(head);
        Verdict::Wait(Box::pin(async move {
            tokio::task::yield_now().await;
            verdict
        }))
    })
    .named("waits")
}

fn down() -> Rejection {
    Rejection::unavailable("down", "the store is down")
}

struct Mark(&'static str);

impl Pass for Mark {
    fn admit<B>(&mut self, request: &mut Request<B>) {
        let name = format!("x-{}", self.0);
        let name = http::HeaderName::try_from(name).unwrap();
        request
            .headers_mut()
            .insert(name, HeaderValue::from_static("1"));
    }

    fn seal<B>(self, response: &mut Response<B>) {
        let value = HeaderValue::from_static(self.0);
        response.headers_mut().append("x-sealed", value);
    }
}

struct OnDrop(Arc<AtomicBool>);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

fn sealed(response: &Response<String>) -> Vec<&str> {
    let values = response.headers().get_all("x-sealed").iter();
    values.map(|value| value.to_str().unwrap()).collect()
}

type Sender = Box<dyn Fn(&Probe) -> std::pin::Pin<Box<dyn Future<Output = Response<String>>>>>;

/// Hides the type of a chain, so that tests can list several.
fn layer_of<C: Chain>(chain: C) -> Sender {
    let layer = GuardLayer::new(chain);
    Box::new(move |probe| {
        let (layer, probe) = (layer.clone(), probe.clone());
        Box::pin(async move { send(&layer, &probe, Request::new(())).await })
    })
}
