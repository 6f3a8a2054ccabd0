//! The layers by their names.

mod basic;

use bartizan::settings::FirewallSettings;
use bartizan_api_key::ApiKeySettings;
use bartizan_core::{Authenticate, Guard, GuardLayer, InvalidSettings, Scheme};
use bartizan_cors::{CorsSettings, InvalidCors};
use bartizan_headers::HeadersSettings;
use bartizan_jwt::BearerSettings;
use bartizan_problem::ProblemSettings;
use bartizan_rate_limit::RateLimitSettings;
use bartizan_rbac::RbacSettings;
use http_body_util::BodyExt;
use tower::{Layer, ServiceExt};

use crate::inner::Inner;
use crate::settings::{LayerSettings, settle};

/// What puts a layer over a service.
pub(crate) type Applied = Box<dyn FnOnce(Inner) -> Inner>;

const NAMES: &str = "cors, basic, bearer, api-key, rate-limit, rbac, headers, problem, firewall";

/// Builds the layer that the settings name. What is wrong is named as a member of the
/// layer's entry: `layer`, `optional`, or something in `config`.
pub(crate) fn build(settings: LayerSettings, problems: &mut InvalidSettings) -> Option<Applied> {
    let LayerSettings {
        layer,
        config,
        optional,
    } = settings;
    let authenticates = matches!(&*layer, "basic" | "bearer" | "api-key");
    if optional.is_some() && !authenticates {
        problems.add("optional", "the layer does not authenticate");
    }
    let is_optional = optional.unwrap_or(false);
    let config = config.into();
    let mut own = InvalidSettings::new();
    let applied = match &*layer {
        "api-key" => settle(config, &mut own, |keys: ApiKeySettings| {
            keys.build().map(|scheme| authenticate(scheme, is_optional))
        }),
        "basic" => basic::build(config, &mut own).map(|basic| authenticate(basic, is_optional)),
        "bearer" => settle(config, &mut own, |bearer: BearerSettings| {
            bearer
                .build()
                .map(|scheme| authenticate(scheme, is_optional))
        }),
        "cors" => settle(config, &mut own, |cors: CorsSettings| {
            cors.build()
                .map(guard)
                .map_err(|invalid| mistakes(&invalid))
        }),
        "firewall" => settle(config, &mut own, |firewall: FirewallSettings| {
            firewall.build().map(guard)
        }),
        "headers" => settle(config, &mut own, |headers: HeadersSettings| {
            headers.build().map(guard)
        }),
        "problem" => settle(config, &mut own, |settings| problem(&settings)),
        "rate-limit" => settle(config, &mut own, |limit: RateLimitSettings| {
            limit.build().map(guard)
        }),
        "rbac" => settle(config, &mut own, |rbac: RbacSettings| {
            rbac.build().map(guard)
        }),
        "csrf" | "session" => {
            problems.add("layer", format_args!("{layer} does not exist yet"));
            return None;
        }
        _ => {
            problems.add("layer", format_args!("it is none of {NAMES}"));
            return None;
        }
    };
    problems.add_group("config", &own);
    applied
}

pub(crate) fn guard<G: Guard>(guard: G) -> Applied {
    let layer = GuardLayer::new(guard);
    Box::new(move |inner| Inner::new(layer.layer(inner)))
}

fn authenticate(scheme: impl Scheme, is_optional: bool) -> Applied {
    guard(if is_optional {
        Authenticate::optional(scheme)
    } else {
        Authenticate::required(scheme)
    })
}

fn problem(settings: &ProblemSettings) -> Result<Applied, InvalidSettings> {
    let layer = settings.build()?;
    Ok(Box::new(move |inner| {
        let written = layer.layer(inner);
        Inner::new(written.map_response(|response| response.map(BodyExt::boxed)))
    }))
}

fn mistakes(invalid: &InvalidCors) -> InvalidSettings {
    let mut problems = InvalidSettings::new();
    for problem in invalid.problems() {
        let text = problem.to_string();
        let rest = text.strip_prefix(problem.setting());
        let rest = rest.and_then(|rest| rest.strip_prefix(": "));
        problems.add(problem.setting(), rest.unwrap_or(&text));
    }
    problems
}
