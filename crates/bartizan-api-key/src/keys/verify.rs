use std::sync::Arc;
use std::time::SystemTime;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use bartizan_core::{BoxError, ClientAddr, Principal, Reply};
use zeroize::Zeroizing;

use super::ApiKeys;
use crate::format::Spelt;
use crate::grant::Elsewhere;
use crate::record::{USE_GRAIN, seconds};
use crate::{ApiKeyStore, KeyError, KeyId, KeyRecord};

/// What came of comparing the hash of a presented key with the stored one.
enum Compared {
    Alike,
    /// There is none, or none that can be made for it.
    InVain,
    Unlike,
}

type Found = Result<Option<Arc<KeyRecord>>, BoxError>;

impl<S: ApiKeyStore> ApiKeys<S> {
    /// Verifies a key that `client` has presented, and returns who it stands for.
    ///
    /// # Errors
    ///
    /// [`KeyError`]. Tell the client none of it.
    pub async fn verify(
        &self,
        key: &str,
        client: Option<ClientAddr>,
    ) -> Result<Principal, KeyError> {
        let spelt = self.format.parse(key.as_bytes());
        let spelt = spelt.map_err(KeyError::Syntax)?;
        let now = self.clock.now();
        let found = match self.is_unknown(spelt.id, now) {
            true => Ok(None),
            false => self.noted(spelt.id, self.store.find(spelt.id).get().await, now),
        };
        self.judge(spelt, found, now, || client)
    }

    /// As [`verify`](Self::verify), at once where the store answers at once.
    pub(crate) fn check(
        self: &Arc<Self>,
        key: &[u8],
        client: impl FnOnce() -> Option<ClientAddr>,
    ) -> Reply<Result<Principal, KeyError>> {
        let spelt = match self.format.parse(key) {
            Ok(spelt) => spelt,
            Err(syntax) => return Reply::Ready(Err(KeyError::Syntax(syntax))),
        };
        let now = self.clock.now();
        if self.is_unknown(spelt.id, now) {
            return Reply::Ready(self.judge(spelt, Ok(None), now, client));
        }
        match self.store.find(spelt.id) {
            Reply::Ready(found) => {
                let found = self.noted(spelt.id, found, now);
                Reply::Ready(self.judge(spelt, found, now, client))
            }
            Reply::Wait(found) => {
                let keys = Arc::clone(self);
                let signed = Zeroizing::new(*spelt.signed);
                let id = spelt.id;
                let client = client();
                Reply::Wait(Box::pin(async move {
                    let found = found.await;
                    let signed = &signed;
                    // Time has passed: the key may have expired meanwhile.
                    let now = keys.clock.now();
                    let found = keys.noted(id, found, now);
                    keys.judge(Spelt { id, signed }, found, now, || client)
                }))
            }
        }
    }

    /// Compares a hash also for a key that does not exist, so that an answer takes as
    /// long as one of the same kind; what is refused for another reason has shown the right secret before.
    fn judge(
        &self,
        spelt: Spelt<'_>,
        found: Found,
        now: SystemTime,
        client: impl FnOnce() -> Option<ClientAddr>,
    ) -> Result<Principal, KeyError> {
        let id = spelt.id;
        let record = found.map_err(KeyError::Unavailable)?;
        let compared = self.compare(spelt, record.as_deref());
        let record = record.ok_or(KeyError::Unknown(id))?;
        match compared {
            Compared::Alike => {}
            Compared::InVain => return Err(KeyError::Pepper(id)),
            Compared::Unlike => return Err(KeyError::Secret(id)),
        }
        self.admit(&record, now, client)?;
        if record.note_use(now) && self.is_untouched(id, now) {
            self.store.touch(id, now);
        }
        Ok(record.principal().clone())
    }

    fn compare(&self, spelt: Spelt<'_>, record: Option<&KeyRecord>) -> Compared {
        let stored = record.map(KeyRecord::hash);
        let known = stored.and_then(|hash| {
            let presented = self.peppers.sign(hash.pepper(), spelt.signed)?;
            Some((presented, hash.tag()))
        });
        let is_in_vain = known.is_none();
        let (presented, expected) =
            known.unwrap_or_else(|| (self.peppers.sign_in_vain(spelt.signed), &self.dummy));
        match verify_slices_are_equal(&presented, expected) {
            _ if is_in_vain => Compared::InVain,
            Ok(()) => Compared::Alike,
            Err(_) => Compared::Unlike,
        }
    }

    fn admit(
        &self,
        record: &KeyRecord,
        now: SystemTime,
        client: impl FnOnce() -> Option<ClientAddr>,
    ) -> Result<(), KeyError> {
        let id = record.id();
        if record.environment() != self.format.environment() {
            return Err(KeyError::Environment(id));
        }
        if record.revoked_at().is_some() {
            return Err(KeyError::Revoked(id));
        }
        if !record.is_live(now) {
            return Err(KeyError::Expired(id));
        }
        match record.grant().refuses(client) {
            Some(Elsewhere::Known(client)) => Err(KeyError::Network(id, client)),
            Some(Elsewhere::Unknown) => Err(KeyError::NoClient(id)),
            None => Ok(()),
        }
    }

    fn is_unknown(&self, id: KeyId, now: SystemTime) -> bool {
        !self.store.is_in_memory() && self.unknown.has(id, now)
    }

    /// Remembers what the store does not know. Only what it has said itself: requests
    /// must not keep an id unknown by asking for it.
    fn noted(&self, id: KeyId, found: Found, now: SystemTime) -> Found {
        if matches!(found, Ok(None)) && !self.store.is_in_memory() {
            self.unknown.insert(id, now);
        }
        found
    }

    /// Returns whether the use of a key is still to be written, where each request has
    /// a record of its own that does not know what others have noted.
    fn is_untouched(&self, id: KeyId, now: SystemTime) -> bool {
        if self.store.is_in_memory() {
            return true;
        }
        let now = seconds(now);
        let last = self.touched.get(&id);
        let due = last.is_none_or(|last| now >= last.saturating_add(USE_GRAIN) || now < last);
        if due {
            self.touched.insert(id, now);
        }
        due
    }
}
