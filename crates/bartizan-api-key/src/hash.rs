use std::error::Error;
use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::PepperId;
use crate::hmac::TAG_LEN;

/// What a store keeps of a key: its HMAC-SHA-256, and under which pepper it was
/// made.
///
/// As a text, which a database can keep, it is
/// `hmac-sha256:2026-01:` and 43 characters of base64url.
#[derive(Clone, Eq, PartialEq)]
pub struct KeyHash {
    pepper: PepperId,
    tag: [u8; TAG_LEN],
}

const ALGORITHM: &str = "hmac-sha256";

impl KeyHash {
    pub(crate) const fn new(pepper: PepperId, tag: [u8; TAG_LEN]) -> Self {
        Self { pepper, tag }
    }

    /// Returns the id of the pepper.
    #[must_use]
    pub const fn pepper(&self) -> &PepperId {
        &self.pepper
    }

    pub(crate) const fn tag(&self) -> &[u8; TAG_LEN] {
        &self.tag
    }
}

impl fmt::Display for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tag = URL_SAFE_NO_PAD.encode(self.tag);
        write!(f, "{ALGORITHM}:{}:{tag}", self.pepper)
    }
}

/// Reads what `Display` writes, and no other spelling of it.
impl FromStr for KeyHash {
    type Err = InvalidKeyHash;

    fn from_str(text: &str) -> Result<Self, InvalidKeyHash> {
        let parsed = || {
            let (algorithm, rest) = text.split_once(':')?;
            let (pepper, tag) = rest.split_once(':')?;
            let tag = URL_SAFE_NO_PAD.decode(tag).ok()?.try_into().ok()?;
            let pepper = pepper.parse().ok()?;
            (algorithm == ALGORITHM).then_some(Self { pepper, tag })
        };
        parsed().ok_or(InvalidKeyHash)
    }
}

/// Shows the pepper's id alone.
impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyHash")
            .field("pepper", &self.pepper)
            .finish_non_exhaustive()
    }
}

/// The text given for a [`KeyHash`] is not one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct InvalidKeyHash;

impl Error for InvalidKeyHash {}

impl fmt::Display for InvalidKeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("stored hash is not hmac-sha256, pepper id and base64url, with colons between")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn refuses_other_texts() {
        let tag = "A".repeat(43);
        assert!(format!("hmac-sha256:1:{tag}").parse::<KeyHash>().is_ok());
        for text in [
            String::new(),
            "hmac-sha256".to_owned(),
            format!("hmac-sha256:{tag}"),
            format!("hmac-sha512:1:{tag}"),
            format!("HMAC-SHA256:1:{tag}"),
            format!("hmac-sha256::{tag}"),
            format!("hmac-sha256:1:{tag}="),
            format!("hmac-sha256:1:{tag}A"),
            format!("hmac-sha256:1:{}", "A".repeat(42)),
            format!("hmac-sha256:1:{}B", "A".repeat(42)),
            format!("hmac-sha256:1:{tag} "),
        ] {
            assert_eq!(text.parse::<KeyHash>(), Err(InvalidKeyHash), "{text}");
        }
    }

    #[test]
    fn debug_hides_the_tag() {
        let hash = KeyHash::new("1".parse().unwrap(), [7; 32]);

        assert_eq!(
            format!("{hash:?}"),
            r#"KeyHash { pepper: PepperId("1"), .. }"#
        );
    }

    proptest! {
        #[test]
        fn comes_back_as_it_was_written(pepper in "[A-Za-z0-9_.-]{1,32}", tag: [u8; 32]) {
            let hash = KeyHash::new(pepper.parse().unwrap(), tag);
            prop_assert_eq!(hash.to_string().parse(), Ok(hash));
        }
    }
}
