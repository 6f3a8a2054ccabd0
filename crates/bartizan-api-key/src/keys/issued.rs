use std::sync::Arc;

use bartizan_secret::SecretString;

use crate::KeyRecord;

/// A key that was just issued: the only time that it is seen.
#[derive(Debug)]
pub struct IssuedKey {
    key: SecretString,
    record: Arc<KeyRecord>,
}

impl IssuedKey {
    pub(crate) const fn new(key: SecretString, record: Arc<KeyRecord>) -> Self {
        Self { key, record }
    }

    /// Returns the key, to be shown to its owner once.
    #[must_use]
    pub const fn key(&self) -> &SecretString {
        &self.key
    }

    /// Returns what is kept of it.
    #[must_use]
    pub fn record(&self) -> &KeyRecord {
        &self.record
    }

    /// Returns the key alone.
    #[must_use]
    pub fn into_key(self) -> SecretString {
        self.key
    }
}
