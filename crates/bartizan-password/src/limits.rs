use crate::{Argon2Params, HashError, HashFormat};

/// The most that a stored hash may ask for.
///
/// A hash carries its own cost. A corrupt or planted database row could ask for
/// terabytes of memory or for years of work; above these limits it is
/// [`HashError::LimitExceeded`] before any work is done.
///
/// The defaults admit what libraries write by default today and keep one
/// verification within about four seconds of one core:
///
/// | format | default limit |
/// |---|---|
/// | argon2 | m = 131072 KiB, t = 16, p = 16 |
/// | bcrypt | cost 14 |
/// | PBKDF2 | 2000000 iterations |
/// | scrypt | ln = 17, r = 8, p = 8 (128 MiB) |
///
/// ```
/// use bartizan_password::HashLimits;
///
/// let limits = HashLimits::default().bcrypt_cost(12).argon2(65_536, 4, 4);
/// # let _ = limits;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashLimits {
    argon2_memory_kib: u32,
    argon2_passes: u32,
    argon2_lanes: u32,
    bcrypt_cost: u32,
    pbkdf2_iterations: u32,
    scrypt_ln: u32,
    scrypt_r: u32,
    scrypt_p: u32,
}

impl HashLimits {
    /// Limits argon2: KiB of memory, passes, lanes.
    ///
    /// What the hasher's own [`Argon2Params`] need is always granted.
    #[must_use]
    pub const fn argon2(mut self, memory_kib: u32, passes: u32, lanes: u32) -> Self {
        self.argon2_memory_kib = memory_kib;
        self.argon2_passes = passes;
        self.argon2_lanes = lanes;
        self
    }

    /// Limits bcrypt's cost, the binary logarithm of its rounds.
    #[must_use]
    pub const fn bcrypt_cost(mut self, cost: u32) -> Self {
        self.bcrypt_cost = cost;
        self
    }

    /// Limits PBKDF2's iterations.
    #[must_use]
    pub const fn pbkdf2_iterations(mut self, iterations: u32) -> Self {
        self.pbkdf2_iterations = iterations;
        self
    }

    /// Limits scrypt: binary logarithm of N, block size, parallelism.
    ///
    /// One verification takes `128 * r * 2^ln` bytes, which are not reused.
    #[must_use]
    pub const fn scrypt(mut self, ln: u32, r: u32, p: u32) -> Self {
        self.scrypt_ln = ln;
        self.scrypt_r = r;
        self.scrypt_p = p;
        self
    }

    /// Raises the limits to at least what new hashes need.
    pub(crate) fn admitting(mut self, params: Argon2Params) -> Self {
        self.argon2_memory_kib = self.argon2_memory_kib.max(params.memory_kib());
        self.argon2_passes = self.argon2_passes.max(params.passes());
        self.argon2_lanes = self.argon2_lanes.max(params.lanes());
        self
    }

    pub(crate) fn check_argon2(&self, m: u32, t: u32, p: u32) -> Result<(), HashError> {
        at_most(HashFormat::Argon2, "m", m, self.argon2_memory_kib)?;
        at_most(HashFormat::Argon2, "t", t, self.argon2_passes)?;
        at_most(HashFormat::Argon2, "p", p, self.argon2_lanes)
    }

    pub(crate) fn check_bcrypt(&self, cost: u32) -> Result<(), HashError> {
        at_most(HashFormat::Bcrypt, "cost", cost, self.bcrypt_cost)
    }

    pub(crate) fn check_pbkdf2(&self, iterations: u32) -> Result<(), HashError> {
        at_most(HashFormat::Pbkdf2, "i", iterations, self.pbkdf2_iterations)
    }

    pub(crate) fn check_scrypt(&self, ln: u32, r: u32, p: u32) -> Result<(), HashError> {
        at_most(HashFormat::Scrypt, "ln", ln, self.scrypt_ln)?;
        at_most(HashFormat::Scrypt, "r", r, self.scrypt_r)?;
        at_most(HashFormat::Scrypt, "p", p, self.scrypt_p)
    }
}

impl Default for HashLimits {
    fn default() -> Self {
        Self {
            argon2_memory_kib: 131_072,
            argon2_passes: 16,
            argon2_lanes: 16,
            bcrypt_cost: 14,
            pbkdf2_iterations: 2_000_000,
            scrypt_ln: 17,
            scrypt_r: 8,
            scrypt_p: 8,
        }
    }
}

fn at_most(
    format: HashFormat,
    parameter: &'static str,
    value: u32,
    limit: u32,
) -> Result<(), HashError> {
    if value <= limit {
        return Ok(());
    }
    Err(HashError::LimitExceeded {
        format,
        parameter,
        value,
        limit,
    })
}
