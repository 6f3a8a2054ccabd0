//! Token-bucket rate limits in bounded memory for any tower service.

mod fields;
mod gcra;
mod guard;
mod key;
mod outcome;
mod quota;
mod routes;
mod store;

pub use self::fields::{Fields, LegacyReset};
pub use self::gcra::Bucket;
pub use self::guard::{
    Admission, InFlight, InvalidLimits, InvalidNetwork, Limit, Permit, Plan, RateLimit, Refund,
};
pub use self::key::{Key, KeyBytes, KeyError};
pub use self::outcome::{QuotaOutcome, QuotaState};
pub use self::quota::{InvalidQuota, Quota, Quotas};
pub use self::routes::{InvalidRoutes, RouteTable, Routes};
pub use self::store::{Allowance, BucketState, Charge, MemoryQuotaStore, QuotaStore, Taken};
