use std::fmt;

use bartizan_secret::SecretString;
use zeroize::Zeroizing;

use crate::hash::{Answer, LongPasswords};
use crate::memory::Memory;
use crate::{Argon2Params, HashError, HashLimits, PasswordHash, PepperId, PepperRing};

/// What a service decides about its password hashes, and the hashing itself.
///
/// [`hash`](Self::hash) and [`verify`](Self::verify) compute where they are
/// called, for tens of milliseconds: right for a command line. A service hands
/// its hasher to a [`PasswordHasherPool`](crate::PasswordHasherPool).
///
/// ```
/// use bartizan_password::{Argon2Params, PasswordHasher, Verification};
/// use bartizan_secret::SecretString;
///
/// let hasher = PasswordHasher::new(Argon2Params::default());
/// let password = SecretString::from("correct horse battery staple");
///
/// let hash = hasher.hash(&password)?;
///
/// assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
/// assert_eq!(hasher.verify(&password, &hash)?, Verification::Match);
/// # Ok::<(), bartizan_password::HashError>(())
/// ```
#[derive(Clone, Debug)]
pub struct PasswordHasher {
    params: Argon2Params,
    limits: HashLimits,
    peppers: Option<PepperRing>,
    max_bytes: usize,
    long: LongPasswords,
}

/// What the check of a password told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub enum Verification {
    /// The password is right.
    Match,
    /// The password is wrong.
    Mismatch,
    /// The password is right, and its hash should be replaced by a new one: it
    /// is of another format, cost or pepper than new hashes are.
    NeedsRehash,
}

impl Verification {
    /// Returns whether the password is right.
    #[must_use]
    pub const fn is_match(self) -> bool {
        matches!(self, Self::Match | Self::NeedsRehash)
    }
}

impl PasswordHasher {
    /// Default of [`max_bytes`](Self::max_bytes).
    pub const DEFAULT_MAX_BYTES: usize = 1024;
    /// Least value of [`max_bytes`](Self::max_bytes): 64 characters of four
    /// bytes, which ASVS 6.2.9 wants to be allowed.
    pub const LEAST_MAX_BYTES: usize = 256;

    /// Creates a hasher.
    #[must_use]
    pub fn new(params: Argon2Params) -> Self {
        Self {
            params,
            limits: HashLimits::default().admitting(params),
            peppers: None,
            max_bytes: Self::DEFAULT_MAX_BYTES,
            long: LongPasswords::Refuse,
        }
    }

    /// Limits the work that a stored hash may ask for.
    #[must_use]
    pub fn limits(mut self, limits: HashLimits) -> Self {
        self.limits = limits.admitting(self.params);
        self
    }

    /// Hashes passwords under a pepper.
    #[must_use]
    pub fn peppers(mut self, ring: PepperRing) -> Self {
        self.peppers = Some(ring);
        self
    }

    /// Limits the length of passwords in bytes, before anything is hashed.
    ///
    /// Raised to [`LEAST_MAX_BYTES`](Self::LEAST_MAX_BYTES) if below.
    #[must_use]
    pub fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes.max(Self::LEAST_MAX_BYTES);
        self
    }

    /// Lets the first 72 bytes of a longer password decide where the stored
    /// hash is bcrypt.
    ///
    /// Bcrypt looks no further, so whoever knows those bytes is let in whatever
    /// follows ([CVE-2025-22228]); without this, longer passwords are wrong.
    /// Meant for services whose users did choose such passwords while bcrypt was
    /// in use. What follows byte 72 was never checked, so it is not hashed anew
    /// either: such a login reports [`Verification::Match`].
    ///
    /// [CVE-2025-22228]: https://spring.io/security/cve-2025-22228
    #[must_use]
    pub const fn insecure_truncate_for_bcrypt(mut self) -> Self {
        self.long = LongPasswords::Truncate;
        self
    }

    /// Hashes a new password.
    ///
    /// The password is hashed as it is: not normalised, not cut off.
    ///
    /// # Errors
    ///
    /// [`HashError::PasswordEmpty`], [`HashError::PasswordTooLong`],
    /// [`HashError::OutOfMemory`], [`HashError::Randomness`].
    pub fn hash(&self, password: &SecretString) -> Result<PasswordHash, HashError> {
        self.hash_with(&mut Memory::default(), password)
    }

    /// Checks a password against a stored hash.
    ///
    /// # Errors
    ///
    /// [`HashError::PasswordEmpty`], [`HashError::PasswordTooLong`],
    /// [`HashError::LimitExceeded`], [`HashError::UnknownPepper`],
    /// [`HashError::OutOfMemory`].
    pub fn verify(
        &self,
        password: &SecretString,
        stored: &PasswordHash,
    ) -> Result<Verification, HashError> {
        self.admit(password)?;
        self.admit_hash(stored)?;
        self.verify_with(&mut Memory::default(), password, stored)
    }

    /// Refuses passwords that are not worth hashing.
    pub(crate) fn admit(&self, password: &SecretString) -> Result<(), HashError> {
        match password.expose_secret().len() {
            0 => Err(HashError::PasswordEmpty),
            length if length > self.max_bytes => Err(HashError::PasswordTooLong {
                limit: self.max_bytes,
            }),
            _ => Ok(()),
        }
    }

    /// Refuses hashes that cannot be verified, or only at too high a cost.
    pub(crate) fn admit_hash(&self, stored: &PasswordHash) -> Result<(), HashError> {
        let ring_has = |id| self.peppers.as_ref().is_some_and(|ring| ring.has(id));
        if !stored.pepper().is_none_or(ring_has) {
            return Err(HashError::UnknownPepper);
        }
        stored.check(&self.limits)
    }

    pub(crate) const fn params(&self) -> Argon2Params {
        self.params
    }

    pub(crate) fn hash_with(
        &self,
        memory: &mut Memory,
        password: &SecretString,
    ) -> Result<PasswordHash, HashError> {
        self.admit(password)?;
        let pepper = self.current_pepper();
        let password = self.peppered(pepper, password.expose_secret().as_bytes())?;
        PasswordHash::make(self.params, pepper.cloned(), &password, memory)
    }

    /// A new hash that cannot be made keeps nobody out: the next login tries again.
    pub(crate) fn verify_and_rehash_with(
        &self,
        memory: &mut Memory,
        password: &SecretString,
        stored: &PasswordHash,
    ) -> Result<(Verification, Option<PasswordHash>), HashError> {
        let verification = self.verify_with(memory, password, stored)?;
        if verification != Verification::NeedsRehash {
            return Ok((verification, None));
        }
        let renewed = self.hash_with(memory, password);
        let renewed = renewed.inspect_err(|error| {
            tracing::warn!(%error, "a password hash could not be renewed");
        });
        Ok((verification, renewed.ok()))
    }

    pub(crate) fn verify_with(
        &self,
        memory: &mut Memory,
        password: &SecretString,
        stored: &PasswordHash,
    ) -> Result<Verification, HashError> {
        let password = self.peppered(stored.pepper(), password.expose_secret().as_bytes())?;
        Ok(match stored.matches(&password, memory, self.long)? {
            Answer::Wrong => Verification::Mismatch,
            Answer::RightSoFar => Verification::Match,
            Answer::Right if stored.is_made_with(self.params, self.current_pepper()) => {
                Verification::Match
            }
            Answer::Right => Verification::NeedsRehash,
        })
    }

    /// Spends what the verification of a hash of this hasher's would.
    pub(crate) fn verify_nobody(
        &self,
        memory: &mut Memory,
        password: &SecretString,
    ) -> Result<(), HashError> {
        let nobody = PasswordHash::of_nobody(self.params, self.current_pepper().cloned())?;
        // Whatever it says: there is nobody who could log in.
        self.verify_with(memory, password, &nobody).map(|_| ())
    }

    fn current_pepper(&self) -> Option<&PepperId> {
        self.peppers.as_ref().map(PepperRing::current)
    }

    fn peppered(
        &self,
        pepper: Option<&PepperId>,
        password: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, HashError> {
        match (pepper, &self.peppers) {
            (None, _) => Ok(Zeroizing::new(password.to_vec())),
            (Some(_), None) => Err(HashError::UnknownPepper),
            (Some(id), Some(ring)) => ring.apply(id, password),
        }
    }
}

impl Default for PasswordHasher {
    fn default() -> Self {
        Self::new(Argon2Params::default())
    }
}

impl fmt::Display for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Match => "match",
            Self::Mismatch => "mismatch",
            Self::NeedsRehash => "match, needs a new hash",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asvs_6_3_8_the_hash_of_nobody_costs_what_a_new_one_does() {
        let params = Argon2Params::insecure_new(48, 3, 2).unwrap();
        let ring = PepperRing::new("k1", &vec![1; 32].into()).unwrap();
        let password = SecretString::from("correct horse");
        for hasher in [
            PasswordHasher::new(params),
            PasswordHasher::new(params).peppers(ring),
        ] {
            let pepper = hasher.current_pepper();
            let nobody = PasswordHash::of_nobody(params, pepper.cloned()).unwrap();

            assert!(nobody.is_made_with(params, pepper));
            assert_eq!(
                hasher.verify(&password, &nobody),
                Ok(Verification::Mismatch)
            );
        }
    }
}
