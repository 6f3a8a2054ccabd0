//! The `OpenAPI` document: what handlers say of themselves, and who may call them as the
//! guards have it.

use axum::http::Method;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, Flow, Http, HttpAuthScheme, OAuth2, Password, SecurityRequirement,
    SecurityScheme,
};
use utoipa::openapi::{Components, ContentBuilder, OpenApi as Document, Ref, ResponseBuilder};
use utoipa::{OpenApi, ToSchema};

use crate::access::{ENTRIES, Entry, Who};
use crate::accounts::SCOPES;
use crate::{docs, items, keys, paths, routes, tokens};

const LOGIN: &str = "login";
const BEARER: &str = "bearer";
const API_KEY: &str = "apiKey";
const BASIC: &str = "basic";

/// What is wrong with a request (RFC 9457).
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what the guards and handlers answer")]
pub(crate) struct Problem {
    r#type: String,
    title: String,
    status: u16,
    #[schema(required = false)]
    detail: String,
    /// What is wrong with each field.
    #[schema(required = false)]
    errors: Vec<Flaw>,
    /// The policies whose quota was used up.
    #[schema(required = false, rename = "violated-policies")]
    violated_policies: Vec<String>,
    correlation_id: String,
}

/// What is wrong with one field.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what handlers answer")]
pub(crate) struct Flaw {
    /// A JSON Pointer in a fragment.
    pointer: String,
    detail: String,
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "axum-api",
        description = "An axum service with logins, tokens, API keys, roles and scopes."
    ),
    paths(
        tokens::token,
        routes::health,
        routes::protected,
        routes::admin,
        routes::basic,
        routes::limited,
        routes::fail,
        items::create,
        keys::issue,
        keys::list,
        keys::rotate,
        keys::revoke,
        docs::openapi,
        docs::page,
        docs::part,
    ),
    components(schemas(Problem))
)]
struct Handlers;

/// Returns the document.
pub(crate) fn document() -> Document {
    let mut document = Handlers::openapi();
    let components = document.components.get_or_insert_with(Components::new);
    for (name, scheme) in schemes() {
        components.add_security_scheme(name, scheme);
    }
    for entry in ENTRIES {
        if let Some(operation) = operation(&mut document, entry) {
            guarded(operation, entry.who);
        }
    }
    document
}

/// The schemes, by the names, places and scopes that the guards have them by.
fn schemes() -> [(&'static str, SecurityScheme); 4] {
    let scopes = SCOPES.iter().copied().collect();
    let login = OAuth2::new([Flow::Password(Password::new(paths::TOKEN, scopes))]);
    let mut bearer = Http::new(HttpAuthScheme::Bearer);
    bearer.bearer_format = Some("JWT".to_owned());
    let key = ApiKeyValue::new(keys::FIELD.as_str());
    [
        (LOGIN, SecurityScheme::OAuth2(login)),
        (BEARER, SecurityScheme::Http(bearer)),
        (API_KEY, SecurityScheme::ApiKey(ApiKey::Header(key))),
        (
            BASIC,
            SecurityScheme::Http(Http::new(HttpAuthScheme::Basic)),
        ),
    ]
}

/// Says who may call an operation, and what others are answered.
fn guarded(operation: &mut Operation, who: Who) {
    let scopes: &[&str] = match &who {
        Who::Scope(scope) => &[*scope],
        _ => &[],
    };
    let by = |names: &[&str]| {
        let names = names.iter();
        names
            .map(|name| SecurityRequirement::new(*name, scopes.iter().copied()))
            .collect()
    };
    let (security, statuses): (Vec<_>, &[(&str, &str)]) = match who {
        Who::Anyone => (Vec::new(), &[TOO_MANY]),
        Who::Password => (by(&[BASIC]), &[NOT_AUTHENTICATED, TOO_MANY]),
        Who::Principal => (
            by(&[LOGIN, BEARER, API_KEY]),
            &[NOT_AUTHENTICATED, TOO_MANY],
        ),
        Who::Login => (
            by(&[LOGIN, BEARER]),
            &[NOT_AUTHENTICATED, NOT_PERMITTED, TOO_MANY],
        ),
        Who::Role(_) | Who::Scope(_) => (
            by(&[LOGIN, BEARER, API_KEY]),
            &[NOT_AUTHENTICATED, NOT_PERMITTED, TOO_MANY],
        ),
    };
    operation.security = Some(security);
    if let Who::Role(role) = who {
        operation.description = Some(format!("Asks for the role `{role}`."));
    }
    for (status, description) in statuses {
        let content = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name("Problem")))
            .build();
        let response = ResponseBuilder::new()
            .description(*description)
            .content("application/problem+json", content)
            .build();
        let responses = &mut operation.responses.responses;
        responses
            .entry((*status).to_owned())
            .or_insert_with(|| response.into());
    }
}

const NOT_AUTHENTICATED: (&str, &str) = ("401", "Without credentials, or with bad ones");
const NOT_PERMITTED: (&str, &str) = ("403", "Whoever it is may not");
const TOO_MANY: (&str, &str) = ("429", "More than the quota, with the time to wait");

fn operation<'a>(document: &'a mut Document, entry: &Entry) -> Option<&'a mut Operation> {
    let item = document.paths.paths.get_mut(entry.path)?;
    let operation = match entry.method {
        Method::DELETE => &mut item.delete,
        Method::GET => &mut item.get,
        Method::PATCH => &mut item.patch,
        Method::POST => &mut item.post,
        Method::PUT => &mut item.put,
        _ => return None,
    };
    operation.as_mut()
}

#[cfg(test)]
mod tests {
    use bartizan_rbac::{Coverage, RouteTable};
    use serde_json::{Value, json};

    use super::*;
    use crate::access::rules;

    fn value() -> Value {
        serde_json::to_value(document()).unwrap()
    }

    #[test]
    fn api9_the_table_and_the_document_have_the_same_routes() {
        let table = RouteTable::builder().rules(rules()).build().unwrap();

        let coverage = Coverage::of(&table).openapi("", &value()).unwrap();

        assert!(coverage.is_complete(), "{coverage}");
    }

    #[test]
    fn each_operation_says_who_may_call_it() {
        let document = value();

        assert_eq!(document["openapi"], "3.1.0");
        for entry in ENTRIES {
            let method = entry.method.as_str().to_lowercase();
            let security = &document["paths"][entry.path][&method]["security"];
            let expected = match entry.who {
                Who::Anyone => json!([]),
                Who::Password => json!([{"basic": []}]),
                Who::Login => json!([{"login": []}, {"bearer": []}]),
                Who::Scope(scope) => {
                    json!([{"login": [scope]}, {"bearer": [scope]}, {"apiKey": [scope]}])
                }
                _ => json!([{"login": []}, {"bearer": []}, {"apiKey": []}]),
            };
            assert_eq!(*security, expected, "{method} {}", entry.path);
        }
    }

    #[test]
    fn the_schemes_are_those_of_the_guards() {
        let schemes = value()["components"]["securitySchemes"].take();

        assert_eq!(
            schemes,
            json!({
                "login": {"type": "oauth2", "flows": {"password": {
                    "tokenUrl": "/token",
                    "scopes": {"items:write": "add items"},
                }}},
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "apiKey": {"type": "apiKey", "in": "header", "name": "x-api-key"},
                "basic": {"type": "http", "scheme": "basic"},
            })
        );
    }
}
