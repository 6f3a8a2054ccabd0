use std::convert::Infallible;
use std::future::{Ready, ready};
use std::hint::black_box;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use axum::body::Body;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, Uri, header};
use tower::util::BoxCloneSyncService;
use tower_service::Service;

type Fields = [(HeaderName, &'static str); 4];

/// What clients send, mostly.
const ASKED: Fields = [
    (header::HOST, "api.example.com"),
    (header::USER_AGENT, "client/1.0"),
    (header::ACCEPT, "application/json"),
    (header::ACCEPT_ENCODING, "gzip, br"),
];

/// What services answer with, mostly.
const ANSWERED: [(HeaderName, &str); 2] = [
    (header::CONTENT_TYPE, "application/json"),
    (header::CONTENT_LENGTH, "2"),
];

/// Returns what makes requests for `path`.
pub(crate) fn asking(path: &str) -> impl Fn() -> Request<()> + Clone + 'static {
    let uri: Uri = path.parse().expect("a path");
    move || {
        let mut request = Request::new(());
        *request.uri_mut() = uri.clone();
        fill(request.headers_mut(), &ASKED);
        request
    }
}

/// Sends one request that has nothing special, and passes.
pub(crate) fn plain<S, B>(layer: impl FnOnce(Inner) -> S) -> Box<dyn FnMut()>
where
    S: Service<Request<()>, Response = Response<B>, Error = Infallible>,
    S: Clone + Send + Sync + 'static,
    S::Future: Send + 'static,
    B: 'static,
{
    sender(layer, asking("/v1/items/7?page=2"), StatusCode::OK)
}

/// Sends one request through a clone of what `layer` makes of the inner service, boxed
/// as axum's routes box each layer: nothing is inlined that would not be there.
pub(crate) fn sender<S, B>(
    layer: impl FnOnce(Inner) -> S,
    request: impl Fn() -> Request<()> + 'static,
    expected: StatusCode,
) -> Box<dyn FnMut()>
where
    S: Service<Request<()>, Response = Response<B>, Error = Infallible>,
    S: Clone + Send + Sync + 'static,
    S::Future: Send + 'static,
    B: 'static,
{
    let service = BoxCloneSyncService::new(layer(Inner::new()));
    Box::new(move || {
        let response = answer(&mut service.clone(), request());
        assert_eq!(response.status(), expected);
        drop(black_box(response));
    })
}

/// Returns the answer of a service that has one at once.
pub(crate) fn answer<S, B>(service: &mut S, request: Request<()>) -> Response<B>
where
    S: Service<Request<()>, Response = Response<B>, Error = Infallible>,
{
    let mut cx = Context::from_waker(Waker::noop());
    let Poll::Ready(Ok(())) = service.poll_ready(&mut cx) else {
        panic!("the inner service is always ready");
    };
    let mut response = std::pin::pin!(service.call(request));
    let Poll::Ready(Ok(response)) = response.as_mut().poll(&mut cx) else {
        panic!("the inner service answers at once");
    };
    response
}

fn fill(headers: &mut HeaderMap, fields: &[(HeaderName, &'static str)]) {
    for (name, value) in fields {
        headers.insert(name.clone(), HeaderValue::from_static(value));
    }
}

/// Answers with two bytes of JSON. Its fields are shared, as what services hold is: a
/// clone of nothing would not be boxed.
#[derive(Clone)]
pub(crate) struct Inner(Arc<[(HeaderName, &'static str)]>);

impl Inner {
    pub(crate) fn new() -> Self {
        Self(Arc::new(ANSWERED))
    }
}

impl Service<Request<()>> for Inner {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<()>) -> Self::Future {
        drop(black_box(request));
        let mut response = Response::new(Body::from("{}"));
        fill(response.headers_mut(), &self.0);
        ready(Ok(response))
    }
}
