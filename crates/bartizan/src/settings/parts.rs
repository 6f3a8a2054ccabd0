use std::iter;
use std::sync::Arc;

use bartizan_core::{
    Authenticate, FindClient, ForwardedBy, InvalidSettings, RequestFirewall, Scheme, TrustedProxies,
};
use bartizan_cors::Cors;
use bartizan_headers::{HeadersSettings, SecurityHeaders};
use bartizan_problem::{ProblemLayer, ProblemSettings};
use bartizan_rate_limit::{RateLimit, RateLimitSettings};
use bartizan_rbac::RouteTable;

use super::mistakes::Mistakes;
use super::{ForwardedField, StackSettings};

/// All that a stack of settings is made of.
pub(super) struct Parts {
    pub(super) problem: ProblemLayer,
    pub(super) headers: SecurityHeaders,
    pub(super) cors: Option<Cors>,
    pub(super) client: FindClient,
    pub(super) firewall: RequestFirewall,
    pub(super) by_address: Option<RateLimit>,
    pub(super) authentication: Option<Authenticate<Arc<dyn Scheme>>>,
    pub(super) by_principal: Option<RateLimit>,
    pub(super) rbac: Option<RouteTable>,
}

impl Parts {
    /// Makes each part. Where one is wrong, the others are looked at all the same.
    pub(super) fn of(settings: StackSettings) -> Result<Self, InvalidSettings> {
        let mut problems = InvalidSettings::new();
        let peer = settings.wiring.peer;
        let trusted = TrustedProxies::parse(&settings.trusted_proxies);
        let trusted = problems.note("trusted_proxies", trusted);
        // What is wrong is told once.
        let proxies: &[String] = match trusted {
            Some(_) => &settings.trusted_proxies,
            None => &[],
        };
        let trusted = trusted
            .unwrap_or_default()
            .field(match settings.forwarded_by {
                ForwardedField::Forwarded => ForwardedBy::Forwarded,
                ForwardedField::XForwardedFor => ForwardedBy::XForwardedFor,
            });

        let problem = problem(settings.problem, proxies).build();
        let problem = note("problem", problem, &mut problems).unwrap_or_default();
        let headers = headers(settings.headers, proxies).build();
        let headers = note("headers", headers, &mut problems).unwrap_or_else(SecurityHeaders::api);
        let cors = settings.cors.map(|cors| cors.build());
        let cors = cors.and_then(|cors| note("cors", cors, &mut problems));
        let firewall = settings.firewall.build();
        let firewall = note("firewall", firewall, &mut problems).unwrap_or_default();
        let by_address = settings.rate_limit_by_address;
        let by_address = by_address.and_then(|limit| self::by_address(limit, &mut problems));

        let mut schemes: Vec<Arc<dyn Scheme>> = Vec::new();
        let is_authenticated = settings.jwt.is_some()
            || settings.api_key.is_some()
            || !settings.wiring.schemes.is_empty();
        if let Some(jwt) = settings.jwt.map(|jwt| jwt.build())
            && let Some(bearer) = note("jwt", jwt, &mut problems)
        {
            schemes.push(Arc::new(bearer));
        }
        if let Some(api_key) = settings.api_key.map(|keys| keys.build())
            && let Some(api_key) = note("api_key", api_key, &mut problems)
        {
            schemes.push(Arc::new(api_key));
        }
        schemes.extend(settings.wiring.schemes);

        let by_principal = settings
            .rate_limit_by_principal
            .map(|limit| by_principal(limit, settings.authentication_optional));
        let rbac = settings.rbac.map(|rbac| {
            rbac.build_with(|routes| match settings.wiring.matched {
                Some(matched) => routes.matched(matched),
                None => routes,
            })
        });
        if is_authenticated {
            if settings.insecure_without_authentication {
                let problem = "there is something that authenticates";
                problems.add("insecure_without_authentication", problem);
            }
            if rbac.is_some() == settings.insecure_without_authorization {
                let problem = if rbac.is_some() {
                    "there is rbac, too"
                } else {
                    "there is neither rbac nor insecure_without_authorization"
                };
                problems.add("rbac", problem);
            }
        } else {
            if !settings.insecure_without_authentication {
                let problem = "there is neither jwt, api_key nor insecure_without_authentication";
                problems.add("jwt", problem);
            }
            let needed = [
                ("authentication_optional", settings.authentication_optional),
                ("rate_limit_by_principal", by_principal.is_some()),
                ("rbac", rbac.is_some()),
            ];
            for (name, _) in needed.into_iter().filter(|(_, is_set)| *is_set) {
                problems.add(
                    name,
                    "nothing authenticates: there is neither jwt nor api_key",
                );
            }
        }
        let by_principal =
            by_principal.and_then(|limit| note("rate_limit_by_principal", limit, &mut problems));
        let rbac = rbac.and_then(|rbac| note("rbac", rbac, &mut problems));

        problems.into_result(Self {
            problem: problem.peer(peer),
            headers: headers.peer(peer),
            cors,
            client: FindClient::behind(trusted).peer(peer),
            firewall,
            by_address,
            authentication: authentication(schemes, settings.authentication_optional),
            by_principal,
            rbac,
        })
    }
}

/// The proxies that are believed about addresses are believed about ids, too.
fn problem(mut settings: ProblemSettings, proxies: &[String]) -> ProblemSettings {
    if settings.trusted_proxies.is_empty() {
        settings.trusted_proxies = proxies.to_vec();
    }
    settings
}

/// The proxies that are believed about addresses are believed about TLS, too.
fn headers(mut settings: HeadersSettings, proxies: &[String]) -> HeadersSettings {
    if settings.trusted_proxies.is_empty() && !settings.behind_tls {
        settings.trusted_proxies = proxies.to_vec();
    }
    settings
}

fn by_address(
    mut settings: RateLimitSettings,
    problems: &mut InvalidSettings,
) -> Option<RateLimit> {
    let of_routes = settings.routes.iter().enumerate();
    let of_routes =
        of_routes.map(|(index, route)| (format!("routes.{index}.key"), route.key.as_deref()));
    let keys = iter::once(("key".to_owned(), settings.key.as_deref())).chain(of_routes);
    for (name, key) in keys {
        let mut words = key.unwrap_or_default().split(['+', '|']).map(str::trim);
        if words.any(|word| matches!(word, "principal" | "credential")) {
            let problem = "nobody is authenticated yet; see rate_limit_by_principal";
            problems.add(format!("rate_limit_by_address.{name}"), problem);
        }
    }
    settings.scope.get_or_insert_with(|| "address".to_owned());
    note("rate_limit_by_address", settings.build(), problems)
}

fn by_principal(
    mut settings: RateLimitSettings,
    has_strangers: bool,
) -> Result<RateLimit, InvalidSettings> {
    let key = if has_strangers {
        "principal|client"
    } else {
        "principal"
    };
    settings.key.get_or_insert_with(|| key.to_owned());
    settings.scope.get_or_insert_with(|| "principal".to_owned());
    settings.build()
}

fn authentication(
    schemes: Vec<Arc<dyn Scheme>>,
    is_optional: bool,
) -> Option<Authenticate<Arc<dyn Scheme>>> {
    let mut schemes = schemes.into_iter();
    let first = schemes.next()?;
    let scheme = schemes.fold(first, |first, next| Arc::new(first.or(next)));
    Some(if is_optional {
        Authenticate::optional(scheme)
    } else {
        Authenticate::required(scheme)
    })
}

fn note<T, E: Mistakes>(
    group: &str,
    made: Result<T, E>,
    problems: &mut InvalidSettings,
) -> Option<T> {
    made.map_err(|mistakes| problems.add_group(group, &mistakes.of_group()))
        .ok()
}
