use std::str::Chars;

use zeroize::Zeroizing;

use crate::SecretString;

/// What a `.env` file says, and the numbers of the lines that say nothing.
#[derive(Default)]
pub(crate) struct Dotenv {
    pub(crate) entries: Vec<Entry>,
    pub(crate) bad_lines: Vec<usize>,
}

pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) value: SecretString,
    pub(crate) line: usize,
}

impl Dotenv {
    /// Reads the syntax that dotenvy reads, but for `$NAME`, which stands for
    /// itself: a password with a dollar sign must not lose half of itself.
    pub(crate) fn parse(text: &str) -> Self {
        let mut dotenv = Self::default();
        let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut line = 1;
        while !rest.is_empty() {
            let after = match Assignment::parse(rest) {
                Ok(Some((assignment, after))) => {
                    let Assignment { name, value } = assignment;
                    dotenv.entries.push(Entry { name, value, line });
                    after
                }
                Ok(None) => after_line(rest),
                Err(BadLine) => {
                    dotenv.bad_lines.push(line);
                    after_line(rest)
                }
            };
            let read = rest.len() - after.len();
            line += rest
                .bytes()
                .take(read)
                .filter(|byte| *byte == b'\n')
                .count();
            rest = after;
        }
        dotenv
    }
}

struct BadLine;

struct Assignment {
    name: String,
    value: SecretString,
}

impl Assignment {
    fn parse(text: &str) -> Result<Option<(Self, &str)>, BadLine> {
        let start = skip_blanks(text);
        if start.is_empty() || start.starts_with(['#', '\n', '\r']) {
            return Ok(None);
        }
        let (mut name, mut rest) = name(start)?;
        if name == "export" && !rest.starts_with('=') {
            (name, rest) = self::name(rest)?;
        }
        let value = skip_blanks(rest.strip_prefix('=').ok_or(BadLine)?);

        // Measured before it is copied: a string that grows leaves copies.
        let mut length = 0;
        let after = unquote(value, |c| length += c.len_utf8())?;
        let mut plain = Zeroizing::new(String::with_capacity(length));
        unquote(value, |c| plain.push(c))?;

        let assignment = Self {
            name: name.to_owned(),
            value: plain.as_str().into(),
        };
        Ok(Some((assignment, after)))
    }
}

/// Takes a name and the blanks after it.
fn name(text: &str) -> Result<(&str, &str), BadLine> {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.');
    let name = text.strip_suffix(rest).unwrap_or(text);
    match name.bytes().next() {
        Some(first) if first.is_ascii_alphabetic() || first == b'_' => {
            Ok((name, skip_blanks(rest)))
        }
        _ => Err(BadLine),
    }
}

/// Hands out the characters of the value, and returns what follows its line.
fn unquote(text: &str, mut take: impl FnMut(char)) -> Result<&str, BadLine> {
    if text.starts_with('#') {
        return Ok(after_line(text));
    }
    let mut rest = text.chars();
    loop {
        let here = rest.as_str();
        match rest.next() {
            None | Some('\n') => return Ok(rest.as_str()),
            Some('\r') if rest.as_str().is_empty() || rest.as_str().starts_with('\n') => {}
            Some(' ' | '\t') => {
                let next = skip_blanks(here);
                return match next.chars().next() {
                    None | Some('#' | '\n' | '\r') => Ok(after_line(next)),
                    Some(_) => Err(BadLine),
                };
            }
            Some('\'') => until_quote(&mut rest, &mut take)?,
            Some('"') => until_double_quote(&mut rest, &mut take)?,
            Some('\\') => take(escape(&mut rest)?),
            Some(c) => take(c),
        }
    }
}

fn until_quote(rest: &mut Chars<'_>, take: &mut impl FnMut(char)) -> Result<(), BadLine> {
    loop {
        match rest.next().ok_or(BadLine)? {
            '\'' => return Ok(()),
            c => take(c),
        }
    }
}

fn until_double_quote(rest: &mut Chars<'_>, take: &mut impl FnMut(char)) -> Result<(), BadLine> {
    loop {
        match rest.next().ok_or(BadLine)? {
            '"' => return Ok(()),
            '\\' => take(escape(rest)?),
            c => take(c),
        }
    }
}

fn escape(rest: &mut Chars<'_>) -> Result<char, BadLine> {
    match rest.next() {
        Some('n') => Ok('\n'),
        Some(c @ ('\\' | '\'' | '"' | '$' | ' ')) => Ok(c),
        _ => Err(BadLine),
    }
}

fn skip_blanks(text: &str) -> &str {
    text.trim_start_matches([' ', '\t'])
}

fn after_line(text: &str) -> &str {
    text.split_once('\n').map_or("", |(_, after)| after)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> (Vec<(usize, String, String)>, Vec<usize>) {
        let Dotenv { entries, bad_lines } = Dotenv::parse(text);
        let plain = |entry: Entry| {
            (
                entry.line,
                entry.name,
                entry.value.expose_secret().to_owned(),
            )
        };
        (entries.into_iter().map(plain).collect(), bad_lines)
    }

    #[test]
    fn reads_one_value() {
        let table = [
            ("A=1", "1"),
            ("A=", ""),
            ("A=   ", ""),
            ("  A = 1  ", "1"),
            ("export A=1", "1"),
            ("A=1 # said", "1"),
            ("A=1#said", "1#said"),
            ("A= # said", ""),
            ("A=pa$word", "pa$word"),
            ("A=\"pa${HOME}word\"", "pa${HOME}word"),
            ("A='it is # \\n'", "it is # \\n"),
            (r#"A="a\nb\"\\""#, "a\nb\"\\"),
            (r"A=s\ ix", "s ix"),
            ("A='fo'\"ur\"4", "four4"),
            ("A='two\nlines'", "two\nlines"),
            ("A=1\r\n", "1"),
            ("\u{feff}A=ü", "ü"),
        ];
        for (text, value) in table {
            assert_eq!(
                parse(text),
                (vec![(1, "A".into(), value.into())], vec![]),
                "{text}"
            );
        }
    }

    #[test]
    fn counts_lines_and_goes_on_after_a_bad_one() {
        let text = "# one\n\nA='3\n4'\nnonsense\n  # six\nB=7 7\n=8\nC=\\x\n1D=10\nE=11\nF='12\n";

        let (entries, bad_lines) = parse(text);

        let entry = |line, name: &str, value: &str| (line, name.to_owned(), value.to_owned());
        assert_eq!(entries, [entry(3, "A", "3\n4"), entry(11, "E", "11")]);
        assert_eq!(bad_lines, [5, 7, 8, 9, 10, 12]);
    }

    #[test]
    fn export_may_be_a_name() {
        assert_eq!(
            parse("export=1").0,
            [(1, "export".to_owned(), "1".to_owned())]
        );
    }

    /// Words on which the two agree: no `$`, no escaped blank at the end, which
    /// dotenvy trims, and no backslash or line break between single quotes, where
    /// its line splitter contradicts its parser.
    fn line() -> impl Strategy<Value = String> {
        let value = prop_oneof![
            "[a-z0-9#=:/@]{1,8}",
            "'[a-z0-9# =\"]{0,8}'",
            "\"[a-z0-9# =']{0,8}\"",
            r#""[a-z]{0,3}\\[n"\\ ][a-z]{0,3}""#,
            r"[a-z]{0,3}\\[n' ][a-z]{1,3}",
        ];
        let values = proptest::collection::vec(value, 0..3).prop_map(|parts| parts.concat());
        let line = (
            "(export )?",
            "[A-Z_][A-Z0-9_.]{0,5}",
            " ?= ?",
            values,
            "( +# [a-z]*)?",
        )
            .prop_map(|(export, name, equals, value, comment)| {
                format!("{export}{name}{equals}{value}{comment}")
            });
        prop_oneof![8 => line, 1 => "# [a-z]*", 1 => ""]
    }

    proptest! {
        #[test]
        fn reads_what_dotenvy_reads(lines in proptest::collection::vec(line(), 0..8)) {
            let text = lines.join("\n");
            let theirs: Result<Vec<_>, _> = dotenvy::from_read_iter(text.as_bytes()).collect();
            if let Ok(theirs) = theirs {
                let (ours, bad_lines) = parse(&text);
                let ours: Vec<_> = ours.into_iter().map(|(_, name, value)| (name, value)).collect();
                prop_assert_eq!(ours, theirs);
                prop_assert!(bad_lines.is_empty());
            }
        }

        #[test]
        fn takes_any_text(text in any::<String>(), noisy in "[A=' \"\\\\\n\r#$]{0,60}") {
            parse(&text);
            let (entries, bad_lines) = parse(&noisy);
            prop_assert!(entries.len() + bad_lines.len() <= noisy.split('\n').count());
        }
    }
}
