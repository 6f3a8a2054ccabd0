//! Each format that is read: vectors made by other implementations, and what is
//! refused.
#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

mod bcrypt;
mod limits;
mod pepper;
mod refused;
mod vectors;

use bartizan_password::{Argon2Params, PasswordHash, PasswordHasher, Verification};
use bartizan_secret::SecretString;
use proptest::prelude::*;

use self::vectors::{OF_PAESSWORD, OF_PASSWORD};

#[test]
fn every_format_verifies_and_is_to_be_renewed() {
    let hasher = hasher();
    let rows = OF_PAESSWORD.iter().map(|row| ("p\u{e4}ssword", row));
    for (password, (format, stored)) in rows.chain(OF_PASSWORD.iter().map(|row| ("password", row)))
    {
        let hash = parse(stored);

        assert_eq!(hash.format(), *format, "{stored}");
        assert_eq!(hash.as_str(), *stored);
        assert_eq!(
            hasher.verify(&password.into(), &hash),
            Ok(Verification::NeedsRehash),
            "{stored}"
        );
        assert_eq!(
            hasher.verify(&"passwore".into(), &hash),
            Ok(Verification::Mismatch),
            "{stored}"
        );
    }
}

#[test]
fn a_hash_is_current_only_with_the_same_algorithm_version_and_costs() {
    let of = |memory, passes, lanes| {
        PasswordHasher::new(Argon2Params::insecure_new(memory, passes, lanes).unwrap())
    };
    let password = SecretString::from("p\u{e4}ssword");
    for (stored, memory, passes, lanes, verification) in [
        (2, 64, 2, 1, Verification::Match),
        (2, 64, 1, 1, Verification::NeedsRehash),
        (2, 32, 2, 1, Verification::NeedsRehash),
        (2, 64, 2, 2, Verification::NeedsRehash),
        (3, 64, 2, 2, Verification::Match),
        // argon2d, argon2i, version 16, a short output, a short salt.
        (0, 64, 2, 1, Verification::NeedsRehash),
        (1, 64, 2, 1, Verification::NeedsRehash),
        (4, 64, 2, 1, Verification::NeedsRehash),
        (5, 8, 1, 1, Verification::NeedsRehash),
        (6, 8, 1, 1, Verification::NeedsRehash),
    ] {
        let (_, stored) = OF_PAESSWORD[stored];

        let verified = of(memory, passes, lanes).verify(&password, &parse(stored));

        assert_eq!(verified, Ok(verification), "{stored}");
    }
}

#[test]
fn asvs_11_4_2_salts_differ() {
    let password = SecretString::from("correct horse");

    let hashes = [
        hasher().hash(&password).unwrap(),
        hasher().hash(&password).unwrap(),
    ];

    assert_ne!(hashes[0], hashes[1]);
}

#[test]
fn debug_and_errors_hold_no_hash() {
    let hash = parse("$2b$04$abcdefghijklmnopqrstuum174eFeoTj0DHmtuueFaS3Wde4P7wHG");
    let error = "$2b$04$abcdefghijkl".parse::<PasswordHash>().unwrap_err();

    assert_eq!(format!("{hash:?}"), "PasswordHash { format: Bcrypt, .. }");
    assert_eq!(error.to_string(), "stored bcrypt hash is malformed");
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,80}") {
        let _ = text.parse::<PasswordHash>();
    }

    #[test]
    fn a_bent_hash_is_read_or_refused(
        row in 0..OF_PAESSWORD.len(),
        at in 0..120_usize,
        with in proptest::char::any(),
    ) {
        let mut text: Vec<char> = OF_PAESSWORD[row].1.chars().collect();
        let at = at % text.len();
        text[at] = with;
        let text: String = text.into_iter().collect();
        if let Ok(hash) = text.parse::<PasswordHash>() {
            prop_assert_eq!(hash.as_str(), text);
        }
    }

    #[test]
    fn a_new_hash_reads_back_and_verifies(password in "\\PC{1,40}") {
        let password = SecretString::from(password);
        let hash = hasher().hash(&password).unwrap();

        prop_assert_eq!(&parse(hash.as_str()), &hash);
        prop_assert_eq!(hasher().verify(&password, &hash), Ok(Verification::Match));
    }
}

fn hasher() -> PasswordHasher {
    PasswordHasher::new(Argon2Params::insecure_new(32, 1, 1).unwrap())
}

fn parse(stored: &str) -> PasswordHash {
    stored.parse().unwrap()
}
