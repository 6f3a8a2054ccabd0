use bartizan_jwt::{Algorithm, HmacKey, KeyError, SigningKey, VerifyingKey, sign_jws, verify_jws};
use bartizan_secret::{SecretBytes, SecretString};
use serde_json::{Value, json};

use crate::support::{encode, es256, pem, rs256};

/// Made with openssl, one of each kind: what people have on disk.
const FILES: [(Algorithm, &str, &str); 7] = [
    (
        Algorithm::RS256,
        include_str!("pem/rsa.pkcs8.pem"),
        include_str!("pem/rsa.spki.pem"),
    ),
    (
        Algorithm::PS384,
        include_str!("pem/rsa.pkcs1.pem"),
        include_str!("pem/rsa.pkcs1.pub.pem"),
    ),
    (
        Algorithm::RS512,
        include_str!("pem/rsa.pkcs8.pem"),
        include_str!("pem/rsa.cert.pem"),
    ),
    (
        Algorithm::ES256,
        include_str!("pem/p256.sec1.pem"),
        include_str!("pem/p256.spki.pem"),
    ),
    (
        Algorithm::ES384,
        include_str!("pem/p384.pkcs8.pem"),
        include_str!("pem/p384.spki.pem"),
    ),
    (
        Algorithm::ES512,
        include_str!("pem/p521.pkcs8.pem"),
        include_str!("pem/p521.spki.pem"),
    ),
    (
        Algorithm::EdDSA,
        include_str!("pem/ed25519.pkcs8.pem"),
        include_str!("pem/ed25519.spki.pem"),
    ),
];

#[test]
fn keys_are_read_from_the_files_that_openssl_writes() {
    for (algorithm, private, public) in FILES {
        let signing = SigningKey::from_pem(algorithm, &SecretString::from(private)).unwrap();
        let verifying = VerifyingKey::from_pem(algorithm, public).unwrap();
        let token = sign_jws(&signing, b"payload").unwrap();

        assert_eq!(
            verify_jws(&token, &verifying.clone().into()).unwrap(),
            b"payload"
        );
        assert_eq!(
            signing.verifying_key().thumbprint(),
            verifying.thumbprint(),
            "{algorithm}"
        );
    }
}

#[test]
fn jwt_2_a_file_is_read_for_its_own_algorithm_only() {
    let all = [
        Algorithm::ES256,
        Algorithm::ES384,
        Algorithm::ES512,
        Algorithm::EdDSA,
        Algorithm::HS256,
        Algorithm::HS512,
        Algorithm::PS256,
        Algorithm::RS256,
    ];
    for (own, private, public) in FILES {
        for other in all {
            let rsa = |one: Algorithm| ["RS", "PS"].contains(&&one.as_str()[..2]);
            let fits = own == other || (rsa(own) && rsa(other));
            let expected = (!fits).then_some(KeyError::Algorithm);
            assert_eq!(
                VerifyingKey::from_pem(other, public).err(),
                expected,
                "{own} {other}"
            );
            let private = SigningKey::from_pem(other, &SecretString::from(private)).err();
            // A SEC1 key does not say what it is before its curve.
            assert_eq!(private.is_some(), !fits, "{own} {other}");
        }
    }
}

#[test]
fn a_private_key_is_no_public_key_and_the_other_way_round() {
    for (algorithm, private, public) in FILES {
        assert_eq!(
            VerifyingKey::from_pem(algorithm, private).err(),
            Some(KeyError::Private)
        );
        let public = SigningKey::from_pem(algorithm, &SecretString::from(public));
        assert_eq!(public.err(), Some(KeyError::Kind));
    }
}

#[test]
fn encrypted_keys_are_told_apart() {
    for file in [
        include_str!("pem/rsa.encrypted.pem"),
        include_str!("pem/rsa.encrypted.pkcs1.pem"),
    ] {
        let key = SigningKey::from_pem(Algorithm::RS256, &SecretString::from(file));
        assert_eq!(key.err(), Some(KeyError::Encrypted));
    }
}

#[test]
fn rsa_keys_that_are_too_small_are_refused() {
    let small = include_str!("pem/rsa1024.pkcs8.pem");
    let public = include_str!("pem/rsa1024.spki.pem");

    let private = SigningKey::from_pem(Algorithm::RS256, &SecretString::from(small));
    assert_eq!(private.err(), Some(KeyError::Size));
    let mut jwk = rs256().verifying_key().to_jwk().unwrap();
    jwk["n"] = json!(encode(&[0xff; 128]));
    for private in ["d", "p", "q", "dp", "dq", "qi"] {
        jwk[private] = json!("AQ");
    }
    let private = SigningKey::from_jwk(&SecretString::from(jwk.to_string()));
    assert_eq!(private.err(), Some(KeyError::Size));
    assert_eq!(
        VerifyingKey::from_pem(Algorithm::RS256, public).err(),
        Some(KeyError::Size)
    );
}

#[test]
fn keys_that_are_no_signature_keys_are_refused() {
    let x25519 = include_str!("pem/x25519.spki.pem");
    let secp256k1 = include_str!("pem/secp256k1.spki.pem");
    for file in [x25519, secp256k1] {
        assert_eq!(
            VerifyingKey::from_pem(Algorithm::ES256, file).err(),
            Some(KeyError::Kind)
        );
        assert_eq!(
            VerifyingKey::from_pem(Algorithm::EdDSA, file).err(),
            Some(KeyError::Kind)
        );
    }
    let compressed = include_str!("pem/p256.compressed.pem");
    assert_eq!(
        VerifyingKey::from_pem(Algorithm::ES256, compressed).err(),
        Some(KeyError::Encoding)
    );
    for text in [
        "",
        "key",
        &pem("PUBLIC KEY", b""),
        &pem("PUBLIC KEY", b"\x30\x00"),
    ] {
        assert_eq!(
            VerifyingKey::from_pem(Algorithm::ES256, text).err(),
            Some(KeyError::Encoding)
        );
    }
}

#[test]
fn jwt_5_a_public_key_in_a_file_is_read_for_no_hmac() {
    for (_, _, public) in FILES {
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let key = VerifyingKey::from_pem(algorithm, public);
            assert_eq!(key.err(), Some(KeyError::Algorithm));
            let secret = HmacKey::new(algorithm, &SecretBytes::from(public.as_bytes()));
            assert_eq!(secret.err(), Some(KeyError::PublicAsSecret));
        }
    }
}

#[test]
fn jwt_6_hmac_secrets_are_as_long_as_the_hash() {
    for (algorithm, len) in [
        (Algorithm::HS256, 32),
        (Algorithm::HS384, 48),
        (Algorithm::HS512, 64),
    ] {
        let key = |len: usize| {
            let secret: Vec<u8> = (0..=u8::MAX).cycle().take(len).collect();
            HmacKey::new(algorithm, &SecretBytes::from(secret))
        };
        assert_eq!(key(0).err(), Some(KeyError::Size));
        assert_eq!(key(len - 1).err(), Some(KeyError::Size));
        assert!(key(len).is_ok());
        assert!(key(1_000).is_ok());
    }
    let key = HmacKey::new(Algorithm::ES256, &SecretBytes::from(vec![7; 64]));
    assert_eq!(key.err(), Some(KeyError::Algorithm));
    assert_eq!(
        HmacKey::generate(Algorithm::RS256).err(),
        Some(KeyError::Algorithm)
    );
}

#[test]
fn jwt_6_hmac_secrets_that_are_not_random_are_refused() {
    for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
        let key = |secret: &[u8]| HmacKey::new(algorithm, &SecretBytes::from(secret));
        for weak in ["\0", "a", "01", "secret", "password", "changeme"] {
            let weak = weak.repeat(100);
            assert_eq!(key(weak.as_bytes()).err(), Some(KeyError::Weak), "{weak}");
        }
        assert_eq!(key(&b"abcdefg".repeat(20)).err(), Some(KeyError::Weak));
        assert!(key(&b"abcdefgh".repeat(20)).is_ok());
    }
    let jwk = json!({ "kty": "oct", "alg": "HS256", "k": "A".repeat(43) }).to_string();
    assert_eq!(VerifyingKey::from_jwk(&jwk).err(), Some(KeyError::Weak));
    let signing = SigningKey::from_jwk(&SecretString::from(jwk));
    assert_eq!(signing.err(), Some(KeyError::Weak));
}

fn with(jwk: &Value, name: &str, value: Value) -> String {
    let mut jwk = jwk.clone();
    jwk[name] = value;
    jwk.to_string()
}

#[test]
fn a_jwk_is_refused_for_each_thing_wrong_with_it() {
    let ec = es256().verifying_key().to_jwk().unwrap();
    let rsa = rs256().verifying_key().to_jwk().unwrap();
    assert!(VerifyingKey::from_jwk(&ec.to_string()).is_ok());
    assert!(VerifyingKey::from_jwk(&rsa.to_string()).is_ok());
    let text = |jwk: &Value, name: &str| jwk[name].as_str().unwrap().to_owned();
    let doubled = ec.to_string().replacen('{', "{\"kty\":\"EC\",", 1);

    for (jwk, error) in [
        (doubled, KeyError::Encoding),
        (with(&ec, "x", json!("")), KeyError::Encoding),
        (
            with(&ec, "x", json!(text(&ec, "x") + "AA")),
            KeyError::Encoding,
        ),
        (
            with(&ec, "x", json!(text(&ec, "x") + "=")),
            KeyError::Encoding,
        ),
        (with(&ec, "x", json!(1)), KeyError::Encoding),
        (with(&ec, "x", Value::Null), KeyError::Encoding),
        (with(&ec, "x", json!(text(&ec, "y"))), KeyError::Invalid),
        (with(&ec, "crv", json!("P-192")), KeyError::Kind),
        (with(&ec, "crv", json!("p-256")), KeyError::Kind),
        (with(&ec, "crv", json!("P-384")), KeyError::Encoding),
        (with(&ec, "kty", json!("ec")), KeyError::Kind),
        (with(&ec, "kty", json!("RSA")), KeyError::Kind),
        (with(&ec, "alg", json!("ES384")), KeyError::Algorithm),
        (with(&ec, "alg", json!("HS256")), KeyError::Algorithm),
        (with(&ec, "alg", json!("none")), KeyError::Algorithm),
        (with(&ec, "alg", json!("ECDH-ES")), KeyError::Algorithm),
        (with(&ec, "use", json!("enc")), KeyError::Use),
        (with(&ec, "use", json!("SIG")), KeyError::Use),
        (with(&ec, "key_ops", json!([])), KeyError::Use),
        (
            with(&ec, "key_ops", json!(["sign", "encrypt"])),
            KeyError::Use,
        ),
        (with(&ec, "key_ops", json!("verify")), KeyError::Encoding),
        (with(&ec, "kid", json!("")), KeyError::Id),
        (with(&ec, "kid", json!("k".repeat(257))), KeyError::Id),
        (with(&ec, "kid", json!(7)), KeyError::Encoding),
        (with(&ec, "d", json!("AA")), KeyError::Private),
        (with(&ec, "k", json!("AA")), KeyError::Private),
        (with(&rsa, "d", json!("AA")), KeyError::Private),
        (with(&rsa, "e", json!("AQ")), KeyError::Invalid),
        (with(&rsa, "e", json!("Ag")), KeyError::Invalid),
        (with(&rsa, "e", json!("")), KeyError::Invalid),
        (with(&rsa, "e", json!("AwAAAAE")), KeyError::Invalid),
        (with(&rsa, "n", json!("AQAB")), KeyError::Size),
        (with(&rsa, "n", json!("_".repeat(1_400))), KeyError::Size),
        (with(&rsa, "alg", json!("ES256")), KeyError::Algorithm),
        (with(&rsa, "alg", json!("RSA-OAEP")), KeyError::Algorithm),
        (
            json!({ "kty": "oct", "alg": "HS256", "k": "AAAA" }).to_string(),
            KeyError::Size,
        ),
        (
            json!({ "kty": "oct", "alg": "A256GCM", "k": "A".repeat(43) }).to_string(),
            KeyError::Algorithm,
        ),
        (
            json!({ "kty": "oct", "k": "A".repeat(86) }).to_string(),
            KeyError::Algorithm,
        ),
    ] {
        assert_eq!(VerifyingKey::from_jwk(&jwk).err(), Some(error), "{jwk}");
    }
}

#[test]
fn jwt_6_even_moduli_are_refused() {
    let rsa = rs256().verifying_key().to_jwk().unwrap();
    let n = base64_simd::URL_SAFE_NO_PAD
        .decode_to_vec(rsa["n"].as_str().unwrap())
        .unwrap();
    let even = [&n[..n.len() - 1], &[n[n.len() - 1] & !1]].concat();
    let jwk = with(&rsa, "n", json!(encode(&even)));

    assert_eq!(VerifyingKey::from_jwk(&jwk).err(), Some(KeyError::Invalid));
}

#[test]
fn a_jwk_without_algorithm_is_read_for_the_one_that_is_asked_for() {
    let mut rsa = rs256().verifying_key().to_jwk().unwrap();
    rsa.as_object_mut().unwrap().remove("alg");
    let rsa = rsa.to_string();

    assert_eq!(
        VerifyingKey::from_jwk(&rsa).err(),
        Some(KeyError::Algorithm)
    );
    let key = VerifyingKey::from_jwk_as(Algorithm::PS512, &rsa).unwrap();
    assert_eq!(key.algorithm(), Algorithm::PS512);
    let key = VerifyingKey::from_jwk_as(Algorithm::ES256, &rsa);
    assert_eq!(key.err(), Some(KeyError::Algorithm));

    let with_algorithm = rs256().verifying_key().to_jwk().unwrap().to_string();
    let key = VerifyingKey::from_jwk_as(Algorithm::PS256, &with_algorithm);
    assert_eq!(key.err(), Some(KeyError::Algorithm));
}

#[test]
fn a_public_jwk_does_not_sign() {
    let jwk = SecretString::from(es256().verifying_key().to_jwk().unwrap().to_string());
    assert_eq!(SigningKey::from_jwk(&jwk).err(), Some(KeyError::Kind));
}

#[test]
fn debug_shows_neither_secret_nor_number() {
    let key = es256().verifying_key().with_id("one").unwrap();
    let jwk = key.to_jwk().unwrap();

    assert_eq!(
        format!("{key:?}"),
        "VerifyingKey { algorithm: ES256, id: Some(\"one\"), .. }"
    );
    assert_eq!(
        format!("{:?}", es256()),
        "SigningKey { algorithm: ES256, id: None, .. }"
    );
    assert!(!format!("{key:?}").contains(jwk["x"].as_str().unwrap()));
}
