//! Bearer JWT authentication for any tower service: strict verification, signing, keys.

mod algorithm;
mod base64url;
mod error;
mod json;
mod key;

pub use crate::algorithm::Algorithm;
pub use crate::algorithm::UnknownAlgorithm;
pub use crate::error::TokenError;
pub use crate::key::HmacKey;
pub use crate::key::KeyError;
pub use crate::key::KeySet;
pub use crate::key::SigningKey;
pub use crate::key::SkippedKey;
pub use crate::key::VerifyingKey;
