mod hash;
mod memory;

use std::sync::Arc;
use std::time::SystemTime;

use bartizan_core::{BoxError, Reply};

pub use self::memory::MemoryApiKeyStore;
use crate::{KeyId, KeyRecord};

/// Keeps the records of keys.
///
/// Each method is one step that nothing comes between, such as one statement of SQL.
/// [`find`](Self::find) is asked for each request, and what it answers counts for
/// that request: a store that answers from a copy revokes as late as its copy is
/// renewed.
pub trait ApiKeyStore: Send + Sync + 'static {
    /// Finds a key, revoked and expired ones, too.
    ///
    /// Knows at once what [`insert`](Self::insert) and [`replace`](Self::replace) have
    /// added: where it does not, a new key may be answered 401 for as long as
    /// [unknown ids](crate::ApiKeys::remember_unknown) are remembered.
    fn find(&self, id: KeyId) -> Reply<Result<Option<Arc<KeyRecord>>, BoxError>>;

    /// Adds a key, unless there is one with its id.
    fn insert(&self, record: KeyRecord) -> Reply<Result<Insertion, BoxError>>;

    /// Lists keys by owner and id, as `page` says.
    fn list(&self, page: KeyPage) -> Reply<Result<Vec<Arc<KeyRecord>>, BoxError>>;

    /// Revokes a key, as [`KeyRecord::revoked`] does. Returns whether there is one.
    fn revoke(&self, id: KeyId, at: SystemTime) -> Reply<Result<bool, BoxError>>;

    /// Adds `by`, which takes the place of the key called `id`, and notes that in the
    /// old record, as [`KeyRecord::replaced`] does: both or neither, in one step.
    ///
    /// Neither is done unless the old key is there, [live](KeyRecord::is_live) at
    /// [`by.created_at()`](KeyRecord::created_at) and not replaced yet: a key that was
    /// revoked or has expired while it was being rotated must not come to life again
    /// as another. In SQL, the conditions belong into the statement that updates the
    /// old record, within the transaction that inserts the new one.
    fn replace(
        &self,
        id: KeyId,
        by: KeyRecord,
        until: SystemTime,
    ) -> Reply<Result<Replacement, BoxError>>;

    /// Forgets a key. Returns whether there was one.
    fn remove(&self, id: KeyId) -> Reply<Result<bool, BoxError>>;

    /// Writes when a key was used, about once a minute for each key in use.
    ///
    /// Called on the path of a request, which does not wait for it: hand over and
    /// return. What goes wrong is the store's to report. Several instances of a
    /// service write by themselves, so that the later of two times has to stay.
    fn touch(&self, id: KeyId, at: SystemTime);

    /// Returns whether [`find`](Self::find) answers from memory.
    ///
    /// Where it does not, ids that were asked for in vain are remembered for a while.
    fn is_in_memory(&self) -> bool {
        false
    }
}

impl<S: ApiKeyStore + ?Sized> ApiKeyStore for Arc<S> {
    fn find(&self, id: KeyId) -> Reply<Result<Option<Arc<KeyRecord>>, BoxError>> {
        (**self).find(id)
    }

    fn insert(&self, record: KeyRecord) -> Reply<Result<Insertion, BoxError>> {
        (**self).insert(record)
    }

    fn list(&self, page: KeyPage) -> Reply<Result<Vec<Arc<KeyRecord>>, BoxError>> {
        (**self).list(page)
    }

    fn revoke(&self, id: KeyId, at: SystemTime) -> Reply<Result<bool, BoxError>> {
        (**self).revoke(id, at)
    }

    fn replace(
        &self,
        id: KeyId,
        by: KeyRecord,
        until: SystemTime,
    ) -> Reply<Result<Replacement, BoxError>> {
        (**self).replace(id, by, until)
    }

    fn remove(&self, id: KeyId) -> Reply<Result<bool, BoxError>> {
        (**self).remove(id)
    }

    fn touch(&self, id: KeyId, at: SystemTime) {
        (**self).touch(id, at);
    }

    fn is_in_memory(&self) -> bool {
        (**self).is_in_memory()
    }
}

/// What came of the attempt to add a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a store has to know what it may answer"
)]
pub enum Insertion {
    /// The store has no room for another key.
    Full,
    /// The key was added.
    Inserted,
    /// There is a key with this id already.
    Taken,
}

/// What came of the attempt to put a key in the place of another.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a store has to know what it may answer"
)]
pub enum Replacement {
    /// The old key was revoked or has expired.
    Ended,
    /// The store has no room for another key.
    Full,
    /// The new key was added, and the old one says so.
    Replaced,
    /// The old key was replaced before.
    Superseded,
    /// There is a key with the id of the new one already.
    Taken,
    /// There is no key with the id of the old one.
    Unknown,
}

/// Which keys are listed: ordered by owner and id, in bytes.
///
/// ```
/// use bartizan_api_key::KeyPage;
///
/// let page = KeyPage::of("acme-corp").limit(20);
/// assert_eq!(page.owner(), Some("acme-corp"));
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeyPage {
    owner: Option<String>,
    after: Option<(String, KeyId)>,
    limit: usize,
}

impl KeyPage {
    /// Most keys on a page, and the default.
    pub const MAX: usize = 1000;

    /// Lists the keys of one owner.
    #[must_use]
    pub fn of(owner: impl Into<String>) -> Self {
        Self {
            owner: Some(owner.into()),
            ..Self::all()
        }
    }

    /// Lists the keys of all owners.
    #[must_use]
    pub const fn all() -> Self {
        Self {
            owner: None,
            after: None,
            limit: Self::MAX,
        }
    }

    /// Begins behind the key called `id` of `owner`, the last of the page before.
    #[must_use]
    pub fn after(mut self, owner: impl Into<String>, id: KeyId) -> Self {
        self.after = Some((owner.into(), id));
        self
    }

    /// Lists no more than `limit` keys.
    #[must_use]
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = limit.min(Self::MAX);
        self
    }

    /// Returns whose keys are listed, if it is one owner's.
    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    /// Returns the owner and the id behind which the page begins.
    #[must_use]
    pub fn begins_after(&self) -> Option<(&str, KeyId)> {
        let (owner, id) = self.after.as_ref()?;
        Some((owner, *id))
    }

    /// Returns how many keys are listed at most.
    #[must_use]
    pub const fn most(&self) -> usize {
        self.limit
    }
}
