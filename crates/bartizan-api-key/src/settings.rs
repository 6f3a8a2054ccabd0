use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroUsize;
use std::time::{Duration, SystemTime};

use bartizan_core::{InvalidSettings, Realm};
use bartizan_secret::{SecretBytes, SecretString};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderName;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::{
    ApiKey, ApiKeys, Insertion, KeyFormat, KeyGrant, KeyHash, KeyId, KeyRecord, Locator,
    MemoryApiKeyStore, PepperRing,
};

/// Settings of an [`ApiKey`] over keys in memory, as a configuration file or the
/// environment has them.
///
/// # Example
///
/// ```
/// use bartizan_api_key::ApiKeySettings;
///
/// let settings: ApiKeySettings = serde_json::from_str(
///     r#"{
///         "prefix": "acme",
///         "pepper": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY",
///         "headers": ["X-API-Key"],
///         "authorization": true
///     }"#,
/// )?;
/// let scheme = settings.build()?;
/// # let _ = scheme;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ApiKeySettings {
    /// What keys begin with, such as `acme`.
    pub prefix: String,
    /// The environment that keys are for: `live` by default.
    #[serde(default)]
    pub environment: Option<String>,
    /// The pepper that keys are hashed under: at least 32 bytes, in base64url without
    /// padding.
    pub pepper: SecretString,
    /// The id of the pepper, which stored hashes name: `1` by default.
    #[serde(default)]
    pub pepper_id: Option<String>,
    /// Peppers that keys were hashed under before, by their ids. None by default.
    #[serde(default)]
    pub old_peppers: BTreeMap<String, SecretString>,
    /// The header fields that are looked for keys: `X-API-Key` by default, none if the
    /// list is empty.
    #[serde(default)]
    pub headers: Option<Vec<String>>,
    /// Whether keys are looked for in `Authorization: ApiKey ...`. Off by default.
    #[serde(default)]
    pub authorization: bool,
    /// The cookie that is looked for a key. None by default.
    #[serde(default)]
    pub cookie: Option<String>,
    /// The parameter of the query that is looked for a key. None by default: see
    /// [`Locator::insecure_query`] for what is lost.
    #[serde(default)]
    pub insecure_query: Option<String>,
    /// The realm that challenges name: `api` by default.
    #[serde(default)]
    pub realm: Option<String>,
    /// How many keys are kept for one owner: 100 by default.
    #[serde(default)]
    pub max_per_owner: Option<NonZeroUsize>,
    /// How many keys are kept: 100 000 by default.
    #[serde(default)]
    pub capacity: Option<NonZeroUsize>,
    /// Keys that are there from the beginning. None by default.
    #[serde(default)]
    pub keys: Vec<StoredKeySettings>,
}

/// Settings of one key that is there from the beginning, in [`ApiKeySettings::keys`].
///
/// Times are in seconds since 1970-01-01 00:00 UTC.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct StoredKeySettings {
    /// The public id: twelve letters and digits.
    pub id: String,
    /// The hash, as [`KeyHash`] is written: `hmac-sha256:`, pepper id, `:`, base64url.
    pub hash: SecretString,
    /// Whose key it is: the subject of its principal.
    pub owner: String,
    /// What the key is for. Empty by default.
    #[serde(default)]
    pub name: String,
    /// The roles. None by default.
    #[serde(default)]
    pub roles: Vec<String>,
    /// The scopes. None by default.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Networks that the key may be used from, such as `192.0.2.0/24`. All by default.
    #[serde(default)]
    pub networks: Vec<String>,
    /// Notes that are kept with the key. None by default.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
    /// When the key was issued. Needed if it expires, since a rotation gives the new
    /// key the lifetime of the old one; not known by default.
    #[serde(default)]
    pub created_at: Option<u64>,
    /// When the key expires: after `created_at`. Never by default.
    #[serde(default)]
    pub expires_at: Option<u64>,
    /// When the key was revoked. It was not by default.
    #[serde(default)]
    pub revoked_at: Option<u64>,
}

impl ApiKeySettings {
    /// Makes the scheme.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSettings`] with everything that is wrong.
    pub fn build(&self) -> Result<ApiKey<MemoryApiKeyStore>, InvalidSettings> {
        self.build_with(std::convert::identity)
    }

    /// Makes the scheme over keys that `change` has changed, such as to set their
    /// clock.
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build).
    pub fn build_with(
        &self,
        change: impl FnOnce(ApiKeys<MemoryApiKeyStore>) -> ApiKeys<MemoryApiKeyStore>,
    ) -> Result<ApiKey<MemoryApiKeyStore>, InvalidSettings> {
        let mut problems = InvalidSettings::new();
        let format = self.format(&mut problems);
        let peppers = self.peppers(&mut problems);
        let locators = self.locators(&mut problems);
        let realm = match self.realm.as_deref().map(str::parse::<Realm>) {
            Some(realm) => problems.note("realm", realm),
            None => Some(Realm::default()),
        };
        let store = self.store(&mut problems);
        let (Some(format), Some(peppers), Some(realm)) = (format, peppers, realm) else {
            return Err(problems);
        };
        let mut keys = ApiKeys::new(format, peppers, store);
        if let Some(most) = self.max_per_owner {
            keys = keys.max_per_owner(most);
        }
        let scheme = ApiKey::new(change(keys)).realm(realm).locators(locators);
        match problems.note("headers", scheme) {
            Some(scheme) => problems.into_result(scheme),
            None => Err(problems),
        }
    }

    fn environment(&self) -> &str {
        self.environment.as_deref().unwrap_or("live")
    }

    fn format(&self, problems: &mut InvalidSettings) -> Option<KeyFormat> {
        let prefix = problems.note("prefix", KeyFormat::new(&self.prefix, "live"));
        let environment = KeyFormat::new("key", self.environment());
        let environment = problems.note("environment", environment);
        prefix.and(environment)?;
        KeyFormat::new(&self.prefix, self.environment()).ok()
    }

    fn peppers(&self, problems: &mut InvalidSettings) -> Option<PepperRing> {
        let id = self.pepper_id.as_deref().unwrap_or("1");
        let key = bytes("pepper", &self.pepper, problems);
        let mut ring = key.and_then(|key| problems.note("pepper", PepperRing::new(id, &key)));
        for (id, key) in &self.old_peppers {
            // The id comes from a place where somebody may have put the pepper.
            let Some(key) = bytes("old_peppers", key, problems) else {
                continue;
            };
            let alone = PepperRing::new(id, &key);
            let joined = match ring.take() {
                Some(ring) => ring.clone().old(id, &key).map_err(|error| (error, ring)),
                None => {
                    problems.note("old_peppers", alone);
                    continue;
                }
            };
            ring = match joined {
                Ok(ring) => Some(ring),
                Err((error, ring)) => {
                    problems.add("old_peppers", error);
                    Some(ring)
                }
            };
        }
        ring
    }

    fn locators(&self, problems: &mut InvalidSettings) -> Vec<Locator> {
        let mut locators = Vec::new();
        match &self.headers {
            Some(headers) => {
                for name in headers {
                    let name = name
                        .parse::<HeaderName>()
                        .map_err(|_| "it is no field name");
                    let name = problems.note("headers", name);
                    let header = name.map(|name| problems.note("headers", Locator::header(name)));
                    locators.extend(header.flatten());
                }
            }
            None => locators.push(Locator::default()),
        }
        if self.authorization {
            locators.push(Locator::authorization());
        }
        if let Some(name) = &self.cookie {
            locators.extend(problems.note("cookie", Locator::cookie(name)));
        }
        if let Some(name) = &self.insecure_query {
            locators.extend(problems.note("insecure_query", Locator::insecure_query(name)));
        }
        if locators.is_empty() && !problems.is_empty() {
            // The other problems say why there is none.
            locators.push(Locator::default());
        }
        locators
    }

    fn store(&self, problems: &mut InvalidSettings) -> MemoryApiKeyStore {
        let mut store = MemoryApiKeyStore::new();
        if let Some(capacity) = self.capacity {
            store = store.capacity(capacity);
        }
        let pepper = self.pepper_id.as_deref().unwrap_or("1");
        for (index, key) in self.keys.iter().enumerate() {
            let mut own = InvalidSettings::new();
            if let Some(record) = key.record(self.environment(), &mut own) {
                let known = record.hash().pepper().as_str();
                if known != pepper && !self.old_peppers.contains_key(known) {
                    own.add("hash", "its pepper is not among the peppers");
                }
                match store.add(record) {
                    Insertion::Inserted => {}
                    Insertion::Taken => own.add("id", "it is another key's, too"),
                    Insertion::Full => own.add("id", "there are more keys than the capacity"),
                }
            }
            problems.add_group(&format!("keys.{index}"), &own);
        }
        store
    }
}

/// Hides the ids of the old peppers: somebody may have put a pepper there.
impl fmt::Debug for ApiKeySettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKeySettings")
            .field("prefix", &self.prefix)
            .field("environment", &self.environment)
            .field("old_peppers", &self.old_peppers.len())
            .field("headers", &self.headers)
            .field("authorization", &self.authorization)
            .field("cookie", &self.cookie)
            .field("insecure_query", &self.insecure_query)
            .field("realm", &self.realm)
            .field("max_per_owner", &self.max_per_owner)
            .field("capacity", &self.capacity)
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}

impl StoredKeySettings {
    fn record(&self, environment: &str, problems: &mut InvalidSettings) -> Option<KeyRecord> {
        let id = problems.note("id", self.id.parse::<KeyId>());
        let hash = problems.note("hash", self.hash.expose_secret().parse::<KeyHash>());
        let mut grant = KeyGrant::new(&*self.owner, &*self.name);
        grant = self.roles.iter().fold(grant, KeyGrant::role);
        grant = self.scopes.iter().fold(grant, KeyGrant::scope);
        for network in &self.networks {
            let parsed = network
                .parse()
                .map_err(|_| "it has something other than networks");
            if let Some(network) = problems.note("networks", parsed) {
                grant = grant.network(network);
            }
        }
        for (name, value) in &self.metadata {
            grant = grant.metadata(name, value);
        }
        if let Some(expiry) = self.expires_at
            && let Some(expiry) = time("expires_at", expiry, problems)
        {
            grant = grant.expires_at(expiry);
        }
        problems.note("owner", grant.check());
        if let Some(expiry) = self.expires_at {
            match self.created_at {
                None | Some(0) => problems.add("created_at", "a key that expires needs it"),
                Some(created_at) if expiry <= created_at => {
                    problems.add("expires_at", "it is not after created_at");
                }
                Some(_) => {}
            }
        }
        let created_at = time("created_at", self.created_at.unwrap_or(0), problems);
        let revoked_at = match self.revoked_at {
            Some(at) => time("revoked_at", at, problems),
            None => None,
        };
        let record = KeyRecord::new(id?, hash?, environment, grant, created_at?);
        Some(match revoked_at {
            Some(at) => record.revoked(at),
            None => record,
        })
    }
}

fn bytes(name: &str, text: &SecretString, problems: &mut InvalidSettings) -> Option<SecretBytes> {
    let bytes = URL_SAFE_NO_PAD.decode(text.expose_secret());
    let bytes = bytes.map(Zeroizing::new);
    let bytes = bytes.map_err(|_| "it is not base64url without padding");
    let bytes = problems.note(name, bytes)?;
    Some(SecretBytes::from(bytes.as_slice()))
}

fn time(name: &str, seconds: u64, problems: &mut InvalidSettings) -> Option<SystemTime> {
    let time = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds));
    problems.note(name, time.ok_or("it is too far away"))
}
