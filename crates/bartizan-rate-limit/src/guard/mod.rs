mod asked;
mod denial;
mod in_flight;
mod limit;
mod one;
mod pass;
mod plan;
mod refund;
mod settings;
mod standing;
mod told;

use std::error::Error;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;

use bartizan_core::{BoxFuture, Clock, Guard, RequestHead, SystemClock, Verdict};
use http::StatusCode;

use self::asked::Entries;
pub use self::in_flight::{InFlight, Permit};
pub use self::limit::{InvalidNetwork, Limit};
pub use self::pass::Admission;
pub use self::plan::Plan;
pub use self::refund::Refund;
use self::refund::Refunds;
use self::settings::{OnFailure, Settings};
use crate::key::KeyBytes;
use crate::routes::Table;
use crate::{Fields, MemoryQuotaStore, QuotaStore, Quotas, RouteTable};

/// Lets pass as many requests as quotas allow.
///
/// See the [crate documentation](crate) for an example, and for how a request is
/// judged. Cloning it costs one reference count, and clones share their buckets.
#[derive(Clone)]
#[must_use]
pub struct RateLimit(Arc<Settings>);

impl RateLimit {
    /// How many buckets there is room for by default, in the store in memory.
    pub const DEFAULT_CAPACITY: usize = 65_536;

    /// Creates a guard with one limit, and a store in memory of its own.
    pub fn new(limit: Limit) -> Self {
        Self::with_store(
            limit,
            MemoryQuotaStore::with_capacity(Self::DEFAULT_CAPACITY),
        )
    }

    /// Creates a guard with one limit, whose buckets are kept in `store`.
    pub fn with_store(limit: Limit, store: impl QuotaStore) -> Self {
        Self::with(Table::All(vec![limit]), Arc::new(store))
    }

    /// Creates a guard with several limits, such as one for each client and one for
    /// all, which are decided together: a request that one of them refuses is not
    /// counted by the others.
    ///
    /// # Errors
    ///
    /// [`InvalidLimits`] when there is none, or when they have more than
    /// [`Quotas::MAX`] quotas together.
    pub fn all(limits: impl IntoIterator<Item = Limit>) -> Result<Self, InvalidLimits> {
        let limits: Vec<_> = limits.into_iter().collect();
        match limits.iter().map(Limit::fixed_quotas).sum() {
            1..=Quotas::MAX => Ok(Self::with(Table::All(limits), Self::memory())),
            quotas => Err(InvalidLimits::new(quotas)),
        }
    }

    /// Creates a guard with limits by route.
    pub fn by_route(routes: RouteTable) -> Self {
        Self::with(Table::ByRoute(routes), Self::memory())
    }

    fn memory() -> Arc<dyn QuotaStore> {
        Arc::new(MemoryQuotaStore::with_capacity(Self::DEFAULT_CAPACITY))
    }

    fn with(table: Table, store: Arc<dyn QuotaStore>) -> Self {
        Self(Arc::new(Settings {
            table,
            store,
            fields: Fields::default(),
            clock: Arc::new(SystemClock),
            has_outcome: true,
            refunds: Refunds::default(),
            failure: OnFailure::Refuse,
        }))
    }

    /// Keeps the buckets in `store`. Guards over the same store share the buckets of
    /// equal limits.
    pub fn store(mut self, store: impl QuotaStore) -> Self {
        self.settings().store = Arc::new(store);
        self
    }

    /// Sets which header fields tell a client what is left.
    pub fn fields(mut self, fields: Fields) -> Self {
        self.settings().fields = fields;
        self
    }

    /// Reads the time from `clock`: [`SystemClock`] by default.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.settings().clock = Arc::new(clock);
        self
    }

    /// Leaves no [`QuotaOutcome`](crate::QuotaOutcome) for handlers, which saves an
    /// allocation or two.
    pub fn without_outcome(mut self) -> Self {
        self.settings().has_outcome = false;
        self
    }

    /// Gives back what a request took when `condition` holds for the status of its
    /// response: a login that succeeded, a request that was answered 304.
    ///
    /// What the bucket has refilled by then is not given back once more: who keeps
    /// requests open saves up nothing.
    ///
    /// A rejection by a guard further in counts with the status that it has over HTTP,
    /// and so does a response of gRPC that fails before its body. How a stream of gRPC
    /// ends is not known when its response begins.
    ///
    /// ```
    /// # use bartizan_rate_limit::{Limit, Quota, RateLimit};
    /// let guard = RateLimit::new(Limit::new("login", Quota::per_minute(5)))
    ///     .refund_when(|status| status.is_success());
    /// ```
    pub fn refund_when<F>(mut self, condition: F) -> Self
    where
        F: Fn(StatusCode) -> bool + Send + Sync + 'static,
    {
        self.settings().refunds.condition = Some(Arc::new(condition));
        self
    }

    /// Gives back what a request took when its response has a [`Refund`] among its
    /// extensions.
    pub fn refund_by_handler(mut self) -> Self {
        self.settings().refunds.by_handler = true;
        self
    }

    /// Runs refunds with `spawn` where the store does not answer at once, such as one
    /// over a network: a response does not wait for it.
    ///
    /// Without it, such a store is not given anything back.
    ///
    /// ```
    /// # use bartizan_rate_limit::RateLimit;
    /// # fn spawning(guard: RateLimit) -> RateLimit {
    /// guard.spawn_refunds(|refund| drop(tokio::spawn(refund)))
    /// # }
    /// ```
    pub fn spawn_refunds<F>(mut self, spawn: F) -> Self
    where
        F: Fn(BoxFuture<()>) + Send + Sync + 'static,
    {
        self.settings().refunds.spawn = Some(Arc::new(spawn));
        self
    }

    /// Counts in memory while the store fails, and allows this instance its share: of
    /// each quota the part of one of `instances`, and at least one request.
    ///
    /// Together the instances then allow about what the store would. A request that costs
    /// more than a share holds takes all of it, so that each instance allows one of these
    /// at a time. By default, a request that the store cannot decide on is refused with
    /// 503.
    ///
    /// Of what is left of a share, neither the client nor the handler is told, since it
    /// is not what is left of the quota: a client that is refused has its `Retry-After`.
    /// A handler has to take an `Option` of [`QuotaOutcome`](crate::QuotaOutcome).
    pub fn local_share(mut self, instances: NonZeroU32) -> Self {
        let store = Arc::new(MemoryQuotaStore::with_capacity(Self::DEFAULT_CAPACITY));
        self.settings().failure = OnFailure::Share(instances, store);
        self
    }

    /// Lets all requests pass while the store fails.
    ///
    /// Whoever can make the store fail, by overloading it, is then without limits;
    /// never do this for logins. They have no [`QuotaOutcome`](crate::QuotaOutcome), so
    /// that a handler has to take an `Option` of it.
    pub fn insecure_fail_open(mut self) -> Self {
        self.settings().failure = OnFailure::Open;
        self
    }

    fn settings(&mut self) -> &mut Settings {
        Arc::make_mut(&mut self.0)
    }
}

impl Guard for RateLimit {
    type Pass = Admission;

    fn name(&self) -> &'static str {
        "rate-limit"
    }

    #[inline]
    fn check(&self, head: RequestHead<'_>) -> Verdict<Admission> {
        let (limits, more) = self.0.table.find(head);
        if let ([limit], []) = (limits, more) {
            return one::judge(&self.0, limit, head);
        }
        let mut keys = KeyBytes::new();
        match Entries::of(limits.iter().chain(more), head, &mut keys) {
            Ok(Some(entries)) => Settings::ask(&self.0, entries, keys.as_slice()),
            Ok(None) => Verdict::Pass(Admission::silent()),
            Err(rejection) => Verdict::Reject(rejection),
        }
    }
}

impl fmt::Debug for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimit")
            .field("limits", &self.0.table)
            .field("fields", &self.0.fields)
            .finish_non_exhaustive()
    }
}

/// No limit, or more quotas than can be decided together.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct InvalidLimits {
    quotas: usize,
}

impl InvalidLimits {
    pub(crate) const fn new(quotas: usize) -> Self {
        Self { quotas }
    }
}

impl Error for InvalidLimits {}

impl fmt::Display for InvalidLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (quotas, most) = (self.quotas, Quotas::MAX);
        match quotas {
            0 => f.write_str("no limit was given"),
            _ => write!(
                f,
                "{quotas} quotas were given to be decided together, of at most {most}"
            ),
        }
    }
}
