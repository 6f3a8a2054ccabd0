use std::sync::Arc;

use bartizan_core::{Challenge, Clock, Guard, RequestHead, Verdict};

use crate::judge::{Case, Judge};
use crate::{Permitted, Policy, RoleHierarchy};

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
    case: Arc<Case>,
    judge: Arc<Judge>,
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
            case: Arc::new(Case::new(policy, None, false)),
            judge: Arc::new(Judge::new()),
        }
    }

    /// Says which roles are above which, and what they permit.
    pub fn hierarchy(mut self, hierarchy: RoleHierarchy) -> Self {
        self.judge().hierarchy = hierarchy;
        self
    }

    /// Answers as if there were nothing, to strangers and to whom the policy does not
    /// let pass ([RFC 9110, section 15.5.4]). A failure stays a 503, and the time for which
    /// a [`consult`](crate::consult) part has to wait stays, too: both tell whoever gets
    /// as far as to have it asked.
    ///
    /// [RFC 9110, section 15.5.4]: https://www.rfc-editor.org/rfc/rfc9110#section-15.5.4
    pub fn hide_as_not_found(self) -> Self {
        let case = Case::new(self.case.policy.clone(), None, true);
        Self {
            case: Arc::new(case),
            ..self
        }
    }

    /// Sets the clock by which a login is recent. Default: the operating system's.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.judge().clock = Arc::new(clock);
        self
    }

    /// Says how strangers are asked to authenticate; once more, another way.
    ///
    /// The guard does not know who authenticates in front of it. Until it is told, it
    /// asks for a Bearer token, which is wrong where something else is wanted. Behind [`Authenticate::required`](bartizan_core::Authenticate::required)
    /// there are no strangers. The Bearer challenge among these, or the default
    /// one, is also what `insufficient_scope` is added to.
    pub fn challenge(mut self, challenge: Challenge) -> Self {
        self.judge().add_challenge(challenge);
        self
    }

    /// Returns the policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.case.policy
    }

    fn judge(&mut self) -> &mut Judge {
        Arc::make_mut(&mut self.judge)
    }
}

impl Guard for Require {
    type Pass = Permitted;

    fn name(&self) -> &'static str {
        "require"
    }

    #[inline]
    fn check(&self, head: RequestHead<'_>) -> Verdict<Permitted> {
        self.judge.judge(&self.case, head)
    }
}
