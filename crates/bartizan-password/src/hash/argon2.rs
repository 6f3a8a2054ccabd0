use std::fmt;

use argon2::{Algorithm, Argon2, Params, Version};

use super::Output;
use crate::encoding::{parameter, phc_base64, to_phc_base64};
use crate::memory::Memory;
use crate::{Argon2Params, HashError, HashFormat, HashLimits};

const MALFORMED: HashError = HashError::Malformed(HashFormat::Argon2);

/// A PHC string of argon2.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Argon2Hash {
    algorithm: Algorithm,
    version: Version,
    params: Params,
    salt: Vec<u8>,
    output: Output,
}

impl Argon2Hash {
    pub(super) fn make(
        params: Argon2Params,
        password: &[u8],
        memory: &mut Memory,
    ) -> Result<Self, HashError> {
        let mut hash = Self::of_nobody(params)?;
        aws_lc_rs::rand::fill(&mut hash.salt).map_err(|_| HashError::Randomness)?;
        let mut output = hash.output.empty();
        hash.derive(password, memory, &mut output)?;
        hash.output = Output(output.to_vec());
        Ok(hash)
    }

    pub(super) fn of_nobody(params: Argon2Params) -> Result<Self, HashError> {
        Ok(Self {
            algorithm: Algorithm::Argon2id,
            version: Version::V0x13,
            params: params_of(params)?,
            salt: vec![0; Argon2Params::SALT_LEN],
            output: Output(vec![0; Argon2Params::OUTPUT_LEN]),
        })
    }

    /// Reads `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH`. Without `v` the
    /// version is 16, as it was before there were two.
    pub(super) fn parse(text: &str) -> Result<Self, HashError> {
        let mut fields = text.split('$').skip(1);
        let mut next = || fields.next().ok_or(MALFORMED);

        let algorithm = match next()? {
            "argon2d" => Algorithm::Argon2d,
            "argon2i" => Algorithm::Argon2i,
            "argon2id" => Algorithm::Argon2id,
            _ => return Err(MALFORMED),
        };
        let mut costs = next()?;
        let version = match costs.strip_prefix("v=") {
            None | Some("16") => Version::V0x10,
            Some("19") => Version::V0x13,
            Some(_) => return Err(MALFORMED),
        };
        if costs.starts_with("v=") {
            costs = next()?;
        }
        let (salt, output) = (next()?, next()?);
        if fields.next().is_some() {
            return Err(MALFORMED);
        }

        let salt = phc_base64(salt).ok_or(MALFORMED)?;
        let output = phc_base64(output).and_then(Output::new).ok_or(MALFORMED)?;
        let params = parse_costs(costs, output.len()).ok_or(MALFORMED)?;
        if salt.len() < argon2::MIN_SALT_LEN {
            return Err(MALFORMED);
        }
        Ok(Self {
            algorithm,
            version,
            params,
            salt,
            output,
        })
    }

    pub(super) fn check(&self, limits: &HashLimits) -> Result<(), HashError> {
        limits.check_argon2(
            self.params.m_cost(),
            self.params.t_cost(),
            self.params.p_cost(),
        )
    }

    pub(super) fn matches(&self, password: &[u8], memory: &mut Memory) -> Result<bool, HashError> {
        let mut output = self.output.empty();
        self.derive(password, memory, &mut output)?;
        Ok(self.output.is(&output))
    }

    pub(super) fn is_made_with(&self, params: Argon2Params) -> bool {
        self.algorithm == Algorithm::Argon2id
            && self.version == Version::V0x13
            && params_of(params).as_ref() == Ok(&self.params)
            && self.salt.len() >= Argon2Params::SALT_LEN
    }

    fn derive(
        &self,
        password: &[u8],
        memory: &mut Memory,
        output: &mut [u8],
    ) -> Result<(), HashError> {
        let argon2 = Argon2::new(self.algorithm, self.version, self.params.clone());
        memory
            .lend(self.params.block_count(), |blocks| {
                argon2.hash_password_into_with_memory(password, &self.salt, output, blocks)
            })?
            .map_err(|_| MALFORMED)
    }
}

/// The PHC string.
impl fmt::Display for Argon2Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "${}$v={}$m={},t={},p={}${}${}",
            self.algorithm,
            u32::from(self.version),
            self.params.m_cost(),
            self.params.t_cost(),
            self.params.p_cost(),
            to_phc_base64(&self.salt),
            to_phc_base64(&self.output.0),
        )
    }
}

fn params_of(params: Argon2Params) -> Result<Params, HashError> {
    Params::new(
        params.memory_kib(),
        params.passes(),
        params.lanes(),
        Some(Argon2Params::OUTPUT_LEN),
    )
    .map_err(|_| MALFORMED)
}

fn parse_costs(text: &str, output_len: usize) -> Option<Params> {
    let mut costs = text.split(',');
    let m = parameter(costs.next()?, "m")?;
    let t = parameter(costs.next()?, "t")?;
    let p = parameter(costs.next()?, "p")?;
    // `keyid` and `data` stand for inputs that are not in the string.
    if costs.next().is_some() {
        return None;
    }
    Params::new(m, t, p, Some(output_len)).ok()
}
