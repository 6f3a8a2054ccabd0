use std::error::Error;

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bartizan::problem::{CorrelationId, Problem};
use serde::Serialize;
use serde_json::Value;

/// What is wrong with a request, as problem details (RFC 9457).
#[derive(Debug)]
pub(crate) struct Refused(Box<Problem>);

/// What is wrong with one field, and where it is: a JSON Pointer in a fragment.
#[derive(Debug, Serialize)]
pub(crate) struct Flaw {
    pub(crate) pointer: String,
    pub(crate) detail: &'static str,
}

impl Refused {
    pub(crate) fn new(status: StatusCode) -> Self {
        Self(Box::new(Problem::new(status)))
    }

    pub(crate) fn detail(self, detail: &'static str) -> Self {
        Self(Box::new(self.0.detail(detail)))
    }

    pub(crate) fn errors(self, flaws: &[Flaw]) -> Self {
        let flaws = serde_json::to_value(flaws).unwrap_or(Value::Null);
        // The name is one that a member may have.
        let problem = (*self.0).clone().member("errors", flaws);
        problem.map_or(self, |problem| Self(Box::new(problem)))
    }

    /// A failure of the service. What it was goes to the log alone; the client gets the
    /// id to ask about it.
    pub(crate) fn failure(id: &CorrelationId, error: &(dyn Error + 'static)) -> Self {
        tracing::error!(correlation_id = id.as_str(), error, "failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        self.0.into_response::<Body>()
    }
}
