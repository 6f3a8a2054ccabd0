use bartizan_api_key::{ApiKeys, KeyFormat, KeyGrant, MemoryApiKeyStore, PepperRing};
use bartizan_secret::SecretBytes;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::error;

/// A key for the configuration of an `api-key` mount.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IssueKey {
    prefix: String,
    #[serde(default)]
    environment: Option<String>,
    /// In base64url, as in the configuration.
    pepper: String,
    #[serde(default)]
    pepper_id: Option<String>,
}

pub(super) fn issue(question: &IssueKey) -> Value {
    issued(question).unwrap_or_else(error)
}

fn issued(question: &IssueKey) -> Result<Value, String> {
    let environment = question.environment.as_deref().unwrap_or("live");
    let format = KeyFormat::new(&question.prefix, environment).map_err(named("prefix"))?;
    let pepper = URL_SAFE_NO_PAD.decode(&question.pepper);
    let pepper = pepper.map_err(|_| "pepper: it is not base64url without padding")?;
    let id = question.pepper_id.as_deref().unwrap_or("1");
    let peppers = PepperRing::new(id, &SecretBytes::from(pepper)).map_err(named("pepper"))?;
    let keys = ApiKeys::new(format, peppers, MemoryApiKeyStore::new());
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let issued = runtime.block_on(keys.issue(KeyGrant::new("owner", "")));
    let issued = issued.map_err(|error| error.to_string())?;
    Ok(json!({
        "valid": true,
        "key": issued.key().expose_secret(),
        "id": issued.record().id().as_str(),
        "hash": issued.record().hash().to_string(),
    }))
}

fn named<E: ToString>(name: &str) -> impl FnOnce(E) -> String {
    move |problem| format!("{name}: {}", problem.to_string())
}
