//! No token verifies that was not signed, and none makes the verifier panic.
#![no_main]

use std::sync::LazyLock;

use bartizan_jwt::{Algorithm, Bearer, KeySet, SigningKey, Verifier, verify_jws};
use libfuzzer_sys::fuzz_target;

static HMAC: LazyLock<Bearer> = LazyLock::new(|| bearer([Algorithm::HS256]));
static SIGNED: LazyLock<Bearer> = LazyLock::new(|| bearer([Algorithm::ES256, Algorithm::EdDSA]));

fn bearer<const N: usize>(algorithms: [Algorithm; N]) -> Bearer {
    let keys = algorithms.map(|algorithm| {
        let key = SigningKey::generate(algorithm).unwrap();
        key.with_id(algorithm.as_str()).unwrap().verifying_key()
    });
    let verifier = Verifier::builder(KeySet::new(keys).unwrap(), algorithms)
        .issuer("https://issuer.example")
        .audience("https://api.example")
        .build();
    Bearer::new(verifier.unwrap())
}

fuzz_target!(|token: &str| {
    for bearer in [&*HMAC, &*SIGNED] {
        assert!(verify_jws(token, &bearer.verifier().keys().keys()).is_err());
        assert!(bearer.principal(token).is_err());
    }
});
