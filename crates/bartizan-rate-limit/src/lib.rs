//! Token-bucket rate limits in bounded memory for any tower service.

mod brute_force;
#[cfg(feature = "axum")]
mod extract;
mod fields;
pub mod future;
mod gcra;
mod guard;
mod key;
mod outcome;
mod quota;
mod routes;
#[cfg(feature = "serde")]
mod settings;
mod store;

pub use self::brute_force::{
    LoginAttempt, LoginGuard, LoginLimit, LoginQuotas, LoginRefused, LoginResult, LoginScope,
    LoginScopeLayer, LoginThrottle, Trial,
};
pub use self::fields::{Fields, LegacyReset};
pub use self::gcra::Bucket;
pub use self::guard::{
    Admission, InFlight, InvalidLimits, InvalidNetwork, Limit, Permit, Plan, RateLimit, Refund,
};
pub use self::key::{InvalidKey, Key, KeyBytes, KeyError};
pub use self::outcome::{QuotaOutcome, QuotaState};
pub use self::quota::{InvalidQuota, Quota, Quotas};
pub use self::routes::{InvalidRoutes, RouteTable, Routes};
#[cfg(feature = "serde")]
pub use self::settings::RateLimitSettings;
pub use self::store::{Allowance, BucketState, Charge, MemoryQuotaStore, QuotaStore, Taken};
