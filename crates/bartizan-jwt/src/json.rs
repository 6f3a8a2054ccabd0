//! What `serde_json` leaves open: member names that occur twice.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// Checks that `text` is one JSON value in which no object, however deep, names
/// a member twice.
///
/// RFC 7519 section 4 lets a parser take the last of two members. Two parsers
/// that choose differently read two different tokens out of one signature, so
/// here both are refused.
pub(crate) fn check_members(text: &str) -> Result<(), serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    Unique.deserialize(&mut deserializer)?;
    deserializer.end()
}

/// Whether a name occurs twice; sorts the names, since an attacker chooses how
/// many there are.
pub(crate) fn has_duplicates(names: &mut [Cow<'_, str>]) -> bool {
    names.sort_unstable();
    names
        .windows(2)
        .any(|pair| matches!(pair, [a, b] if a == b))
}

/// A member name, borrowed from the text where it holds no escape.
pub(crate) struct Name<'de>(pub(crate) Cow<'de, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Name<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Name(Cow::Borrowed(name)))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Name(Cow::Owned(name.to_owned())))
    }
}

/// Walks any value, refusing an object that names a member twice.
#[derive(Clone, Copy)]
pub(crate) struct Unique;

impl<'de> DeserializeSeed<'de> for Unique {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Unique {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value without duplicate members")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while elements.next_element_seed(self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut names = Vec::new();
        while let Some(Name(name)) = members.next_key()? {
            members.next_value_seed(self)?;
            names.push(name);
        }
        if has_duplicates(&mut names) {
            return Err(A::Error::custom("a member occurs twice"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jwt_9_refuses_a_member_named_twice_at_any_depth() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"b":2,"a":3}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"a":{"b":1,"b":2}}"#,
            r#"[[{"b":1,"b":2}]]"#,
            r#"{"":1,"":2}"#,
        ] {
            assert!(check_members(text).is_err(), "{text}");
        }
    }

    #[test]
    fn accepts_names_that_differ_or_stand_in_different_objects() {
        for text in [
            r#"{"a":{"a":{"a":1}},"A":[{"a":null},{"a":1.5}]}"#,
            r#"[-1, 1e3, true, "a", "a"]"#,
            "null",
            r#"{"n":18446744073709551616}"#,
        ] {
            assert!(check_members(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn refuses_what_follows_the_value_and_what_nests_too_deep() {
        assert!(check_members("{} {}").is_err());
        assert!(check_members(&"[".repeat(10_000)).is_err());
        let deep = format!("{}{}", "[".repeat(4_000), "]".repeat(4_000));
        assert!(check_members(&deep).is_err());
    }
}
