use std::time::Duration;

use bartizan_jwt::{Algorithm, Claims, HmacKey, SigningKey, TokenSigner};
use bartizan_secret::SecretBytes;

/// The role that `/protected` asks for.
pub const ROLE: &str = "user";

pub(crate) const ISSUER: &str = "https://id.example.com";
pub(crate) const AUDIENCE: &str = "https://api.example.com";
/// Shared with `fastapi/app.py`, and with nothing that matters.
pub(crate) const SECRET: &[u8; 32] = b"known to all who read the bench.";

pub(crate) fn key() -> SigningKey {
    let secret = SecretBytes::from(&SECRET[..]);
    let key = HmacKey::new(Algorithm::HS256, &secret).expect("long enough");
    key.into()
}

/// Signs a token that all servers accept, for a day, of a user with `role`.
///
/// # Panics
///
/// It cannot be signed.
#[must_use]
pub fn token(role: &str) -> String {
    let claims = Claims::new("alice", ()).with_roles([role]);
    TokenSigner::new(key(), ISSUER)
        .audience(AUDIENCE)
        .lifetime(Duration::from_secs(24 * 3600))
        .sign(claims)
        .expect("claims")
}
