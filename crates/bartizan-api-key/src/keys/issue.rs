use std::sync::Arc;

use bartizan_core::BoxError;
use bartizan_secret::SecretString;

use super::{ApiKeys, IssuedKey};
use crate::{
    ApiKeyStore, Insertion, InvalidGrant, KeyGrant, KeyId, KeyPage, KeyRecord, ManageError,
};

/// How often an id that is taken already is drawn again. Once is more than will ever
/// be needed: a second time says that the ids are not random.
pub(super) const DRAWS: usize = 3;

impl<S: ApiKeyStore> ApiKeys<S> {
    /// Issues a key.
    ///
    /// Whoever drops the future while the store works may leave a key in it that
    /// nobody has seen. It is listed and counts for its owner; revoke it.
    ///
    /// # Errors
    ///
    /// [`ManageError::Grant`], [`TooManyKeys`](ManageError::TooManyKeys),
    /// [`Full`](ManageError::Full), [`Randomness`](ManageError::Randomness) and
    /// [`Store`](ManageError::Store).
    pub async fn issue(&self, grant: KeyGrant) -> Result<IssuedKey, ManageError> {
        let now = self.clock.now();
        grant.check().map_err(ManageError::Grant)?;
        if grant.expiry().is_some_and(|expiry| expiry <= now) {
            return Err(ManageError::Grant(InvalidGrant::Expired));
        }
        self.make_room(grant.owner(), now).await?;
        for _ in 0..DRAWS {
            let (key, record) = self.draw(grant.clone())?;
            let inserted = self.store.insert(record.clone()).get().await;
            match inserted.map_err(ManageError::Store)? {
                Insertion::Inserted => {
                    self.unknown.remove(record.id());
                    return Ok(IssuedKey::new(key, Arc::new(record)));
                }
                Insertion::Full => return Err(ManageError::Full),
                Insertion::Taken => {}
            }
        }
        Err(ManageError::Randomness)
    }

    /// Finds what is kept of a key.
    ///
    /// # Errors
    ///
    /// [`ManageError::Unknown`] and [`Store`](ManageError::Store).
    pub async fn find(&self, id: KeyId) -> Result<Arc<KeyRecord>, ManageError> {
        let found = self.store.find(id).get().await;
        found
            .map_err(ManageError::Store)?
            .ok_or(ManageError::Unknown)
    }

    /// Lists keys, revoked and expired ones, too.
    ///
    /// # Errors
    ///
    /// [`ManageError::Store`].
    pub async fn list(&self, page: KeyPage) -> Result<Vec<Arc<KeyRecord>>, ManageError> {
        self.store
            .list(page)
            .get()
            .await
            .map_err(ManageError::Store)
    }

    /// Revokes a key at once, for good.
    ///
    /// # Errors
    ///
    /// [`ManageError::Unknown`] and [`Store`](ManageError::Store).
    pub async fn revoke(&self, id: KeyId) -> Result<(), ManageError> {
        let revoked = self.store.revoke(id, self.clock.now()).get().await;
        known(revoked)
    }

    /// Forgets a key, which is thereby no longer good, and no longer listed.
    ///
    /// # Errors
    ///
    /// [`ManageError::Unknown`] and [`Store`](ManageError::Store).
    pub async fn remove(&self, id: KeyId) -> Result<(), ManageError> {
        known(self.store.remove(id).get().await)
    }

    /// Makes a key and its record, of which the store does not know yet.
    pub(super) fn draw(&self, grant: KeyGrant) -> Result<(SecretString, KeyRecord), ManageError> {
        let now = self.clock.now();
        let id = KeyId::random().map_err(|_| ManageError::Randomness)?;
        let key = self.format.generate(id);
        let key = key.map_err(|_| ManageError::Randomness)?;
        let spelt = self.format.parse(key.expose_secret().as_bytes());
        let Ok(spelt) = spelt else {
            return Err(ManageError::Randomness);
        };
        let hash = self.peppers.hash(spelt.signed);
        let record = KeyRecord::new(id, hash, self.format.environment(), grant, now);
        Ok((key, record))
    }
}

fn known(answer: Result<bool, BoxError>) -> Result<(), ManageError> {
    match answer {
        Ok(true) => Ok(()),
        Ok(false) => Err(ManageError::Unknown),
        Err(error) => Err(ManageError::Store(error)),
    }
}
