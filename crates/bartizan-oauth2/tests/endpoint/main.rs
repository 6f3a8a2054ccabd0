//! What a client sees of the token endpoint, request by request.

#![expect(
    clippy::indexing_slicing,
    clippy::unreachable,
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

mod clients;
mod failures;
#[cfg(feature = "legacy-password-grant")]
mod foreign;
mod forms;
#[cfg(feature = "jwt")]
mod jwt;
#[cfg(feature = "legacy-password-grant")]
mod password;
mod scopes;

use std::time::Duration;

use bartizan_core::{BoxError, Rejection};
use bartizan_oauth2::{
    Client, Grant, GrantType, HashedSecret, IssuedToken, MemoryClientStore, TokenEndpoint,
};
use http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, PRAGMA, WWW_AUTHENTICATE};
use http::{HeaderMap, Request};
use http_body_util::{BodyExt, Full};
use serde_json::Value;
use tower::ServiceExt;

const SECRET: &str = "ledger-secret-0123456789abcdef";
const FORM: &str = "application/x-www-form-urlencoded";

/// `ledger` has a secret, `spa` is public, `idle` may do nothing.
fn endpoint() -> TokenEndpoint {
    let secret = || HashedSecret::of(&SECRET.into()).unwrap();
    let clients = [
        Client::confidential("ledger", secret())
            .grant(GrantType::ClientCredentials)
            .role("service")
            .scopes("read write admin".parse().unwrap())
            .default_scopes("read write".parse().unwrap()),
        Client::public("spa").grant(GrantType::ClientCredentials),
        Client::confidential("idle", secret()),
        Client::confidential("a:b c+%", secret()).grant(GrantType::ClientCredentials),
    ];
    TokenEndpoint::new(MemoryClientStore::new(clients).unwrap(), token_of)
}

/// A token that shows what was granted.
fn token_of(grant: &Grant) -> Result<IssuedToken, BoxError> {
    let token = format!(
        "{}/{}/{}/{}/{}",
        grant.grant_type(),
        grant.client_id(),
        grant.subject(),
        grant.roles().join("+"),
        grant.scopes(),
    );
    Ok(IssuedToken::new(token, Duration::from_millis(300_999)))
}

/// A form with the credentials of `ledger`.
fn with_secret(form: &str) -> String {
    format!("{form}&client_id=ledger&client_secret={SECRET}")
}

fn basic(id: &str, secret: &str) -> String {
    use base64::Engine;
    let joined = format!("{id}:{secret}");
    let encoded = base64::engine::general_purpose::STANDARD.encode(joined);
    format!("Basic {encoded}")
}

fn post(form: &str) -> Request<Full<bytes::Bytes>> {
    let request = Request::post("/token").header(CONTENT_TYPE, FORM);
    request.body(Full::from(form.to_owned())).unwrap()
}

fn post_as(authorization: &str, form: &str) -> Request<Full<bytes::Bytes>> {
    let mut request = post(form);
    let value = authorization.parse().unwrap();
    request.headers_mut().append(AUTHORIZATION, value);
    request
}

#[derive(Debug)]
struct Answer {
    status: u16,
    headers: HeaderMap,
    text: String,
    json: Value,
}

impl Answer {
    fn error(&self) -> &str {
        self.json["error"].as_str().unwrap_or_default()
    }

    fn challenge(&self) -> Option<&str> {
        let field = self.headers.get(WWW_AUTHENTICATE)?;
        Some(field.to_str().unwrap())
    }
}

/// Sends a request, and checks what holds for every response.
async fn send(endpoint: &TokenEndpoint, request: Request<Full<bytes::Bytes>>) -> Answer {
    let response = endpoint.clone().oneshot(request).await.unwrap();
    let (head, body) = response.into_parts();
    let text = body.collect().await.unwrap().to_bytes().to_vec();
    let text = String::from_utf8(text).unwrap();
    assert_eq!(head.headers[CACHE_CONTROL], "no-store", "{text}");
    assert_eq!(head.headers[PRAGMA], "no-cache", "{text}");
    // By it an outer layer tells an error that is made for the client from a fault.
    let rejection = head.extensions.get::<Rejection>();
    assert_eq!(rejection.is_some(), !head.status.is_success(), "{text}");
    assert_eq!(head.headers[CONTENT_TYPE], "application/json", "{text}");
    let json: Value = serde_json::from_str(&text).unwrap();
    if head.status != 200 {
        assert_error_is_well_formed(&json);
        assert_eq!(
            head.status == 401,
            head.headers.contains_key(WWW_AUTHENTICATE)
        );
    }
    Answer {
        status: head.status.as_u16(),
        headers: head.headers,
        text,
        json,
    }
}

/// RFC 6749, section 5.2: which characters a description may have.
fn assert_error_is_well_formed(json: &Value) {
    let members: Vec<_> = json.as_object().unwrap().keys().collect();
    assert_eq!(members, ["error", "error_description"]);
    let description = json["error_description"].as_str().unwrap();
    let is_allowed = |b: u8| matches!(b, 0x20 | 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    assert!(description.bytes().all(is_allowed), "{description}");
}

async fn assert_refused(request: Request<Full<bytes::Bytes>>, status: u16, error: &str) -> Answer {
    let context = format!("{request:?}");
    let answer = send(&endpoint(), request).await;
    assert_eq!(
        (answer.status, answer.error()),
        (status, error),
        "{context}"
    );
    answer
}
