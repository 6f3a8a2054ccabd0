//! Inner services, and what comes back from them through a layer.

use std::convert::Infallible;
use std::task::{Context, Poll};

use bartizan_core::{Protocol, Rejection};
use bartizan_problem::{CorrelationId, ProblemBody};
use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use serde_json::Value;
use tower::{Layer, Service, ServiceExt};

pub(crate) type Body = Full<Bytes>;

pub(crate) fn full(bytes: Bytes) -> Body {
    Full::new(bytes)
}

pub(crate) async fn collect(body: impl http_body::Body<Data = Bytes, Error = Infallible>) -> Bytes {
    match body.collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(never) => match never {},
    }
}

/// A response as a client sees it.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Sent {
    pub(crate) fn field(&self, name: &str) -> &str {
        let mut values = self.headers.get_all(name).iter();
        let value = values
            .next()
            .unwrap_or_else(|| panic!("no {name}: {self:?}"));
        assert!(values.next().is_none(), "{name} twice: {self:?}");
        value.to_str().unwrap()
    }

    /// All of it but the id, with the fields in the order in which they are sent.
    pub(crate) fn without_id(&self) -> ((StatusCode, Vec<String>), Value) {
        let id = self.field("x-request-id").to_owned();
        assert!(CorrelationId::parse(&self.headers["x-request-id"]).is_some());
        let lines = self.headers.iter().map(|line| format!("{line:?}"));
        let lines = lines.map(|line| line.replace(&id, "ID")).collect();
        let body = self.text().replace(&id, "ID");
        ((self.status, lines), Value::from(body))
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Answers each request with the same response.
#[derive(Clone, Debug)]
pub(crate) struct Answer(Response<Body>);

pub(crate) fn answer(response: Response<Body>) -> Answer {
    Answer(response)
}

impl<B> Service<Request<B>> for Answer {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<B>) -> Self::Future {
        std::future::ready(Ok(self.0.clone()))
    }
}

/// Panics when it is called, or when its future is polled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Panics {
    pub(crate) in_poll: bool,
}

impl<B> Service<Request<B>> for Panics {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<B>) -> Self::Future {
        assert!(self.in_poll, "boom\n of the handler");
        Box::pin(async { panic!("boom\n of the handler") })
    }
}

pub(crate) async fn send<L>(layer: &L, response: Response<Body>) -> Sent
where
    L: Layer<Answer>,
    L::Service: Service<Request<()>, Response = Response<ProblemBody<Body>>, Error = Infallible>,
{
    send_to(layer, answer(response), Request::new(())).await
}

pub(crate) async fn send_to<L, S>(layer: &L, inner: S, request: Request<()>) -> Sent
where
    L: Layer<S>,
    L::Service: Service<Request<()>, Response = Response<ProblemBody<Body>>, Error = Infallible>,
{
    let response = match layer.layer(inner).oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    let (head, body) = response.into_parts();
    Sent {
        status: head.status,
        headers: head.headers,
        body: collect(body).await,
    }
}

pub(crate) fn rejects(rejection: Rejection) -> Response<Body> {
    let response = rejection.into_response(Protocol::Http);
    response.map(|()| full(Bytes::new()))
}

/// A `POST` of gRPC-Web, over HTTP/1.1 as browsers send it.
pub(crate) fn grpc_web() -> Request<()> {
    let request = Request::post("/").header("content-type", "application/grpc-web+proto");
    request.body(()).unwrap()
}

pub(crate) fn empty(status: StatusCode) -> Response<Body> {
    with_body(status, "")
}

pub(crate) fn with_body(status: StatusCode, body: &'static str) -> Response<Body> {
    let mut response = Response::new(full(body.into()));
    *response.status_mut() = status;
    response
}
