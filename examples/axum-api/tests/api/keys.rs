//! A signing key that a test knows.

use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::Ed25519KeyPair;
use bartizan::jwt::{Algorithm, Claims, SigningKey, TokenSigner};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

pub(crate) struct Key {
    pub(crate) pem: String,
    /// The bytes of the key, as they are in the PEM.
    pub(crate) der: Vec<u8>,
}

#[derive(Serialize)]
pub(crate) struct Custom {
    client_id: &'static str,
}

impl Key {
    pub(crate) fn make() -> Self {
        let der = Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new()).unwrap();
        let der = der.as_ref().to_vec();
        let body = STANDARD.encode(&der);
        let lines: Vec<_> = body
            .as_bytes()
            .chunks(64)
            .map(String::from_utf8_lossy)
            .collect();
        let pem = format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            lines.join("\n")
        );
        Self { pem, der }
    }

    /// Signs as the service does.
    pub(crate) fn signer(&self) -> TokenSigner {
        let key = SigningKey::from_pem(Algorithm::EdDSA, &self.pem.as_str().into()).unwrap();
        TokenSigner::new(key, "axum-api")
            .typ("at+jwt")
            .audience("axum-api")
            .lifetime(Duration::from_secs(60))
    }
}

/// The claims of a token that the service takes.
pub(crate) fn claims(subject: &str) -> Claims<Custom> {
    Claims::new(subject, Custom { client_id: "demo" })
}
