use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use super::{ApiKeys, IssuedKey};
use crate::{ApiKeyStore, KeyId, KeyPage, KeyRecord, ManageError};

/// The keys of one owner. Made by [`ApiKeys::of`].
///
/// For endpoints where owners manage their keys: the key of another owner is
/// [unknown](ManageError::Unknown), whoever writes its id into a path ([API1:2023]).
///
/// [API1:2023]: https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/
pub struct OwnerKeys<'a, S> {
    keys: &'a ApiKeys<S>,
    owner: &'a str,
}

impl<S: ApiKeyStore> ApiKeys<S> {
    /// Returns the keys of one owner alone.
    #[must_use]
    pub const fn of<'a>(&'a self, owner: &'a str) -> OwnerKeys<'a, S> {
        OwnerKeys { keys: self, owner }
    }
}

impl<S: ApiKeyStore> OwnerKeys<'_, S> {
    /// Lists up to `limit` keys behind the key called `after`, ordered by id.
    ///
    /// # Errors
    ///
    /// As [`ApiKeys::list`].
    pub async fn list(
        &self,
        after: Option<KeyId>,
        limit: usize,
    ) -> Result<Vec<Arc<KeyRecord>>, ManageError> {
        let page = KeyPage::of(self.owner).limit(limit);
        let page = match after {
            Some(id) => page.after(self.owner, id),
            None => page,
        };
        self.keys.list(page).await
    }

    /// Finds a key of the owner's.
    ///
    /// # Errors
    ///
    /// As [`ApiKeys::find`].
    pub async fn find(&self, id: KeyId) -> Result<Arc<KeyRecord>, ManageError> {
        let record = self.keys.find(id).await?;
        if record.grant().owner() == self.owner {
            Ok(record)
        } else {
            Err(ManageError::Unknown)
        }
    }

    /// Rotates a key of the owner's.
    ///
    /// # Errors
    ///
    /// As [`ApiKeys::rotate`].
    pub async fn rotate(&self, id: KeyId, until: SystemTime) -> Result<IssuedKey, ManageError> {
        self.find(id).await?;
        self.keys.rotate(id, until).await
    }

    /// Revokes a key of the owner's.
    ///
    /// # Errors
    ///
    /// As [`ApiKeys::revoke`].
    pub async fn revoke(&self, id: KeyId) -> Result<(), ManageError> {
        self.find(id).await?;
        self.keys.revoke(id).await
    }
}

impl<S> fmt::Debug for OwnerKeys<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnerKeys")
            .field("owner", &self.owner)
            .finish_non_exhaustive()
    }
}
