use std::fmt;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::jwk::Jwk;
use super::{KeyError, VerifyingKey, id};
use crate::{Algorithm, TokenError};

/// The keys of one issuer.
///
/// Its keys are all public or all secret, and no two have the same `kid`.
///
/// A token that names a key is checked with that key only, and one that names none
/// with at most 4: should more keys of its algorithm come into question, it is
/// refused. So a token that anyone can write costs at most 4 signature checks.
#[derive(Clone, Debug)]
pub struct KeySet {
    keys: Vec<VerifyingKey>,
    skipped: Vec<SkippedKey>,
}

impl KeySet {
    /// The most bytes that a `kid` may have.
    pub const MAX_ID_LEN: usize = id::MAX_ID_LEN;

    /// The most keys that a set may hold.
    pub const MAX_KEYS: usize = 100;

    /// The most keys that are tried for a token that names none.
    pub(crate) const MAX_CANDIDATES: usize = 4;

    /// Creates a set of `keys`. One that is there twice, by the same `kid` and for
    /// the same algorithm, counts once.
    ///
    /// # Errors
    ///
    /// - [`KeyError::EmptySet`] if there is no key
    /// - [`KeyError::DuplicateId`] if two different keys have the same `kid`
    /// - [`KeyError::Mixed`] if there are secrets and public keys
    /// - [`KeyError::TooMany`] if there are more than [`MAX_KEYS`](Self::MAX_KEYS)
    pub fn new(keys: impl IntoIterator<Item = VerifyingKey>) -> Result<Self, KeyError> {
        let given: Vec<_> = keys.into_iter().take(Self::MAX_KEYS + 1).collect();
        if given.len() > Self::MAX_KEYS {
            return Err(KeyError::TooMany);
        }
        let mut keys: Vec<VerifyingKey> = Vec::new();
        for key in given {
            if !keys.iter().any(|known| known.is_same(&key)) {
                keys.push(key);
            }
        }
        let Some(first) = keys.first() else {
            return Err(KeyError::EmptySet);
        };
        let symmetric = first.algorithm().is_symmetric();
        if keys
            .iter()
            .any(|key| key.algorithm().is_symmetric() != symmetric)
        {
            return Err(KeyError::Mixed);
        }
        let mut ids: Vec<_> = keys.iter().filter_map(VerifyingKey::id).collect();
        if repeats(&mut ids) {
            return Err(KeyError::DuplicateId);
        }
        Ok(Self {
            keys,
            skipped: Vec::new(),
        })
    }

    /// Reads a JWK set ([RFC 7517 section 5]), taking RSA keys without `alg` for
    /// RS256 keys.
    ///
    /// Entries that are not usable (an unknown `kty` or `alg`, `use` other than
    /// `sig`, a weak or broken key) are left out, and told by
    /// [`skipped`](Self::skipped): one bad key must not lock everyone out. Their
    /// `kid`s do not count, and an entry that is there twice counts once.
    ///
    /// Secrets (`oct` with a `k`) are judged more strictly, usable or not: beside
    /// a public key, or under the `kid` of another secret, they have the set
    /// refused. A set with secrets is its operator's own or a leak, and is to be
    /// mended.
    ///
    /// # Errors
    ///
    /// - [`KeyError::Encoding`] if this is not a JSON object with `keys`
    /// - [`KeyError::EmptySet`] if no entry is usable
    /// - [`KeyError::Mixed`] if secrets stand beside public keys
    /// - [`KeyError::DuplicateId`] if two different keys have the same `kid`
    /// - [`KeyError::TooMany`] if there are more than [`MAX_KEYS`](Self::MAX_KEYS)
    ///   entries
    ///
    /// [RFC 7517 section 5]: https://www.rfc-editor.org/rfc/rfc7517#section-5
    pub fn from_jwks(jwks: &str) -> Result<Self, KeyError> {
        Self::from_jwks_assuming(&[Algorithm::RS256], jwks)
    }

    /// Reads a JWK set, taking a key without `alg` for the first of `algorithms`
    /// that fits its type.
    ///
    /// # Errors
    ///
    /// As [`from_jwks`](Self::from_jwks).
    pub fn from_jwks_assuming(algorithms: &[Algorithm], jwks: &str) -> Result<Self, KeyError> {
        let entries = entries(jwks)?;
        let mut keys = Vec::new();
        let mut skipped = Vec::new();
        let mut broken_secrets = Vec::new();
        for (index, entry) in entries.into_iter().enumerate() {
            let parsed = Jwk::parse(entry.get());
            let key = parsed.as_ref().map_err(|error| *error);
            match key.and_then(|jwk| self::key(algorithms, jwk)) {
                Ok(key) => keys.push(key),
                Err(error) => {
                    skipped.push(SkippedKey { index, error });
                    let secret = parsed.ok().filter(Jwk::holds_secret);
                    broken_secrets.extend(secret.map(|jwk| jwk.id().map(str::to_owned)));
                }
            }
        }
        let set = Self::new(keys)?;
        // What a set with a broken secret means to say is unclear.
        for id in broken_secrets {
            if set.keys().any(|key| !key.algorithm().is_symmetric()) {
                return Err(KeyError::Mixed);
            }
            if id.is_some() && set.keys().any(|key| key.id() == id.as_deref()) {
                return Err(KeyError::DuplicateId);
            }
        }
        Ok(Self { skipped, ..set })
    }

    /// Returns the keys.
    #[must_use]
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &VerifyingKey> {
        self.keys.iter()
    }

    /// Returns the entries of a JWK set that were left out.
    #[must_use]
    pub fn skipped(&self) -> &[SkippedKey] {
        &self.skipped
    }

    /// Returns the public keys as a JWK set, to publish. Secrets are left out.
    #[must_use]
    pub fn to_jwks(&self) -> serde_json::Value {
        let keys: Vec<_> = self.keys().filter_map(VerifyingKey::to_jwk).collect();
        serde_json::json!({ "keys": keys })
    }

    /// Returns the keys that may have signed a token with this header.
    ///
    /// A token's `kid` must be that of the key; only a key without one verifies
    /// tokens that name another. A token without `kid` is tried with each key of
    /// its algorithm, up to a number that does not let a token cause much work.
    pub(crate) fn candidates(
        &self,
        algorithm: Algorithm,
        id: Option<&str>,
    ) -> Result<Vec<VerifyingKey>, TokenError> {
        let named = id.and_then(|id| self.keys().find(|key| key.id() == Some(id)));
        if let Some(key) = named {
            // The header chooses among keys, never what a key is used for.
            if key.algorithm() != algorithm {
                return Err(TokenError::Algorithm);
            }
            return Ok(vec![key.clone()]);
        }
        if self.keys().all(|key| key.algorithm() != algorithm) {
            return Err(TokenError::Algorithm);
        }
        let candidates: Vec<_> = self
            .keys()
            .filter(|key| key.algorithm() == algorithm && (id.is_none() || key.id().is_none()))
            .take(Self::MAX_CANDIDATES + 1)
            .cloned()
            .collect();
        if candidates.is_empty() || candidates.len() > Self::MAX_CANDIDATES {
            return Err(TokenError::Key);
        }
        Ok(candidates)
    }
}

impl From<VerifyingKey> for KeySet {
    fn from(key: VerifyingKey) -> Self {
        Self {
            keys: vec![key],
            skipped: Vec::new(),
        }
    }
}

/// An entry of a JWK set that was left out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SkippedKey {
    /// Where it stands in `keys`, from 0.
    pub index: usize,
    /// Why it is not usable.
    pub error: KeyError,
}

impl fmt::Display for SkippedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "key {}: {}", self.index, self.error)
    }
}

fn entries(jwks: &str) -> Result<Vec<&RawValue>, KeyError> {
    #[derive(Deserialize)]
    struct Jwks<'a> {
        #[serde(borrow)]
        keys: Vec<&'a RawValue>,
    }

    let Jwks { keys } = serde_json::from_str(jwks).map_err(|_| KeyError::Encoding)?;
    if keys.len() > KeySet::MAX_KEYS {
        return Err(KeyError::TooMany);
    }
    Ok(keys)
}

fn repeats<T: Ord>(ids: &mut [T]) -> bool {
    ids.sort_unstable();
    ids.windows(2).any(|pair| matches!(pair, [a, b] if a == b))
}

fn key(algorithms: &[Algorithm], jwk: &Jwk<'_>) -> Result<VerifyingKey, KeyError> {
    let assumed = algorithms
        .iter()
        .copied()
        .find(|algorithm| !jwk.names_algorithm() && jwk.may_be(*algorithm));
    jwk.verifying(assumed)
}
