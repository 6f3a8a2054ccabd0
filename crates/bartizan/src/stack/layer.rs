use std::fmt;

use tower_layer::Layer;

/// Applies a whole stack to a service. Made by
/// [`Stack::build`](crate::Stack::build).
///
/// Cloning it costs a few reference counts.
#[derive(Clone)]
#[must_use]
pub struct StackLayer<Outer, Guards> {
    outer: Outer,
    guards: Guards,
}

impl<Outer, Guards> StackLayer<Outer, Guards> {
    pub(super) fn new(outer: Outer, guards: Guards) -> Self {
        Self { outer, guards }
    }
}

impl<S, Outer, Guards> Layer<S> for StackLayer<Outer, Guards>
where
    Guards: Layer<S>,
    Outer: Layer<Guards::Service>,
{
    type Service = Outer::Service;

    fn layer(&self, inner: S) -> Self::Service {
        self.outer.layer(self.guards.layer(inner))
    }
}

impl<Outer, Guards> fmt::Debug for StackLayer<Outer, Guards> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StackLayer").finish_non_exhaustive()
    }
}
