use std::cell::Cell;
use std::task::{Context, Poll};

use bartizan_core::ClientAddr;
use http::Request;
use tower_layer::Layer;
use tower_service::Service;

use crate::future::ResponseFuture;

thread_local! {
    /// The client of the request that this thread works on.
    static CLIENT: Cell<Option<ClientAddr>> = const { Cell::new(None) };
}

/// Returns the client of the request that is being worked on.
pub(super) fn client() -> Option<ClientAddr> {
    CLIENT.get()
}

/// Tells a [`LoginGuard`](crate::LoginGuard) further in which client a request comes
/// from, which a [`PasswordVerifier`](bartizan_core::PasswordVerifier) is not told.
///
/// The address is the [`ClientAddr`] among the extensions, so that
/// [`FindClient`](bartizan_core::FindClient) goes before. It is known while the inner
/// service works on the request: not in a task that it spawns.
#[derive(Clone, Copy, Debug, Default)]
#[must_use]
pub struct LoginScopeLayer(());

impl LoginScopeLayer {
    /// Creates a layer.
    pub const fn new() -> Self {
        Self(())
    }
}

impl<S> Layer<S> for LoginScopeLayer {
    type Service = LoginScope<S>;

    fn layer(&self, inner: S) -> Self::Service {
        LoginScope { inner }
    }
}

/// Middleware that says which client a login comes from. Made by [`LoginScopeLayer`].
#[derive(Clone, Debug)]
pub struct LoginScope<S> {
    inner: S,
}

impl<S, B> Service<Request<B>> for LoginScope<S>
where
    S: Service<Request<B>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let client = request.extensions().get().copied();
        let _entered = Entered::new(client);
        ResponseFuture::new(self.inner.call(request), client)
    }
}

/// Puts back what was there before, also when the inner service panics.
pub(crate) struct Entered {
    before: Option<ClientAddr>,
}

impl Entered {
    pub(crate) fn new(client: Option<ClientAddr>) -> Self {
        Self {
            before: CLIENT.replace(client),
        }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        CLIENT.set(self.before);
    }
}
