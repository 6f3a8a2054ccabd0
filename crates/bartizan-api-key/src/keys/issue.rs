use std::sync::Arc;
use std::time::SystemTime;

use bartizan_core::BoxError;

use super::{ApiKeys, IssuedKey};
use crate::{
    ApiKeyStore, Insertion, InvalidGrant, KeyGrant, KeyId, KeyPage, KeyRecord, ManageError,
};

/// How often an id that is taken already is drawn again. Once is more than will ever
/// be needed: a second time says that the ids are not random.
const DRAWS: usize = 3;

impl<S: ApiKeyStore> ApiKeys<S> {
    /// Issues a key.
    ///
    /// # Errors
    ///
    /// [`ManageError::Grant`], [`TooManyKeys`](ManageError::TooManyKeys),
    /// [`Full`](ManageError::Full), [`Randomness`](ManageError::Randomness) and
    /// [`Store`](ManageError::Store).
    pub async fn issue(&self, grant: KeyGrant) -> Result<IssuedKey, ManageError> {
        self.create(grant, None).await
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

    /// Issues a key that takes the place of another: both are good until `until`, and
    /// the old one no longer than it was already.
    ///
    /// The new key has the same grant. If the old one expires, the new one lives for
    /// as long as the old one was to live, from now on.
    ///
    /// # Errors
    ///
    /// [`ManageError::Unknown`]; [`NotLive`](ManageError::NotLive);
    /// [`Replaced`](ManageError::Replaced) if it was rotated before, and
    /// [`Overlapping`](ManageError::Overlapping) if the key that it has taken the
    /// place of is still live, so that no more than two keys are; and as
    /// [`issue`](Self::issue).
    pub async fn rotate(&self, id: KeyId, until: SystemTime) -> Result<IssuedKey, ManageError> {
        let old = self.find(id).await?;
        let now = self.clock.now();
        if !old.is_live(now) {
            return Err(ManageError::NotLive);
        }
        if old.replaced_by().is_some() {
            return Err(ManageError::Replaced);
        }
        if let Some(before) = old.replaces() {
            match self.find(before).await {
                Ok(record) if record.is_live(now) => return Err(ManageError::Overlapping(before)),
                Ok(_) | Err(ManageError::Unknown) => {}
                Err(error) => return Err(error),
            }
        }
        let issued = self.create(renewed(&old, now), Some(id)).await?;
        let new = issued.record().id();
        match self.store.replace(id, new, until).get().await {
            Ok(true) => Ok(issued),
            // Rotated or removed meanwhile. Nobody has seen the new key yet.
            Ok(false) => {
                self.withdraw(new).await?;
                Err(ManageError::Replaced)
            }
            Err(error) => {
                self.withdraw(new).await?;
                Err(ManageError::Store(error))
            }
        }
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

    async fn create(
        &self,
        grant: KeyGrant,
        replaces: Option<KeyId>,
    ) -> Result<IssuedKey, ManageError> {
        let now = self.clock.now();
        grant.check().map_err(ManageError::Grant)?;
        if grant.expiry().is_some_and(|expiry| expiry <= now) {
            return Err(ManageError::Grant(InvalidGrant::Expired));
        }
        self.make_room(grant.owner(), now).await?;
        for _ in 0..DRAWS {
            let id = KeyId::random().map_err(|_| ManageError::Randomness)?;
            let key = self.format.generate(id);
            let key = key.map_err(|_| ManageError::Randomness)?;
            let spelt = self.format.parse(key.expose_secret().as_bytes());
            let Ok(spelt) = spelt else {
                return Err(ManageError::Randomness);
            };
            let hash = self.peppers.hash(spelt.signed);
            let environment = self.format.environment();
            let mut record = KeyRecord::new(id, hash, environment, grant.clone(), now);
            if let Some(old) = replaces {
                record = record.replacing(old);
            }
            let inserted = self.store.insert(record.clone()).get().await;
            match inserted.map_err(ManageError::Store)? {
                Insertion::Inserted => {
                    self.unknown.remove(id);
                    return Ok(IssuedKey::new(key, Arc::new(record)));
                }
                Insertion::Full => return Err(ManageError::Full),
                Insertion::Taken => {}
            }
        }
        Err(ManageError::Randomness)
    }

    /// Removes the key of `owner` that ended first, if there are as many as allowed.
    async fn make_room(&self, owner: &str, now: SystemTime) -> Result<(), ManageError> {
        let most = self.max_per_owner.get();
        let mut seen = 0_usize;
        let mut first: Option<Arc<KeyRecord>> = None;
        let mut page = KeyPage::of(owner);
        loop {
            let records = self.list(page).await?;
            let last = records.last().map(|record| record.id());
            let count = records.len();
            seen = seen.saturating_add(count);
            let ended = records.into_iter().filter(|record| !record.is_live(now));
            first = first
                .into_iter()
                .chain(ended)
                .min_by_key(|record| end(record));
            match last {
                Some(last) if count >= KeyPage::MAX && seen < most => {
                    page = KeyPage::of(owner).after(owner, last);
                }
                _ => break,
            }
        }
        if seen < most {
            return Ok(());
        }
        let ended = first.ok_or(ManageError::TooManyKeys)?;
        match self.remove(ended.id()).await {
            // Another request has removed it meanwhile.
            Err(ManageError::Unknown) => Ok(()),
            removed => removed,
        }
    }

    async fn withdraw(&self, id: KeyId) -> Result<(), ManageError> {
        let removed = self.store.remove(id).get().await;
        removed.map(drop).map_err(ManageError::Store)
    }
}

/// Returns when a key ended that has.
fn end(record: &KeyRecord) -> Option<SystemTime> {
    let ends = [record.revoked_at(), record.expires_at()];
    ends.into_iter().flatten().min()
}

/// Returns the grant of a key, with its lifetime beginning now.
fn renewed(record: &KeyRecord, now: SystemTime) -> KeyGrant {
    let grant = record.grant().clone();
    let lifetime = record
        .expires_at()
        .and_then(|expiry| expiry.duration_since(record.created_at()).ok());
    match lifetime.and_then(|lifetime| now.checked_add(lifetime)) {
        Some(expiry) => grant.expires_at(expiry),
        None => grant,
    }
}

fn known(answer: Result<bool, BoxError>) -> Result<(), ManageError> {
    match answer {
        Ok(true) => Ok(()),
        Ok(false) => Err(ManageError::Unknown),
        Err(error) => Err(ManageError::Store(error)),
    }
}
