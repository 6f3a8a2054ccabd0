use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::InvalidPermissions;

/// What each role permits, such as `items:delete`.
///
/// Policies then ask for what is done, and who may do it is said in one place. A
/// permission is held by whoever holds a role that permits it, or one above that in
/// the [`RoleHierarchy`](crate::RoleHierarchy). Names are compared byte by byte:
/// there are no wildcards.
///
/// # Example
///
/// ```
/// use bartizan_core::Principal;
/// use bartizan_rbac::{Permissions, RoleHierarchy, permission};
///
/// let permissions = Permissions::new([
///     ("viewer", vec!["items:read"]),
///     ("editor", vec!["items:write"]),
/// ])?;
/// let roles = RoleHierarchy::parse(["editor > viewer"])?.permissions(&permissions);
///
/// let erin = Principal::builder("erin").role("editor").build();
/// assert!(permission("items:read").holds(&erin, &roles));
/// assert!(!permission("items:delete").holds(&erin, &roles));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Permissions(BTreeMap<Arc<str>, BTreeSet<Arc<str>>>);

impl Permissions {
    /// Creates a table of roles, each with what it permits. A role that is there twice
    /// permits both.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidPermissions`] when the name of a role or of a permission is
    /// empty.
    pub fn new<R, P>(roles: impl IntoIterator<Item = (R, P)>) -> Result<Self, InvalidPermissions>
    where
        R: Into<Arc<str>>,
        P: IntoIterator,
        P::Item: Into<Arc<str>>,
    {
        let mut table: BTreeMap<Arc<str>, BTreeSet<Arc<str>>> = BTreeMap::new();
        for (role, permissions) in roles {
            let role = role.into();
            let permissions: Vec<Arc<str>> = permissions.into_iter().map(Into::into).collect();
            if role.is_empty() || permissions.iter().any(|name| name.is_empty()) {
                return Err(InvalidPermissions);
            }
            table.entry(role).or_default().extend(permissions);
        }
        Ok(Self(table))
    }

    /// Returns the roles, each with one of its permissions.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<str>)> {
        let roles = self.0.iter();
        roles.flat_map(|(role, permissions)| permissions.iter().map(move |name| (role, name)))
    }
}
