//! Bearer JWT authentication for any tower service: strict verification, signing, keys.

mod algorithm;
mod base64url;
mod bearer;
mod claims;
mod error;
mod header;
mod json;
mod jws;
mod key;
mod signer;
mod verifier;

pub use crate::algorithm::{Algorithm, UnknownAlgorithm};
pub use crate::bearer::Bearer;
pub use crate::claims::{ClaimMap, ClaimPath, Claims};
pub use crate::error::TokenError;
pub use crate::jws::{sign_jws, verify_jws};
pub use crate::key::{
    HmacKey, KeyError, KeySet, SharedKeySet, SigningKey, SkippedKey, VerifyingKey,
};
pub use crate::signer::{SignError, TokenSigner};
pub use crate::verifier::{ConfigError, Verifier, VerifierBuilder};
