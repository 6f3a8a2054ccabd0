use std::sync::{Arc, LazyLock};
use std::time::{Duration, SystemTime};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use bartizan_jwt::{
    Algorithm, Claims, HmacKey, SigningKey, TokenError, TokenSigner, Verifier, VerifierBuilder,
    sign_jws,
};
use bartizan_secret::{SecretBytes, SecretString};
use bartizan_testkit::FakeClock;
use serde_json::{Value, json};

pub(crate) const ISSUER: &str = "https://id.example";
pub(crate) const AUDIENCE: &str = "https://api.example";
pub(crate) const NOW: u64 = 1_800_000_000;

pub(crate) fn clock() -> FakeClock {
    FakeClock::at_unix(NOW)
}

pub(crate) fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// The key pair of [`es256`], to sign what no signer of the crate would.
fn pair() -> &'static EcdsaKeyPair {
    static PAIR: LazyLock<EcdsaKeyPair> =
        LazyLock::new(|| EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap());
    &PAIR
}

/// A key that the whole run shares.
pub(crate) fn es256() -> Arc<SigningKey> {
    static KEY: LazyLock<Arc<SigningKey>> = LazyLock::new(|| {
        let pkcs8 = pair().to_pkcs8v1().unwrap();
        let pem = SecretString::from(pem("PRIVATE KEY", pkcs8.as_ref()));
        Arc::new(SigningKey::from_pem(Algorithm::ES256, &pem).unwrap())
    });
    Arc::clone(&KEY)
}

pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    let body = base64_simd::STANDARD.encode_to_string(der);
    format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
}

pub(crate) fn rs256() -> Arc<SigningKey> {
    static KEY: LazyLock<Arc<SigningKey>> =
        LazyLock::new(|| Arc::new(SigningKey::generate(Algorithm::RS256).unwrap()));
    Arc::clone(&KEY)
}

pub(crate) fn secret() -> SecretBytes {
    SecretBytes::from((1..=64).collect::<Vec<u8>>())
}

pub(crate) fn hs256() -> SigningKey {
    HmacKey::new(Algorithm::HS256, &secret()).unwrap().into()
}

/// A verifier of what [`es256`] signs, at [`NOW`].
pub(crate) fn builder() -> VerifierBuilder {
    Verifier::builder(es256().verifying_key(), [Algorithm::ES256])
        .issuer(ISSUER)
        .audience(AUDIENCE)
        .clock(clock())
}

pub(crate) fn verifier() -> Verifier {
    builder().build().unwrap()
}

pub(crate) fn signer() -> TokenSigner {
    TokenSigner::new(es256(), ISSUER)
        .audience(AUDIENCE)
        .clock(clock())
}

/// A token that [`verifier`] takes.
pub(crate) fn token() -> String {
    signer().sign(Claims::new("alice", ())).unwrap()
}

/// Claims that [`verifier`] takes.
pub(crate) fn claims() -> Value {
    json!({ "iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "exp": NOW + 60 })
}

/// [`claims`] with one member set, or left out if it is `null`.
pub(crate) fn claims_with(name: &str, value: &Value) -> Value {
    let mut claims = claims();
    match value {
        Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
        value => claims[name] = value.clone(),
    }
    claims
}

/// Signs any payload, be it claims or not.
pub(crate) fn sign(payload: impl AsRef<[u8]>) -> String {
    sign_jws(&es256(), payload.as_ref()).unwrap()
}

/// Signs any header and any payload with [`es256`].
pub(crate) fn forge(header: &str, payload: impl AsRef<[u8]>) -> String {
    sign_segments(&format!(
        "{}.{}",
        encode(header.as_bytes()),
        encode(payload.as_ref())
    ))
}

/// Signs whatever stands before the last dot with [`es256`].
pub(crate) fn sign_segments(signed: &str) -> String {
    let signature = pair()
        .sign(&SystemRandom::new(), signed.as_bytes())
        .unwrap();
    format!("{signed}.{}", encode(signature.as_ref()))
}

pub(crate) fn encode(bytes: &[u8]) -> String {
    base64_simd::URL_SAFE_NO_PAD.encode_to_string(bytes)
}

pub(crate) fn judge(payload: impl AsRef<[u8]>) -> Result<Claims, TokenError> {
    verifier().verify(&sign(payload))
}
