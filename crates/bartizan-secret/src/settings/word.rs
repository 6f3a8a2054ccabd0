use serde::de::value::SeqDeserializer;
use serde::de::{self, Deserializer, IntoDeserializer, Visitor};

use crate::settings::fault::Fault;

/// The text of one value, from which every simple type is made.
#[derive(Clone, Copy)]
pub(crate) struct Word<'a>(pub(crate) &'a str);

impl Word<'_> {
    /// Finds the one of these names that the text means, letter case aside.
    pub(crate) fn choose(self, names: &'static [&'static str]) -> Result<&'static str, Fault> {
        let text = self.0.trim();
        let same_case = names.iter().find(|name| **name == text);
        let any_case = || names.iter().find(|name| name.eq_ignore_ascii_case(text));
        same_case
            .or_else(any_case)
            .copied()
            .ok_or_else(|| Fault::none_of(names))
    }
}

macro_rules! numbers {
    ($($method:ident $visit:ident $number:ty,)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            let wrong = |_| Fault::WrongType(format!(
                "a whole number from {} to {}", <$number>::MIN, <$number>::MAX,
            ));
            visitor.$visit(self.0.trim().parse().map_err(wrong)?)
        }
    )*};
}

impl<'de> Deserializer<'de> for Word<'_> {
    type Error = Fault;

    numbers! {
        deserialize_i8 visit_i8 i8,
        deserialize_i16 visit_i16 i16,
        deserialize_i32 visit_i32 i32,
        deserialize_i64 visit_i64 i64,
        deserialize_i128 visit_i128 i128,
        deserialize_u8 visit_u8 u8,
        deserialize_u16 visit_u16 u16,
        deserialize_u32 visit_u32 u32,
        deserialize_u64 visit_u64 u64,
        deserialize_u128 visit_u128 u128,
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        const YES: [&str; 4] = ["true", "1", "yes", "on"];
        const NO: [&str; 4] = ["false", "0", "no", "off"];

        let is_one_of = |words: [&str; 4]| {
            words
                .iter()
                .any(|word| word.eq_ignore_ascii_case(self.0.trim()))
        };
        match (is_one_of(YES), is_one_of(NO)) {
            (true, _) => visitor.visit_bool(true),
            (_, true) => visitor.visit_bool(false),
            _ => Err(Fault::WrongType("true or false".into())),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let number = self
            .0
            .trim()
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite());
        visitor.visit_f64(number.ok_or_else(|| Fault::WrongType("a number".into()))?)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let mut chars = self.0.chars();
        match (chars.next(), chars.next()) {
            (Some(c), None) => visitor.visit_char(c),
            _ => Err(Fault::WrongType("a single character".into())),
        }
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_str(self.0)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_bytes(self.0.as_bytes())
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_bytes(self.0.as_bytes())
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.0.trim().is_empty() {
            visitor.visit_unit()
        } else {
            Err(Fault::WrongType("nothing".into()))
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    /// Takes `a, b, c`; an empty text is an empty list.
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let text = self.0.trim();
        let items = (!text.is_empty()).then(|| text.split(',').map(|item| Word(item.trim())));
        visitor.visit_seq(SeqDeserializer::new(items.into_iter().flatten()))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Fault> {
        Err(Fault::WrongType("a group of settings".into()))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let variant: de::value::StrDeserializer<'_, Fault> =
            self.choose(variants)?.into_deserializer();
        visitor.visit_enum(variant)
    }

    serde::forward_to_deserialize_any! { str string identifier ignored_any }
}

impl IntoDeserializer<'_, Fault> for Word<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
