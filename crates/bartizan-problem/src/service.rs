use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use crate::asked::Asked;
use crate::body::ProblemBody;
use crate::caught::Caught;
use crate::future::ResponseFuture;
use crate::layer::Config;

/// Middleware that writes problem details for rejections, faults and panics.
///
/// Made by [`ProblemLayer`](crate::ProblemLayer).
#[derive(Clone, Debug)]
pub struct Problems<S> {
    inner: S,
    config: Arc<Config>,
}

impl<S> Problems<S> {
    pub(crate) fn new(inner: S, config: Arc<Config>) -> Self {
        Self { inner, config }
    }
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for Problems<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    ResBody: Body<Data = Bytes>,
{
    type Response = Response<ProblemBody<ResBody>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<ReqBody>) -> Self::Future {
        let id = self.config.ids.mark(&mut request);
        let asked = Asked::of(&request, id);
        let inner = &mut self.inner;
        let caught = Caught::call(|| inner.call(request));
        ResponseFuture::new(caught, asked, Arc::clone(&self.config))
    }
}
