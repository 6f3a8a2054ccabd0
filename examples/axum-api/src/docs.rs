//! The `OpenAPI` document, and a page to try the service with.

use std::error::Error;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use utoipa_swagger_ui::{Config, oauth, serve};

use crate::routes::CLIENT;
use crate::{document, paths};

/// The page loads what it shows from here alone. Its style sheets are partly written by
/// its scripts, and its icons are partly in the style sheets.
pub(crate) const POLICY: &str = "default-src 'none'; script-src 'self'; \
    style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PAGE: &str = r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>axum-api</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" href="/docs/favicon-32x32.png">
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/swagger-ui-standalone-preset.js"></script>
<script src="/docs/swagger-initializer.js"></script>
</html>
"#;

/// Serves the document, the page, and what the page is made of.
pub(crate) fn routes() -> Result<Router, Box<dyn Error>> {
    let json: Bytes = serde_json::to_vec(&document::document())?.into();
    let answer = ([(CONTENT_TYPE, "application/json")], json);
    // Without a scope, a user is granted all that the user has.
    let login = oauth::Config::new().client_id(CLIENT);
    let config = Config::with_oauth_config([paths::DOCUMENT], login)
        // It would send the document to a service of others.
        .validator_url("none")
        .try_it_out_enabled(true);
    let config = Arc::new(config);
    Ok(Router::new()
        .route(paths::DOCUMENT, get(|| async move { answer }))
        .route(paths::DOCS, get(page))
        .route(
            paths::DOCS_FILE,
            get(|Path(name): Path<String>| async move { file(&name, config) }),
        ))
}

/// Describes the service.
#[utoipa::path(get, path = paths::DOCUMENT, tag = "service",
    responses((status = 200, description = "OpenAPI 3.1", body = Object)))]
#[expect(dead_code, reason = "describes the route")]
pub(crate) fn openapi() {}

/// Shows the description, to try the service with.
#[utoipa::path(get, path = paths::DOCS, tag = "service",
    responses((status = 200, description = "A page", body = String, content_type = "text/html")))]
pub(crate) async fn page() -> Response {
    html(PAGE)
}

/// Serves a part of the page.
#[utoipa::path(get, path = paths::DOCS_FILE, tag = "service",
    params(("file" = String, Path, description = "The name of the part")),
    responses((status = 200, description = "The part"), (status = 404, description = "There is none")))]
#[expect(dead_code, reason = "describes the route")]
pub(crate) fn part() {}

fn file(name: &str, config: Arc<Config<'static>>) -> Response {
    match serve(name, config) {
        Ok(Some(file)) => {
            let policy = (CONTENT_SECURITY_POLICY, POLICY.to_owned());
            let mut kind = file.content_type;
            if kind.starts_with("text/") && !kind.contains(';') {
                kind.push_str("; charset=utf-8");
            }
            let fields = [(CONTENT_TYPE, kind), policy];
            (fields, file.bytes.into_owned()).into_response()
        }
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::error!(error, "the page is broken");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn html(page: &'static str) -> Response {
    // Users type their passwords into it.
    let alone = HeaderName::from_static("cross-origin-opener-policy");
    let fields = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (alone, "same-origin"),
    ];
    (fields, page).into_response()
}
