use std::fmt::Write as _;

use aws_lc_rs::{digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::{Zeroize, Zeroizing};

use super::{Answer, Output};
use crate::encoding::{bcrypt_base64, decimal, parameter};
use crate::{HashError, HashFormat, HashLimits};

const MALFORMED: HashError = HashError::Malformed(HashFormat::Bcrypt);

/// Bytes that bcrypt looks at.
const MAX_KEY: usize = 72;

/// What becomes of a password that bcrypt would cut off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum LongPasswords {
    /// It is wrong: its tail was never part of the hash.
    #[default]
    Refuse,
    /// Its first 72 bytes decide, as they did where the hash comes from.
    Truncate,
}

/// A bcrypt hash.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct BcryptHash {
    prehash: Prehash,
    cost: u32,
    salt: [u8; 16],
    output: Output,
}

/// What is done to the password before bcrypt.
#[derive(Clone, PartialEq, Eq)]
enum Prehash {
    /// Nothing.
    None,
    /// Django: hexadecimal digits of SHA-256.
    Sha256Hex,
    /// Passlib, first version: base64 of SHA-256.
    Sha256Base64,
    /// Passlib, second version: base64 of HMAC-SHA-256 under the salt's text.
    HmacBase64(String),
}

impl BcryptHash {
    /// Reads `$2b$12$`, 22 characters of salt, 31 of hash.
    pub(super) fn parse(text: &str) -> Result<Self, HashError> {
        let mut fields = text.split('$').skip(1);
        let mut next = || fields.next().ok_or(MALFORMED);
        match next()? {
            "2a" | "2b" | "2y" => {}
            "2x" => return Err(HashError::RefusedFormat),
            _ => return Err(MALFORMED),
        }
        let (cost, rest) = (next()?, next()?);
        if fields.next().is_some() || cost.len() != 2 {
            return Err(MALFORMED);
        }
        let cost = decimal(cost.strip_prefix('0').unwrap_or(cost)).ok_or(MALFORMED)?;
        let (salt, output) = rest.split_at_checked(22).ok_or(MALFORMED)?;
        Self::new(Prehash::None, cost, salt, output)
    }

    /// Reads `$2b$..` of a password of which Django first took SHA-256.
    pub(super) fn parse_django_sha256(text: &str) -> Result<Self, HashError> {
        let mut hash = Self::parse(text)?;
        hash.prehash = Prehash::Sha256Hex;
        Ok(hash)
    }

    /// Reads `$bcrypt-sha256$2a,12$SALT$HASH` and
    /// `$bcrypt-sha256$v=2,t=2b,r=12$SALT$HASH`.
    pub(super) fn parse_passlib(text: &str) -> Result<Self, HashError> {
        let fields: Vec<&str> = text.split('$').collect();
        let ["", "bcrypt-sha256", params, salt, output] = fields[..] else {
            return Err(MALFORMED);
        };
        let params: Vec<&str> = params.split(',').collect();
        let (prehash, cost) = match params[..] {
            ["2a" | "2b", cost] => (Prehash::Sha256Base64, decimal(cost)),
            ["v=2", "t=2b", rounds] => {
                (Prehash::HmacBase64(salt.to_owned()), parameter(rounds, "r"))
            }
            _ => return Err(MALFORMED),
        };
        Self::new(prehash, cost.ok_or(MALFORMED)?, salt, output)
    }

    fn new(prehash: Prehash, cost: u32, salt: &str, output: &str) -> Result<Self, HashError> {
        if !(4..=31).contains(&cost) {
            return Err(MALFORMED);
        }
        let output: [u8; 23] = bcrypt_base64(output).ok_or(MALFORMED)?;
        Ok(Self {
            prehash,
            cost,
            salt: bcrypt_base64(salt).ok_or(MALFORMED)?,
            output: Output(output.to_vec()),
        })
    }

    pub(super) fn check(&self, limits: &HashLimits) -> Result<(), HashError> {
        limits.check_bcrypt(self.cost)
    }

    /// The same work is done whatever the answer.
    pub(super) fn matches(&self, password: &[u8], long: LongPasswords) -> Answer {
        let password = self.prehash.apply(password);
        // Bcrypt repeats its key, the NUL at its end included: "a", "a\0a" are
        // one key. Elsewhere a NUL ended the password.
        let has_nul = password.contains(&0);
        let is_long = password.len() > MAX_KEY;

        let mut key = Zeroizing::new([0; MAX_KEY]);
        for (to, from) in key.iter_mut().zip(password.iter()) {
            *to = *from;
        }
        let used = password.len().saturating_add(1).min(MAX_KEY);
        let key = key.get(..used).unwrap_or_default();
        let mut output = bcrypt::bcrypt(self.cost, self.salt, key);
        let right = output
            .get(..self.output.len())
            .is_some_and(|output| self.output.is(output));
        output.zeroize();

        match (right && !has_nul, is_long, long) {
            (true, false, _) => Answer::Right,
            (true, true, LongPasswords::Truncate) => Answer::RightSoFar,
            _ => Answer::Wrong,
        }
    }
}

impl Prehash {
    fn apply(&self, password: &[u8]) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(match self {
            Self::None => password.to_vec(),
            Self::Sha256Hex => {
                let mut text = String::with_capacity(64);
                for byte in digest::digest(&digest::SHA256, password).as_ref() {
                    // Writing to a String does not fail.
                    let _ = write!(text, "{byte:02x}");
                }
                text.into_bytes()
            }
            Self::Sha256Base64 => STANDARD
                .encode(digest::digest(&digest::SHA256, password))
                .into_bytes(),
            Self::HmacBase64(salt) => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, salt.as_bytes());
                STANDARD.encode(hmac::sign(&key, password)).into_bytes()
            }
        })
    }
}
