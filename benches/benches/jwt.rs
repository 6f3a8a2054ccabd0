//! What it takes to verify a token: beside `jsonwebtoken::decode`, and beside the
//! signature check alone with a key that was parsed beforehand.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]
#![expect(
    clippy::expect_used,
    clippy::unreachable,
    reason = "a benchmark that goes wrong has to stop"
)]

use std::num::NonZeroUsize;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::hmac;
use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
};
use bartizan_jwt::{Algorithm, Bearer, Claims, HmacKey, SigningKey, TokenSigner, Verifier};
use bartizan_secret::SecretBytes;
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use benches::{Race, Row, allocations, report};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{DecodingKey, Validation, decode};
use serde::Deserialize;

const ROUNDS: usize = 61;
const ISSUER: &str = "https://id.example.com/";
const AUDIENCE: &str = "https://api.example.com";
const SECRET: &[u8; 32] = b"a secret of two and thirty bytes";

/// What both libraries read: 1 token, 10 claims.
#[derive(Deserialize)]
#[expect(dead_code, reason = "read by the peer, as its users would")]
struct PeerClaims {
    iss: String,
    sub: String,
    aud: String,
    exp: u64,
    nbf: u64,
    iat: u64,
    jti: String,
    scope: String,
    roles: Vec<String>,
}

struct Subject {
    algorithm: Algorithm,
    /// The limits of verifying: by the peer's time, and by the primitive's.
    limits: (f64, Option<f64>),
    token: String,
    verifier: Verifier,
    bearer: Bearer,
    cached: Bearer,
    peer_key: DecodingKey,
    peer_rules: Validation,
    primitive: Primitive,
}

enum Primitive {
    Hmac(Box<hmac::Key>),
    Public(ParsedPublicKey),
}

fn main() {
    let mut rows = Vec::new();
    for (algorithm, limits) in [
        (Algorithm::HS256, (0.4, None)),
        (Algorithm::RS256, (0.8, Some(1.1))),
        (Algorithm::ES256, (1.0, Some(1.05))),
        (Algorithm::EdDSA, (1.0, Some(1.05))),
    ] {
        Subject::new(algorithm, limits).run(&mut rows);
    }
    report("jwt", &rows);
}

impl Subject {
    fn new(algorithm: Algorithm, limits: (f64, Option<f64>)) -> Self {
        let key = if algorithm.is_symmetric() {
            let secret = SecretBytes::from(&SECRET[..]);
            HmacKey::new(algorithm, &secret)
                .expect("long enough")
                .into()
        } else {
            SigningKey::generate(algorithm).expect("random bytes")
        };
        let key = key.with_id("2026-01").expect("short");
        let verifying = key.verifying_key();
        let verifier = || {
            Verifier::<()>::builder(verifying.clone(), [algorithm])
                .issuer(ISSUER)
                .audience(AUDIENCE)
                .build()
                .expect("complete")
        };
        let capacity = NonZeroUsize::new(1024).expect("not zero");
        let jwk = verifying.to_jwk();
        let peer_key = match &jwk {
            None => DecodingKey::from_secret(SECRET),
            Some(jwk) => {
                let jwk: Jwk = serde_json::from_value(jwk.clone()).expect("a JWK");
                DecodingKey::from_jwk(&jwk).expect("a key")
            }
        };
        let mut peer_rules = Validation::new(algorithm.as_str().parse().expect("known"));
        peer_rules.set_issuer(&[ISSUER]);
        peer_rules.set_audience(&[AUDIENCE]);
        peer_rules.set_required_spec_claims(&["exp", "iss", "aud"]);
        peer_rules.validate_nbf = true;
        Self {
            algorithm,
            limits,
            token: token(key),
            bearer: Bearer::new(verifier()),
            cached: Bearer::new(verifier()).cache(capacity),
            verifier: verifier(),
            peer_key,
            peer_rules,
            primitive: Primitive::new(algorithm, jwk.as_ref()),
        }
    }

    fn run(&self, rows: &mut Vec<Row>) {
        let Self {
            algorithm, token, ..
        } = self;
        let (signed, signature) = token.rsplit_once('.').expect("three parts");
        let signature = decoded(signature);
        let peer = || decode::<PeerClaims>(token, &self.peer_key, &self.peer_rules).expect("valid");
        let raw = || self.primitive.verify(signed.as_bytes(), &signature);
        let verify = || self.verifier.verify(token).expect("valid");
        let bearer = || self.bearer.principal(token).expect("valid");
        let cached = || self.cached.principal(token).expect("valid");

        let (by_peer, by_primitive) = self.limits;
        println!("\n{algorithm}: a token of {} bytes", token.len());
        let with_peer = Race::new()
            .variant("jsonwebtoken::decode", peer)
            .variant("Verifier::verify", verify)
            .variant("Bearer::principal", bearer)
            .variant("Bearer::principal, from the cache", cached)
            .print(
                &format!("{algorithm} against the peer (limit {by_peer}, cache 0.01 of RS256)"),
                ROUNDS,
            );
        let limit = by_primitive.map_or_else(|| "none".to_owned(), |limit| limit.to_string());
        let with_primitive = Race::new()
            .variant("the signature alone", raw)
            .variant("Verifier::verify", verify)
            .print(
                &format!("{algorithm} against the primitive (limit {limit})"),
                ROUNDS,
            );
        println!(
            "Allocations: decode {}, verify {} (limit 10), principal {}, cached {}",
            allocations(|| drop(peer())),
            allocations(|| drop(verify())),
            allocations(|| drop(bearer())),
            allocations(|| drop(cached())),
        );

        let row = |what: &str, variant| {
            let name = format!("{algorithm} token, {what}");
            let row = with_peer.row(name, variant, "jsonwebtoken::decode");
            row.peer_name("jsonwebtoken 11.1")
                .peer_allocations(allocations(|| drop(peer())))
        };
        let verified = row("verified", "Verifier::verify");
        let verified = verified.allocations(allocations(|| drop(verify())));
        rows.push(verified.at_most(by_peer).drawn());
        let known = row("from the cache", "Bearer::principal, from the cache");
        let known = known.allocations(allocations(|| drop(cached())));
        rows.push(match algorithm {
            Algorithm::HS256 => known.drawn(),
            Algorithm::RS256 => known.at_most(0.01),
            _ => known,
        });
        if let Some(limit) = by_primitive {
            let name = format!("{algorithm} token, verified, beside its signature");
            let row = with_primitive.row(name, "Verifier::verify", "the signature alone");
            rows.push(row.peer_name("the signature alone").at_most(limit));
        }
    }
}

impl Primitive {
    fn new(algorithm: Algorithm, jwk: Option<&serde_json::Value>) -> Self {
        let Some(jwk) = jwk else {
            return Self::Hmac(Box::new(hmac::Key::new(hmac::HMAC_SHA256, SECRET)));
        };
        let number = |name| decoded(jwk.get(name).and_then(|n| n.as_str()).expect("a number"));
        let key = match algorithm {
            Algorithm::ES256 => {
                let point = [vec![4], number("x"), number("y")].concat();
                ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
            }
            Algorithm::EdDSA => ParsedPublicKey::new(&ED25519, number("x")),
            Algorithm::RS256 => {
                let (n, e) = (number("n"), number("e"));
                PublicKeyComponents { n, e }.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)
            }
            other => unreachable!("{other} is not measured"),
        };
        Self::Public(key.expect("a key"))
    }

    fn verify(&self, message: &[u8], signature: &[u8]) {
        match self {
            Self::Hmac(key) => hmac::verify(key, message, signature),
            Self::Public(key) => key.verify_sig(message, signature),
        }
        .expect("valid");
    }
}

/// The claims of a usual access token: 10 of them, in about 270 bytes.
fn token(key: SigningKey) -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970");
    let mut claims = Claims::new("user-1234567890", ())
        .with_scope("items:read items:write")
        .with_roles(["admin", "editor"]);
    claims.not_before = Some(UNIX_EPOCH + Duration::from_secs(now.as_secs()));
    claims.id = Some("0f8fad5b-d9cb-469f-a165-70867728950e".to_owned());
    TokenSigner::new(key, ISSUER)
        .audience(AUDIENCE)
        .lifetime(Duration::from_secs(24 * 3600))
        .sign(claims)
        .expect("claims")
}

fn decoded(text: &str) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD.decode(text).expect("base64url")
}
