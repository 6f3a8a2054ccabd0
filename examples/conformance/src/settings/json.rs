use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::{Name, Place};

/// Reads a JSON text, and tells the members that stand in it twice: which of the two
/// counts would be a guess.
pub(crate) fn parse(text: &str) -> Result<(Value, Vec<Place>), serde_json::Error> {
    let twice = RefCell::new(Vec::new());
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Strict {
        place: Place::default(),
        twice: &twice,
    }
    .deserialize(&mut reader)?;
    reader.end()?;
    Ok((value, twice.into_inner()))
}

struct Strict<'a> {
    place: Place,
    twice: &'a RefCell<Vec<Place>>,
}

impl Strict<'_> {
    fn at(&self, name: Name) -> Self {
        Strict {
            place: self.place.join(name),
            twice: self.twice,
        }
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = access.next_element_seed(self.at(Name::Index(values.len())))? {
            values.push(value);
        }
        Ok(values.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = access.next_key::<String>()? {
            let seed = self.at(Name::Member(name.clone()));
            let place = seed.place.clone();
            let value = access.next_value_seed(seed)?;
            if members.insert(name, value).is_some() {
                self.twice.borrow_mut().push(place);
            }
        }
        Ok(members.into())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_what_serde_json_reads() {
        for text in [
            "null",
            "[1, -1, 1.5, true, \"\\u00e9\", null, {\"a\": {\"b\": []}}]",
            "{}",
        ] {
            let expected: Value = serde_json::from_str(text).unwrap();
            let (value, twice) = parse(text).unwrap();
            assert_eq!((value, twice.len()), (expected, 0), "{text}");
        }
        for text in ["", "{", "{} x", "[1,]", "{\"a\"}"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn tells_what_is_there_twice() {
        let text = r#"{"a": [{"b": 1}, {"b": 1, "b": 2}], "a": 3, "c\u0000d": 1, "c\u0000d": 1}"#;
        let (value, twice) = parse(text).unwrap();

        let twice: Vec<_> = twice.iter().map(ToString::to_string).collect();
        assert_eq!(twice, ["a[1].b", "a", "(a member)"]);
        assert_eq!(value["a"], json!(3));
    }
}
