use std::num::NonZeroU32;
use std::sync::Arc;

use http::HeaderValue;

use crate::fields::Policy;
use crate::{Quota, Quotas};

/// Quotas that are decided together, with what header fields say of them.
///
/// Made once, and cheap to clone: one for each price plan, for
/// [`Limit::dynamic`](crate::Limit::dynamic).
///
/// # Example
///
/// ```
/// use bartizan_rate_limit::{Plan, Quota};
///
/// let free = Plan::new("free", Quota::per_minute(10));
/// let paid = Plan::new("paid", Quota::per_minute(600).burst(100));
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Plan(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    quotas: Option<Quotas>,
    policies: Vec<Policy>,
    value: HeaderValue,
}

impl Plan {
    /// Creates a plan called `name`.
    ///
    /// Its policies are called as their quotas are, and otherwise as the plan is; of
    /// several quotas, with the period: `api-minute`.
    pub fn new(name: &str, quotas: impl Into<Quotas>) -> Self {
        let quotas = quotas.into();
        let policies = policies(name, &quotas);
        let value = Policy::value(&policies);
        Self(Arc::new(Inner {
            quotas: Some(quotas),
            policies,
            value: value.unwrap_or(HeaderValue::from_static("")),
        }))
    }

    /// Creates a plan without limits.
    pub fn unlimited() -> Self {
        Self(Arc::new(Inner {
            quotas: None,
            policies: Vec::new(),
            value: HeaderValue::from_static(""),
        }))
    }

    pub(crate) fn quotas(&self) -> &[Quota] {
        self.0.quotas.as_deref().unwrap_or_default()
    }

    pub(crate) fn policies(&self) -> &[Policy] {
        &self.0.policies
    }

    /// Returns the value of `RateLimit-Policy`.
    pub(crate) fn value(&self) -> &HeaderValue {
        &self.0.value
    }

    /// Returns the quotas that each of `instances` has of these, and at least one
    /// request.
    pub(crate) fn share(&self, instances: NonZeroU32) -> Vec<Quota> {
        let share = |amount: u32| (amount / instances).max(u32::from(amount > 0));
        let quotas = self.quotas().iter().map(|quota| {
            let (limit, burst) = (share(quota.limit()), share(quota.burst_size()));
            Quota::new(limit, quota.period()).map_or_else(|_| quota.clone(), |q| q.burst(burst))
        });
        quotas.collect()
    }
}

fn policies(name: &str, quotas: &Quotas) -> Vec<Policy> {
    let mut names: Vec<String> = Vec::with_capacity(quotas.len());
    for quota in quotas {
        let own = match quota.name() {
            Some(own) => own.to_owned(),
            None if quotas.len() == 1 => name.to_owned(),
            None => format!("{name}-{}", period(quota)),
        };
        let taken = names.iter().filter(|name| **name == own).count();
        names.push(if taken == 0 {
            own
        } else {
            format!("{own}-{}", taken + 1)
        });
    }
    let policies = names.into_iter().zip(quotas);
    let policy = |(name, quota): (String, &Quota)| {
        Policy::new(name, u64::from(quota.limit()), quota.period())
    };
    policies.map(policy).collect()
}

fn period(quota: &Quota) -> String {
    match (quota.period().as_secs(), quota.period().subsec_nanos()) {
        (1, 0) => "second".to_owned(),
        (60, 0) => "minute".to_owned(),
        (3_600, 0) => "hour".to_owned(),
        (86_400, 0) => "day".to_owned(),
        _ => format!("{:?}", quota.period()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_have_different_names() {
        for (quotas, expected) in [
            ("5/minute", r#""api";q=5;w=60"#),
            (
                "5/minute; 100/day",
                r#""api-minute";q=5;w=60, "api-day";q=100;w=86400"#,
            ),
            (
                "5 per 90 seconds; 9/hour",
                r#""api-90s";q=5;w=90, "api-hour";q=9;w=3600"#,
            ),
            (
                "5/minute; 6/minute burst 2",
                r#""api-minute";q=5;w=60, "api-minute-2";q=6;w=60"#,
            ),
        ] {
            let plan = Plan::new("api", quotas.parse::<Quotas>().unwrap());
            assert_eq!(plan.value(), expected);
        }
        let plan = Plan::new("api", Quota::per_day(3).named("daily"));
        assert_eq!(plan.value(), r#""daily";q=3;w=86400"#);
    }

    #[test]
    fn a_share_is_at_least_one_request() {
        let plan = Plan::new(
            "api",
            "100/minute burst 20; 2/day".parse::<Quotas>().unwrap(),
        );
        let expected = "25/minute burst 5; 1/day".parse::<Quotas>().unwrap();
        assert_eq!(plan.share(NonZeroU32::new(4).unwrap()), *expected);
    }
}
