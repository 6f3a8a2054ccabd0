use std::time::Duration;

use bartizan::cors::{Cors, InvalidCors, Origin, OriginPattern};
use bartizan::rate_limit::{InvalidQuota, Quotas};
use bartizan::{InvalidProxy, TrustedProxies};
use serde::Deserialize;

use crate::keys;

#[derive(Default, Deserialize)]
#[serde(try_from = "Vec<String>")]
pub(crate) struct Proxies(pub(crate) TrustedProxies);

impl TryFrom<Vec<String>> for Proxies {
    type Error = InvalidProxy;

    fn try_from(networks: Vec<String>) -> Result<Self, InvalidProxy> {
        TrustedProxies::parse(&networks).map(Self)
    }
}

/// The origins of the front-ends whose pages may call the service.
#[derive(Clone, Deserialize)]
#[serde(try_from = "Vec<String>")]
pub(crate) struct Front(Vec<String>);

impl Front {
    /// Where the servers that developers build front-ends with listen.
    pub(super) fn of_developers() -> Self {
        Self(vec!["http://localhost:5173".to_owned()])
    }

    pub(super) fn none() -> Self {
        Self(Vec::new())
    }

    /// Pages send tokens and keys themselves, so that browsers need not send what they
    /// keep.
    pub(super) fn cors(&self) -> Result<Cors, InvalidCors> {
        let cors = Cors::builder()
            .methods(["DELETE"])
            .request_headers(["authorization", "content-type", keys::FIELD.as_str()])
            .expose_security_headers()
            .expose_headers(["x-request-id"])
            .max_age(Duration::from_secs(600));
        let cors = match &*self.0 {
            [] => cors.origin_if(|_, _| false),
            origins => cors.origins(origins),
        };
        cors.build()
    }
}

impl Front {
    /// Returns what tells the origins of the front-ends from others. Where pages of any
    /// origin may call, none is trusted with passwords.
    pub(super) fn trusts(self) -> impl Fn(&str) -> bool + Send + Sync {
        let named = self.0.iter().filter(|text| *text != "*");
        let patterns = named.filter_map(|text| text.parse().ok());
        let patterns: Vec<OriginPattern> = patterns.collect();
        move |origin| {
            let origin = origin.parse::<Origin>();
            origin.is_ok_and(|origin| patterns.iter().any(|pattern| pattern.matches(&origin)))
        }
    }
}

impl TryFrom<Vec<String>> for Front {
    type Error = InvalidCors;

    fn try_from(origins: Vec<String>) -> Result<Self, InvalidCors> {
        let front = Self(origins);
        front.cors().map(|_| front)
    }
}

/// How many requests there may be, such as `100/minute; 1000/day`.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Quota(pub(crate) Quotas);

impl TryFrom<String> for Quota {
    type Error = InvalidQuota;

    fn try_from(text: String) -> Result<Self, InvalidQuota> {
        text.parse().map(Self)
    }
}

pub(super) fn address_quota() -> Quota {
    Quota(bartizan::rate_limit::Quota::per_minute(6_000).into())
}

pub(super) fn principal_quota() -> Quota {
    Quota(bartizan::rate_limit::Quota::per_minute(3_000).into())
}
