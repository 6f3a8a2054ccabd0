mod parts;
mod route;

use std::num::NonZeroUsize;
use std::time::Duration;

use bartizan_core::InvalidSettings;
use serde::Deserialize;

use self::parts::Parts;
pub use self::route::RouteLimitSettings;
use crate::{
    Fields, InvalidRoutes, Key, LegacyReset, MemoryQuotaStore, RateLimit, RouteTable, Routes,
};

/// Settings of a [`RateLimit`] with one limit, and others for single routes, as a
/// configuration file or the environment has them.
///
/// # Example
///
/// ```
/// use bartizan_rate_limit::RateLimitSettings;
///
/// let settings: RateLimitSettings = serde_json::from_str(
///     r#"{
///         "quotas": "300/minute; 10000/day",
///         "key": "principal|client",
///         "routes": [
///             {"methods": ["POST"], "path": "/login", "quotas": "5/minute", "scope": "login",
///              "key": "client"}
///         ]
///     }"#,
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
    /// The limits of single routes, which hold there in place of the one above. Several of
    /// one route hold together. None by default.
    #[serde(default)]
    pub routes: Vec<RouteLimitSettings>,
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
        let parts = Parts {
            quotas: &self.quotas,
            key: self.key.as_deref(),
            scope: self.scope.as_deref().unwrap_or("default"),
            cost: self.cost,
            exempt_networks: &self.exempt_networks,
        };
        let limit = parts.limit(&mut problems);
        let around = Parts {
            // What is wrong with these is reported above, and once.
            key: parts.key.filter(|key| key.parse::<Key>().is_ok()),
            exempt_networks: limit.as_ref().map_or(&[], |_| parts.exempt_networks),
            ..parts
        };
        let mut routes = Routes::new();
        for (index, route) in self.routes.iter().enumerate() {
            routes = route.add_to(routes, &format!("routes.{index}"), &around, &mut problems);
        }
        let fields = self.fields(&mut problems);
        let capacity = self
            .capacity
            .map_or(RateLimit::DEFAULT_CAPACITY, NonZeroUsize::get);
        if capacity > MAX_CAPACITY {
            problems.add("capacity", "it is over 100 million");
        }
        let guard = match limit {
            Some(limit) if self.routes.is_empty() => Some(RateLimit::new(limit)),
            Some(limit) => self.by_route(routes.otherwise(limit), &mut problems),
            None => None,
        };
        match guard {
            Some(guard) if problems.is_empty() => {
                let store = MemoryQuotaStore::with_capacity(capacity);
                Ok(guard.store(store).fields(fields))
            }
            _ => Err(problems),
        }
    }

    fn by_route(
        &self,
        table: Result<RouteTable, InvalidRoutes>,
        problems: &mut InvalidSettings,
    ) -> Option<RateLimit> {
        match table {
            Ok(table) => Some(RateLimit::by_route(table)),
            Err(invalid) => {
                for (pattern, problem) in invalid.patterns() {
                    let index = self.routes.iter().position(|route| route.path == pattern);
                    let name = format!("routes.{}.path", index.unwrap_or_default());
                    problems.add(name, problem);
                }
                None
            }
        }
    }

    fn fields(&self, problems: &mut InvalidSettings) -> Fields {
        let mut fields = if self.without_fields {
            Fields::none()
        } else {
            Fields::standard()
        };
        match self.legacy_fields.as_deref() {
            None => {}
            Some("delay") => fields = fields.legacy(LegacyReset::Delay),
            Some("unix-time") => fields = fields.legacy(LegacyReset::UnixTime),
            Some(_) => problems.add("legacy_fields", "it is neither delay nor unix-time"),
        }
        if self.capped {
            fields = fields.capped();
        }
        let jitter = self.jitter_seconds.unwrap_or(0);
        if jitter > MAX_JITTER {
            problems.add("jitter_seconds", "it is over 3600");
        }
        fields.jitter(Duration::from_secs(jitter.into()))
    }
}
