mod legacy;
mod number;
mod policy;
mod seal;

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::hmac;
use bartizan_secret::SecretBytes;
use http::HeaderName;

pub use self::legacy::LegacyReset;
pub(crate) use self::policy::Policy;
pub(crate) use self::seal::{Limit, Limits, append, append_usual, has_denied_access, reject};

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Which header fields tell a client how much of its quota is left.
///
/// By default these are `RateLimit` and `RateLimit-Policy` ([`DRAFT`](Self::DRAFT)).
/// In them, `r` is what is left; `t` is in how many seconds more is to be had: when
/// the bucket will be full, or, once it is empty, when there will be one more.
///
/// Several limits in one stack add their own members to the lists, so that together
/// they make one. A response that has a `Retry-After` has no `t` beyond it.
///
/// # Example
///
/// ```
/// use bartizan_rate_limit::{Fields, LegacyReset};
///
/// let fields = Fields::standard().legacy(LegacyReset::Delay);
/// ```
#[derive(Clone)]
#[must_use]
pub struct Fields {
    is_standard: bool,
    legacy: Option<LegacyReset>,
    is_capped: bool,
    jitter: u64,
    partition_key: Option<Arc<hmac::Key>>,
}

impl Fields {
    /// The version of the draft that the fields follow.
    ///
    /// It is not finished; what a later version changes is changed here, as an
    /// incompatible release.
    pub const DRAFT: &'static str = "draft-ietf-httpapi-ratelimit-headers-10";

    /// Sends none. A client that is turned away has its `Retry-After`, still.
    pub const fn none() -> Self {
        Self {
            is_standard: false,
            legacy: None,
            is_capped: false,
            jitter: 0,
            partition_key: None,
        }
    }

    /// Sends `RateLimit` and `RateLimit-Policy`.
    pub fn standard() -> Self {
        Self {
            is_standard: true,
            ..Self::none()
        }
    }

    /// Sends `X-RateLimit-Limit`, `-Remaining` and `-Reset`, too: of the quota of
    /// which the least is left, since they cannot tell of more than one.
    pub fn legacy(self, reset: LegacyReset) -> Self {
        Self {
            legacy: Some(reset),
            ..self
        }
    }

    /// Raises `t` until what is left, spread over it, is no more than the rate of the
    /// quota.
    ///
    /// A client that divides the one by the other then does not send the whole of a
    /// daily quota in one second.
    pub fn capped(self) -> Self {
        Self {
            is_capped: true,
            ..self
        }
    }

    /// Adds a random time of up to `most` to each `t` and each `Retry-After`, in whole
    /// seconds, so that those who were turned away together do not come back
    /// together.
    pub fn jitter(self, most: Duration) -> Self {
        Self {
            jitter: most.as_secs(),
            ..self
        }
    }

    /// Sends `pk`, which tells a client with several keys to which of them its quota
    /// belongs: HMAC-SHA-256 of the key under `secret`, the first 16 bytes.
    ///
    /// All instances of a service need the same secret. It should have 32 bytes.
    pub fn partition_key(self, secret: &SecretBytes) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret());
        Self {
            partition_key: Some(Arc::new(key)),
            ..self
        }
    }

    /// Sends none, and keeps what concerns `Retry-After`.
    pub(crate) fn untold(self) -> Self {
        Self {
            is_standard: false,
            legacy: None,
            ..self
        }
    }

    pub(crate) const fn is_none(&self) -> bool {
        !self.is_standard && self.legacy.is_none()
    }

    /// Whether they are none but those of the draft, as [`append_usual`] adds them.
    pub(crate) const fn are_usual(&self) -> bool {
        self.legacy.is_none() && self.jitter == 0 && self.partition_key.is_none()
    }

    /// Returns how many there are, by name.
    pub(crate) const fn count(&self) -> usize {
        let standard = if self.is_standard { 2 } else { 0 };
        let legacy = if self.legacy.is_some() { 3 } else { 0 };
        standard + legacy
    }

    pub(crate) const fn is_capped(&self) -> bool {
        self.is_capped
    }

    pub(crate) const fn has_partition_key(&self) -> bool {
        self.is_standard && self.partition_key.is_some()
    }

    /// Returns a random number of seconds to wait longer.
    pub(crate) fn extra_seconds(&self) -> u64 {
        if self.jitter == 0 {
            return 0;
        }
        let random = RandomState::new().hash_one(());
        random % self.jitter.saturating_add(1)
    }
}

impl Default for Fields {
    fn default() -> Self {
        Self::standard()
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fields")
            .field("is_standard", &self.is_standard)
            .field("legacy", &self.legacy)
            .field("is_capped", &self.is_capped)
            .field("jitter", &self.jitter)
            .finish_non_exhaustive()
    }
}
