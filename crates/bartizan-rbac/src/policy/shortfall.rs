use bartizan_core::Principal;

use super::{Policy, Rule};
use crate::RoleHierarchy;

impl Policy {
    /// Returns the part that does not hold for `principal`, if there is one.
    pub(crate) fn unmet(&self, principal: &Principal, hierarchy: &RoleHierarchy) -> Option<Self> {
        if self.holds(principal, hierarchy) {
            return None;
        }
        let unmet = |parts: &[Self]| -> Vec<Self> {
            let unmet = parts.iter().map(|part| part.unmet(principal, hierarchy));
            unmet.flatten().collect()
        };
        Some(match &self.0 {
            Rule::All(parts) => Self(Rule::All(unmet(parts))),
            Rule::Any(parts) => Self(Rule::Any(unmet(parts))),
            Rule::Not(_) | Rule::Role(_) | Rule::Scope(_) => self.clone(),
        })
    }

    /// Returns the scopes of a token with which the policy would hold for
    /// `principal`, or `None` when scopes are not what is missing.
    ///
    /// Those that the token has already are among them: the client asks for a new
    /// one with exactly these.
    pub(crate) fn scopes_to_ask_for(
        &self,
        principal: &Principal,
        hierarchy: &RoleHierarchy,
    ) -> Option<Vec<&str>> {
        let scopes = self.wanting(principal, hierarchy)?;
        // What one part wants another may forbid.
        let with = Principal::builder(principal.subject())
            .roles(principal.roles())
            .scopes(scopes.iter().copied())
            .build();
        self.holds(&with, hierarchy).then_some(scopes)
    }

    fn wanting(&self, principal: &Principal, hierarchy: &RoleHierarchy) -> Option<Vec<&str>> {
        match &self.0 {
            Rule::All(parts) => {
                let mut scopes = Vec::new();
                for part in parts {
                    for scope in part.wanting(principal, hierarchy)? {
                        if !scopes.contains(&scope) {
                            scopes.push(scope);
                        }
                    }
                }
                Some(scopes)
            }
            Rule::Any(parts) => {
                let met = parts.iter().find(|part| part.holds(principal, hierarchy));
                match met {
                    Some(part) => part.wanting(principal, hierarchy),
                    None => parts
                        .iter()
                        .find_map(|part| part.wanting(principal, hierarchy)),
                }
            }
            Rule::Not(_) | Rule::Role(_) => self.holds(principal, hierarchy).then(Vec::new),
            Rule::Scope(scope) => Some(vec![scope]),
        }
    }
}
