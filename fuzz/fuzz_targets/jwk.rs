//! Whatever is read as a key says the same when it is written out and read again.
#![no_main]

use bartizan_jwt::{Algorithm, KeySet, SigningKey, VerifyingKey};
use bartizan_secret::SecretString;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(key) = VerifyingKey::from_jwk_as(Algorithm::ES256, text) {
        assert_eq!(key.algorithm(), Algorithm::ES256);
        let again = key.to_jwk().expect("a public key has a JWK").to_string();
        let again = VerifyingKey::from_jwk_as(Algorithm::ES256, &again).unwrap();
        assert_eq!(again.thumbprint(), key.thumbprint());
    }
    let _ = VerifyingKey::from_jwk(text);
    let _ = VerifyingKey::from_pem(Algorithm::RS256, text);
    let _ = SigningKey::from_jwk(&SecretString::from(text));
    let _ = SigningKey::from_pem(Algorithm::ES256, &SecretString::from(text));
    let algorithms = [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA];
    if let Ok(keys) = KeySet::from_jwks_assuming(&algorithms, text) {
        assert!(keys.keys().all(|key| algorithms.contains(&key.algorithm())));
    }
});
