use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use bartizan_core::Principal;

use crate::scheme::NAME;
use crate::{KeyGrant, KeyHash, KeyId};

/// What is known of a key: everything but the key.
///
/// The principal that the key stands for is made with the record, and shared by all
/// requests with the key. Its subject is the owner, its credential id the key's, and
/// an `Arc<KeyGrant>` is among its attributes.
///
/// A store that keeps records elsewhere builds them with [`new`](Self::new) and the
/// methods that follow it.
pub struct KeyRecord {
    id: KeyId,
    hash: KeyHash,
    environment: Box<str>,
    grant: Arc<KeyGrant>,
    created_at: SystemTime,
    revoked_at: Option<SystemTime>,
    replaces: Option<KeyId>,
    replaced_by: Option<KeyId>,
    /// In seconds since the epoch; 0 while unused.
    used_at: AtomicU64,
    principal: Principal,
}

impl KeyRecord {
    /// Creates the record of a key that was never used.
    ///
    /// Where it is not known when a key was issued, `created_at` is the epoch: its
    /// lifetime is not known either, and a rotation does not begin it anew.
    #[must_use]
    pub fn new(
        id: KeyId,
        hash: KeyHash,
        environment: &str,
        grant: KeyGrant,
        created_at: SystemTime,
    ) -> Self {
        let grant = Arc::new(grant);
        Self {
            principal: principal(id, &grant),
            id,
            hash,
            environment: environment.into(),
            grant,
            created_at,
            revoked_at: None,
            replaces: None,
            replaced_by: None,
            used_at: AtomicU64::new(0),
        }
    }

    /// Says that the key was revoked; the first revocation counts.
    #[must_use]
    pub fn revoked(self, at: SystemTime) -> Self {
        Self {
            revoked_at: Some(self.revoked_at.map_or(at, |earlier| earlier.min(at))),
            ..self
        }
    }

    /// Says which key this one takes the place of.
    #[must_use]
    pub fn replacing(self, id: KeyId) -> Self {
        Self {
            replaces: Some(id),
            ..self
        }
    }

    /// Says which key takes the place of this one, which expires at `until` at the
    /// latest.
    #[must_use]
    pub fn replaced(mut self, by: KeyId, until: SystemTime) -> Self {
        Arc::make_mut(&mut self.grant).expire_by(until);
        Self {
            principal: principal(self.id, &self.grant),
            replaced_by: Some(by),
            ..self
        }
    }

    /// Says when the key was last used.
    #[must_use]
    pub fn used(self, at: SystemTime) -> Self {
        Self {
            used_at: AtomicU64::new(seconds(at)),
            ..self
        }
    }

    /// Returns the id.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// Returns the hash of the key.
    #[must_use]
    pub const fn hash(&self) -> &KeyHash {
        &self.hash
    }

    /// Returns the environment that the key is for.
    #[must_use]
    pub fn environment(&self) -> &str {
        &self.environment
    }

    /// Returns what the key is for.
    #[must_use]
    pub fn grant(&self) -> &KeyGrant {
        &self.grant
    }

    /// Returns when the key was issued.
    #[must_use]
    pub const fn created_at(&self) -> SystemTime {
        self.created_at
    }

    /// Returns when the key expires.
    #[must_use]
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.grant.expiry()
    }

    /// Returns when the key was revoked.
    #[must_use]
    pub const fn revoked_at(&self) -> Option<SystemTime> {
        self.revoked_at
    }

    /// Returns when the key was last used, to about a minute.
    #[must_use]
    pub fn used_at(&self) -> Option<SystemTime> {
        let at = self.used_at.load(Ordering::Relaxed);
        (at > 0).then(|| SystemTime::UNIX_EPOCH + Duration::from_secs(at))
    }

    /// Returns the key that this one took the place of.
    #[must_use]
    pub const fn replaces(&self) -> Option<KeyId> {
        self.replaces
    }

    /// Returns the key that has taken the place of this one.
    #[must_use]
    pub const fn replaced_by(&self) -> Option<KeyId> {
        self.replaced_by
    }

    /// Returns whether the key is neither revoked nor expired at `time`.
    #[must_use]
    pub fn is_live(&self, time: SystemTime) -> bool {
        self.ended_at().is_none_or(|end| time < end)
    }

    /// Returns the principal that the key stands for.
    #[must_use]
    pub const fn principal(&self) -> &Principal {
        &self.principal
    }

    /// Returns when the key ends, or ended. A revocation counts from the beginning:
    /// a clock that is set back brings no key to life.
    pub(crate) fn ended_at(&self) -> Option<SystemTime> {
        match self.revoked_at {
            Some(_) => Some(SystemTime::UNIX_EPOCH),
            None => self.expires_at(),
        }
    }

    /// Notes a use, unless one was noted within the minute before. Returns whether it
    /// did, which is so for one of many requests at the same time.
    pub(crate) fn note_use(&self, at: SystemTime) -> bool {
        let now = seconds(at);
        let last = self.used_at.load(Ordering::Relaxed);
        // In most requests nothing is written: the record stays in every core's cache.
        now >= last.saturating_add(USE_GRAIN)
            && self
                .used_at
                .compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }
}

/// Seconds between two writes of the last use of a key.
pub(crate) const USE_GRAIN: u64 = 60;

pub(crate) fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

fn principal(id: KeyId, grant: &Arc<KeyGrant>) -> Principal {
    let principal = Principal::builder(grant.owner())
        .scheme(NAME)
        .credential_id(id.as_str())
        .roles(grant.roles())
        .scopes(grant.scopes())
        .attribute(Arc::clone(grant));
    match grant.expiry() {
        Some(time) => principal.expires_at(time),
        None => principal,
    }
    .build()
}

impl Clone for KeyRecord {
    fn clone(&self) -> Self {
        Self {
            id: self.id,
            hash: self.hash.clone(),
            environment: self.environment.clone(),
            grant: Arc::clone(&self.grant),
            created_at: self.created_at,
            revoked_at: self.revoked_at,
            replaces: self.replaces,
            replaced_by: self.replaced_by,
            used_at: AtomicU64::new(self.used_at.load(Ordering::Relaxed)),
            principal: self.principal.clone(),
        }
    }
}

/// Leaves out roles, scopes and notes, which may be long.
impl fmt::Debug for KeyRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRecord")
            .field("id", &self.id)
            .field("owner", &self.grant.owner())
            .field("name", &self.grant.name())
            .field("environment", &self.environment)
            .field("expires_at", &self.expires_at())
            .field("revoked_at", &self.revoked_at)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_use_of_a_key_is_written_once_a_minute() {
        let record = record();
        assert_eq!(record.used_at(), None);

        for (now, noted, used) in [
            (1_000, true, 1_000),
            (1_001, false, 1_000),
            (1_059, false, 1_000),
            (1_060, true, 1_060),
            (900, false, 1_060),
        ] {
            assert_eq!(record.note_use(at(now)), noted, "{now}");
            assert_eq!(record.used_at(), Some(at(used)), "{now}");
        }
        assert_eq!(Clone::clone(&record).used_at(), Some(at(1_060)));
    }

    #[test]
    fn of_many_requests_at_a_time_one_notes_the_use() {
        let record = record();
        for minute in 1..=50 {
            let noted: usize = std::thread::scope(|scope| {
                let note = || usize::from(record.note_use(at(minute * 60)));
                let threads: Vec<_> = (0..4).map(|_| scope.spawn(note)).collect();
                threads.into_iter().map(|t| t.join().unwrap()).sum()
            });
            assert_eq!(noted, 1);
        }
    }

    #[test]
    fn the_first_revocation_counts_whatever_the_clock_says() {
        let record = record().revoked(at(20)).revoked(at(30));

        assert_eq!(record.revoked_at(), Some(at(20)));
        assert!(!record.is_live(at(10)));
    }

    #[test]
    fn the_principal_expires_with_the_key() {
        let by = KeyId::random().unwrap();
        let record = record().replaced(by, at(60));

        assert_eq!(record.principal().expires_at(), Some(at(60)));
        assert_eq!(record.replaced_by(), Some(by));
        let grant = record.principal().attribute::<Arc<KeyGrant>>().unwrap();
        assert_eq!(grant.expiry(), Some(at(60)));
        assert!(record.is_live(at(59)));
        assert!(!record.is_live(at(60)));
    }

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn record() -> KeyRecord {
        let hash = KeyHash::new("1".parse().unwrap(), [7; 32]);
        let grant = KeyGrant::new("alice", "ci");
        KeyRecord::new(KeyId::random().unwrap(), hash, "live", grant, at(0))
    }
}
