use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2;

use super::Output;
use crate::encoding::{adapted_base64, decimal, parameter, phc_base64};
use crate::{HashError, HashFormat, HashLimits};

const MALFORMED: HashError = HashError::Malformed(HashFormat::Pbkdf2);

/// A PBKDF2 hash.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Pbkdf2Hash {
    algorithm: pbkdf2::Algorithm,
    iterations: NonZeroU32,
    salt: Vec<u8>,
    output: Output,
}

impl Pbkdf2Hash {
    pub(super) fn new(
        algorithm: pbkdf2::Algorithm,
        iterations: u32,
        salt: Vec<u8>,
        output: Vec<u8>,
    ) -> Result<Self, HashError> {
        Ok(Self {
            algorithm,
            iterations: NonZeroU32::new(iterations).ok_or(MALFORMED)?,
            salt,
            output: Output::new(output).ok_or(MALFORMED)?,
        })
    }

    /// Reads passlib's `$pbkdf2-sha256$29000$SALT$HASH` and the PHC string
    /// `$pbkdf2-sha256$i=600000,l=32$SALT$HASH`.
    pub(super) fn parse(text: &str) -> Result<Self, HashError> {
        let fields: Vec<&str> = text.split('$').collect();
        let ["", name, cost, salt, output] = fields[..] else {
            return Err(MALFORMED);
        };
        let algorithm = match name {
            "pbkdf2" | "pbkdf2-sha1" => pbkdf2::PBKDF2_HMAC_SHA1,
            "pbkdf2-sha256" => pbkdf2::PBKDF2_HMAC_SHA256,
            "pbkdf2-sha512" => pbkdf2::PBKDF2_HMAC_SHA512,
            _ => return Err(MALFORMED),
        };
        if let Some(iterations) = decimal(cost) {
            let salt = adapted_base64(salt).ok_or(MALFORMED)?;
            let output = adapted_base64(output).ok_or(MALFORMED)?;
            return Self::new(algorithm, iterations, salt, output);
        }

        let output = phc_base64(output).ok_or(MALFORMED)?;
        let mut params = cost.split(',');
        let iterations = params.next().and_then(|cost| parameter(cost, "i"));
        let length = params.next().map(|length| parameter(length, "l"));
        let length_is_right = length.is_none_or(|length| {
            length.and_then(|length| usize::try_from(length).ok()) == Some(output.len())
        });
        if params.next().is_some() || !length_is_right {
            return Err(MALFORMED);
        }
        let salt = phc_base64(salt).ok_or(MALFORMED)?;
        Self::new(algorithm, iterations.ok_or(MALFORMED)?, salt, output)
    }

    pub(super) fn check(&self, limits: &HashLimits) -> Result<(), HashError> {
        limits.check_pbkdf2(self.iterations.get())
    }

    pub(super) fn matches(&self, password: &[u8]) -> bool {
        let mut output = self.output.empty();
        pbkdf2::derive(
            self.algorithm,
            self.iterations,
            &self.salt,
            password,
            &mut output,
        );
        self.output.is(&output)
    }
}
