use bartizan_core::InvalidSettings;
use http::Method;
use serde::Deserialize;

use super::parts::Parts;
use crate::{Limit, Routes};

/// The limit of a route, in [`RateLimitSettings`](super::RateLimitSettings).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RouteLimitSettings {
    /// The methods, each once and in upper case, of `GET`, `HEAD`, `POST`, `PUT`, `DELETE`,
    /// `PATCH`, `OPTIONS`, `TRACE` and `CONNECT`; or `any` alone.
    pub methods: Vec<String>,
    /// The pattern of paths, such as `/items/{id}` or `/files/{*path}`; see [`Routes`]. A
    /// method of gRPC is `/package.Service/Method`.
    pub path: String,
    /// How much is allowed, such as `5/minute`.
    pub quotas: String,
    /// The scope, which names the policy, too. Routes of the same scope, key and quotas
    /// share their buckets.
    pub scope: String,
    /// What tells those apart who have buckets of their own. Default: the key of the
    /// settings around it.
    #[serde(default)]
    pub key: Option<String>,
    /// As how many requests each one counts, 1 at least and the burst at most. Default: 1.
    #[serde(default)]
    pub cost: Option<u32>,
}

/// A misspelled method would leave its route without the limit.
const KNOWN: [Method; 9] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::DELETE,
    Method::PATCH,
    Method::OPTIONS,
    Method::TRACE,
    Method::CONNECT,
];

impl RouteLimitSettings {
    /// Adds the limit to `routes`, for each of the methods, if nothing is wrong with it.
    pub(super) fn add_to(
        &self,
        routes: Routes,
        group: &str,
        around: &Parts<'_>,
        problems: &mut InvalidSettings,
    ) -> Routes {
        let parts = Parts {
            quotas: &self.quotas,
            // A key that is wrong there is reported there.
            key: self.key.as_deref().or(around.key),
            scope: &self.scope,
            cost: self.cost,
            exempt_networks: around.exempt_networks,
        };
        let mut own = InvalidSettings::new();
        let limit = parts.limit(&mut own);
        let methods = self.methods(&mut own);
        problems.add_group(group, &own);
        let (Some(limit), Some(methods)) = (limit, methods) else {
            return routes;
        };
        let add = |routes: Routes, method: Option<Method>| match method {
            Some(method) => routes.route(method, &self.path, Limit::clone(&limit)),
            None => routes.any(&self.path, Limit::clone(&limit)),
        };
        methods.into_iter().fold(routes, add)
    }

    /// Returns the methods, one of which is `None` for any.
    fn methods(&self, problems: &mut InvalidSettings) -> Option<Vec<Option<Method>>> {
        if let [word] = self.methods.as_slice()
            && word == "any"
        {
            return Some(vec![None]);
        }
        let known = |name: &String| KNOWN.into_iter().find(|method| method.as_str() == name);
        let methods: Option<Vec<_>> = self.methods.iter().map(known).collect();
        let methods = methods.filter(|methods| !methods.is_empty());
        if methods.is_none() {
            problems.add(
                "methods",
                "neither known methods in upper case, nor `any` alone",
            );
        }
        let methods = methods?;
        let mut rest = methods.iter();
        while let Some(method) = rest.next() {
            if rest.as_slice().contains(method) {
                problems.add("methods", format!("{method} is there twice"));
                return None;
            }
        }
        Some(methods.into_iter().map(Some).collect())
    }
}
