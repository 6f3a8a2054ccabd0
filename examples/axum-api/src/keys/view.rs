use std::time::SystemTime;

use bartizan::api_key::{IssuedKey, KeyRecord};
use serde::Serialize;
use utoipa::ToSchema;

/// What the owner of a key may see of it: everything but the key. Times are in seconds
/// since 1970-01-01 00:00 UTC.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeyView {
    id: String,
    name: String,
    roles: Vec<String>,
    scopes: Vec<String>,
    created_at: u64,
    expires_at: Option<u64>,
    revoked_at: Option<u64>,
    used_at: Option<u64>,
    /// The key that has taken its place.
    replaced_by: Option<String>,
}

/// A new key, which is shown this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct NewKey<'a> {
    key: &'a str,
    #[serde(flatten)]
    view: KeyView,
}

impl KeyView {
    pub(super) fn of(record: &KeyRecord) -> Self {
        let grant = record.grant();
        Self {
            id: record.id().to_string(),
            name: grant.name().to_owned(),
            roles: grant.roles().to_vec(),
            scopes: grant.scopes().to_vec(),
            created_at: seconds(record.created_at()),
            expires_at: record.expires_at().map(seconds),
            revoked_at: record.revoked_at().map(seconds),
            used_at: record.used_at().map(seconds),
            replaced_by: record.replaced_by().map(|id| id.to_string()),
        }
    }
}

impl<'a> NewKey<'a> {
    pub(super) fn of(issued: &'a IssuedKey) -> Self {
        Self {
            key: issued.key().expose_secret(),
            view: KeyView::of(issued.record()),
        }
    }
}

fn seconds(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}
