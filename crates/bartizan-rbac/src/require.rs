use bartizan_core::{Challenge, Guard, Principal, Realm, Rejection, RequestHead, Verdict};

use crate::{Denied, Policy, RoleHierarchy};

/// Lets pass principals for whom a [`Policy`] holds.
///
/// # Example
///
/// ```
/// use bartizan_core::{Challenge, GuardLayer, Realm};
/// use bartizan_rbac::{Require, role};
///
/// let realm: Realm = "back office".parse()?;
/// let layer = GuardLayer::new(
///     Require::new(role("admin")).challenge(Challenge::basic(&realm)),
/// );
/// # let _ = layer;
/// # Ok::<(), bartizan_core::InvalidRealm>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Require {
    policy: Policy,
    hierarchy: RoleHierarchy,
    challenges: Vec<Challenge>,
}

/// Creates a guard that lets pass principals for whom `policy` holds, as
/// [`Require::new`] does.
pub fn require(policy: Policy) -> Require {
    Require::new(policy)
}

impl Require {
    /// Creates a guard that lets pass principals for whom `policy` holds.
    ///
    /// Roles have no hierarchy, and strangers are asked for a Bearer token, until
    /// told otherwise.
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            hierarchy: RoleHierarchy::default(),
            challenges: Vec::new(),
        }
    }

    /// Says which roles are above which.
    pub fn hierarchy(self, hierarchy: RoleHierarchy) -> Self {
        Self { hierarchy, ..self }
    }

    /// Says how strangers are asked to authenticate; once more, another way.
    ///
    /// Behind [`Authenticate::required`](bartizan_core::Authenticate::required)
    /// there are no strangers. The Bearer challenge among these, or the default
    /// one, is also what `insufficient_scope` is added to.
    pub fn challenge(mut self, challenge: Challenge) -> Self {
        self.challenges.push(challenge);
        // Some clients read no further than the first (RFC 9110, section 11.6.1).
        self.challenges
            .sort_by_key(|challenge| !is(challenge.scheme(), "basic"));
        self
    }

    /// Returns the policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    #[cold]
    fn nobody(&self) -> Rejection {
        let rejection = Rejection::unauthorized(
            "authentication-required",
            "the request is not authenticated",
            self.challenges.iter().cloned(),
        );
        if self.challenges.is_empty() {
            rejection.challenge(self.bearer())
        } else {
            rejection
        }
    }

    #[cold]
    fn denied(&self, principal: &Principal) -> Rejection {
        let scopes = self
            .policy
            .scopes_to_ask_for(principal, &self.hierarchy)
            .filter(|_| is(principal.scheme(), "bearer"));
        let rejection = match scopes {
            Some(scopes) => {
                let detail = "the token lacks a scope";
                let challenge = self.bearer().error("insufficient_scope", detail);
                Rejection::forbidden("insufficient-scope", detail)
                    .challenge(challenge.scope(scopes))
            }
            None => Rejection::forbidden("not-permitted", "the request is not permitted"),
        };
        match self.policy.unmet(principal, &self.hierarchy) {
            Some(missing) => rejection.caused_by(Denied::new(missing)),
            None => rejection,
        }
    }

    fn bearer(&self) -> Challenge {
        self.challenges
            .iter()
            .find(|challenge| is(challenge.scheme(), "bearer"))
            .cloned()
            .unwrap_or_else(|| Challenge::bearer(&Realm::default()))
    }
}

impl Guard for Require {
    type Pass = ();

    fn name(&self) -> &'static str {
        "require"
    }

    #[inline]
    fn check(&self, head: RequestHead<'_>) -> Verdict<()> {
        match head.extensions().get::<Principal>() {
            Some(principal) if self.policy.holds(principal, &self.hierarchy) => Verdict::Pass(()),
            Some(principal) => Verdict::Reject(self.denied(principal)),
            None => Verdict::Reject(self.nobody()),
        }
    }
}

fn is(name: &str, lower_case: &str) -> bool {
    name.eq_ignore_ascii_case(lower_case)
}
