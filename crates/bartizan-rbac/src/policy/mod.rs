mod display;
mod evaluate;
mod leaf;
mod parse;
mod truth;
mod wanted;

use std::sync::Arc;
use std::time::Duration;

use bartizan_core::{Principal, RequestHead};

pub(crate) use self::evaluate::{Asked, recorded};
pub(crate) use self::leaf::{Consult, Leaf, Test};
pub use self::parse::InvalidPolicy;
pub(crate) use self::truth::Truth;
pub(crate) use self::wanted::Wanted;
use crate::{EmptyPolicy, PolicySource, RoleHierarchy};

/// What a principal must hold, as a value.
///
/// Made by [`role`], [`scope`], [`permission`] and the other functions of this crate,
/// joined by [`all`], [`any`] and [`not`], or parsed from the text that it is shown
/// as. One that joins nothing does not compile; only what [`not`] makes can hold for
/// everyone who is authenticated.
///
/// # Example
///
/// ```
/// use bartizan_rbac::{Policy, all, any, not, role, scope};
///
/// let policy = all([
///     any([role("editor"), role("admin")]),
///     scope("items:write"),
///     not(role("suspended")),
/// ]);
///
/// let text = "(role editor or role admin) and scope items:write and not role suspended";
/// assert_eq!(policy.to_string(), text);
/// assert_eq!(text.parse::<Policy>()?, policy);
/// # Ok::<(), bartizan_rbac::InvalidPolicy>(())
/// ```
///
/// # As a text
///
/// Parts are joined by `and` or by `or`, with parentheses where both are used; `not`
/// stands before a part. A part is `role`, `scope`, `permission`, `acr` or `amr` with
/// a name, or `max-age` with a number of seconds. A name with spaces, quotes or
/// parentheses is written as in Rust: `role "item editor"`. What needs code, such as
/// [`custom`], is shown and cannot be parsed.
///
/// # Equality
///
/// Two policies are equal when they are made of the same parts in the same order.
/// What holds code is equal to its clones alone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Policy(Node);

#[derive(Clone, Debug, Eq, PartialEq)]
enum Node {
    /// Never empty.
    All(Vec<Policy>),
    /// Never empty.
    Any(Vec<Policy>),
    Leaf(Leaf),
    Not(Box<Policy>),
}

impl Policy {
    /// Joins a list that is only known when the program runs, as [`all`] does.
    ///
    /// # Errors
    ///
    /// Returns [`EmptyPolicy`] when there is nothing to join.
    pub fn all(policies: impl IntoIterator<Item = Self>) -> Result<Self, EmptyPolicy> {
        join(policies, Node::All)
    }

    /// Joins a list that is only known when the program runs, as [`any`] does.
    ///
    /// # Errors
    ///
    /// Returns [`EmptyPolicy`] when there is nothing to join.
    pub fn any(policies: impl IntoIterator<Item = Self>) -> Result<Self, EmptyPolicy> {
        join(policies, Node::Any)
    }

    /// Returns whether the policy holds for `principal`.
    ///
    /// It allocates nothing. There is no request here, and nobody to wait: what a
    /// [`custom`] part would say of a request is not known, and a policy with a
    /// [`consult`] part does not hold. Guards know, and ask.
    #[must_use]
    pub fn holds(&self, principal: &Principal, hierarchy: &RoleHierarchy) -> bool {
        let asked = Asked::by(principal, hierarchy);
        !self.consults() && self.live(&asked) == Truth::Yes
    }

    pub(crate) fn of(leaf: Leaf) -> Self {
        Self(Node::Leaf(leaf))
    }

    /// Returns the names of the permissions that are asked for.
    pub(crate) fn permissions(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.each_leaf(&mut |leaf| {
            if let Leaf::Permission(name) = leaf {
                names.push(name.as_str());
            }
        });
        names
    }

    /// Returns whether there is a part for which another program is asked.
    pub(crate) fn consults(&self) -> bool {
        match &self.0 {
            Node::All(parts) | Node::Any(parts) => parts.iter().any(Self::consults),
            Node::Leaf(leaf) => matches!(leaf, Leaf::Consult(_)),
            Node::Not(policy) => policy.consults(),
        }
    }

    pub(crate) fn each_leaf<'a>(&'a self, see: &mut dyn FnMut(&'a Leaf)) {
        match &self.0 {
            Node::All(parts) | Node::Any(parts) => {
                parts.iter().for_each(|part| part.each_leaf(see));
            }
            Node::Leaf(leaf) => see(leaf),
            Node::Not(policy) => policy.each_leaf(see),
        }
    }
}

/// Asks for a role, or one above it in the [`RoleHierarchy`].
#[must_use]
pub fn role(role: impl Into<String>) -> Policy {
    Policy::of(Leaf::Role(role.into()))
}

/// Asks for a scope, or for all of several that are separated by spaces.
///
/// One that is not a scope token ([RFC 6749, section 3.3]) is in no token whose
/// scopes are a text, and in no challenge.
///
/// [RFC 6749, section 3.3]: https://www.rfc-editor.org/rfc/rfc6749#section-3.3
#[must_use]
pub fn scope(scope: impl Into<String>) -> Policy {
    let leaf = |scope: &str| Policy::of(Leaf::Scope(scope.to_owned()));
    let scope = scope.into();
    let parts: Vec<_> = scope.split(' ').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [_, _, ..] => Policy(Node::All(parts.into_iter().map(leaf).collect())),
        _ => leaf(&scope),
    }
}

/// Asks for a permission: for a role that [permits](crate::Permissions) it, or one
/// above such a role.
#[must_use]
pub fn permission(permission: impl Into<String>) -> Policy {
    Policy::of(Leaf::Permission(permission.into()))
}

/// Asks that the principal logged in no longer ago than `age`, in whole seconds.
///
/// It reads [`Authentication`](bartizan_core::Authentication) among the attributes of
/// the principal. Who logged in at an unknown time does not pass, nor who did in the
/// future, but for 60 seconds, by which the clock of who saw the login may be ahead.
#[must_use]
pub fn max_age(age: Duration) -> Policy {
    Policy::of(Leaf::MaxAge(age.as_secs()))
}

/// Asks that the login met this class of rules (`acr`), as it is named by
/// [`Authentication`](bartizan_core::Authentication).
#[must_use]
pub fn acr(class: impl Into<String>) -> Policy {
    Policy::of(Leaf::Acr(class.into()))
}

/// Asks that this method was part of the login (`amr`), such as `otp` or `hwk`, as it
/// is named by [`Authentication`](bartizan_core::Authentication).
#[must_use]
pub fn amr(method: impl Into<String>) -> Policy {
    Policy::of(Leaf::Amr(method.into()))
}

/// Asks that an attribute of the principal passes a test; one that is not there does
/// not pass.
///
/// `name` is what logs call the test. The test is to be quick and always to say the
/// same of the same attribute.
///
/// ```
/// use bartizan_core::Principal;
/// use bartizan_rbac::{RoleHierarchy, attribute};
///
/// #[derive(Clone)]
/// struct Department(&'static str);
///
/// let in_finance = attribute("in finance", |department: &Department| department.0 == "finance");
///
/// let fay = Principal::builder("fay").attribute(Department("finance")).build();
/// assert!(in_finance.holds(&fay, &RoleHierarchy::default()));
/// assert!(!in_finance.holds(&Principal::builder("joe").build(), &RoleHierarchy::default()));
/// ```
#[must_use]
pub fn attribute<T, F>(name: impl Into<String>, test: F) -> Policy
where
    T: Send + Sync + 'static,
    F: Fn(&T) -> bool + Send + Sync + 'static,
{
    let test = move |principal: &Principal, _: Option<RequestHead<'_>>| {
        Truth::of(principal.attribute::<T>().is_some_and(&test))
    };
    Policy::of(Leaf::Test(Test::new("attribute", name, test)))
}

/// Asks that the principal and the head of the request pass a test.
///
/// `name` is what logs call the test. The test is to be quick and always to say the
/// same of the same request: of a request that is denied it is asked twice.
#[must_use]
pub fn custom<F>(name: impl Into<String>, test: F) -> Policy
where
    F: Fn(&Principal, RequestHead<'_>) -> bool + Send + Sync + 'static,
{
    let test = move |principal: &Principal, head: Option<RequestHead<'_>>| match head {
        Some(head) => Truth::of(test(principal, head)),
        None => Truth::Unknown,
    };
    Policy::of(Leaf::Test(Test::new("custom", name, test)))
}

/// Asks a [`PolicySource`] whether it permits `action`.
#[must_use]
pub fn consult(source: impl PolicySource, action: impl Into<String>) -> Policy {
    let consult = Consult::new(Arc::new(source), action.into());
    Policy::of(Leaf::Consult(consult))
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
    Policy(Node::All(policies.into()))
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
    Policy(Node::Any(policies.into()))
}

/// Asks that `policy` does not hold.
///
/// Whoever holds a role holds those below it, so `not(role("viewer"))` keeps out
/// the admins above viewers, too. A misspelt name lets everyone pass: prefer to
/// ask for what a principal must hold.
#[must_use]
pub fn not(policy: Policy) -> Policy {
    Policy(Node::Not(Box::new(policy)))
}

fn join(
    policies: impl IntoIterator<Item = Policy>,
    node: fn(Vec<Policy>) -> Node,
) -> Result<Policy, EmptyPolicy> {
    let policies: Vec<_> = policies.into_iter().collect();
    if policies.is_empty() {
        return Err(EmptyPolicy);
    }
    Ok(Policy(node(policies)))
}
