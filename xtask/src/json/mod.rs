//! As much JSON as the figures of benchmarks need: xtask has no dependencies.

mod read;

use std::fmt::{self, Write as _};

pub(crate) use self::read::parse;

/// A value, whose objects keep their order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    Bool(bool),
    List(Vec<Self>),
    Null,
    Number(f64),
    Object(Vec<(String, Self)>),
    Text(String),
}

impl Json {
    /// Makes an object.
    pub(crate) fn object<const N: usize>(fields: [(&str, Self); N]) -> Self {
        let owned = |(name, value): (&str, Self)| (name.to_owned(), value);
        Self::Object(fields.into_iter().map(owned).collect())
    }

    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A number, or null where it is none.
    pub(crate) fn number(number: f64) -> Self {
        if number.is_finite() {
            Self::Number(number)
        } else {
            Self::Null
        }
    }

    /// Returns a field of an object.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(fields) = self else {
            return None;
        };
        let field = fields.iter().find(|(field, _)| field == name);
        field.map(|(_, value)| value)
    }

    pub(crate) fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    pub(crate) fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(values) => Some(values),
            _ => None,
        }
    }

    pub(crate) fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        match self {
            Self::Bool(value) => write!(f, "{value}"),
            Self::Null => f.write_str("null"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => write_text(f, text),
            Self::List(values) => {
                let each = |value: &Self, f: &mut fmt::Formatter<'_>| value.write(f, depth + 1);
                write_all(f, depth, ['[', ']'], values, each)
            }
            Self::Object(fields) => {
                let each = |(name, value): &(String, Self), f: &mut fmt::Formatter<'_>| {
                    write_text(f, name)?;
                    f.write_str(": ")?;
                    value.write(f, depth + 1)
                };
                write_all(f, depth, ['{', '}'], fields, each)
            }
        }
    }
}

/// Indented by two, one member a line.
impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, 0)
    }
}

fn write_all<T>(
    f: &mut fmt::Formatter<'_>,
    depth: usize,
    [open, close]: [char; 2],
    members: &[T],
    each: impl Fn(&T, &mut fmt::Formatter<'_>) -> fmt::Result,
) -> fmt::Result {
    f.write_char(open)?;
    let mut separator = "";
    for member in members {
        write!(f, "{separator}\n{:1$}", "", depth * 2 + 2)?;
        each(member, f)?;
        separator = ",";
    }
    if !members.is_empty() {
        write!(f, "\n{:1$}", "", depth * 2)?;
    }
    f.write_char(close)
}

fn write_text(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for character in text.chars() {
        match character {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            control if u32::from(control) < 0x20 => write!(f, "\\u{:04x}", u32::from(control))?,
            other => f.write_char(other)?,
        }
    }
    f.write_char('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_it_reads() {
        let value = Json::object([
            ("name", Json::text("a \"b\" \\ \n\u{1} \u{e5}")),
            ("ratio", Json::number(0.15)),
            ("count", Json::number(-12.0)),
            ("met", Json::Bool(true)),
            ("nothing", Json::number(f64::NAN)),
            (
                "rows",
                Json::List(vec![Json::object([]), Json::List(vec![])]),
            ),
        ]);

        assert_eq!(parse(&value.to_string()).unwrap(), value);
        assert_eq!(
            Json::object([("a", Json::List(vec![Json::Number(1.0)]))]).to_string(),
            "{\n  \"a\": [\n    1\n  ]\n}"
        );
    }
}
