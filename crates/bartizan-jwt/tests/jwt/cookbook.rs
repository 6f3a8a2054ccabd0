//! The JOSE cookbook: RFC 7520, and the vectors of RFC 8037 and RFC 7515.

use bartizan_jwt::{Algorithm, KeyError, KeySet, SigningKey, VerifyingKey, sign_jws, verify_jws};
use bartizan_secret::SecretString;
use serde_json::Value;

use crate::corpora;

fn signing(jwk: &Value, algorithm: &str) -> SigningKey {
    let jwk = SecretString::from(jwk.to_string());
    SigningKey::from_jwk_as(algorithm.parse().unwrap(), &jwk).unwrap()
}

#[test]
fn every_compact_form_verifies() {
    for (file, reproducible) in [
        ("jws/4_1.rsa_v15_signature.json", true),
        ("jws/4_2.rsa-pss_signature.json", false),
        ("jws/4_3.ecdsa_signature.json", false),
        ("jws/4_4.hmac-sha2_integrity_protection.json", true),
        ("curve25519/jws.json", true),
    ] {
        let Some(example) = corpora::load(&format!("jose-cookbook/{file}")) else {
            return;
        };
        let (input, output) = (&example["input"], &example["output"]);
        let key = signing(&input["key"], input["alg"].as_str().unwrap());
        let payload = input["payload"].as_str().unwrap().as_bytes();
        let token = output["compact"].as_str().unwrap();
        let keys = KeySet::from(key.verifying_key());

        assert_eq!(verify_jws(token, &keys).unwrap(), payload, "{file}");
        assert!(
            verify_jws(&output["json"].to_string(), &keys).is_err(),
            "{file}"
        );
        let again = sign_jws(&key, payload).unwrap();
        assert_eq!(verify_jws(&again, &keys).unwrap(), payload);
        if reproducible {
            let signature = |token: &str| token.rsplit_once('.').unwrap().1.to_owned();
            let same_header = again.split('.').next() == token.split('.').next();
            assert_eq!(signature(&again) == signature(token), same_header, "{file}");
        }
    }
}

#[test]
fn a_detached_payload_is_not_taken_for_an_empty_one() {
    let file = "jose-cookbook/jws/4_5.signature_with_detached_content.json";
    let Some(example) = corpora::load(file) else {
        return;
    };
    let keys = KeySet::from(signing(&example["input"]["key"], "HS256").verifying_key());
    assert!(verify_jws(example["output"]["compact"].as_str().unwrap(), &keys).is_err());
}

#[test]
fn every_key_is_read_for_what_it_is() {
    let load = |name: &str| corpora::load(&format!("jose-cookbook/jwk/{name}.json"));
    let Some(ec) = load("3_1.ec_public_key") else {
        return;
    };
    assert!(VerifyingKey::from_jwk(&ec.to_string()).is_ok());
    let rsa = load("3_3.rsa_public_key").unwrap().to_string();
    assert!(VerifyingKey::from_jwk_as(Algorithm::PS384, &rsa).is_ok());
    assert_eq!(
        VerifyingKey::from_jwk(&rsa).err(),
        Some(KeyError::Algorithm)
    );
    for (name, algorithm) in [
        ("3_2.ec_private_key", "ES512"),
        ("3_4.rsa_private_key", "RS256"),
        ("3_5.symmetric_key_mac_computation", "HS256"),
    ] {
        let jwk = load(name).unwrap();
        assert!(signing(&jwk, algorithm).id().is_some(), "{name}");
    }
    let encryption = load("3_6.symmetric_key_encryption").unwrap().to_string();
    assert_eq!(
        VerifyingKey::from_jwk(&encryption).err(),
        Some(KeyError::Use)
    );
}

#[test]
fn keys_on_other_curves_are_of_an_unsupported_type() {
    let Some(file) = corpora::load("jose-cookbook/rfc7515_7517_constants.json") else {
        return;
    };
    for set in ["PublicKeys_secp256k1", "PublicKeys_brainpool"] {
        for jwk in file["constants"][set]["keys"].as_array().unwrap() {
            assert_eq!(
                VerifyingKey::from_jwk(&jwk.to_string()).err(),
                Some(KeyError::Kind)
            );
        }
    }
}
