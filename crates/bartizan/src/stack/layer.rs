use std::fmt;

use tower_layer::Layer;

/// Applies a whole stack to a service. Made by
/// [`Stack::build`](crate::Stack::build).
///
/// Clones, and the services they make, share what the guards keep, such as the
/// buckets of rate limits. Cloning costs a few reference counts.
#[derive(Clone)]
#[must_use]
pub struct StackLayer<Outer, Guards, Inner> {
    outer: Outer,
    guards: Guards,
    inner: Inner,
}

impl<Outer, Guards, Inner> StackLayer<Outer, Guards, Inner> {
    pub(super) fn new(outer: Outer, guards: Guards, inner: Inner) -> Self {
        Self {
            outer,
            guards,
            inner,
        }
    }
}

impl<S, Outer, Guards, Inner> Layer<S> for StackLayer<Outer, Guards, Inner>
where
    Inner: Layer<S>,
    Guards: Layer<Inner::Service>,
    Outer: Layer<Guards::Service>,
{
    type Service = Outer::Service;

    fn layer(&self, service: S) -> Self::Service {
        self.outer
            .layer(self.guards.layer(self.inner.layer(service)))
    }
}

impl<Outer, Guards, Inner> fmt::Debug for StackLayer<Outer, Guards, Inner> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StackLayer").finish_non_exhaustive()
    }
}
