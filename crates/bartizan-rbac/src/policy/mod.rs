mod display;
mod shortfall;

use bartizan_core::Principal;

use crate::{EmptyPolicy, RoleHierarchy};

/// What a principal must hold, as a value.
///
/// Made by [`role`], [`scope`], [`all`], [`any`] and [`not`]. One that joins nothing
/// does not compile; only what [`not`] makes can hold for everyone who is
/// authenticated.
///
/// # Example
///
/// ```
/// use bartizan_rbac::{all, any, not, role, scope};
///
/// let policy = all([
///     any([role("editor"), role("admin")]),
///     scope("items:write"),
///     not(role("suspended")),
/// ]);
///
/// assert_eq!(
///     policy.to_string(),
///     "(role editor or role admin) and scope items:write and not role suspended",
/// );
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Policy(Rule);

#[derive(Clone, Debug, Eq, PartialEq)]
enum Rule {
    /// Never empty.
    All(Vec<Policy>),
    /// Never empty.
    Any(Vec<Policy>),
    Not(Box<Policy>),
    Role(String),
    Scope(String),
}

impl Policy {
    /// Joins a list that is only known when the program runs, as [`all`] does.
    ///
    /// # Errors
    ///
    /// Returns [`EmptyPolicy`] when there is nothing to join.
    pub fn all(policies: impl IntoIterator<Item = Self>) -> Result<Self, EmptyPolicy> {
        join(policies, Rule::All)
    }

    /// Joins a list that is only known when the program runs, as [`any`] does.
    ///
    /// # Errors
    ///
    /// Returns [`EmptyPolicy`] when there is nothing to join.
    pub fn any(policies: impl IntoIterator<Item = Self>) -> Result<Self, EmptyPolicy> {
        join(policies, Rule::Any)
    }

    /// Returns whether the policy holds for `principal`.
    ///
    /// It allocates nothing.
    #[must_use]
    pub fn holds(&self, principal: &Principal, hierarchy: &RoleHierarchy) -> bool {
        match &self.0 {
            Rule::All(parts) => parts.iter().all(|part| part.holds(principal, hierarchy)),
            Rule::Any(parts) => parts.iter().any(|part| part.holds(principal, hierarchy)),
            Rule::Not(policy) => !policy.holds(principal, hierarchy),
            Rule::Role(role) => hierarchy.holds(principal, role),
            Rule::Scope(scope) => principal.has_scope(scope),
        }
    }
}

/// Asks for a role, or one above it in the [`RoleHierarchy`].
#[must_use]
pub fn role(role: impl Into<String>) -> Policy {
    Policy(Rule::Role(role.into()))
}

/// Asks for a scope, or for all of several that are separated by spaces.
///
/// One that is not a scope token ([RFC 6749, section 3.3]) is in no token whose
/// scopes are a text, and in no challenge.
///
/// [RFC 6749, section 3.3]: https://www.rfc-editor.org/rfc/rfc6749#section-3.3
#[must_use]
pub fn scope(scope: impl Into<String>) -> Policy {
    let scope = scope.into();
    let mut parts = scope.split(' ').filter(|part| !part.is_empty());
    match (parts.next(), parts.next()) {
        (Some(_), Some(_)) => {
            let parts = scope.split(' ').filter(|part| !part.is_empty());
            let parts = parts.map(|part| Policy(Rule::Scope(part.to_owned())));
            Policy(Rule::All(parts.collect()))
        }
        _ => Policy(Rule::Scope(scope)),
    }
}

/// Asks for all of `policies`.
///
/// A list of none does not compile; for one that is only known when the program
/// runs there is [`Policy::all`].
///
/// ```compile_fail
/// let everyone = bartizan_rbac::all([]);
/// ```
#[must_use]
pub fn all<const N: usize>(policies: [Policy; N]) -> Policy {
    const { assert!(N > 0, "a policy joins nothing") };
    Policy(Rule::All(policies.into()))
}

/// Asks for any one of `policies`.
///
/// A list of none does not compile; for one that is only known when the program
/// runs there is [`Policy::any`].
///
/// ```compile_fail
/// let nobody = bartizan_rbac::any([]);
/// ```
#[must_use]
pub fn any<const N: usize>(policies: [Policy; N]) -> Policy {
    const { assert!(N > 0, "a policy joins nothing") };
    Policy(Rule::Any(policies.into()))
}

/// Asks that `policy` does not hold.
///
/// Whoever holds a role holds those below it, so `not(role("viewer"))` keeps out
/// the admins above viewers, too. A misspelt name lets everyone pass: prefer to
/// ask for what a principal must hold.
#[must_use]
pub fn not(policy: Policy) -> Policy {
    Policy(Rule::Not(Box::new(policy)))
}

fn join(
    policies: impl IntoIterator<Item = Policy>,
    rule: fn(Vec<Policy>) -> Rule,
) -> Result<Policy, EmptyPolicy> {
    let policies: Vec<_> = policies.into_iter().collect();
    if policies.is_empty() {
        return Err(EmptyPolicy);
    }
    Ok(Policy(rule(policies)))
}
