use std::sync::Arc;
use std::time::SystemTime;

use super::issue::DRAWS;
use super::{ApiKeys, IssuedKey};
use crate::{ApiKeyStore, KeyGrant, KeyId, KeyRecord, ManageError, Replacement};

impl<S: ApiKeyStore> ApiKeys<S> {
    /// Issues a key that takes the place of another: both are good until `until`, and
    /// the old one no longer than it was already.
    ///
    /// The new key has the same grant. If the old one expires, the new one lives for
    /// as long as the old one was to live, from now on; if it is not known when the old
    /// one was issued, the new one expires with it.
    ///
    /// The store does it in one step: a revocation in the meantime ends the rotation,
    /// and none undoes a revocation. Whoever drops the future while the store works may
    /// leave a replacement that nobody has seen, which
    /// [`replaced_by`](KeyRecord::replaced_by) of the old key names; revoke it, and
    /// issue another.
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
        let grant = renewed(&old, now);
        grant.check().map_err(ManageError::Grant)?;
        self.make_room_beside(grant.owner(), now).await?;
        for _ in 0..DRAWS {
            let (key, record) = self.draw(grant.clone())?;
            let record = record.replacing(id);
            let new = record.id();
            match self.store.replace(id, record.clone(), until).get().await {
                Ok(Replacement::Replaced) => {
                    self.unknown.remove(new);
                    return Ok(IssuedKey::new(key, Arc::new(record)));
                }
                Ok(Replacement::Ended) => return Err(ManageError::NotLive),
                Ok(Replacement::Full) => return Err(ManageError::Full),
                Ok(Replacement::Superseded) => return Err(ManageError::Replaced),
                Ok(Replacement::Unknown) => return Err(ManageError::Unknown),
                Ok(Replacement::Taken) => {}
                Err(error) => {
                    // It may have been done all the same. Nobody has seen the key.
                    let _ = self.store.remove(new).get().await;
                    return Err(ManageError::Store(error));
                }
            }
        }
        Err(ManageError::Randomness)
    }
}

/// Returns the grant of a key, with its lifetime beginning now if it is known.
fn renewed(record: &KeyRecord, now: SystemTime) -> KeyGrant {
    let grant = record.grant().clone();
    let issued = record.created_at();
    let lifetime = record
        .expires_at()
        .filter(|_| issued > SystemTime::UNIX_EPOCH)
        .and_then(|expiry| expiry.duration_since(issued).ok());
    match lifetime.and_then(|lifetime| now.checked_add(lifetime)) {
        Some(expiry) => grant.expires_at(expiry),
        None => grant,
    }
}
