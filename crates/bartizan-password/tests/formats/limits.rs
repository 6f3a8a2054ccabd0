//! What is read but not hashed.

use bartizan_password::HashFormat::{Argon2, Bcrypt, Pbkdf2, Scrypt};
use bartizan_password::{HashError, HashLimits, Verification};
use bartizan_secret::SecretString;

use crate::vectors::OF_PAESSWORD;
use crate::{hasher, parse};

#[test]
fn costs_above_the_limits_are_an_error_before_any_work() {
    let output = "7DoIajNvmUUqMmDVmDJeHeCNxite8nxq1bYMHiKfFFI";
    for (format, parameter, value, limit, stored) in [
        (
            Argon2,
            "m",
            131_073,
            131_072,
            format!("$argon2id$v=19$m=131073,t=1,p=1$c2FsdHNhbHQ${output}"),
        ),
        (
            Argon2,
            "m",
            u32::MAX,
            131_072,
            format!("$argon2id$v=19$m=4294967295,t=1,p=1$c2FsdHNhbHQ${output}"),
        ),
        (
            Argon2,
            "t",
            u32::MAX,
            16,
            format!("$argon2id$v=19$m=64,t=4294967295,p=1$c2FsdHNhbHQ${output}"),
        ),
        (
            Argon2,
            "p",
            17,
            16,
            format!("$argon2id$v=19$m=1024,t=1,p=17$c2FsdHNhbHQ${output}"),
        ),
        (
            Bcrypt,
            "cost",
            15,
            14,
            "$2b$15$abcdefghijklmnopqrstuum174eFeoTj0DHmtuueFaS3Wde4P7wHG".into(),
        ),
        (
            Bcrypt,
            "cost",
            31,
            14,
            "$2b$31$abcdefghijklmnopqrstuum174eFeoTj0DHmtuueFaS3Wde4P7wHG".into(),
        ),
        (
            Pbkdf2,
            "i",
            2_000_001,
            2_000_000,
            "pbkdf2_sha1$2000001$salt$7e6DFlwY34dAdLXTjx9mKITyyPQ=".into(),
        ),
        (
            Scrypt,
            "ln",
            18,
            17,
            format!("$scrypt$ln=18,r=8,p=1$c2FsdHNhbHQ${output}"),
        ),
        (
            Scrypt,
            "ln",
            40,
            17,
            format!("$scrypt$ln=40,r=8,p=1$c2FsdHNhbHQ${output}"),
        ),
        (
            Scrypt,
            "r",
            9,
            8,
            format!("$scrypt$ln=10,r=9,p=1$c2FsdHNhbHQ${output}"),
        ),
        (
            Scrypt,
            "p",
            9,
            8,
            format!("$scrypt$ln=10,r=8,p=9$c2FsdHNhbHQ${output}"),
        ),
    ] {
        let verified = hasher().verify(&"password".into(), &parse(&stored));

        assert_eq!(
            verified,
            Err(HashError::LimitExceeded {
                format,
                parameter,
                value,
                limit
            }),
            "{stored}"
        );
    }
}

#[test]
fn limits_are_the_services_choice_but_admit_its_own_hashes() {
    let strict = HashLimits::default()
        .argon2(8, 1, 1)
        .bcrypt_cost(4)
        .pbkdf2_iterations(6)
        .scrypt(9, 8, 1);
    let hasher = hasher().limits(strict);
    let password = SecretString::from("p\u{e4}ssword");

    let own = hasher.hash(&password).unwrap();
    assert_eq!(hasher.verify(&password, &own), Ok(Verification::Match));
    for (format, stored) in OF_PAESSWORD {
        let refused = matches!(
            hasher.verify(&password, &parse(stored)),
            Err(HashError::LimitExceeded { .. })
        );
        let within = *format == Bcrypt || stored.contains("$m=8,t=1,p=1$");
        assert_eq!(refused, !within, "{stored}");
    }
}

#[test]
fn a_password_has_a_length_before_it_is_hashed() {
    let hasher = hasher();
    let hash = hasher.hash(&"correct horse".into()).unwrap();
    for (hasher, length, error) in [
        (hasher.clone(), 0, Some(HashError::PasswordEmpty)),
        (hasher.clone(), 1, None),
        (hasher.clone(), 1024, None),
        (
            hasher.clone(),
            1025,
            Some(HashError::PasswordTooLong { limit: 1024 }),
        ),
        // ASVS 6.2.9: 64 characters of four bytes are always allowed.
        (hasher.clone().max_bytes(1), 256, None),
        (
            hasher.max_bytes(1),
            257,
            Some(HashError::PasswordTooLong { limit: 256 }),
        ),
    ] {
        let password = SecretString::from("x".repeat(length));

        assert_eq!(hasher.hash(&password).err(), error, "{length}");
        assert_eq!(hasher.verify(&password, &hash).err(), error, "{length}");
    }
}
