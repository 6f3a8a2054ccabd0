//! Hashes under a pepper.

use bartizan_password::{HashError, PepperRing, Verification};
use bartizan_secret::SecretString;

use crate::{hasher, parse};

#[test]
fn a_peppered_hash_is_the_argon2_of_an_hmac() {
    let hasher = hasher().peppers(ring("k1", 1));
    // argon2-cffi of Python's HMAC-SHA-256.
    let stored = "{hmac-sha256:k1}$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$GVPPLNFKDweEyOHlaEzKBKiWya70fQP4hNB8U5epVlM";

    let verified = hasher.verify(&"p\u{e4}ssword".into(), &parse(stored));

    assert_eq!(verified, Ok(Verification::NeedsRehash));
}

#[test]
fn peppers_rotate() {
    let password = SecretString::from("correct horse");
    let plain = hasher();
    let first = hasher().peppers(ring("k1", 1));
    let second = hasher().peppers(ring("k2", 2).old("k1", &vec![1; 32].into()).unwrap());
    let lost = hasher().peppers(ring("k2", 2));
    let other_key = hasher().peppers(ring("k1", 3));

    let unpeppered = plain.hash(&password).unwrap();
    let of_first = first.hash(&password).unwrap();

    assert!(
        of_first
            .as_str()
            .starts_with("{hmac-sha256:k1}$argon2id$v=19$")
    );
    assert_eq!(parse(of_first.as_str()), of_first);
    for (hasher, hash, verification) in [
        (&first, &of_first, Ok(Verification::Match)),
        (&first, &unpeppered, Ok(Verification::NeedsRehash)),
        (&second, &of_first, Ok(Verification::NeedsRehash)),
        (&other_key, &of_first, Ok(Verification::Mismatch)),
        (&lost, &of_first, Err(HashError::UnknownPepper)),
        (&plain, &of_first, Err(HashError::UnknownPepper)),
    ] {
        assert_eq!(hasher.verify(&password, hash), verification, "{hasher:?}");
    }
}

fn ring(id: &str, byte: u8) -> PepperRing {
    PepperRing::new(id, &vec![byte; 32].into()).unwrap()
}
