use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use bartizan_core::{ClientAddr, RequestHead, TrustedProxies};

use super::Plan;
use crate::key::KeyBytes;
use crate::{Key, KeyError, Quotas};

/// How much of what is allowed to whom.
///
/// The scope is part of each bucket's identity: two limits with the same scope, key and
/// quotas over one store share their buckets, whatever routes they are on; two with
/// different scopes never do.
///
/// # Example
///
/// ```
/// use bartizan_rate_limit::{Key, Limit, Quota};
///
/// let uploads = Limit::new("uploads", Quota::per_hour(20))
///     .key(Key::principal())
///     .cost_by(|head| if head.uri().path().ends_with("/video") { 5 } else { 1 });
/// ```
#[derive(Clone)]
#[must_use]
pub struct Limit {
    scope: Arc<str>,
    /// The scope, as each key begins with it.
    prefix: Arc<[u8]>,
    plan: Source,
    key: Key,
    has_own_key: bool,
    cost: Cost,
    exempt: Vec<Exempt>,
}

#[derive(Clone)]
enum Source {
    Dynamic(Arc<dyn Fn(RequestHead<'_>) -> Plan + Send + Sync>),
    Fixed(Plan),
}

#[derive(Clone)]
enum Cost {
    By(Arc<dyn Fn(RequestHead<'_>) -> u32 + Send + Sync>),
    Fixed(u32),
}

#[derive(Clone)]
enum Exempt {
    Networks(TrustedProxies),
    When(Arc<dyn Fn(RequestHead<'_>) -> bool + Send + Sync>),
}

impl Limit {
    /// Limits requests in `scope` to `quotas`, by [`Key::client`].
    pub fn new(scope: &str, quotas: impl Into<Quotas>) -> Self {
        Self::with(scope, Source::Fixed(Plan::new(scope, quotas)))
    }

    /// Limits requests in `scope` to the quotas of the plan that `plan` finds for each,
    /// such as that which the principal has paid for.
    ///
    /// It is on the path of each request: what it looks up should be at hand, such as
    /// an attribute of the principal. A key whose plan changes starts with a full
    /// bucket.
    ///
    /// ```
    /// use bartizan_core::Principal;
    /// use bartizan_rate_limit::{Key, Limit, Plan, Quota};
    ///
    /// let free = Plan::new("free", Quota::per_minute(10));
    /// let paid = Plan::new("paid", Quota::per_minute(600));
    /// let limit = Limit::dynamic("api", move |head| {
    ///     match head.extensions().get::<Principal>() {
    ///         Some(user) if user.has_role("customer") => paid.clone(),
    ///         _ => free.clone(),
    ///     }
    /// })
    /// .key(Key::principal());
    /// ```
    pub fn dynamic<F>(scope: &str, plan: F) -> Self
    where
        F: Fn(RequestHead<'_>) -> Plan + Send + Sync + 'static,
    {
        Self::with(scope, Source::Dynamic(Arc::new(plan)))
    }

    fn with(scope: &str, plan: Source) -> Self {
        let mut prefix = KeyBytes::new();
        prefix.push(scope);
        let key = Key::default();
        Self {
            scope: scope.into(),
            prefix: prefix.as_slice().into(),
            plan,
            has_own_key: key.is_own(),
            key,
            cost: Cost::Fixed(1),
            exempt: Vec::new(),
        }
    }

    /// Sets what tells those apart who have buckets of their own.
    pub fn key(mut self, key: impl Into<Key>) -> Self {
        self.key = key.into();
        self.has_own_key = self.key.is_own();
        self
    }

    /// Sets as how many requests each one counts: 1 by default. One that counts as
    /// more than the burst is always refused; one that counts as 0 never.
    pub fn cost(mut self, cost: u32) -> Self {
        self.cost = Cost::Fixed(cost);
        self
    }

    /// Counts each request as as many as `cost` finds.
    pub fn cost_by<F>(mut self, cost: F) -> Self
    where
        F: Fn(RequestHead<'_>) -> u32 + Send + Sync + 'static,
    {
        self.cost = Cost::By(Arc::new(cost));
        self
    }

    /// Does not count requests for which `condition` holds, such as health checks;
    /// whatever it looks at, a client may send.
    pub fn exempt<F>(mut self, condition: F) -> Self
    where
        F: Fn(RequestHead<'_>) -> bool + Send + Sync + 'static,
    {
        self.exempt.push(Exempt::When(Arc::new(condition)));
        self
    }

    /// Does not count requests of clients in `networks`: addresses and CIDR ranges.
    ///
    /// # Errors
    ///
    /// [`InvalidNetwork`] with all entries that are neither, or that hold all
    /// addresses.
    pub fn exempt_networks<I>(mut self, networks: I) -> Result<Self, InvalidNetwork>
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let networks = TrustedProxies::parse(networks).map_err(|invalid| InvalidNetwork {
            entries: invalid.entries().to_vec(),
        })?;
        self.exempt.push(Exempt::Networks(networks));
        Ok(self)
    }

    /// Returns the scope.
    #[must_use]
    pub fn scope(&self) -> &str {
        &self.scope
    }

    #[inline]
    pub(crate) fn is_exempt(&self, head: RequestHead<'_>) -> bool {
        !self.exempt.is_empty() && self.finds_exempt(head)
    }

    fn finds_exempt(&self, head: RequestHead<'_>) -> bool {
        let client = head.extensions().get::<ClientAddr>();
        self.exempt.iter().any(|exempt| match exempt {
            Exempt::Networks(networks) => client.is_some_and(|client| networks.trusts(client.ip())),
            Exempt::When(condition) => condition(head),
        })
    }

    pub(crate) fn plan(&self, head: RequestHead<'_>) -> Cow<'_, Plan> {
        match &self.plan {
            Source::Dynamic(plan) => Cow::Owned(plan(head)),
            Source::Fixed(plan) => Cow::Borrowed(plan),
        }
    }

    /// Returns how many quotas there are, as far as it is fixed.
    pub(crate) fn fixed_quotas(&self) -> usize {
        match &self.plan {
            Source::Dynamic(_) => 1,
            Source::Fixed(plan) => plan.quotas().len(),
        }
    }

    pub(crate) fn cost_of(&self, head: RequestHead<'_>) -> u32 {
        match &self.cost {
            Cost::By(cost) => cost(head),
            Cost::Fixed(cost) => *cost,
        }
    }

    pub(crate) fn write_key(
        &self,
        head: RequestHead<'_>,
        bytes: &mut KeyBytes,
    ) -> Result<(), KeyError> {
        bytes.raw(&self.prefix);
        self.key.write(head, bytes)
    }

    pub(crate) fn has_own_key(&self) -> bool {
        self.has_own_key
    }
}

impl fmt::Debug for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limit")
            .field("scope", &self.scope)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// Entries that are neither an address nor a network smaller than all addresses.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct InvalidNetwork {
    entries: Vec<String>,
}

impl InvalidNetwork {
    /// Returns the entries as given.
    #[must_use]
    pub fn entries(&self) -> &[String] {
        &self.entries
    }
}

impl Error for InvalidNetwork {}

impl fmt::Display for InvalidNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries = self.entries.join(", ");
        write!(
            f,
            "not an address, nor a network smaller than all addresses: {entries}"
        )
    }
}
