//! Hashes in the wrapping of Django and of Spring Security.

use aws_lc_rs::pbkdf2;

use super::{Argon2Hash, BcryptHash, Pbkdf2Hash, Scheme, ScryptHash};
use crate::encoding::{decimal, hex, padded_base64};
use crate::{HashError, HashFormat};

/// Reads `NAME$..`, as Django writes it.
pub(super) fn django(text: &str) -> Result<Scheme, HashError> {
    let (name, rest) = text.split_once('$').ok_or(HashError::UnknownFormat)?;
    match name {
        "argon2" => argon2(text.strip_prefix("argon2").unwrap_or_default()),
        "bcrypt" => BcryptHash::parse(rest).map(Scheme::Bcrypt),
        "bcrypt_sha256" => BcryptHash::parse_django_sha256(rest).map(Scheme::Bcrypt),
        "pbkdf2_sha1" => django_pbkdf2(pbkdf2::PBKDF2_HMAC_SHA1, rest),
        "pbkdf2_sha256" => django_pbkdf2(pbkdf2::PBKDF2_HMAC_SHA256, rest),
        "scrypt" => django_scrypt(rest),
        _ => Err(HashError::UnknownFormat),
    }
}

/// Reads `{NAME}..`, as Spring's `DelegatingPasswordEncoder` writes it.
pub(super) fn spring(text: &str) -> Result<Scheme, HashError> {
    let (name, rest) = text
        .strip_prefix('{')
        .and_then(|text| text.split_once('}'))
        .ok_or(HashError::UnknownFormat)?;
    match name {
        "argon2" | "argon2@SpringSecurity_v5_8" => argon2(rest),
        "bcrypt" => BcryptHash::parse(rest).map(Scheme::Bcrypt),
        // Spring keeps the costs of PBKDF2 in the name.
        "pbkdf2" => spring_pbkdf2(pbkdf2::PBKDF2_HMAC_SHA1, 185_000, 8, rest),
        "pbkdf2@SpringSecurity_v5_8" => {
            spring_pbkdf2(pbkdf2::PBKDF2_HMAC_SHA256, 310_000, 16, rest)
        }
        "scrypt" | "scrypt@SpringSecurity_v5_8" => spring_scrypt(rest),
        _ => Err(HashError::UnknownFormat),
    }
}

fn argon2(phc: &str) -> Result<Scheme, HashError> {
    Argon2Hash::parse(phc).map(Scheme::Argon2)
}

/// `ITERATIONS$SALT$HASH`, the salt as it stands.
fn django_pbkdf2(algorithm: pbkdf2::Algorithm, text: &str) -> Result<Scheme, HashError> {
    let malformed = HashError::Malformed(HashFormat::Pbkdf2);
    let fields: Vec<&str> = text.split('$').collect();
    let [iterations, salt, output] = fields[..] else {
        return Err(malformed);
    };
    let (Some(iterations), Some(output)) = (decimal(iterations), padded_base64(output)) else {
        return Err(malformed);
    };
    Pbkdf2Hash::new(algorithm, iterations, salt.into(), output).map(Scheme::Pbkdf2)
}

/// `N$SALT$R$P$HASH`, the salt as it stands.
fn django_scrypt(text: &str) -> Result<Scheme, HashError> {
    let malformed = HashError::Malformed(HashFormat::Scrypt);
    let fields: Vec<&str> = text.split('$').collect();
    let [n, salt, r, p, output] = fields[..] else {
        return Err(malformed);
    };
    let numbers = (decimal(n), decimal(r), decimal(p), padded_base64(output));
    let (Some(n), Some(r), Some(p), Some(output)) = numbers else {
        return Err(malformed);
    };
    if !n.is_power_of_two() {
        return Err(malformed);
    }
    ScryptHash::new(n.trailing_zeros(), r, p, salt.into(), output).map(Scheme::Scrypt)
}

/// Hexadecimal digits of the salt, then of 32 bytes of hash.
fn spring_pbkdf2(
    algorithm: pbkdf2::Algorithm,
    iterations: u32,
    salt_len: usize,
    text: &str,
) -> Result<Scheme, HashError> {
    let malformed = HashError::Malformed(HashFormat::Pbkdf2);
    let mut salt = hex(text).ok_or(malformed.clone())?;
    if salt.len() != salt_len + 32 {
        return Err(malformed);
    }
    let output = salt.split_off(salt_len);
    Pbkdf2Hash::new(algorithm, iterations, salt, output).map(Scheme::Pbkdf2)
}

/// `$COSTS$SALT$HASH`, the costs as hexadecimal digits of one number.
fn spring_scrypt(text: &str) -> Result<Scheme, HashError> {
    let malformed = HashError::Malformed(HashFormat::Scrypt);
    let fields: Vec<&str> = text.split('$').collect();
    let ["", costs, salt, output] = fields[..] else {
        return Err(malformed);
    };
    let costs = u32::from_str_radix(costs, 16).map_err(|_| malformed.clone())?;
    let (Some(salt), Some(output)) = (padded_base64(salt), padded_base64(output)) else {
        return Err(malformed);
    };
    let (ln, r, p) = (costs >> 16, (costs >> 8) & 0xff, costs & 0xff);
    ScryptHash::new(ln, r, p, salt, output).map(Scheme::Scrypt)
}
