use std::error::Error;
use std::fmt::Write;

use aws_lc_rs::rand;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// What is wrong with a request, as `application/problem+json` (RFC 9457).
#[derive(Debug, Serialize)]
pub(crate) struct Problem {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Flaw>,
    #[serde(skip_serializing_if = "Option::is_none")]
    correlation_id: Option<String>,
}

/// What is wrong with one field, and where it is: a JSON Pointer in a fragment.
#[derive(Debug, Serialize)]
pub(crate) struct Flaw {
    pub(crate) pointer: String,
    pub(crate) detail: &'static str,
}

impl Problem {
    pub(crate) fn new(status: StatusCode) -> Self {
        Self {
            r#type: "about:blank",
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            detail: None,
            errors: Vec::new(),
            correlation_id: None,
        }
    }

    pub(crate) fn detail(self, detail: &'static str) -> Self {
        Self {
            detail: Some(detail),
            ..self
        }
    }

    pub(crate) fn errors(self, errors: Vec<Flaw>) -> Self {
        Self { errors, ..self }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let fields = [
            (CONTENT_TYPE, "application/problem+json"),
            (CACHE_CONTROL, "no-store"),
        ];
        let fields = fields.map(|(name, value)| (name, HeaderValue::from_static(value)));
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, fields, body).into_response()
    }
}

/// A failure of the service. What it was goes to the log alone; the client gets an
/// id to ask about it.
#[derive(Debug)]
pub(crate) struct Failure(Box<dyn Error + Send + Sync>);

impl<E: Into<Box<dyn Error + Send + Sync>>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let id = correlation_id();
        tracing::error!(
            correlation_id = id,
            error = &*self.0 as &dyn Error,
            "failed"
        );
        let problem = Problem {
            correlation_id: Some(id),
            ..Problem::new(StatusCode::INTERNAL_SERVER_ERROR)
        };
        problem.into_response()
    }
}

/// 128 random bits, so that nobody can ask about another's failure.
fn correlation_id() -> String {
    let mut bytes = [0_u8; 16];
    if rand::fill(&mut bytes).is_err() {
        return "none".to_owned();
    }
    bytes.iter().fold(String::new(), |mut id, byte| {
        let _infallible = write!(id, "{byte:02x}");
        id
    })
}
