use axum::Router;
use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::{Exchange, Mode};

const BODY: &str = r#"{"message":"hello"}"#;

/// The two routes: only one of them is to be protected.
#[derive(Debug)]
pub(crate) struct Routes {
    /// `/protected`.
    pub(crate) protected: Router,
    /// `/plain`.
    pub(crate) plain: Router,
}

/// Creates the routes, which have the same handler and no layer.
pub(crate) fn routes() -> Routes {
    Routes {
        protected: Router::new().route("/protected", get(hello)),
        plain: Router::new().route("/plain", get(hello)),
    }
}

async fn hello() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], BODY)
}

/// Creates `/protected` without a layer, whose handler sends the fields that `mode` does.
pub(crate) fn same_fields(mode: Mode) -> Router {
    let mut response = Exchange::new(mode).response();
    let mut fields: HeaderMap = std::mem::take(response.headers_mut());
    fields.remove(CONTENT_LENGTH);
    let handler = move || {
        let fields = fields.clone();
        async move {
            let mut response = Response::new(Body::from(BODY));
            *response.headers_mut() = fields;
            response
        }
    };
    Router::new().route("/protected", get(handler))
}
