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
        Self::shared(chain, None)
    }

    /// Creates a layer whose decisions go to `observer`.
    pub fn observed(chain: C, observer: impl Observer) -> Self {
        Self::shared(chain, Some(Box::new(observer)))
    }

    fn shared(chain: C, observer: Option<Box<dyn Observer>>) -> Self {
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
    /// None for the default, which then is known to the compiler.
    observer: Option<Box<dyn Observer>>,
}

impl<C> Shared<C> {
    #[inline]
    pub(crate) fn watch(&self) -> Watch<'_> {
        match &self.observer {
            Some(observer) => Watch::new(&**observer, observer.observes_passes()),
            None => Watch::new(&TracingObserver, TracingObserver.observes_passes()),
        }
    }
}
