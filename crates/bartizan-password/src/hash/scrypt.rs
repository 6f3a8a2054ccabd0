use scrypt::Params;

use super::Output;
use crate::encoding::{parameter, phc_base64};
use crate::{HashError, HashFormat, HashLimits};

const MALFORMED: HashError = HashError::Malformed(HashFormat::Scrypt);

/// A scrypt hash.
#[derive(Clone, PartialEq)]
pub(super) struct ScryptHash {
    params: Params,
    salt: Vec<u8>,
    output: Output,
}

impl Eq for ScryptHash {}

impl ScryptHash {
    pub(super) fn new(
        ln: u32,
        r: u32,
        p: u32,
        salt: Vec<u8>,
        output: Vec<u8>,
    ) -> Result<Self, HashError> {
        // Scrypt itself multiplies both without a check.
        r.checked_mul(p).ok_or(MALFORMED)?;
        let ln = u8::try_from(ln).map_err(|_| MALFORMED)?;
        Ok(Self {
            params: Params::new(ln, r, p).map_err(|_| MALFORMED)?,
            salt,
            output: Output::new(output).ok_or(MALFORMED)?,
        })
    }

    /// Reads `$scrypt$ln=17,r=8,p=1$SALT$HASH`.
    pub(super) fn parse(text: &str) -> Result<Self, HashError> {
        let fields: Vec<&str> = text.split('$').collect();
        let ["", "scrypt", costs, salt, output] = fields[..] else {
            return Err(MALFORMED);
        };
        let costs: Vec<&str> = costs.split(',').collect();
        let [ln, r, p] = costs[..] else {
            return Err(MALFORMED);
        };
        Self::new(
            parameter(ln, "ln").ok_or(MALFORMED)?,
            parameter(r, "r").ok_or(MALFORMED)?,
            parameter(p, "p").ok_or(MALFORMED)?,
            phc_base64(salt).ok_or(MALFORMED)?,
            phc_base64(output).ok_or(MALFORMED)?,
        )
    }

    pub(super) fn check(&self, limits: &HashLimits) -> Result<(), HashError> {
        limits.check_scrypt(
            u32::from(self.params.log_n()),
            self.params.r(),
            self.params.p(),
        )
    }

    pub(super) fn matches(&self, password: &[u8]) -> Result<bool, HashError> {
        let mut output = self.output.empty();
        scrypt::scrypt(password, &self.salt, &self.params, &mut output).map_err(|_| MALFORMED)?;
        Ok(self.output.is(&output))
    }
}
