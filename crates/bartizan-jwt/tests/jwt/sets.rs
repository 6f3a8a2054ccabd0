use bartizan_jwt::{
    Algorithm, HmacKey, KeyError, KeySet, SharedKeySet, SigningKey, TokenError, VerifyingKey,
    sign_jws, verify_jws,
};
use serde_json::{Value, json};

use crate::support::{es256, rs256};

/// The 32 bytes from 0 on, in base64url.
const SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

fn jwk(key: &SigningKey, id: &str) -> Value {
    key.verifying_key().with_id(id).unwrap().to_jwk().unwrap()
}

fn jwks(keys: impl IntoIterator<Item = Value>) -> String {
    json!({ "keys": keys.into_iter().collect::<Vec<_>>() }).to_string()
}

fn without(mut jwk: Value, name: &str) -> Value {
    jwk.as_object_mut().unwrap().remove(name);
    jwk
}

fn with(mut jwk: Value, name: &str, value: Value) -> Value {
    jwk[name] = value;
    jwk
}

#[test]
fn one_bad_entry_does_not_empty_the_set() {
    let good = jwk(&es256(), "good");
    let set = KeySet::from_jwks(&jwks([
        json!({ "kty": "AKP", "alg": "ML-DSA-44", "pub": "AA" }),
        with(jwk(&es256(), "a"), "use", json!("enc")),
        with(jwk(&es256(), "b"), "alg", json!("ES256K")),
        with(jwk(&es256(), "c"), "y", json!("AA")),
        json!("no key"),
        good,
    ]))
    .unwrap();

    let ids: Vec<_> = set.keys().map(VerifyingKey::id).collect();
    assert_eq!(ids, [Some("good")]);
    let skipped: Vec<_> = set
        .skipped()
        .iter()
        .map(|key| (key.index, key.error))
        .collect();
    assert_eq!(
        skipped,
        [
            (0, KeyError::Algorithm),
            (1, KeyError::Use),
            (2, KeyError::Algorithm),
            (3, KeyError::Encoding),
            (4, KeyError::Encoding),
        ]
    );
    assert_eq!(
        set.skipped()[1].to_string(),
        "key 1: the key is meant for another use"
    );
}

#[test]
fn what_is_not_usable_does_not_refuse_the_keys_that_are() {
    let good = || jwk(&es256(), "a");
    for odd in [
        json!({ "kty": "AKP", "kid": "a" }),
        json!({ "kty": "AKP", "alg": "ML-DSA-44", "pub": "AA", "kid": "a" }),
        with(good(), "y", json!("AA")),
        with(good(), "alg", json!("ES256K")),
        with(good(), "use", json!("enc")),
        json!({ "kty": "oct" }),
        json!({ "kty": "oct", "alg": "HS256", "kid": "a" }),
    ] {
        for keys in [[good(), odd.clone()], [odd.clone(), good()]] {
            let set = KeySet::from_jwks(&jwks(keys)).unwrap();
            let ids: Vec<_> = set.keys().map(VerifyingKey::id).collect();
            assert_eq!((ids, set.skipped().len()), (vec![Some("a")], 1), "{odd}");
        }
    }
}

#[test]
fn a_key_that_is_there_twice_counts_once() {
    let secret = json!({ "kty": "oct", "alg": "HS256", "k": SECRET, "kid": "s" });
    for key in [
        jwk(&es256(), "a"),
        without(jwk(&es256(), "a"), "kid"),
        jwk(&rs256(), "a"),
        secret,
    ] {
        let set = KeySet::from_jwks(&jwks([key.clone(), key])).unwrap();
        assert_eq!((set.keys().len(), set.skipped()), (1, &[][..]));
    }
    // Used with another algorithm, or by another name, it is another key.
    let both = jwks([
        jwk(&rs256(), "a"),
        with(jwk(&rs256(), "a"), "alg", json!("PS256")),
    ]);
    assert_eq!(KeySet::from_jwks(&both).err(), Some(KeyError::DuplicateId));
    let named = jwks([jwk(&rs256(), "a"), jwk(&rs256(), "b")]);
    assert_eq!(KeySet::from_jwks(&named).unwrap().keys().len(), 2);
}

#[test]
fn a_set_that_is_unclear_is_refused() {
    let other = SigningKey::generate(Algorithm::ES256).unwrap();
    let weak = json!({ "kty": "oct", "alg": "HS256", "k": "A".repeat(43), "kid": "s" });
    let secret = json!({ "kty": "oct", "alg": "HS256", "k": SECRET, "kid": "s" });
    let other_secret = with(secret.clone(), "k", json!(SECRET.replace('A', "B")));
    let key = || jwk(&es256(), "one");
    for (keys, error) in [
        (vec![], KeyError::EmptySet),
        (vec![with(key(), "use", json!("enc"))], KeyError::EmptySet),
        (vec![key(), jwk(&other, "one")], KeyError::DuplicateId),
        (vec![key(), jwk(&rs256(), "one")], KeyError::DuplicateId),
        (vec![secret.clone(), other_secret], KeyError::DuplicateId),
        (vec![secret.clone(), weak.clone()], KeyError::DuplicateId),
        (vec![weak.clone(), secret.clone()], KeyError::DuplicateId),
        (vec![secret.clone(), key()], KeyError::Mixed),
        (vec![key(), weak], KeyError::Mixed),
        (vec![key(), with(secret, "k", json!("AA"))], KeyError::Mixed),
        (vec![json!({}); 101], KeyError::TooMany),
    ] {
        assert_eq!(KeySet::from_jwks(&jwks(keys)).err(), Some(error));
    }
    for text in ["", "[]", "{}", "{\"keys\":1}", "{\"keys\":[],\"keys\":[]}"] {
        assert_eq!(
            KeySet::from_jwks(text).err(),
            Some(KeyError::Encoding),
            "{text}"
        );
    }
}

#[test]
fn sets_made_by_hand_follow_the_same_rules() {
    let key = |id: &str| es256().verifying_key().with_id(id).unwrap();
    let secret = VerifyingKey::from(HmacKey::generate(Algorithm::HS256).unwrap());

    assert_eq!(KeySet::new([]).err(), Some(KeyError::EmptySet));
    assert_eq!(KeySet::new([key("a"), key("a")]).unwrap().keys().len(), 1);
    let other = SigningKey::generate(Algorithm::ES256).unwrap();
    let other = other.verifying_key().with_id("a").unwrap();
    assert_eq!(
        KeySet::new([key("a"), other]).err(),
        Some(KeyError::DuplicateId)
    );
    assert_eq!(KeySet::new([key("a"), secret]).err(), Some(KeyError::Mixed));
    let many = (0..=KeySet::MAX_KEYS).map(|n| key(&n.to_string()));
    assert_eq!(KeySet::new(many).err(), Some(KeyError::TooMany));
    assert_eq!(KeySet::new([key("a"), key("b")]).unwrap().keys().len(), 2);
}

#[test]
fn rsa_keys_without_algorithm_are_taken_for_what_is_assumed() {
    let bare = || {
        jwks([
            without(jwk(&rs256(), "r"), "alg"),
            without(jwk(&es256(), "e"), "alg"),
        ])
    };
    let algorithms = |set: KeySet| set.keys().map(VerifyingKey::algorithm).collect::<Vec<_>>();

    let set = KeySet::from_jwks(&bare()).unwrap();
    assert_eq!(algorithms(set), [Algorithm::RS256, Algorithm::ES256]);
    let assumed = [Algorithm::ES256, Algorithm::PS256];
    let set = KeySet::from_jwks_assuming(&assumed, &bare()).unwrap();
    assert_eq!(algorithms(set), [Algorithm::PS256, Algorithm::ES256]);
    let set = KeySet::from_jwks_assuming(&[], &bare()).unwrap();
    assert_eq!(algorithms(set), [Algorithm::ES256]);
}

#[test]
fn jwt_2_the_named_key_and_no_other_verifies() {
    let one = SigningKey::generate(Algorithm::ES256)
        .unwrap()
        .with_id("one")
        .unwrap();
    let two = SigningKey::generate(Algorithm::ES256)
        .unwrap()
        .with_id("two")
        .unwrap();
    let set = KeySet::new([one.verifying_key(), two.verifying_key()]).unwrap();
    let as_two = one.with_id("two").unwrap();

    assert!(verify_jws(&sign_jws(&two, b"x").unwrap(), &set).is_ok());
    let forged = sign_jws(&as_two, b"x").unwrap();
    assert_eq!(verify_jws(&forged, &set), Err(TokenError::Signature));
    let unknown = sign_jws(&two.with_id("three").unwrap(), b"x").unwrap();
    assert_eq!(verify_jws(&unknown, &set), Err(TokenError::Key));
}

#[test]
fn a_published_set_reads_back_without_its_secrets() {
    let secret = HmacKey::generate(Algorithm::HS256).unwrap();
    assert_eq!(
        KeySet::from(VerifyingKey::from(secret)).to_jwks(),
        json!({ "keys": [] })
    );

    let set = KeySet::new([es256().verifying_key(), rs256().verifying_key()]).unwrap();
    let read = KeySet::from_jwks(&set.to_jwks().to_string()).unwrap();
    let thumbprints = |set: &KeySet| set.keys().map(VerifyingKey::thumbprint).collect::<Vec<_>>();
    assert_eq!(thumbprints(&read), thumbprints(&set));
}

#[test]
fn clones_of_a_shared_set_see_its_replacement() {
    let shared = SharedKeySet::from(es256().verifying_key());
    let clone = shared.clone();

    shared.replace(rs256().verifying_key().into());

    let algorithms: Vec<_> = clone.keys().keys().map(VerifyingKey::algorithm).collect();
    assert_eq!(algorithms, [Algorithm::RS256]);
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_without_panic(text: String) {
        let _ = KeySet::from_jwks(&text);
        let _ = VerifyingKey::from_jwk(&text);
    }

    #[test]
    fn any_member_is_read_without_panic(
        kty in "EC|OKP|RSA|oct",
        crv in "P-256|P-384|P-521|Ed25519",
        number in "[A-Za-z0-9_-]{0,90}",
    ) {
        let jwk = json!({
            "kty": kty, "crv": crv, "x": number, "y": number, "n": number, "e": number,
        });
        let _ = VerifyingKey::from_jwk(&jwk.to_string());
    }
}
