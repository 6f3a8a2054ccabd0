use std::sync::Arc;
use std::time::SystemTime;

use super::ApiKeys;
use crate::{ApiKeyStore, KeyPage, KeyRecord, ManageError};

impl<S: ApiKeyStore> ApiKeys<S> {
    /// Makes room for one more key of `owner`, if it may have one.
    pub(super) async fn make_room(&self, owner: &str, now: SystemTime) -> Result<(), ManageError> {
        let census = self.count(owner, now).await?;
        if census.live >= self.max_per_owner.get() {
            return Err(ManageError::TooManyKeys);
        }
        self.make_room_for(census).await
    }

    /// Makes room for a key that takes the place of another, which is the one that
    /// counts.
    pub(super) async fn make_room_beside(
        &self,
        owner: &str,
        now: SystemTime,
    ) -> Result<(), ManageError> {
        let census = self.count(owner, now).await?;
        self.make_room_for(census).await
    }

    /// Removes the key that ended first, if there are as many as allowed. Without one,
    /// what is beyond are replaced keys that have not ended yet.
    async fn make_room_for(&self, census: Census) -> Result<(), ManageError> {
        if census.all < self.max_per_owner.get() {
            return Ok(());
        }
        match census.first_ended {
            Some(ended) => match self.remove(ended.id()).await {
                // Another request has removed it meanwhile.
                Err(ManageError::Unknown) => Ok(()),
                removed => removed,
            },
            None if census.all < self.most_kept() => Ok(()),
            None => Err(ManageError::TooManyKeys),
        }
    }

    async fn count(&self, owner: &str, now: SystemTime) -> Result<Census, ManageError> {
        let mut census = Census::default();
        let mut page = KeyPage::of(owner);
        loop {
            let records = self.list(page).await?;
            let last = records.last().map(|record| record.id());
            let is_full = records.len() >= KeyPage::MAX;
            for record in records {
                census.add(record, now);
            }
            match last {
                Some(last) if is_full && census.all < self.most_kept() => {
                    page = KeyPage::of(owner).after(owner, last);
                }
                _ => return Ok(census),
            }
        }
    }

    const fn most_kept(&self) -> usize {
        self.max_per_owner.get().saturating_mul(2)
    }
}

/// The keys of one owner.
#[derive(Default)]
struct Census {
    all: usize,
    /// Those that are live, and not replaced.
    live: usize,
    first_ended: Option<Arc<KeyRecord>>,
}

impl Census {
    fn add(&mut self, record: Arc<KeyRecord>, now: SystemTime) {
        self.all = self.all.saturating_add(1);
        if !record.is_live(now) {
            let first = self.first_ended.take();
            let ended = first.into_iter().chain([record]);
            self.first_ended = ended.min_by_key(|record| end(record));
        } else if record.replaced_by().is_none() {
            self.live = self.live.saturating_add(1);
        }
    }
}

/// Returns when a key ended that has.
fn end(record: &KeyRecord) -> Option<SystemTime> {
    let ends = [record.revoked_at(), record.expires_at()];
    ends.into_iter().flatten().min()
}
