use std::time::SystemTime;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::record::seconds;
use crate::{KeyId, KeyRecord};

/// Writes the id as a string.
impl Serialize for KeyId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Writes what an owner may see: everything but the hash. Times are in seconds since
/// 1970-01-01 00:00 UTC, networks are strings.
impl Serialize for KeyRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let grant = self.grant();
        let time = |time: Option<SystemTime>| time.map(seconds);
        let networks = grant.networks().iter().map(ToString::to_string);
        let mut record = serializer.serialize_struct("KeyRecord", 14)?;
        record.serialize_field("id", &self.id())?;
        record.serialize_field("environment", self.environment())?;
        record.serialize_field("owner", grant.owner())?;
        record.serialize_field("name", grant.name())?;
        record.serialize_field("roles", grant.roles())?;
        record.serialize_field("scopes", grant.scopes())?;
        record.serialize_field("networks", &networks.collect::<Vec<_>>())?;
        record.serialize_field("metadata", grant.notes())?;
        record.serialize_field("created_at", &seconds(self.created_at()))?;
        record.serialize_field("expires_at", &time(self.expires_at()))?;
        record.serialize_field("revoked_at", &time(self.revoked_at()))?;
        record.serialize_field("used_at", &time(self.used_at()))?;
        record.serialize_field("replaces", &self.replaces())?;
        record.serialize_field("replaced_by", &self.replaced_by())?;
        record.end()
    }
}
