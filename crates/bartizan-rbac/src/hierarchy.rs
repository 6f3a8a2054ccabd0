use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

use bartizan_core::Principal;

use crate::{InvalidHierarchy, Permissions};

/// Which roles are above which: whoever holds a role holds all below it.
///
/// What is above each role is worked out once, so that a check is one look-up
/// and allocates nothing. The default hierarchy is flat. Cloning is cheap.
///
/// # Example
///
/// ```
/// use bartizan_rbac::RoleHierarchy;
///
/// let roles = RoleHierarchy::parse(["admin > editor > viewer", "auditor > viewer"])?;
///
/// assert!(roles.covers("admin", "viewer"));
/// assert!(!roles.covers("auditor", "editor"));
/// # Ok::<(), bartizan_rbac::InvalidHierarchy>(())
/// ```
#[derive(Clone, Default)]
pub struct RoleHierarchy {
    /// For each role that has any, all roles above it.
    above: Arc<HashMap<Arc<str>, Above>>,
    /// For each permission, all roles that hold it.
    permitted: Arc<HashMap<Arc<str>, Above>>,
}

type Above = Box<[Arc<str>]>;

impl RoleHierarchy {
    /// Creates a hierarchy of pairs, each of a role and one right below it.
    ///
    /// # Errors
    ///
    /// [`InvalidHierarchy::Cycle`] when a role is above itself, by whatever detour,
    /// and [`InvalidHierarchy::Empty`] when a name is empty.
    pub fn new<H, L>(pairs: impl IntoIterator<Item = (H, L)>) -> Result<Self, InvalidHierarchy>
    where
        H: Into<Arc<str>>,
        L: Into<Arc<str>>,
    {
        let mut right_above: BTreeMap<Arc<str>, BTreeSet<Arc<str>>> = BTreeMap::new();
        for (higher, lower) in pairs {
            let (higher, lower) = (higher.into(), lower.into());
            if higher.is_empty() || lower.is_empty() {
                return Err(InvalidHierarchy::Empty);
            }
            right_above.entry(lower).or_default().insert(higher);
        }
        let above = right_above
            .keys()
            .map(|role| Ok((Arc::clone(role), all_above(role, &right_above)?)))
            .collect::<Result<_, InvalidHierarchy>>()?;
        Ok(Self {
            above: Arc::new(above),
            permitted: Arc::default(),
        })
    }

    /// Parses chains, each from its highest role down: `admin > editor > viewer`.
    ///
    /// Spaces around a name are not part of it.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and [`InvalidHierarchy::Single`] when a chain names
    /// one role only.
    pub fn parse(
        chains: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<Self, InvalidHierarchy> {
        let mut pairs: Vec<(Arc<str>, Arc<str>)> = Vec::new();
        for chain in chains {
            let roles = chain.as_ref().split('>').map(|role| Arc::from(role.trim()));
            let lower = roles.clone().skip(1);
            let before = pairs.len();
            pairs.extend(roles.zip(lower));
            if pairs.len() == before {
                return Err(match chain.as_ref().trim() {
                    "" => InvalidHierarchy::Empty,
                    role => InvalidHierarchy::Single(role.to_owned()),
                });
            }
        }
        Self::new(pairs)
    }

    /// Says what each role permits; once more, instead of before.
    #[must_use]
    pub fn permissions(self, permissions: &Permissions) -> Self {
        let mut permitted: HashMap<Arc<str>, BTreeSet<Arc<str>>> = HashMap::new();
        for (role, permission) in permissions.pairs() {
            let holders = permitted.entry(Arc::clone(permission)).or_default();
            holders.insert(Arc::clone(role));
            holders.extend(self.above(role).iter().cloned());
        }
        let permitted = permitted.into_iter();
        let permitted = permitted.map(|(name, roles)| (name, roles.into_iter().collect()));
        Self {
            permitted: Arc::new(permitted.collect()),
            ..self
        }
    }

    /// Returns whether `principal` holds a role that permits `permission`.
    #[must_use]
    pub fn permits(&self, principal: &Principal, permission: &str) -> bool {
        self.permitted
            .get(permission)
            .is_some_and(|roles| roles.iter().any(|role| principal.has_role(role)))
    }

    /// Returns whether any role permits `permission`.
    #[must_use]
    pub fn knows(&self, permission: &str) -> bool {
        self.permitted.contains_key(permission)
    }

    /// Returns whether whoever holds `granted` holds `wanted`, too.
    #[must_use]
    pub fn covers(&self, granted: &str, wanted: &str) -> bool {
        granted == wanted || self.above(wanted).iter().any(|role| **role == *granted)
    }

    /// Returns whether `principal` holds `role`, by itself or by one above it.
    #[must_use]
    pub fn holds(&self, principal: &Principal, role: &str) -> bool {
        principal.has_role(role)
            || self
                .above(role)
                .iter()
                .any(|higher| principal.has_role(higher))
    }

    fn above(&self, role: &str) -> &[Arc<str>] {
        // A flat hierarchy costs no hashing.
        if self.above.is_empty() {
            return &[];
        }
        self.above.get(role).map_or(&[], |above| above)
    }
}

impl fmt::Debug for RoleHierarchy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sorted: BTreeMap<_, _> = self.above.iter().collect();
        f.debug_struct("RoleHierarchy")
            .field("above", &sorted)
            .field(
                "permitted",
                &self.permitted.iter().collect::<BTreeMap<_, _>>(),
            )
            .finish()
    }
}

/// Collects what is above `role`, without recursion: chains may be long.
fn all_above(
    role: &Arc<str>,
    right_above: &BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
) -> Result<Above, InvalidHierarchy> {
    let mut found = BTreeSet::new();
    let mut open = vec![role];
    while let Some(lower) = open.pop() {
        for higher in right_above.get(lower).into_iter().flatten() {
            if higher == role {
                return Err(InvalidHierarchy::Cycle(role.to_string()));
            }
            if found.insert(Arc::clone(higher)) {
                open.push(higher);
            }
        }
    }
    Ok(found.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_covers_all_below_it() {
        let roles = RoleHierarchy::parse(["a > b > d", "a > c > d", "x>y"]).unwrap();

        for (granted, covered) in [
            ("a", ["a", "b", "c", "d"].as_slice()),
            ("b", &["b", "d"]),
            ("c", &["c", "d"]),
            ("d", &["d"]),
            ("x", &["x", "y"]),
            ("unknown", &["unknown"]),
        ] {
            for wanted in ["a", "b", "c", "d", "x", "y", "unknown"] {
                let expected = covered.contains(&wanted);
                assert_eq!(
                    roles.covers(granted, wanted),
                    expected,
                    "{granted} > {wanted}"
                );
                let principal = Principal::builder("p").role(granted).build();
                assert_eq!(roles.holds(&principal, wanted), expected);
            }
        }
    }

    #[test]
    fn refuses_cycles_and_names_that_are_missing() {
        for (chains, expected) in [
            (
                ["a > a"].as_slice(),
                InvalidHierarchy::Cycle("a".to_owned()),
            ),
            (&["", "a > b"], InvalidHierarchy::Empty),
            (&["a > > b"], InvalidHierarchy::Empty),
            (&["a >"], InvalidHierarchy::Empty),
            (&[" a "], InvalidHierarchy::Single("a".to_owned())),
        ] {
            assert_eq!(RoleHierarchy::parse(chains).unwrap_err(), expected);
        }
        for chains in [
            ["a > b > c > a"].as_slice(),
            &["a > b", "b > a"],
            &["s > a", "a > b > c", "c > a"],
        ] {
            let error = RoleHierarchy::parse(chains).unwrap_err();
            assert!(matches!(error, InvalidHierarchy::Cycle(_)), "{chains:?}");
        }
    }

    #[test]
    fn a_long_chain_is_no_deep_recursion() {
        let roles = (0..500).map(|n| (format!("r{n}"), format!("r{}", n + 1)));

        let hierarchy = RoleHierarchy::new(roles).unwrap();

        assert!(hierarchy.covers("r0", "r500"));
        assert!(!hierarchy.covers("r500", "r0"));
    }

    #[test]
    fn the_default_is_flat() {
        let flat = RoleHierarchy::default();

        assert!(flat.covers("admin", "admin"));
        assert!(!flat.covers("admin", "viewer"));
    }
}
