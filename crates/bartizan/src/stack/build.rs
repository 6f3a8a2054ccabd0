use bartizan_core::GuardLayer;
use bartizan_core::chain::Chain;
use tower_layer::Identity;

use super::{Stack, StackLayer};
use crate::step::{Frame, Fused, NoGuards};

impl<At, Client, F: Frame> Stack<At, NoGuards, Client, F> {
    /// Makes a layer of the stack, for any `tower` service.
    pub fn build(self) -> StackLayer<F::Outer, Identity, F::Inner> {
        let (outer, inner) = self.frame.into_layers();
        StackLayer::new(outer, Identity::new(), inner)
    }
}

impl<At, C: Chain, Client, F: Frame> Stack<At, Fused<C>, Client, F> {
    /// Makes a layer of the stack, for any `tower` service. All guards run in one
    /// service with one future.
    pub fn build(self) -> StackLayer<F::Outer, GuardLayer<C>, F::Inner> {
        let Fused(chain) = self.guards;
        let guards = match self.observer {
            Some(observer) => GuardLayer::observed(chain, observer),
            None => GuardLayer::new(chain),
        };
        let (outer, inner) = self.frame.into_layers();
        StackLayer::new(outer, guards, inner)
    }
}
