use std::sync::Arc;

use super::Rule;
use super::rule::Access;
use crate::judge::Case;

/// A rule, as it is asked: with its name, and whether it hides.
pub(super) enum Ruled {
    Authenticated(Arc<str>, bool),
    Closed(Arc<str>, bool),
    Policy(Arc<Case>),
    Public(Arc<str>),
}

impl Ruled {
    pub(super) fn new(rule: &Rule) -> Self {
        let name: Arc<str> = rule.name().into();
        match &rule.access {
            Access::Authenticated => Self::Authenticated(name, rule.is_hidden),
            Access::Closed => Self::Closed(name, rule.is_hidden),
            Access::Policy(policy) => {
                let case = Case::new(policy.clone(), Some(name), rule.is_hidden);
                Self::Policy(Arc::new(case))
            }
            Access::Public => Self::Public(name),
        }
    }

    /// Lets pass whom both let pass, and hides what one of them hides.
    #[cold]
    pub(super) fn and(&self, other: &Self) -> Self {
        let is_hidden = self.is_hidden() || other.is_hidden();
        let case = |policy, case: &Case| {
            Self::Policy(Arc::new(Case::new(policy, case.rule.clone(), is_hidden)))
        };
        match (self, other) {
            (Self::Closed(name, _), _) | (_, Self::Closed(name, _)) => {
                Self::Closed(Arc::clone(name), is_hidden)
            }
            (Self::Policy(one), Self::Policy(two)) if one.policy != two.policy => {
                let policies = [one.policy.clone(), two.policy.clone()];
                case(crate::all(policies), one)
            }
            (Self::Policy(one), _) | (_, Self::Policy(one)) => case(one.policy.clone(), one),
            (Self::Authenticated(name, _), _) | (_, Self::Authenticated(name, _)) => {
                Self::Authenticated(Arc::clone(name), is_hidden)
            }
            (Self::Public(name), Self::Public(_)) => Self::Public(Arc::clone(name)),
        }
    }

    fn is_hidden(&self) -> bool {
        match self {
            Self::Authenticated(_, is_hidden) | Self::Closed(_, is_hidden) => *is_hidden,
            Self::Policy(case) => case.is_hidden,
            Self::Public(_) => false,
        }
    }
}
