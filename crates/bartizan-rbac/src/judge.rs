use std::fmt;
use std::sync::Arc;

use bartizan_core::{
    BoxFuture, Challenge, Clock, Pass, Principal, Realm, Rejection, RequestHead, SystemClock,
    Verdict,
};

use crate::denied::Reason;
use crate::policy::{Asked, Truth, Wanted};
use crate::{Denied, Policy, RoleHierarchy};

/// What it takes to judge by a policy, and to say no.
#[derive(Clone, Debug)]
pub(crate) struct Judge {
    pub(crate) hierarchy: RoleHierarchy,
    pub(crate) challenges: Vec<Challenge>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// A policy, with the rule that has it.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) policy: Policy,
    pub(crate) rule: Option<Arc<str>>,
    pub(crate) is_hidden: bool,
    consults: bool,
}

impl Case {
    pub(crate) fn new(policy: Policy, rule: Option<Arc<str>>, is_hidden: bool) -> Self {
        Self {
            consults: policy.consults(),
            policy,
            rule,
            is_hidden,
        }
    }

    /// Hides what the rule hides. A failure of ours is no denial, and stays one.
    pub(crate) fn reject(&self, rejection: Rejection) -> Rejection {
        if self.is_hidden && !rejection.is_failure() {
            rejection.hide_as_not_found()
        } else {
            rejection
        }
    }
}

impl Judge {
    pub(crate) fn new() -> Self {
        Self {
            hierarchy: RoleHierarchy::default(),
            challenges: Vec::new(),
            clock: Arc::new(SystemClock),
        }
    }

    pub(crate) fn add_challenge(&mut self, challenge: Challenge) {
        self.challenges.push(challenge);
        // Some clients read no further than the first (RFC 9110, section 11.6.1).
        self.challenges
            .sort_by_key(|challenge| !is(challenge.scheme(), "basic"));
    }

    /// Judges the request with this `head` by the policy of a `case`.
    #[inline]
    pub(crate) fn judge(
        self: &Arc<Self>,
        case: &Arc<Case>,
        head: RequestHead<'_>,
    ) -> Verdict<Permitted> {
        let Some(principal) = head.extensions().get::<Principal>() else {
            return Verdict::Reject(case.reject(self.nobody(case.rule.as_ref())));
        };
        let asked = Asked {
            principal,
            head: Some(head),
            hierarchy: &self.hierarchy,
            clock: &*self.clock,
        };
        if case.consults {
            return match self.consult(case, &asked, head) {
                Ok(waiting) => Verdict::Wait(waiting),
                Err(decided) => permit(case, decided),
            };
        }
        if case.policy.live(&asked) == Truth::Yes {
            return Verdict::Pass(Permitted::by(case));
        }
        let truths = case.policy.record(&asked);
        Verdict::Reject(case.reject(self.denied(case, principal, &truths)))
    }

    #[cold]
    pub(crate) fn nobody(&self, rule: Option<&Arc<str>>) -> Rejection {
        let rejection = Rejection::unauthorized(
            "authentication-required",
            "the request is not authenticated",
            self.challenges.iter().cloned(),
        );
        let rejection = if self.challenges.is_empty() {
            rejection.challenge(self.bearer())
        } else {
            rejection
        };
        rejection.caused_by(Denied::new(rule, Reason::NoPrincipal))
    }

    #[cold]
    pub(crate) fn denied(&self, case: &Case, principal: &Principal, truths: &[Truth]) -> Rejection {
        let wanted = case.policy.wanted(truths);
        let is_bearer = is(principal.scheme(), "bearer");
        let rejection = match wanted {
            Some(wanted) if wanted.is_login() => self.login(&wanted, principal, is_bearer),
            Some(wanted) if is_bearer => {
                let detail = "the token lacks a scope";
                let challenge = self.bearer().error("insufficient_scope", detail);
                Rejection::forbidden("insufficient-scope", detail)
                    .challenge(challenge.scope(wanted.scopes))
            }
            _ => Rejection::forbidden("not-permitted", "the request is not permitted"),
        };
        match case.policy.unmet(truths) {
            Some(missing) => {
                let reason = Reason::Missing(missing);
                rejection.caused_by(Denied::new(case.rule.as_ref(), reason))
            }
            None => rejection,
        }
    }

    /// Asks for another login ([RFC 9470, section 3]).
    ///
    /// [RFC 9470, section 3]: https://www.rfc-editor.org/rfc/rfc9470#section-3
    fn login(&self, wanted: &Wanted<'_>, principal: &Principal, is_bearer: bool) -> Rejection {
        let detail = "a more recent or a stronger login is required";
        if !is_bearer {
            return Rejection::forbidden("insufficient-authentication", detail);
        }
        let mut challenge = self
            .bearer()
            .error("insufficient_user_authentication", detail);
        let classes = wanted.acr.join(" ");
        let max_age = wanted.max_age.map(|seconds| seconds.to_string());
        for (name, value) in [("acr_values", Some(classes)), ("max_age", max_age)] {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                // A class that cannot be sent is left out, as such a scope is.
                challenge = challenge.clone().param(name, &value).unwrap_or(challenge);
            }
        }
        if wanted
            .scopes
            .iter()
            .any(|scope| !principal.has_scope(scope))
        {
            challenge = challenge.scope(wanted.scopes.iter().copied());
        }
        Rejection::unauthorized("insufficient-authentication", detail, [challenge])
    }

    fn bearer(&self) -> Challenge {
        self.challenges
            .iter()
            .find(|challenge| is(challenge.scheme(), "bearer"))
            .cloned()
            .unwrap_or_else(|| Challenge::bearer(&Realm::default()))
    }
}

/// A verdict that is in, or is waited for.
pub(crate) type Waiting = BoxFuture<Verdict<Permitted>>;

pub(crate) fn permit(case: &Arc<Case>, decided: Result<(), Rejection>) -> Verdict<Permitted> {
    match decided {
        Ok(()) => Verdict::Pass(Permitted::by(case)),
        Err(rejection) => Verdict::Reject(case.reject(rejection)),
    }
}

/// What a policy lets pass. Explains itself to the observer.
#[derive(Clone, Debug)]
pub struct Permitted(Why);

#[derive(Clone, Debug)]
enum Why {
    Case(Arc<Case>),
    Open(Arc<str>),
}

impl Permitted {
    #[inline]
    pub(crate) fn by(case: &Arc<Case>) -> Self {
        Self(Why::Case(Arc::clone(case)))
    }

    /// A rule without a policy.
    #[inline]
    pub(crate) fn openly(rule: &Arc<str>) -> Self {
        Self(Why::Open(Arc::clone(rule)))
    }

    /// Returns the name of the rule that let the request pass, where a table of them
    /// has one.
    #[must_use]
    pub fn rule(&self) -> Option<&str> {
        match &self.0 {
            Why::Case(case) => case.rule.as_deref(),
            Why::Open(rule) => Some(rule),
        }
    }
}

impl Pass for Permitted {
    fn explain(&self) -> Option<&dyn fmt::Display> {
        Some(self)
    }
}

impl fmt::Display for Permitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(rule) = self.rule() {
            write!(f, "rule {rule:?}: ")?;
        }
        match &self.0 {
            Why::Case(case) => write!(f, "holds: {}", case.policy),
            Why::Open(_) => f.write_str("asks for no policy"),
        }
    }
}

fn is(name: &str, lower_case: &str) -> bool {
    name.eq_ignore_ascii_case(lower_case)
}
