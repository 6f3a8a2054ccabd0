//! The order of the steps, shown by what they do.

use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use bartizan::{
    Attempt, AuthFailure, Challenge, Principal, Realm, Rejection, RequestHead, Verdict, guard_fn,
    socket_peer,
};
use bartizan_testkit::{Recorder, assert_readiness, assert_readiness_when_rejecting};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use tower::{Layer, Service, ServiceExt, service_fn};

use super::*;

/// Takes everyone for alice, and counts how often it is asked.
#[derive(Clone, Default)]
struct Counting(Arc<AtomicUsize>);

impl Scheme for Counting {
    fn name(&self) -> &'static str {
        "counting"
    }

    fn authenticate(&self, _: RequestHead<'_>) -> Attempt {
        self.0.fetch_add(1, Ordering::Relaxed);
        Attempt::Authenticated(Principal::builder("alice").build())
    }

    fn challenge(&self, _: Option<&AuthFailure>) -> Challenge {
        Challenge::bearer(&Realm::default())
    }
}

#[tokio::test]
async fn what_is_over_the_limit_of_an_address_costs_no_authentication() {
    let scheme = Counting::default();
    let quotas = Quotas {
        address: 1,
        principal: 100,
    };
    let layer = layer(socket_peer, quotas, scheme.clone());

    assert_eq!(status(&layer, request("/me")).await, StatusCode::OK);
    for _ in 0..10 {
        let status = status(&layer, request("/me")).await;
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    }
    assert_eq!(scheme.0.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn neither_preflights_nor_tricks_are_authenticated() {
    let scheme = Counting::default();
    let layer = layer(socket_peer, MANY, scheme.clone());
    let mut preflight = request("/me");
    *preflight.method_mut() = http::Method::OPTIONS;
    let headers = preflight.headers_mut();
    headers.insert("origin", FRONT_END.parse().unwrap());
    headers.insert("access-control-request-method", "PUT".parse().unwrap());

    assert_eq!(status(&layer, preflight).await, StatusCode::NO_CONTENT);
    let trick = request("/static/..;/me");
    assert_eq!(status(&layer, trick).await, StatusCode::BAD_REQUEST);
    assert_eq!(scheme.0.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_policy_sees_the_principal_and_one_observer_sees_all() {
    let recorder = Recorder::new();
    let only_alice = guard_fn(|head: RequestHead<'_>| -> Verdict<()> {
        match head.extensions().get::<Principal>() {
            Some(principal) if principal.subject() == "alice" => Verdict::Pass(()),
            _ => Verdict::Reject(Rejection::forbidden("stranger", "only alice may")),
        }
    });
    let layer = Stack::new()
        .problem(ProblemLayer::new())
        .headers(SecurityHeaders::api())
        .cors(cors())
        .authenticate(Counting::default())
        .authorize(only_alice.named("only-alice"))
        .observed(recorder.clone())
        .build();

    assert_eq!(status(&layer, request("/")).await, StatusCode::OK);
    let guards: Vec<_> = recorder.decisions().iter().map(|d| d.guard).collect();
    assert_eq!(
        guards,
        ["security-headers", "cors", "counting", "only-alice"]
    );
    let last = recorder.decisions().pop().unwrap();
    assert_eq!(last.subject.as_deref(), Some("alice"));
}

#[tokio::test]
async fn a_guard_that_panics_is_answered_too() {
    let panics = guard_fn(|_: RequestHead<'_>| -> Verdict<()> { panic!("hunter2") });
    let layer = Stack::new()
        .problem(ProblemLayer::new())
        .headers(SecurityHeaders::api())
        .guard(panics)
        .build();
    let service = layer.layer(service_fn(hello));

    let response = service.oneshot(request("/")).await.unwrap();

    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let body = String::from_utf8(body.to_vec()).unwrap();
    assert!(
        body.contains("the service failed") && !body.contains("hunter2"),
        "{body}"
    );
}

#[test]
fn readiness_is_passed_on_by_the_whole_stack() {
    let whole = TextLayer(layer(socket_peer, MANY, Counting::default()));
    assert_readiness(&whole, &request("/me"));
    assert_readiness_when_rejecting(&whole, &request("/admin"));
    assert_readiness_when_rejecting(&whole, &request("//me"));
}

async fn status<C: Chain>(layer: &Layered<C>, request: Request<()>) -> StatusCode {
    let service = layer.layer(service_fn(hello));
    service.oneshot(request).await.unwrap().status()
}

async fn hello(_: Request<()>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(Response::new(Full::default()))
}

fn request(path: &str) -> Request<()> {
    let request = Request::get(path).header("host", "localhost");
    let mut request = request.body(()).unwrap();
    let peer: SocketAddr = "192.0.2.1:4711".parse().unwrap();
    request.extensions_mut().insert(peer);
    request
}

/// The stack with text as the body, which the checks of the test kit compare.
struct TextLayer<L>(L);

impl<S, L: Layer<S>> Layer<S> for TextLayer<L> {
    type Service = Text<L::Service>;

    fn layer(&self, inner: S) -> Self::Service {
        Text(self.0.layer(inner))
    }
}

#[derive(Clone)]
struct Text<S>(S);

impl<S, B> Service<Request<()>> for Text<S>
where
    S: Service<Request<()>, Response = Response<bartizan::problem::ProblemBody<B>>>,
    S::Future: Send + 'static,
    B: Into<String> + 'static,
{
    type Response = Response<String>;
    type Error = S::Error;
    type Future = bartizan::BoxFuture<Result<Response<String>, S::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request<()>) -> Self::Future {
        let response = self.0.call(request);
        Box::pin(async move {
            let response = response.await?;
            Ok(response.map(|body| body.into_inner().map_or_else(String::new, Into::into)))
        })
    }
}
