use std::mem;

use bartizan_core::{ClientAddr, LoginError, Principal, Rejection};
use bartizan_secret::SecretString;
use http::StatusCode;
use zeroize::Zeroizing;

use super::Settings;
use super::judge::failure;
use crate::Scopes;
use crate::request::{Form, invalid_request};

impl Settings {
    /// Checks the user name and the password in `form`, which `client` sent, and wipes
    /// them.
    ///
    /// Returns the user, and those of `scopes` that the user has.
    pub(super) async fn log_in(
        &self,
        client: Option<ClientAddr>,
        mut form: Form,
        mut scopes: Scopes,
    ) -> Result<(Principal, Scopes), Rejection> {
        let username = parameter(&mut form, "username", "username is missing")?;
        let mut password = parameter(&mut form, "password", "password is missing")?;
        let password = SecretString::from(mem::take(&mut *password));
        drop(form);

        let Some(verifier) = &self.verifier else {
            return Err(failure("the password grant has no verifier"));
        };
        let answer = verifier.verify_from(client, &username, password).await;
        let principal = answer.map_err(|error| match error {
            LoginError::Denied => {
                let detail = "user name or password is wrong";
                Rejection::bad_request("invalid_grant", detail)
            }
            LoginError::Overloaded { retry_after } => {
                let detail = "too many requests are being decided on";
                let status = StatusCode::SERVICE_UNAVAILABLE;
                Rejection::new(status, "temporarily_unavailable", detail).retry_after(retry_after)
            }
            LoginError::Throttled { retry_after } => {
                let detail = "too many logins have failed";
                let status = StatusCode::TOO_MANY_REQUESTS;
                Rejection::new(status, "temporarily_unavailable", detail).retry_after(retry_after)
            }
            other => failure(other),
        })?;
        scopes.retain(|scope| principal.has_scope(scope));
        Ok((principal, scopes))
    }
}

/// Both are text without control characters but tab ([RFC 6749, appendix A.15 and
/// A.16]), which would only serve to forge a line of a log.
///
/// [RFC 6749, appendix A.15 and A.16]: https://www.rfc-editor.org/rfc/rfc6749#appendix-A.15
fn parameter(
    form: &mut Form,
    name: &str,
    missing: &'static str,
) -> Result<Zeroizing<String>, Rejection> {
    let value = form.take(name).ok_or_else(|| invalid_request(missing))?;
    if value.chars().any(|c| c.is_ascii_control() && c != '\t') {
        return Err(invalid_request("a control character was sent"));
    }
    Ok(value)
}
