//! Where bcrypt stops reading.

use bartizan_password::Verification;
use bartizan_secret::SecretString;

use crate::{hasher, parse};

#[test]
fn cve_2025_22228_bcrypt_never_ignores_what_follows_byte_72() {
    let of_72 = parse("$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i");
    let exact = SecretString::from("x".repeat(72));
    let longer = SecretString::from("x".repeat(73));
    let shorter = SecretString::from("x".repeat(71));
    let strict = hasher();
    let lax = hasher().insecure_truncate_for_bcrypt();

    assert_eq!(strict.verify(&exact, &of_72), Ok(Verification::NeedsRehash));
    assert_eq!(strict.verify(&longer, &of_72), Ok(Verification::Mismatch));
    assert_eq!(strict.verify(&shorter, &of_72), Ok(Verification::Mismatch));
    // Not to be renewed: nobody knows whether byte 73 is right.
    assert_eq!(lax.verify(&longer, &of_72), Ok(Verification::Match));
    assert_eq!(lax.verify(&exact, &of_72), Ok(Verification::NeedsRehash));
}

#[test]
fn asvs_6_2_8_new_hashes_are_of_the_whole_password() {
    let hasher = hasher();
    let password = SecretString::from("x".repeat(73));
    let hash = hasher.hash(&password).unwrap();

    for (other, verification) in [
        ("x".repeat(73), Verification::Match),
        ("x".repeat(72), Verification::Mismatch),
        ("X".repeat(73), Verification::Mismatch),
        (format!("{} ", "x".repeat(73)), Verification::Mismatch),
        (format!("{}\0", "x".repeat(73)), Verification::Mismatch),
    ] {
        assert_eq!(
            hasher.verify(&other.as_str().into(), &hash),
            Ok(verification)
        );
    }
}

#[test]
fn bcrypt_is_not_fooled_by_nul() {
    let of_a = parse("$2b$04$abcdefghijklmnopqrstuuMFdJu9yVgmagVAIC24fOZkaFqd3s9JC");
    let hasher = hasher();

    assert_eq!(
        hasher.verify(&"a".into(), &of_a),
        Ok(Verification::NeedsRehash)
    );
    // To bcrypt the first two are the key of "a" repeated, and a C string ends
    // at the NUL of the third.
    for password in ["a\0a", "a\0a\0a", "a\0b"] {
        let verified = hasher.verify(&password.into(), &of_a);
        assert_eq!(verified, Ok(Verification::Mismatch), "{password:?}");
    }
}
