use std::num::NonZeroUsize;
use std::time::Duration;

use bartizan_core::InvalidSettings;
use serde::Deserialize;

use crate::{Fields, Key, LegacyReset, Limit, MemoryQuotaStore, Quota, Quotas, RateLimit};

/// Settings of a [`RateLimit`] with one limit, as a configuration file or the
/// environment has them.
///
/// # Example
///
/// ```
/// use bartizan_rate_limit::RateLimitSettings;
///
/// let settings: RateLimitSettings = serde_json::from_str(
///     r#"{"quotas": "5/minute; 100/day", "key": "principal|client", "scope": "limited"}"#,
/// )?;
/// let guard = settings.build()?;
/// # let _ = bartizan_core::GuardLayer::new(guard);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RateLimitSettings {
    /// How much is allowed, such as `10 per 2 seconds; 1000/day`; the grammar is on the
    /// [crate's page](crate).
    pub quotas: String,
    /// What tells those apart who have buckets of their own, as [`Key`] reads it from
    /// text: `client` by default.
    #[serde(default)]
    pub key: Option<String>,
    /// The scope, which names the policy, too: `default` by default.
    #[serde(default)]
    pub scope: Option<String>,
    /// As how many requests each one counts, 1 at least and the burst at most: 1 by
    /// default.
    #[serde(default)]
    pub cost: Option<u32>,
    /// Addresses and CIDR ranges of clients that are not counted. None by default.
    #[serde(default)]
    pub exempt_networks: Vec<String>,
    /// Leaves out `RateLimit` and `RateLimit-Policy`. Off by default.
    #[serde(default)]
    pub without_fields: bool,
    /// Sends `X-RateLimit-*`, too, whose `-Reset` is a `delay` in seconds or a
    /// `unix-time`. Off by default.
    #[serde(default)]
    pub legacy_fields: Option<String>,
    /// Raises `t` of the `RateLimit` field to what the rate allows. Off by default; see
    /// [`Fields::capped`].
    #[serde(default)]
    pub capped: bool,
    /// By how many seconds `t` and `Retry-After` may be longer, at random: 0 by default,
    /// 3600 at most.
    #[serde(default)]
    pub jitter_seconds: Option<u32>,
    /// For how many keys there is room: 65536 by default, 100 million at most.
    #[serde(default)]
    pub capacity: Option<NonZeroUsize>,
}

const MAX_CAPACITY: usize = 100_000_000;
const MAX_JITTER: u32 = 3_600;

impl RateLimitSettings {
    /// Makes the guard.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSettings`] with everything that is wrong.
    pub fn build(self) -> Result<RateLimit, InvalidSettings> {
        let mut problems = InvalidSettings::new();
        let quotas = problems.note("quotas", self.quotas.parse::<Quotas>());
        let key = match &self.key {
            Some(key) => problems.note("key", key.parse::<Key>()),
            None => Some(Key::default()),
        };
        if self.scope.as_deref() == Some("") {
            problems.add("scope", "it is empty");
        }
        let legacy = match self.legacy_fields.as_deref() {
            None => None,
            Some("delay") => Some(LegacyReset::Delay),
            Some("unix-time") => Some(LegacyReset::UnixTime),
            Some(_) => {
                problems.add("legacy_fields", "it is neither delay nor unix-time");
                None
            }
        };
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
        let jitter = self.jitter_seconds.unwrap_or(0);
        if jitter > MAX_JITTER {
            problems.add("jitter_seconds", "it is over 3600");
        }
        let capacity = self
            .capacity
            .map_or(RateLimit::DEFAULT_CAPACITY, NonZeroUsize::get);
        if capacity > MAX_CAPACITY {
            problems.add("capacity", "it is over 100 million");
        }
        let scope = self.scope.as_deref().unwrap_or("default");
        let bare = Limit::new(scope, Quota::per_second(1));
        let networks = bare.exempt_networks(&self.exempt_networks).map(drop);
        problems.note("exempt_networks", networks);
        let (Some(quotas), Some(key), true) = (quotas, key, problems.is_empty()) else {
            return Err(problems);
        };

        let limit = Limit::new(scope, quotas)
            .key(key)
            .cost(self.cost.unwrap_or(1));
        let limit = limit.exempt_networks(&self.exempt_networks);
        let Some(limit) = problems.note("exempt_networks", limit) else {
            return Err(problems);
        };
        let mut fields = if self.without_fields {
            Fields::none()
        } else {
            Fields::standard()
        };
        if let Some(legacy) = legacy {
            fields = fields.legacy(legacy);
        }
        if self.capped {
            fields = fields.capped();
        }
        let guard = RateLimit::with_store(limit, MemoryQuotaStore::with_capacity(capacity));
        Ok(guard.fields(fields.jitter(Duration::from_secs(jitter.into()))))
    }
}
