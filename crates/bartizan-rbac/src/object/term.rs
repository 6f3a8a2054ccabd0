use std::fmt;
use std::sync::Arc;

use bartizan_core::{BoxError, BoxFuture, Principal, Rejection, RequestHead, Verdict};

use crate::judge::{Case, Judge};
use crate::policy::{Asked, Leaf, Test, Truth};
use crate::{Policy, PolicyUnavailable, RoleHierarchy};

pub(super) enum Term<R> {
    /// Never empty.
    All(Vec<Self>),
    /// Never empty.
    Any(Vec<Self>),
    Policy(Policy),
    Relation(Arc<str>, Arc<RelationFn<R>>),
}

type RelationFn<R> = dyn Fn(&Principal, &R) -> Result<bool, BoxError> + Send + Sync;

/// Who wants to do something with what.
pub(super) struct Asking<'a, R> {
    principal: &'a Principal,
    object: &'a R,
    hierarchy: &'a RoleHierarchy,
}

impl<'a, R> Asking<'a, R> {
    pub(super) fn new(
        principal: &'a Principal,
        object: &'a R,
        hierarchy: &'a RoleHierarchy,
    ) -> Self {
        Self {
            principal,
            object,
            hierarchy,
        }
    }
}

/// What is decided, or is waited for.
type Answer = Result<BoxFuture<Result<(), Rejection>>, Result<(), Rejection>>;

impl<R> Term<R> {
    /// Says whether the term holds, as far as that is known without a request, and why
    /// it is not known.
    pub(super) fn test(&self, asking: &Asking<'_, R>) -> (Truth, Option<PolicyUnavailable>) {
        let mut failure = None;
        let truth = self.truth(asking, &mut failure);
        let source = self.source();
        if truth == Truth::Yes && source.is_some() {
            // It might forbid.
            return (Truth::Unknown, source);
        }
        (truth, failure)
    }

    fn truth(&self, asking: &Asking<'_, R>, failure: &mut Option<PolicyUnavailable>) -> Truth {
        match self {
            Self::All(terms) => {
                let mut truth = Truth::Yes;
                for term in terms {
                    truth = truth.and(term.truth(asking, failure));
                    if truth == Truth::No {
                        break;
                    }
                }
                truth
            }
            Self::Any(terms) => {
                let mut truth = Truth::No;
                for term in terms {
                    truth = truth.or(term.truth(asking, failure));
                    if truth == Truth::Yes {
                        break;
                    }
                }
                truth
            }
            Self::Policy(policy) => {
                let asked = Asked::by(asking.principal, asking.hierarchy);
                let truth = policy.live(&asked);
                if truth == Truth::Unknown {
                    failure.get_or_insert_with(|| needs_request(policy));
                }
                truth
            }
            Self::Relation(name, test) => relate(name, test(asking.principal, asking.object))
                .unwrap_or_else(|cause| {
                    failure.get_or_insert(cause);
                    Truth::Unknown
                }),
        }
    }

    /// Returns why a part that asks another program is not asked.
    fn source(&self) -> Option<PolicyUnavailable> {
        match self {
            Self::All(terms) | Self::Any(terms) => terms.iter().find_map(Self::source),
            Self::Policy(policy) => policy.consults().then(|| needs_request(policy)),
            Self::Relation(..) => None,
        }
    }

    /// Asks all parts, also those that are about the request with this `head`; and
    /// returns which relation failed.
    pub(super) fn ask(
        &self,
        asking: &Asking<'_, R>,
        head: RequestHead<'_>,
    ) -> (Answer, Option<PolicyUnavailable>) {
        let mut failure = None;
        let policy = self.policy(asking, &mut failure);
        let judge = Arc::new(Judge {
            hierarchy: asking.hierarchy.clone(),
            ..Judge::new()
        });
        let asked = Asked {
            head: Some(head),
            ..Asked::by(asking.principal, asking.hierarchy)
        };
        let case = Arc::new(Case::new(policy, None, false));
        let answer = judge.consult(&case, &asked, head).map(|waiting| {
            let settled: BoxFuture<_> = Box::pin(async move {
                match waiting.await {
                    Verdict::Pass(_) => Ok(()),
                    Verdict::Reject(rejection) => Err(rejection),
                    Verdict::Respond(_) | Verdict::Wait(_) => Err(super::unavailable(None)),
                }
            });
            settled
        });
        (answer, failure)
    }

    /// Returns the policy that the term is for this principal and this object.
    fn policy(&self, asking: &Asking<'_, R>, failure: &mut Option<PolicyUnavailable>) -> Policy {
        let mut each = |terms: &[Self]| {
            let terms = terms.iter().map(|term| term.policy(asking, failure));
            terms.collect::<Vec<_>>()
        };
        let joined = match self {
            Self::All(terms) => Policy::all(each(terms)),
            Self::Any(terms) => Policy::any(each(terms)),
            Self::Policy(policy) => return policy.clone(),
            Self::Relation(name, test) => {
                let truth = relate(name, test(asking.principal, asking.object));
                let truth = truth.unwrap_or_else(|cause| {
                    failure.get_or_insert(cause);
                    Truth::Unknown
                });
                return known(name, truth);
            }
        };
        joined.unwrap_or_else(|_| known("nothing", Truth::No))
    }
}

fn relate(name: &str, found: Result<bool, BoxError>) -> Result<Truth, PolicyUnavailable> {
    found
        .map(Truth::of)
        .map_err(|cause| PolicyUnavailable::new(name, cause))
}

fn known(name: &str, truth: Truth) -> Policy {
    Policy::of(Leaf::Test(Test::new("relation", name, move |_, _| truth)))
}

fn needs_request(policy: &Policy) -> PolicyUnavailable {
    PolicyUnavailable::new(
        &policy.to_string(),
        "it is about a request, and there is none".into(),
    )
}

impl<R> fmt::Display for Term<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (terms, word) = match self {
            Self::All(terms) => (terms, " and "),
            Self::Any(terms) => (terms, " or "),
            Self::Policy(policy) => return write!(f, "({policy})"),
            Self::Relation(name, _) => return write!(f, "relation {name:?}"),
        };
        for (index, term) in terms.iter().enumerate() {
            let word = if index == 0 { "" } else { word };
            match term {
                Self::All(_) | Self::Any(_) => write!(f, "{word}({term})")?,
                Self::Policy(_) | Self::Relation(..) => write!(f, "{word}{term}")?,
            }
        }
        Ok(())
    }
}
