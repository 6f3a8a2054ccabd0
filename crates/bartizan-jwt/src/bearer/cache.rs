use std::fmt;
use std::hash::{Hash, Hasher};
use std::num::NonZeroUsize;
use std::time::SystemTime;

use bartizan_core::Principal;
use quick_cache::Equivalent;
use quick_cache::sync::Cache;
use zeroize::Zeroizing;

/// Tokens that verified, and the principals they stand for.
pub(super) struct TokenCache(Cache<Token, Entry>);

/// What a token stands for, while it does.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) principal: Principal,
    /// The key set that the signature was checked with.
    pub(super) generation: u64,
    pub(super) valid_from: SystemTime,
    pub(super) valid_until: SystemTime,
}

impl TokenCache {
    /// Together with the capacity, this bounds the memory.
    const MAX_LEN: usize = 4 * 1024;

    pub(super) fn new(capacity: NonZeroUsize) -> Self {
        Self(Cache::new(capacity.get()))
    }

    /// Returns the principal of `token`, if it verified with the key set of
    /// `generation` and is valid now.
    pub(super) fn get(&self, token: &str, generation: u64, now: SystemTime) -> Option<Principal> {
        let entry = self.0.get(&Borrowed(token))?;
        let valid =
            entry.generation == generation && entry.valid_from <= now && now < entry.valid_until;
        if !valid {
            self.0.remove(&Borrowed(token));
            return None;
        }
        Some(entry.principal)
    }

    pub(super) fn insert(&self, token: &str, entry: Entry) {
        if token.len() <= Self::MAX_LEN {
            self.0.insert(Token(Zeroizing::new(token.into())), entry);
        }
    }
}

impl fmt::Debug for TokenCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenCache")
            .field("capacity", &self.0.capacity())
            .finish_non_exhaustive()
    }
}

/// A remembered token, compared as a whole and wiped on drop.
#[derive(Eq, PartialEq)]
struct Token(Zeroizing<Box<str>>);

impl Hash for Token {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Borrowed(&self.0).hash(state);
    }
}

/// A token to look up.
struct Borrowed<'a>(&'a str);

impl Equivalent<Token> for Borrowed<'_> {
    fn equivalent(&self, token: &Token) -> bool {
        *self.0 == **token.0
    }
}

impl Hash for Borrowed<'_> {
    /// Hashes the end only, which is part of the signature: nobody without the
    /// key can make two tokens meet there that both verify, and only those that
    /// do are remembered.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let bytes = self.0.as_bytes();
        state.write(bytes.last_chunk::<32>().map_or(bytes, |end| end));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn entry(valid_until: SystemTime) -> Entry {
        Entry {
            principal: Principal::builder("alice").build(),
            generation: 7,
            valid_from: SystemTime::UNIX_EPOCH,
            valid_until,
        }
    }

    #[test]
    fn holds_no_more_than_its_capacity() {
        let cache = TokenCache::new(NonZeroUsize::new(16).unwrap());
        let until = SystemTime::UNIX_EPOCH + Duration::from_secs(60);

        for number in 0..10_000 {
            cache.insert(&format!("header.payload.{number:0>43}"), entry(until));
        }

        assert!(cache.0.len() <= 16, "{}", cache.0.len());
    }

    #[test]
    fn does_not_hold_long_tokens() {
        let cache = TokenCache::new(NonZeroUsize::new(16).unwrap());
        let until = SystemTime::UNIX_EPOCH + Duration::from_secs(60);

        cache.insert(&"x".repeat(TokenCache::MAX_LEN + 1), entry(until));

        assert_eq!(cache.0.len(), 0);
    }

    #[test]
    fn finds_the_same_bytes_only() {
        let cache = TokenCache::new(NonZeroUsize::new(16).unwrap());
        let now = SystemTime::UNIX_EPOCH;
        let end = "s".repeat(43);
        cache.insert(
            &format!("header.payload.{end}"),
            entry(now + Duration::from_secs(60)),
        );

        assert!(
            cache
                .get(&format!("header.payload.{end}"), 7, now)
                .is_some()
        );
        assert!(
            cache
                .get(&format!("header.paylOad.{end}"), 7, now)
                .is_none()
        );
        assert!(cache.get(&end, 7, now).is_none());
    }

    #[test]
    fn forgets_what_is_out_of_date() {
        let cache = TokenCache::new(NonZeroUsize::new(16).unwrap());
        let start = SystemTime::UNIX_EPOCH + Duration::from_secs(10);
        let until = start + Duration::from_secs(60);
        let insert = || {
            let valid_from = start;
            cache.insert(
                "a.b.c",
                Entry {
                    valid_from,
                    ..entry(until)
                },
            );
        };

        for (generation, now) in [(8, start), (7, until), (7, start - Duration::from_secs(1))] {
            insert();
            assert!(cache.get("a.b.c", generation, now).is_none());
            assert_eq!(cache.0.len(), 0);
        }
        insert();
        assert!(
            cache
                .get("a.b.c", 7, until - Duration::from_secs(1))
                .is_some()
        );
    }
}
