use bartizan_core::{Clock, Principal, RequestHead, SystemClock};

use super::{Leaf, Node, Policy, Truth};
use crate::RoleHierarchy;

/// What a policy is asked about.
pub(crate) struct Asked<'a> {
    pub(crate) principal: &'a Principal,
    pub(crate) head: Option<RequestHead<'a>>,
    pub(crate) hierarchy: &'a RoleHierarchy,
    pub(crate) clock: &'a dyn Clock,
}

impl<'a> Asked<'a> {
    /// Asks now, and of no request.
    pub(crate) fn by(principal: &'a Principal, hierarchy: &'a RoleHierarchy) -> Self {
        Self {
            principal,
            head: None,
            hierarchy,
            clock: &SystemClock,
        }
    }
}

impl Policy {
    /// Says whether the policy holds, as far as that is known without asking another
    /// program.
    pub(crate) fn live(&self, asked: &Asked<'_>) -> Truth {
        match &self.0 {
            Node::All(parts) => {
                let mut truth = Truth::Yes;
                for part in parts {
                    truth = truth.and(part.live(asked));
                    if truth == Truth::No {
                        break;
                    }
                }
                truth
            }
            Node::Any(parts) => {
                let mut truth = Truth::No;
                for part in parts {
                    truth = truth.or(part.live(asked));
                    if truth == Truth::Yes {
                        break;
                    }
                }
                truth
            }
            Node::Leaf(leaf) => leaf.test(asked),
            Node::Not(policy) => !policy.live(asked),
        }
    }

    /// Says of each leaf, from left to right, whether it holds.
    pub(crate) fn record(&self, asked: &Asked<'_>) -> Vec<Truth> {
        let mut truths = Vec::new();
        self.each_leaf(&mut |leaf| truths.push(leaf.test(asked)));
        truths
    }

    /// Says whether the policy holds, where `test` says it of each leaf, from left to
    /// right.
    pub(crate) fn fold(&self, test: &mut dyn FnMut(&Leaf) -> Truth) -> Truth {
        match &self.0 {
            Node::All(parts) => parts
                .iter()
                .fold(Truth::Yes, |truth, part| part.fold(test).and(truth)),
            Node::Any(parts) => parts
                .iter()
                .fold(Truth::No, |truth, part| part.fold(test).or(truth)),
            Node::Leaf(leaf) => test(leaf),
            Node::Not(policy) => !policy.fold(test),
        }
    }

    /// Returns the part that does not hold, if there is one.
    pub(crate) fn unmet(&self, truths: &[Truth]) -> Option<Self> {
        self.shortfall(&mut recorded(truths)).1
    }

    fn shortfall(&self, test: &mut dyn FnMut(&Leaf) -> Truth) -> (Truth, Option<Self>) {
        let mut each = |parts: &[Self]| -> (Vec<Truth>, Vec<Self>) {
            let parts = parts.iter().map(|part| part.shortfall(test));
            let (truths, unmet): (Vec<_>, Vec<_>) = parts.unzip();
            (truths, unmet.into_iter().flatten().collect())
        };
        let (truth, unmet) = match &self.0 {
            Node::All(parts) => {
                let (truths, unmet) = each(parts);
                let truth = truths.into_iter().fold(Truth::Yes, Truth::and);
                (truth, Self(Node::All(unmet)))
            }
            Node::Any(parts) => {
                let (truths, unmet) = each(parts);
                let truth = truths.into_iter().fold(Truth::No, Truth::or);
                (truth, Self(Node::Any(unmet)))
            }
            Node::Leaf(leaf) => (test(leaf), self.clone()),
            Node::Not(policy) => (!policy.fold(test), self.clone()),
        };
        (truth, (truth != Truth::Yes).then_some(unmet))
    }
}

/// Repeats what was recorded.
pub(crate) fn recorded(truths: &[Truth]) -> impl FnMut(&Leaf) -> Truth {
    let mut truths = truths.iter();
    move |_| truths.next().copied().unwrap_or(Truth::Unknown)
}
