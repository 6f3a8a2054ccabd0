use bartizan_core::InvalidSettings;
use bartizan_core::chain::Chain;

use super::StackSettings;
use super::maybe::optional;
use super::parts::Parts;
use crate::Stack;
use crate::step::{Authorization, Framed, Fused, WithClient};

impl Stack {
    /// Makes the common stack of settings, up to authorization. Guards of the
    /// application's own may follow.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSettings`] with everything that is wrong with any of them, each
    /// with the name of its setting, such as `cors.origins`.
    pub fn from_settings(
        settings: StackSettings,
    ) -> Result<Stack<Authorization, Fused<impl Chain>, WithClient, Framed>, InvalidSettings> {
        let parts = Parts::of(settings)?;
        Ok(Self::new()
            .problem(parts.problem)
            .headers(parts.headers)
            .cors(optional(parts.cors))
            .client_address(parts.client)
            .firewall(parts.firewall)
            .rate_limit_by_address(optional(parts.by_address))
            .authenticate_by(optional(parts.authentication))
            .rate_limit_by_principal(optional(parts.by_principal))
            .authorize(optional(parts.rbac)))
    }
}
