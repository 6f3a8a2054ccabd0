pub(crate) mod reading;

use std::fmt;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::{MASK, Secret, SecretBytes, SecretString};

/// Writes the mask, never the text.
impl Serialize for SecretString {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(MASK)
    }
}

/// Writes the mask, never the bytes.
impl Serialize for SecretBytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(MASK)
    }
}

/// Writes what `Display` shows.
impl<T> Serialize for Secret<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Takes a string. What the format itself buffers is not wiped, but its errors,
/// which may quote the input, are replaced.
impl<'de> Deserialize<'de> for SecretString {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let _reading = reading::Reading::start();
        let text = deserializer.deserialize_string(Text);
        text.map_err(|error| silence(error, "a secret must be a string"))
    }
}

/// Takes bytes, or a string as its UTF-8 bytes. Errors do not quote the input.
impl<'de> Deserialize<'de> for SecretBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let _reading = reading::Reading::start();
        let bytes = deserializer.deserialize_byte_buf(Bytes);
        bytes.map_err(|error| silence(error, "a secret must be bytes or a string"))
    }
}

/// Takes what `T` takes. Errors of `T` may quote the input, so that they are
/// replaced. A type of one's own gets this with one
/// `impl From<Keys> for Secret<Keys>`, which calls [`Secret::new`].
impl<'de, T: DeserializeOwned + Into<Self>> Deserialize<'de> for Secret<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let _reading = reading::Reading::start();
        let value = T::deserialize(deserializer);
        value
            .map(Into::into)
            .map_err(|error| silence(error, "a secret does not have the form of its type"))
    }
}

/// What an error says that is let through as it is.
pub(crate) const MISSING: &str = "missing field";

/// Replaces an error, which may quote the input, unless it says that there was
/// none: serde asks the type of a missing field for a value, too.
fn silence<E: Error>(error: E, instead: &str) -> E {
    let shown = zeroize::Zeroizing::new(error.to_string());
    if *shown == MISSING {
        return error;
    }
    match missing_field(&shown) {
        Some(name) => E::custom(format_args!("{MISSING} `{name}`")),
        None => E::custom(instead),
    }
}

/// The name, when the whole message is that the field of this name is missing.
fn missing_field(shown: &str) -> Option<&str> {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let name = shown.strip_prefix(MISSING)?.strip_prefix(" `")?;
    let name = name.strip_suffix('`')?;
    name.bytes().all(is_letter).then_some(name)
}

struct Text;

impl Visitor<'_> for Text {
    type Value = SecretString;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<SecretString, E> {
        Ok(text.into())
    }

    fn visit_string<E: Error>(self, text: String) -> Result<SecretString, E> {
        Ok(text.into())
    }
}

struct Bytes;

impl Visitor<'_> for Bytes {
    type Value = SecretBytes;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes or a string")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<SecretBytes, E> {
        Ok(bytes.into())
    }

    fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<SecretBytes, E> {
        Ok(bytes.into())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<SecretBytes, E> {
        Ok(text.as_bytes().into())
    }

    fn visit_string<E: Error>(self, text: String) -> Result<SecretBytes, E> {
        Ok(text.into_bytes().into())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde_json::{from_str, to_string};

    use super::*;

    const CANARIES: [&str; 8] = [
        "48151623",
        "-48151623",
        "4815.1623",
        "true",
        r#"["48151623"]"#,
        r#"{"48151623": 48151623}"#,
        r#""48151623"#,
        "null",
    ];

    fn assert_silent<T: DeserializeOwned + fmt::Debug>() {
        for input in CANARIES {
            let error = from_str::<T>(input).unwrap_err();
            let nested = from_str::<HashMap<String, T>>(&format!(r#"{{"key": {input}}}"#));

            for shown in [
                error.to_string(),
                format!("{error:?}"),
                format!("{nested:?}"),
            ] {
                assert!(
                    !shown.contains("4815") && !shown.contains("true"),
                    "{input}: {shown}"
                );
            }
        }
    }

    #[test]
    fn errors_never_show_the_input() {
        assert_silent::<SecretString>();
        assert_silent::<Secret<Vec<Vec<Vec<u8>>>>>();
        for input in ["48151623", "true", r#"{"48151623": 1}"#] {
            let shown = format!("{:?}", from_str::<SecretBytes>(input));
            assert!(
                !shown.contains("4815") && !shown.contains("true"),
                "{shown}"
            );
        }
    }

    #[test]
    fn a_missing_secret_is_named() {
        #[derive(Debug, serde::Deserialize)]
        struct Login {
            #[serde(rename = "password")]
            _password: SecretString,
        }

        let error = from_str::<Login>("{}").unwrap_err();

        assert!(
            error.to_string().starts_with("missing field `password`"),
            "{error}"
        );
    }

    #[test]
    fn only_the_bare_absence_of_a_field_is_told() {
        let told = |message: &str| {
            let error = serde::de::value::Error::custom(message);
            silence(error, "instead").to_string()
        };
        let table = [
            ("missing field `api_key-2`", "missing field `api_key-2`"),
            ("missing field", "missing field"),
            ("missing field separator in `hunter2`", "instead"),
            ("missing field `a` in `hunter2`", "instead"),
            ("missing field `hunter 2`", "instead"),
            ("missing field `hunter2", "instead"),
        ];
        for (message, expected) in table {
            assert_eq!(told(message), expected, "{message}");
        }
    }

    #[test]
    fn reads_what_it_holds() {
        let text: SecretString = from_str(r#""hunt\u0065r2""#).unwrap();
        let bytes: SecretBytes = from_str(r#""hunter2""#).unwrap();
        let numbers: Secret<Vec<u16>> = from_str("[1, 2, 300]").unwrap();
        let none: Option<SecretString> = from_str("null").unwrap();

        assert_eq!(text.expose_secret(), "hunter2");
        assert_eq!(bytes.expose_secret(), b"hunter2");
        assert_eq!(numbers.expose_secret(), &[1, 2, 300]);
        assert!(none.is_none());
    }

    #[test]
    fn writes_the_mask_whatever_the_length() {
        for text in ["", "a", "longer than the mask"] {
            assert_eq!(
                to_string(&SecretString::from(text)).unwrap(),
                r#""**********""#
            );
            assert_eq!(
                to_string(&SecretBytes::from(text.as_bytes())).unwrap(),
                r#""**********""#
            );
            let secret = Secret::new(String::from(text));
            assert_eq!(to_string(&secret).unwrap(), r#""**********""#);
        }
    }

    #[test]
    fn a_type_of_ones_own_is_read_too() {
        #[derive(serde::Deserialize)]
        struct Pair {
            id: u8,
            key: String,
        }
        impl zeroize::Zeroize for Pair {
            fn zeroize(&mut self) {
                self.key.zeroize();
            }
        }
        impl From<Pair> for Secret<Pair> {
            fn from(pair: Pair) -> Self {
                Self::new(pair)
            }
        }

        let pair: Secret<Pair> = from_str(r#"{"id": 1, "key": "k"}"#).unwrap();
        let pair = pair.expose_secret();
        assert_eq!((pair.id, pair.key.as_str()), (1, "k"));
    }
}
