use std::fmt;

/// Cost of a new argon2id hash, checked against OWASP's minimum.
///
/// The [Password Storage Cheat Sheet] lists pairs of memory and passes that
/// cost an attacker the same; one of them must be reached:
///
/// | memory (KiB) | passes |
/// |---|---|
/// | 47104 | 1 |
/// | 19456 | 2 |
/// | 12288 | 3 |
/// | 9216 | 4 |
/// | 7168 | 5 |
///
/// ```
/// use bartizan_password::Argon2Params;
///
/// assert_eq!(Argon2Params::default(), Argon2Params::new(19_456, 2, 1)?);
/// assert!(Argon2Params::new(16_384, 2, 1).is_err());
/// # Ok::<(), bartizan_password::ParamsError>(())
/// ```
///
/// [Password Storage Cheat Sheet]: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#argon2id
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argon2Params {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// OWASP's table: KiB of memory, passes.
const MINIMUM: [(u32, u32); 5] = [
    (47_104, 1),
    (19_456, 2),
    (12_288, 3),
    (9_216, 4),
    (7_168, 5),
];

impl Argon2Params {
    /// Length of the hash in bytes.
    pub(crate) const OUTPUT_LEN: usize = 32;
    /// Length of the salt in bytes.
    pub(crate) const SALT_LEN: usize = 16;

    /// Creates parameters from KiB of memory, passes and lanes.
    ///
    /// Lanes are computed one after the other: more of them make a hash no
    /// faster here.
    ///
    /// # Errors
    ///
    /// [`ParamsError`] if the cost is below OWASP's table, or if argon2 has no
    /// such parameters ([RFC 9106 section 3.1]).
    ///
    /// [RFC 9106 section 3.1]: https://www.rfc-editor.org/rfc/rfc9106#section-3.1
    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, ParamsError> {
        let strong = MINIMUM
            .iter()
            .any(|&(memory, min_passes)| memory_kib >= memory && passes >= min_passes);
        if !strong {
            return Err(ParamsError { weak: true });
        }
        Self::insecure_new(memory_kib, passes, lanes)
    }

    /// Creates parameters that may be weaker than OWASP's table.
    ///
    /// Whoever steals such hashes guesses passwords faster than is thought
    /// acceptable. Meant for tests, where a hash should take microseconds.
    ///
    /// # Errors
    ///
    /// [`ParamsError`] if argon2 has no such parameters: lanes from 1 to
    /// 2^24-1, at least 8 KiB a lane, at least one pass.
    pub fn insecure_new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, ParamsError> {
        argon2::Params::new(memory_kib, passes, lanes, Some(Self::OUTPUT_LEN))
            .map_err(|_| ParamsError { weak: false })?;
        Ok(Self {
            memory_kib,
            passes,
            lanes,
        })
    }

    /// Returns the memory in KiB.
    #[must_use]
    pub const fn memory_kib(self) -> u32 {
        self.memory_kib
    }

    /// Returns the number of passes over the memory.
    #[must_use]
    pub const fn passes(self) -> u32 {
        self.passes
    }

    /// Returns the number of lanes.
    #[must_use]
    pub const fn lanes(self) -> u32 {
        self.lanes
    }
}

impl Default for Argon2Params {
    /// 19456 KiB, two passes, one lane.
    fn default() -> Self {
        Self {
            memory_kib: 19_456,
            passes: 2,
            lanes: 1,
        }
    }
}

/// [`Argon2Params`] that are too weak, or that argon2 does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParamsError {
    weak: bool,
}

impl fmt::Display for ParamsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.weak {
            "argon2id parameters are weaker than OWASP's minimum"
        } else {
            "argon2id has no such parameters"
        })
    }
}

impl std::error::Error for ParamsError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asvs_11_4_2_follows_owasps_table() {
        for (memory, passes, strong) in [
            (47_104, 1, true),
            (47_103, 1, false),
            (19_456, 2, true),
            (19_455, 2, false),
            (19_456, 1, false),
            (12_288, 3, true),
            (12_287, 3, false),
            (9_216, 4, true),
            (9_215, 4, false),
            (7_168, 5, true),
            (7_167, 5, false),
            (7_168, 4, false),
            (7_167, 1_000, false),
            (65_536, 3, true),
        ] {
            let params = Argon2Params::new(memory, passes, 1);
            assert_eq!(params.is_ok(), strong, "m={memory} t={passes}");
        }
    }

    #[test]
    fn refuses_what_argon2_does_not_have() {
        for (memory, passes, lanes) in [
            (0, 2, 1),
            (7, 2, 1),
            (8, 0, 1),
            (8, 1, 0),
            (8, 1, 2),
            (u32::MAX, 1, u32::MAX),
            (u32::MAX, 1, 0x2000_0000),
        ] {
            let params = Argon2Params::insecure_new(memory, passes, lanes);
            assert!(params.is_err(), "m={memory} t={passes} p={lanes}");
        }
        assert!(Argon2Params::insecure_new(8, 1, 1).is_ok());
    }

    #[test]
    fn says_why() {
        let weak = Argon2Params::new(8, 1, 1).unwrap_err();
        let absurd = Argon2Params::insecure_new(8, 1, 9).unwrap_err();

        assert_eq!(
            weak.to_string(),
            "argon2id parameters are weaker than OWASP's minimum"
        );
        assert_eq!(absurd.to_string(), "argon2id has no such parameters");
    }
}
