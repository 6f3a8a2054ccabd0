use bartizan_core::InvalidSettings;

use crate::{Key, Limit, Quota, Quotas};

/// What a limit is made of, as text.
pub(super) struct Parts<'a> {
    pub(super) quotas: &'a str,
    pub(super) key: Option<&'a str>,
    pub(super) scope: &'a str,
    pub(super) cost: Option<u32>,
    pub(super) exempt_networks: &'a [String],
}

impl Parts<'_> {
    /// Makes the limit, or adds what is wrong.
    pub(super) fn limit(&self, problems: &mut InvalidSettings) -> Option<Limit> {
        let before = problems.problems().len();
        let quotas = problems.note("quotas", self.quotas.parse::<Quotas>());
        let key = match self.key {
            Some(key) => problems.note("key", key.parse::<Key>()),
            None => Some(Key::default()),
        };
        if self.scope.is_empty() {
            problems.add("scope", "it is empty");
        }
        let burst = quotas
            .iter()
            .flat_map(|quotas| quotas.iter())
            .map(Quota::burst_size);
        match self.cost {
            Some(0) => problems.add("cost", "it is 0, so that nothing is counted"),
            Some(cost) if burst.min().is_some_and(|burst| cost > burst) => {
                problems.add("cost", "it is more than the burst, so that nothing passes");
            }
            _ => {}
        }
        let bare = Limit::new(self.scope, Quota::per_second(1));
        let networks = bare.exempt_networks(self.exempt_networks).map(drop);
        problems.note("exempt_networks", networks);
        if problems.problems().len() > before {
            return None;
        }
        let limit = Limit::new(self.scope, quotas?)
            .key(key?)
            .cost(self.cost.unwrap_or(1));
        problems.note(
            "exempt_networks",
            limit.exempt_networks(self.exempt_networks),
        )
    }
}
