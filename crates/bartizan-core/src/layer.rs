use std::fmt;
use std::sync::Arc;

use tower_layer::Layer;

use crate::chain::{Chain, Watch};
use crate::{Guarded, Observer, TracingObserver};

/// Applies a guard, or several joined, to a service.
///
/// See the [crate documentation](crate) for an example. Cloning it, or the
/// service it makes, costs one reference count beside the inner service's clone.
#[must_use]
pub struct GuardLayer<C> {
    shared: Arc<Shared<C>>,
}

impl<C: Chain> GuardLayer<C> {
    /// Creates a layer whose decisions go to [`TracingObserver`].
    pub fn new(chain: C) -> Self {
        Self::observed(chain, TracingObserver)
    }

    /// Creates a layer whose decisions go to `observer`.
    pub fn observed(chain: C, observer: impl Observer) -> Self {
        let observer = Box::new(observer);
        Self {
            shared: Arc::new(Shared { chain, observer }),
        }
    }
}

impl<C> Clone for GuardLayer<C> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<C> fmt::Debug for GuardLayer<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardLayer").finish_non_exhaustive()
    }
}

impl<S, C> Layer<S> for GuardLayer<C> {
    type Service = Guarded<C, S>;

    fn layer(&self, inner: S) -> Self::Service {
        Guarded::new(Arc::clone(&self.shared), inner)
    }
}

/// What all clones of a layer and its services share.
pub(crate) struct Shared<C> {
    pub(crate) chain: C,
    observer: Box<dyn Observer>,
}

impl<C> Shared<C> {
    pub(crate) fn watch(&self) -> Watch<'_> {
        Watch::new(&*self.observer)
    }
}
