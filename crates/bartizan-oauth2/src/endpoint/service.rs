use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use bartizan_core::RequestHead;
use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use tower_service::Service;

use super::TokenEndpoint;
use super::report::report;
use crate::future::ResponseFuture;
use crate::response;

impl<B> Service<Request<B>> for TokenEndpoint
where
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Send,
{
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = ResponseFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> ResponseFuture {
        let settings = Arc::clone(&self.0);
        let started = Instant::now();
        ResponseFuture::new(async move {
            let (head, body) = request.into_parts();
            let mut known = None;
            let judged = settings.judge(&head, body, &mut known).await;
            report(
                &*settings.observer,
                RequestHead::from(&head),
                known.as_ref(),
                judged.as_ref().err(),
                started.elapsed(),
            );
            match judged {
                Ok((grant, token)) => response::success(&grant, &token),
                Err(rejection) if settings.observer.logs() => response::error(rejection.logged()),
                Err(rejection) => response::error(rejection),
            }
        })
    }
}
