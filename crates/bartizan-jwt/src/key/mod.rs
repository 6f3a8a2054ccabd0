mod der;
mod error;
mod hmac;
mod id;
mod jwk;
mod pem;
mod public;
mod roca;
mod set;
mod signing;
mod verifying;

pub use self::error::KeyError;
pub use self::hmac::HmacKey;
pub use self::set::KeySet;
pub use self::set::SkippedKey;
pub use self::signing::SigningKey;
pub use self::verifying::VerifyingKey;
