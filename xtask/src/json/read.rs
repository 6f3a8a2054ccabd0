use crate::failure::Failure;

use super::Json;

/// Lists in lists: more is no file of ours, and would use up the stack.
const DEPTH: usize = 32;

/// Reads one value.
///
/// # Errors
///
/// The text is no JSON; the message names the place.
pub(crate) fn parse(text: &str) -> Result<Json, Failure> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(0);
    reader.skip_space();
    match value {
        Some(value) if reader.rest().is_empty() => Ok(value),
        _ => {
            let read = text.get(..reader.at).unwrap_or_default();
            let line = read.matches('\n').count().saturating_add(1);
            Err(Failure::new(format!("no JSON in line {line}")))
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        let trimmed = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        self.skip(rest.len() - trimmed.len());
    }

    fn take(&mut self, expected: &str) -> Option<()> {
        self.rest().strip_prefix(expected)?;
        self.skip(expected.len());
        Some(())
    }

    fn value(&mut self, depth: usize) -> Option<Json> {
        if depth > DEPTH {
            return None;
        }
        self.skip_space();
        match self.rest().chars().next()? {
            '"' => self.text().map(Json::Text),
            '[' => {
                let each = |reader: &mut Self| reader.value(depth + 1);
                self.members(["[", "]"], each).map(Json::List)
            }
            '{' => {
                let each = |reader: &mut Self| {
                    let name = reader.text()?;
                    reader.skip_space();
                    reader.take(":")?;
                    Some((name, reader.value(depth + 1)?))
                };
                self.members(["{", "}"], each).map(Json::Object)
            }
            't' => self.take("true").map(|()| Json::Bool(true)),
            'f' => self.take("false").map(|()| Json::Bool(false)),
            'n' => self.take("null").map(|()| Json::Null),
            _ => self.number(),
        }
    }

    fn members<T>(
        &mut self,
        [open, close]: [&str; 2],
        mut each: impl FnMut(&mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        self.take(open)?;
        self.skip_space();
        let mut members = Vec::new();
        if self.take(close).is_some() {
            return Some(members);
        }
        loop {
            self.skip_space();
            members.push(each(self)?);
            self.skip_space();
            if self.take(close).is_some() {
                return Some(members);
            }
            self.take(",")?;
        }
    }

    fn number(&mut self) -> Option<Json> {
        let rest = self.rest();
        let end = rest.find(|character: char| {
            !(character.is_ascii_digit() || matches!(character, '-' | '+' | '.' | 'e' | 'E'))
        });
        let digits = rest.get(..end.unwrap_or(rest.len()))?;
        let number = digits.parse().ok().map(Json::Number)?;
        self.skip(digits.len());
        Some(number)
    }

    fn text(&mut self) -> Option<String> {
        self.take("\"")?;
        let mut text = String::new();
        loop {
            let character = self.character()?;
            match character {
                '"' => return Some(text),
                '\\' => {
                    let escaped = self.escaped()?;
                    text.push(escaped);
                }
                other if u32::from(other) < 0x20 => return None,
                other => text.push(other),
            }
        }
    }

    fn character(&mut self) -> Option<char> {
        let character = self.rest().chars().next()?;
        self.skip(character.len_utf8());
        Some(character)
    }

    /// No surrogates: no file of ours has any.
    fn escaped(&mut self) -> Option<char> {
        Some(match self.character()? {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let digits = self.rest().get(..4)?;
                let code = u32::from_str_radix(digits, 16).ok()?;
                self.skip(4);
                char::from_u32(code)?
            }
            same @ ('"' | '\\' | '/') => same,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_each_kind_of_value() {
        let table = [
            ("null", Json::Null),
            (" true ", Json::Bool(true)),
            ("-1.5e2", Json::Number(-150.0)),
            (r#""\u00e5\/\t""#, Json::text("\u{e5}/\t")),
            ("[ ]", Json::List(vec![])),
            (
                r#"{"a": [1, {"b": false}]}"#,
                Json::object([(
                    "a",
                    Json::List(vec![
                        Json::Number(1.0),
                        Json::object([("b", Json::Bool(false))]),
                    ]),
                )]),
            ),
        ];

        for (text, expected) in table {
            assert_eq!(parse(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_json() {
        let deep = "[".repeat(100_000);
        for text in [
            "",
            "nul",
            "1 2",
            "[1,]",
            "[1",
            "{\"a\"}",
            "{1: 2}",
            "\"a",
            "\"\\x\"",
            "\"\\ud800\"",
            "1-2",
            "tru",
            "\"\n\"",
            &deep,
        ] {
            assert!(parse(text).is_err(), "{text:.20}");
        }
        let failure = parse("{\n  \"a\": 1,\n}").unwrap_err();
        assert_eq!(failure.to_string(), "no JSON in line 3");
    }
}
