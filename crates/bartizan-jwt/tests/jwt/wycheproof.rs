use aws_lc_rs::hmac;
use bartizan_jwt::{KeyError, KeySet, VerifyingKey, verify_jws};
use serde_json::Value;

use crate::corpora;
use crate::support::{encode, hs256, secret};

/// What to make of a label that is not to be followed literally.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Ruling {
    /// The label and the token contradict another test: either answer is right.
    Either,
    /// Labelled valid, though its bytes are outside of the base64url alphabet.
    Refuse,
    /// Labelled invalid, though it is byte for byte a valid token.
    Skip,
}

fn ruling(id: u64) -> Option<Ruling> {
    match id {
        346 | 347 | 350 | 351 => Some(Ruling::Either),
        372 | 373 => Some(Ruling::Refuse),
        367 | 370 => Some(Ruling::Skip),
        _ => None,
    }
}

#[test]
fn signatures_come_out_as_labelled() {
    let Some(vectors) = corpora::load("wycheproof/json_web_signature_test.json") else {
        return;
    };
    let (mut followed, mut weak) = (0, 0);
    for (keys, test) in tests(&vectors) {
        let id = test["tcId"].as_u64().unwrap();
        let accepted = match keys {
            Err(KeyError::Weak) => {
                weak += 1;
                accepts(
                    &Ok(hs256().verifying_key().into()),
                    &signed_again(&test["jws"]),
                )
            }
            keys => accepts(&keys, &test["jws"]),
        };
        match ruling(id) {
            None => {
                assert_eq!(
                    accepted,
                    test["result"] == "valid",
                    "test {id}: {}",
                    test["comment"]
                );
                followed += 1;
            }
            Some(Ruling::Refuse) => assert!(!accepted, "test {id}"),
            Some(Ruling::Either | Ruling::Skip) => {}
        }
    }
    assert_eq!((followed, weak), (393, 21));
}

#[test]
fn keys_come_out_as_labelled() {
    for (file, expected) in [
        ("wycheproof/json_web_key_test.json", 26),
        ("wycheproof/json_web_crypto_test.json", 49),
    ] {
        let Some(vectors) = corpora::load(file) else {
            return;
        };
        let mut followed = 0;
        for (keys, test) in tests(&vectors) {
            // The rest are encrypted tokens, which this crate does not read.
            let Some(jws) = test.get("jws") else { continue };
            let valid = test["result"] == "valid";
            assert_eq!(accepts(&keys, jws), valid, "{file}, test {}", test["tcId"]);
            followed += 1;
        }
        assert_eq!(followed, expected, "{file}");
    }
}

/// Encrypted tokens have five parts: none of them passes for a signed one.
#[test]
fn jwt_18_no_encrypted_token_verifies() {
    let Some(vectors) = corpora::load("wycheproof/json_web_encryption_test.json") else {
        return;
    };
    let key = crate::support::es256().verifying_key();
    for (_, test) in tests(&vectors) {
        if let Some(jwe) = test["jwe"].as_str() {
            assert!(
                verify_jws(jwe, &key.clone().into()).is_err(),
                "{}",
                test["tcId"]
            );
        }
    }
}

/// One key of the vectors is all zeros, which this crate takes for no secret: what
/// is signed with it, rightly, is signed with [`hs256`] instead.
fn signed_again(jws: &Value) -> Value {
    let Some((signed, tag)) = jws.as_str().and_then(|jws| jws.rsplit_once('.')) else {
        return jws.clone();
    };
    let sign = |key: &[u8]| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, key);
        encode(hmac::sign(&key, signed.as_bytes()).as_ref())
    };
    if tag != sign(&[0; 32]) {
        return jws.clone();
    }
    format!("{signed}.{}", sign(secret().expose_secret())).into()
}

fn tests(vectors: &Value) -> impl Iterator<Item = (Result<KeySet, KeyError>, &Value)> {
    let groups = vectors["testGroups"].as_array().unwrap().iter();
    groups.flat_map(|group| {
        let jwk = group.get("public").unwrap_or(&group["private"]);
        let tests = group["tests"].as_array().unwrap().iter();
        tests.map(move |test| (keys(jwk), test))
    })
}

fn keys(jwk: &Value) -> Result<KeySet, KeyError> {
    if jwk.get("keys").is_some() {
        KeySet::from_jwks(&jwk.to_string())
    } else {
        VerifyingKey::from_jwk(&jwk.to_string()).map(KeySet::from)
    }
}

fn accepts(keys: &Result<KeySet, KeyError>, jws: &Value) -> bool {
    let jws = jws.as_str().map_or_else(|| jws.to_string(), str::to_owned);
    keys.as_ref()
        .is_ok_and(|keys| verify_jws(&jws, keys).is_ok())
}
