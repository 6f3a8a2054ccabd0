use bartizan_core::{ClientAddr, Principal};
use bartizan_rate_limit::QuotaOutcome;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, HeaderValue, Request};
use serde_json::{Value, json};

/// Tells all that is in the head of a request, sensitive fields too.
pub(super) fn of(head: &Request<()>, body_bytes: usize) -> Value {
    let extensions = head.extensions();
    let client = extensions.get::<ClientAddr>();
    json!({
        "method": head.method().as_str(),
        "path": head.uri().path(),
        "query": head.uri().query(),
        "authority": head.uri().authority().map(ToString::to_string),
        "version": format!("{:?}", head.version()),
        "headers": head.headers().iter().map(field).collect::<Vec<_>>(),
        "body_bytes": body_bytes,
        "principal": extensions.get::<Principal>().map(principal),
        "client": client.map(|client| client.ip().to_string()),
        "quotas": extensions.get::<QuotaOutcome>().map(quotas),
    })
}

/// What is no text is in base64.
fn field((name, value): (&HeaderName, &HeaderValue)) -> Value {
    match str::from_utf8(value.as_bytes()) {
        Ok(text) => json!([name.as_str(), text]),
        Err(_) => json!([name.as_str(), { "base64": STANDARD.encode(value.as_bytes()) }]),
    }
}

fn principal(principal: &Principal) -> Value {
    json!({
        "subject": principal.subject(),
        "issuer": principal.issuer(),
        "scheme": principal.scheme(),
        "roles": principal.roles(),
        "scopes": principal.scopes(),
        "credential_id": principal.credential_id(),
    })
}

fn quotas(outcome: &QuotaOutcome) -> Value {
    let quotas = outcome.quotas().map(|quota| {
        json!({
            "policy": quota.policy,
            "limit": quota.limit,
            "period_seconds": quota.period.as_secs_f64(),
            "remaining": quota.remaining,
            "reset_seconds": quota.reset.as_secs(),
        })
    });
    quotas.collect()
}
