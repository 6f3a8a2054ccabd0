use std::sync::{Arc, Mutex, PoisonError};

use bartizan_basic::Basic;
use bartizan_core::{
    Attempt, BoxFuture, LoginError, PasswordVerifier, Principal, RequestHead, Scheme,
};
use bartizan_secret::SecretString;
use http::header::AUTHORIZATION;
use http::{HeaderValue, Request};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{error, invalid, text};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ParseBasic {
    /// The value of `Authorization`.
    #[serde(default)]
    header: Option<String>,
    #[serde(default)]
    header_base64: Option<String>,
}

/// Asks the scheme itself, and listens to what it asks about.
pub(super) fn basic(question: &ParseBasic) -> Value {
    let header = text::bytes(
        "header",
        question.header.as_deref(),
        question.header_base64.as_deref(),
    );
    let header = match header.map(|header| HeaderValue::from_bytes(&header)) {
        Ok(Ok(header)) => header,
        Ok(Err(_)) => return invalid("no field can have this value"),
        Err(problem) => return error(problem),
    };
    let mut request = Request::new(());
    request.headers_mut().insert(AUTHORIZATION, header);
    let asked = Asked::default();
    let attempt = Basic::new(asked.clone()).authenticate(RequestHead::of(&request));
    let asked = asked
        .0
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    match (attempt, asked) {
        (_, Some((user, password))) => json!({
            "valid": true,
            "user": user,
            "password": password.expose_secret(),
        }),
        (Attempt::Failed(failure), None) => invalid(failure.detail()),
        (_, None) => invalid("these are not credentials of Basic"),
    }
}

/// Keeps the credentials that it is asked about, and denies them.
#[derive(Clone, Default)]
struct Asked(Arc<Mutex<Option<(String, SecretString)>>>);

impl PasswordVerifier for Asked {
    fn verify(
        &self,
        username: &str,
        password: SecretString,
    ) -> BoxFuture<Result<Principal, LoginError>> {
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *asked = Some((username.to_owned(), password));
        Box::pin(async { Err(LoginError::Denied) })
    }
}
