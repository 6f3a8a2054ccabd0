use bartizan_core::GuardLayer;
use bartizan_core::chain::Chain;
use tower_layer::Identity;

use super::{Stack, StackLayer};
use crate::step::{Fused, NoGuards};

impl<At, Client, Outer> Stack<At, NoGuards, Client, Outer> {
    /// Makes a layer of the stack, for any `tower` service.
    pub fn build(self) -> StackLayer<Outer, Identity> {
        StackLayer::new(self.outer, Identity::new())
    }
}

impl<At, C: Chain, Client, Outer> Stack<At, Fused<C>, Client, Outer> {
    /// Makes a layer of the stack, for any `tower` service. All guards run in one
    /// service with one future.
    pub fn build(self) -> StackLayer<Outer, GuardLayer<C>> {
        let Fused(chain) = self.guards;
        let guards = match self.observer {
            Some(observer) => GuardLayer::observed(chain, observer),
            None => GuardLayer::new(chain),
        };
        StackLayer::new(self.outer, guards)
    }
}
