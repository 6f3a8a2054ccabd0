use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;

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
    (
        [(CONTENT_TYPE, "application/json")],
        r#"{"message":"hello"}"#,
    )
}
