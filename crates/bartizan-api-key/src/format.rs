use std::error::Error;
use std::fmt;

use bartizan_secret::SecretString;
use zeroize::Zeroizing;

use crate::base62::{self, CRC_LEN, NoRandomness};
use crate::{KeyId, KeySyntax};

/// Digits of the secret: 178 random bits.
pub(crate) const SECRET_LEN: usize = 30;
/// Public id, `_` and secret.
pub(crate) const SIGNED_LEN: usize = KeyId::LEN + 1 + SECRET_LEN;
/// Most characters of a prefix, and of an environment.
const WORD_LEN: usize = 16;

/// How keys are spelt: `acme_live_4fzKw2x9TqLm_` and 36 more letters and digits.
///
/// ```text
/// acme_live_4fzKw2x9TqLm_8sVd0YcQnB3rTgXw5KpZj7HfLuMaEi0h50ET
/// |    |    |            |                             |
/// |    |    |            |                             CRC-32 of all before it
/// |    |    |            secret, 178 random bits
/// |    |    public id, 71 random bits
/// |    environment
/// prefix
/// ```
///
/// The prefix says whose key it is to whoever finds one, and to scanners; the
/// environment keeps a key of the test system from being taken in production. Id,
/// secret and checksum are base 62 and of fixed length, so that a key has one
/// spelling.
///
/// ```
/// use bartizan_api_key::{KeyFormat, KeySyntax};
///
/// let format = KeyFormat::new("acme", "live")?;
///
/// assert_eq!(format.check("acme_live_a_typo"), Err(KeySyntax::Form));
/// # Ok::<(), bartizan_api_key::InvalidFormat>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeyFormat {
    /// Prefix and environment, each with `_` behind it.
    lead: Box<str>,
    environment: Box<str>,
}

impl KeyFormat {
    /// Creates the format of keys with this `prefix` and `environment`.
    ///
    /// # Errors
    ///
    /// [`InvalidFormat`] unless both are a lower-case letter with up to 15 lower-case
    /// letters and digits after it.
    pub fn new(prefix: &str, environment: &str) -> Result<Self, InvalidFormat> {
        if !is_word(prefix) {
            return Err(InvalidFormat::Prefix);
        }
        if !is_word(environment) {
            return Err(InvalidFormat::Environment);
        }
        Ok(Self {
            lead: format!("{prefix}_{environment}_").into(),
            environment: environment.into(),
        })
    }

    /// Returns the environment.
    #[must_use]
    pub fn environment(&self) -> &str {
        &self.environment
    }

    /// Returns what each key begins with: `acme_live_`.
    #[must_use]
    pub fn lead(&self) -> &str {
        &self.lead
    }

    /// Checks that `key` is spelt like one, without asking whether there is such a
    /// key, and returns its id.
    ///
    /// # Errors
    ///
    /// [`KeySyntax`].
    pub fn check(&self, key: &str) -> Result<KeyId, KeySyntax> {
        Ok(self.parse(key.as_bytes())?.id)
    }

    pub(crate) fn parse<'a>(&self, key: &'a [u8]) -> Result<Spelt<'a>, KeySyntax> {
        let digits = key
            .strip_prefix(self.lead.as_bytes())
            .ok_or(KeySyntax::Form)?;
        let (signed, checksum) = digits.split_first_chunk().ok_or(KeySyntax::Form)?;
        let checksum: &[u8; CRC_LEN] = checksum.try_into().map_err(|_| KeySyntax::Form)?;
        let (id, secret) = split(signed).ok_or(KeySyntax::Form)?;
        let all = base62::is_base62(id) & base62::is_base62(secret) & base62::is_base62(checksum);
        if !all {
            return Err(KeySyntax::Form);
        }
        let (checked, _) = key.split_at(key.len() - CRC_LEN);
        if *checksum != base62::encode_crc(crc32fast::hash(checked)) {
            return Err(KeySyntax::Checksum);
        }
        let id = KeyId::of(*id);
        Ok(Spelt { id, signed })
    }

    /// Returns a text of the length of what is signed of a key that no key of any
    /// format has there, and that no other format has.
    pub(crate) fn domain(&self) -> [u8; SIGNED_LEN] {
        const { assert!(2 * (WORD_LEN + 1) < SIGNED_LEN) }
        let mut domain = [0; SIGNED_LEN];
        for (byte, lead) in domain.iter_mut().zip(self.lead.bytes()) {
            *byte = lead;
        }
        domain
    }

    /// Makes a key with this id and a random secret.
    pub(crate) fn generate(&self, id: KeyId) -> Result<SecretString, NoRandomness> {
        let secret = base62::random::<SECRET_LEN>()?;
        let len = self.lead.len() + SIGNED_LEN + CRC_LEN;
        let mut key = Zeroizing::new(Vec::with_capacity(len));
        key.extend_from_slice(self.lead.as_bytes());
        key.extend_from_slice(id.bytes());
        key.push(b'_');
        key.extend_from_slice(&*secret);
        let checksum = base62::encode_crc(crc32fast::hash(&key));
        key.extend_from_slice(&checksum);
        Ok(str::from_utf8(&key).unwrap_or_default().into())
    }
}

/// Splits at the `_` between id and secret.
fn split(signed: &[u8; SIGNED_LEN]) -> Option<(&[u8; KeyId::LEN], &[u8])> {
    let (id, rest) = signed.split_first_chunk()?;
    match rest {
        [b'_', secret @ ..] => Some((id, secret)),
        _ => None,
    }
}

/// A key that is spelt right, borrowed from where it was found.
#[derive(Clone, Copy)]
pub(crate) struct Spelt<'a> {
    pub(crate) id: KeyId,
    /// Public id, `_` and secret: what the stored hash is made of.
    pub(crate) signed: &'a [u8; SIGNED_LEN],
}

/// Lower case alone, since scanners look for keywords in lower case.
fn is_word(word: &str) -> bool {
    word.len() <= WORD_LEN
        && word.starts_with(|c: char| c.is_ascii_lowercase())
        && word
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// The parts given for a [`KeyFormat`] cannot begin a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum InvalidFormat {
    /// The environment is not a lower-case letter with up to 15 lower-case letters
    /// and digits after it.
    Environment,
    /// The prefix is not.
    Prefix,
}

impl Error for InvalidFormat {}

impl fmt::Display for InvalidFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Environment => "environment is not 1 to 16 lower-case letters and digits",
            Self::Prefix => "prefix is not 1 to 16 lower-case letters and digits",
        })?;
        f.write_str(" that begin with a letter")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn has_prefix_environment_id_secret_and_checksum() {
        // The checksum is Python's `zlib.crc32`, in base 62.
        let key = "acme_live_4fzKw2x9TqLm_8sVd0YcQnB3rTgXw5KpZj7HfLuMaEi";
        let checksum = str::from_utf8(&base62::encode_crc(crc32fast::hash(key.as_bytes())))
            .unwrap()
            .to_owned();
        assert_eq!(checksum, CHECKSUM);

        let id = format().check(&format!("{key}{CHECKSUM}"));
        assert_eq!(id, Ok("4fzKw2x9TqLm".parse().unwrap()));
    }

    #[test]
    fn prefix_and_environment_are_short_words_in_lower_case() {
        for word in ["a", "acme", "k8s", "abcdefghijklmnop"] {
            assert!(KeyFormat::new(word, "live").is_ok(), "{word}");
            assert!(KeyFormat::new("acme", word).is_ok(), "{word}");
        }
        for word in [
            "",
            "Acme",
            "8k",
            "a_b",
            "a-b",
            "a b",
            "caf\u{e9}",
            "abcdefghijklmnopq",
        ] {
            let [prefix, environment] = [KeyFormat::new(word, "live"), KeyFormat::new("a", word)];
            assert_eq!(prefix, Err(InvalidFormat::Prefix), "{word}");
            assert_eq!(environment, Err(InvalidFormat::Environment), "{word}");
        }
    }

    #[test]
    fn issued_keys_are_spelt_right_and_say_their_id() {
        for _ in 0..100 {
            let id = KeyId::random().unwrap();
            let key = format().generate(id).unwrap();
            assert_eq!(key.expose_secret().len(), 59);
            assert_eq!(format().check(key.expose_secret()), Ok(id));
        }
    }

    #[test]
    fn every_typo_is_found_by_the_checksum() {
        let key = issued();
        for at in 0..key.len() {
            for typo in ["0", "A", "z", "_", " ", "%"] {
                let mut text = key.clone();
                text.replace_range(at..=at, typo);
                assert_eq!(format().check(&text).is_ok(), text == key, "{text}");
            }
        }
        // Two neighbours, swapped.
        for at in 1..key.len() {
            let mut bytes = key.clone().into_bytes();
            bytes.swap(at - 1, at);
            let text = String::from_utf8(bytes).unwrap();
            assert_eq!(format().check(&text).is_ok(), text == key, "{text}");
        }
    }

    #[test]
    fn refuses_other_spellings() {
        let key = issued();
        for text in [
            String::new(),
            key.to_uppercase(),
            key.replacen("acme", "Acme", 1),
            key.replacen("_live_", "_test_", 1),
            key.replacen("acme_", "", 1),
            format!(" {key}"),
            format!("{key} "),
            format!("{key}\n"),
            format!("{key}0"),
            format!("{key},{key}"),
            format!("\"{key}\""),
            key.replace('_', "-"),
            key.chars().take(58).collect(),
        ] {
            assert!(format().check(&text).is_err(), "{text}");
        }
    }

    #[test]
    fn refuses_other_characters_whatever_their_checksum() {
        for text in [
            "acme_live_4fzKw2x9TqL!_8sVd0YcQnB3rTgXw5KpZj7HfLuMaEi",
            "acme_live_4fzKw2x9TqLm_8sVd0YcQnB3rTgXw5KpZj7HfLuMaE_",
            "acme_live_4fzKw2x9TqLmA8sVd0YcQnB3rTgXw5KpZj7HfLuMaEi",
            "acme_live_4fzKw2x9TqLm_8sVd0YcQnB3rTgXw5KpZj7HfLuMa\u{e9}",
        ] {
            let checksum = base62::encode_crc(crc32fast::hash(text.as_bytes()));
            let key = [text.as_bytes(), &checksum].concat();
            assert_eq!(format().parse(&key).err(), Some(KeySyntax::Form), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            prop_assert!(format().parse(&bytes).is_err());
        }

        #[test]
        fn what_is_read_is_a_key(digits in "[0-9A-Za-z]{12}_[0-9A-Za-z]{30}") {
            let text = format!("acme_live_{digits}");
            let checksum = base62::encode_crc(crc32fast::hash(text.as_bytes()));
            let key = [text.as_bytes(), &checksum].concat();
            let spelt = format().parse(&key).unwrap();
            prop_assert_eq!(spelt.id.as_str(), digits.split_at(12).0);
            prop_assert_eq!(spelt.signed, digits.as_bytes());
        }

        #[test]
        fn wrong_checksums_are_refused(key in "acme_live_[0-9A-Za-z]{12}_[0-9A-Za-z]{36}") {
            let (text, checksum) = key.split_at(key.len() - CRC_LEN);
            let right = base62::encode_crc(crc32fast::hash(text.as_bytes()));
            let expected = checksum.as_bytes() == right;
            prop_assert_eq!(format().check(&key).is_ok(), expected);
        }
    }

    const CHECKSUM: &str = "0h50ET";

    fn format() -> KeyFormat {
        KeyFormat::new("acme", "live").unwrap()
    }

    fn issued() -> String {
        let id = "4fzKw2x9TqLm".parse().unwrap();
        format().generate(id).unwrap().expose_secret().to_owned()
    }
}
