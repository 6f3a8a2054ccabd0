use std::vec::IntoIter;

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};

use crate::settings::fault::Fault;
use crate::settings::run::Run;
use crate::settings::sources::join;
use crate::settings::word::Word;

/// A place among the settings: a value, or a group of more.
pub(crate) struct Node<'r> {
    run: &'r Run,
    key: String,
}

/// Deeper groups are refused, so that a type which contains itself has an end.
const MAX_DEPTH: usize = 16;

impl<'r> Node<'r> {
    pub(crate) fn new(run: &'r Run, key: String) -> Self {
        Self { run, key }
    }

    fn child(&self, name: &str) -> Self {
        let key = join(&self.key, name);
        self.run.claim(key.clone());
        Self { run: self.run, key }
    }

    fn is_text(&self) -> bool {
        self.run.is_flawed(&self.key) || self.run.sources().is_text(&self.key)
    }

    /// Refuses a group that cannot be one.
    fn check_group(&self) -> Result<(), Fault> {
        let run = self.run;
        if run.is_flawed(&self.key) || self.key.matches("__").count() >= MAX_DEPTH {
            return Err(Fault::NoStandIn);
        }
        if !self.key.is_empty() && run.sources().is_text(&self.key) {
            let example = run.sources().name(&join(&self.key, "name"));
            return Err(Fault::WrongType(format!(
                "a group of settings, such as {example}"
            )));
        }
        Ok(())
    }

    fn group<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.check_group()?;
        let names = self.run.children(&self.key).into_iter();
        let children = names.map(|name| (self.child(&name), name));
        let children = children.filter(|(child, _)| self.run.is_to_be_read(&child.key));
        let children: Vec<_> = children.collect();
        visitor.visit_map(Children {
            rest: children.into_iter(),
            next: None,
        })
    }

    /// The elements `NAME__0`, `NAME__1` and so on, by their numbers.
    fn elements(&self) -> Result<Vec<Self>, Fault> {
        let names = self.run.children(&self.key).into_iter();
        let mut elements = names
            .map(|name| Ok((name.parse::<u32>()?, self.child(&name))))
            .collect::<Result<Vec<_>, std::num::ParseIntError>>()
            .map_err(|_| Fault::WrongType("a list".into()))?;
        elements.sort_by_key(|(number, _)| *number);
        let elements = elements.into_iter().map(|(_, element)| element);
        Ok(elements
            .filter(|element| self.run.is_to_be_read(&element.key))
            .collect())
    }
}

macro_rules! words {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            Word(self.run.text(&self.key)?.expose_secret()).$method(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Node<'_> {
    type Error = Fault;

    words! {
        deserialize_bool deserialize_char deserialize_f32 deserialize_f64
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf
        deserialize_unit deserialize_identifier
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.is_text() || self.run.children(&self.key).is_empty() && !self.key.is_empty() {
            Word(self.run.text(&self.key)?.expose_secret()).deserialize_any(visitor)
        } else {
            self.group(visitor)
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.run.is_flawed(&self.key) || !self.run.is_to_be_read(&self.key) {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
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

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.is_text() || self.run.children(&self.key).is_empty() {
            return Word(self.run.text(&self.key)?.expose_secret()).deserialize_seq(visitor);
        }
        visitor.visit_seq(Elements(self.elements()?.into_iter()))
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

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.group(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.check_group()?;
        let fields = self.run.claim_fields(&self.key, fields).into_iter();
        let nodes = fields.map(|(field, key)| (Node { run: self.run, key }, field));
        let nodes: Vec<_> = nodes.collect();
        visitor.visit_map(Children {
            rest: nodes.into_iter(),
            next: None,
        })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if let Some(variant) = self.run.stand_in_of(&self.key, variants) {
            return Word(variant?).deserialize_enum(name, variants, visitor);
        }
        let children: Vec<String> = self.run.children(&self.key).into_iter().collect();
        match children.as_slice() {
            [child] if !self.is_text() => {
                let variant = Word(child).choose(variants)?;
                visitor.visit_enum(Variant {
                    node: self.child(child),
                    variant,
                })
            }
            [] => {
                let text = self.run.text(&self.key)?;
                Word(text.expose_secret()).deserialize_enum(name, variants, visitor)
            }
            _ => Err(Fault::none_of(variants)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }
}

/// The named parts of a group.
struct Children<'r, N> {
    rest: IntoIter<(Node<'r>, N)>,
    next: Option<Node<'r>>,
}

impl<'de, N: AsRef<str>> MapAccess<'de> for Children<'_, N> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        let Some((node, name)) = self.rest.next() else {
            return Ok(None);
        };
        let run = node.run;
        let made = run.examine(&node.key, seed.deserialize(Word(name.as_ref())));
        self.next = Some(node);
        made.map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let node = self.next.take().ok_or(Fault::NoValue)?;
        let (run, key) = (node.run, node.key.clone());
        run.examine(&key, seed.deserialize(node))
    }
}

/// The numbered parts of a list.
struct Elements<'r>(IntoIter<Node<'r>>);

impl<'de> SeqAccess<'de> for Elements<'_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        let Some(node) = self.0.next() else {
            return Ok(None);
        };
        let (run, key) = (node.run, node.key.clone());
        run.examine(&key, seed.deserialize(node)).map(Some)
    }
}

/// A variant that has more than a name: `NAME__VARIANT` is its content.
struct Variant<'r> {
    node: Node<'r>,
    variant: &'static str,
}

impl<'de, 'r> EnumAccess<'de> for Variant<'r> {
    type Error = Fault;
    type Variant = Node<'r>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Node<'r>), Fault> {
        let name: StrDeserializer<'_, Fault> = self.variant.into_deserializer();
        Ok((seed.deserialize(name)?, self.node))
    }
}

impl<'de> VariantAccess<'de> for Node<'_> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Fault> {
        let (run, key) = (self.run, self.key.clone());
        run.examine(&key, seed.deserialize(self))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        let (run, key) = (self.run, self.key.clone());
        run.examine(&key, self.deserialize_seq(visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let (run, key) = (self.run, self.key.clone());
        run.examine(&key, self.deserialize_struct("", fields, visitor))
    }
}
