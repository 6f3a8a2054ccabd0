use std::ops::Range;

/// How often percent-encoded text that is itself in percent-encoded text is
/// looked through.
const MAX_LEVELS: usize = 3;

/// A text as it was before it was escaped, and where each byte of it came from.
pub(crate) struct View {
    bytes: Vec<u8>,
    /// Where each byte begins in the text, and the end of the text.
    starts: Vec<usize>,
}

impl View {
    fn of(text: &[u8]) -> Self {
        Self {
            bytes: text.to_vec(),
            starts: (0..=text.len()).collect(),
        }
    }

    fn with_room(length: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(length),
            starts: Vec::with_capacity(length + 1),
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The part of the text that this part of the view came from.
    pub(crate) fn source(&self, range: &Range<usize>) -> Range<usize> {
        self.start(range.start)..self.start(range.end)
    }

    /// Where this byte of the view begins in the text.
    pub(crate) fn start(&self, at: usize) -> usize {
        let end = self.starts.last().copied().unwrap_or_default();
        self.starts.get(at).copied().unwrap_or(end)
    }

    fn push(&mut self, bytes: &[u8], start: usize) {
        self.bytes.extend_from_slice(bytes);
        self.starts.extend(bytes.iter().map(|_| start));
    }

    /// Without one level of percent-encoding, whatever the set that the encoder
    /// has; nothing when there is none.
    fn percent_decoded(&self) -> Option<Self> {
        if !self.bytes.contains(&b'%') {
            return None;
        }
        let mut decoded = Self::with_room(self.bytes.len());
        let mut rest = self.bytes.as_slice();
        let mut at = 0;
        while let Some(byte) = rest.first() {
            let digits = rest.get(1..3).filter(|_| *byte == b'%');
            let (byte, length) = match digits.and_then(number) {
                Some(code) => (u8::try_from(code).unwrap_or(*byte), 3),
                None => (*byte, 1),
            };
            decoded.push(&[byte], self.start(at));
            at += length;
            rest = rest.get(length..).unwrap_or_default();
        }
        decoded.starts.push(self.start(at));
        (decoded.bytes.len() < self.bytes.len()).then_some(decoded)
    }

    /// Without any backslashes, so that it is the same however often the text was
    /// escaped, and with a blank for each `+`.
    ///
    /// What `\n` stands for cannot be told apart from an `n` after backslashes,
    /// so that both become `n`.
    fn unescaped(&self) -> Self {
        let mut unescaped = Self::with_room(self.bytes.len());
        let mut at = 0;
        while let Some(byte) = self.bytes.get(at) {
            let start = self.start(at);
            if *byte != b'\\' {
                unescaped.push(&[folded(*byte)], start);
                at += 1;
                continue;
            }
            at += backslashes(self.after(at));
            if let Some((c, length)) = escaped_char(self.after(at)) {
                let mut utf8 = [0; 4];
                let utf8 = c.encode_utf8(&mut utf8).as_bytes();
                utf8.iter()
                    .for_each(|byte| unescaped.push(&[folded(*byte)], start));
                at += length;
            } else if let Some((byte, length)) = escaped_byte(self.after(at)) {
                unescaped.push(&[folded(byte)], start);
                at += length;
            } else if let Some(byte) = self.bytes.get(at) {
                unescaped.push(&[folded(*byte)], start);
                at += 1;
            }
        }
        unescaped.starts.push(self.start(self.bytes.len()));
        unescaped
    }

    fn after(&self, at: usize) -> &[u8] {
        self.bytes.get(at..).unwrap_or_default()
    }
}

/// A text, with and without backslashes, before each level of percent-encoding.
pub(crate) struct Level {
    pub(crate) plain: View,
    pub(crate) unescaped: View,
}

/// All levels of a text that has any. The first is the text itself.
pub(crate) fn levels(text: &[u8]) -> Vec<Level> {
    let is_escaped = |byte: &u8| matches!(byte, b'\\' | b'%' | b'+');
    let mut next = text.iter().any(is_escaped).then(|| View::of(text));
    let mut levels = Vec::new();
    while let Some(plain) = next {
        next = plain
            .percent_decoded()
            .filter(|_| levels.len() < MAX_LEVELS);
        let unescaped = plain.unescaped();
        levels.push(Level { plain, unescaped });
    }
    levels
}

/// What to look for in the unescaped view of a text.
pub(crate) fn unescaped(pattern: &[u8]) -> Vec<u8> {
    View::of(pattern).unescaped().bytes
}

/// What a byte becomes in an unescaped view.
fn folded(byte: u8) -> u8 {
    match byte {
        b'+' => b' ',
        b'\0' => b'0',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x8 => b'b',
        0xc => b'f',
        byte => byte,
    }
}

fn backslashes(text: &[u8]) -> usize {
    text.iter().take_while(|byte| **byte == b'\\').count()
}

/// `u{301}` or `u0301`, with its length; two of the latter may be one character.
fn escaped_char(text: &[u8]) -> Option<(char, usize)> {
    const LONGEST: usize = 6;

    let digits = text.strip_prefix(b"u")?;
    if let Some(digits) = digits.strip_prefix(b"{") {
        let length = digits.iter().take(LONGEST + 1).position(|b| *b == b'}')?;
        let c = char::from_u32(number(digits.get(..length)?)?)?;
        return Some((c, length + 3));
    }
    let code = number(digits.get(..4)?)?;
    if let Some(c) = char::from_u32(code) {
        return Some((c, 5));
    }
    let second = digits.get(4..)?;
    let between = backslashes(second);
    let second = second.get(between..)?.strip_prefix(b"u")?.get(..4)?;
    let units = [code, number(second)?].map(|unit| u16::try_from(unit).unwrap_or_default());
    let c = char::decode_utf16(units).next()?.ok()?;
    Some((c, 5 + between + 5))
}

/// `x1b`, with its length.
fn escaped_byte(text: &[u8]) -> Option<(u8, usize)> {
    let digits = text.strip_prefix(b"x")?.get(..2)?;
    Some((u8::try_from(number(digits)?).ok()?, 3))
}

fn number(digits: &[u8]) -> Option<u32> {
    let digits = str::from_utf8(digits).ok()?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_number.then(|| u32::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn undoes_escapes_however_often_they_were_applied() {
        let table = [
            (r#"a\"b"#, "a\"b"),
            (r#"a\\\"b"#, "a\"b"),
            (r"a\nb", "anb"),
            ("a\nb", "anb"),
            (r"a\\\\u{301}b\u0301c", "a\u{301}b\u{301}c"),
            (r"\\ud83e\\udd80\x41", "\u{1f980}A"),
            (r"\ud83e \u{zz} \u12 \xf", "ud83e u{zz} u12 xf"),
            (r"a+b\", "a b"),
        ];
        for (text, expected) in table {
            let shown = unescaped(text.as_bytes());
            assert_eq!(String::from_utf8(shown).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn undoes_each_level_of_percent_encoding() {
        let texts = |text: &str| {
            let levels = levels(text.as_bytes());
            let texts = levels.into_iter().map(|level| level.plain.bytes);
            texts
                .map(|text| String::from_utf8(text).unwrap())
                .collect::<Vec<_>>()
        };

        assert_eq!(texts("a b"), [""; 0]);
        assert_eq!(texts("100% %zz %4"), ["100% %zz %4"]);
        assert_eq!(texts("a%252Fb"), ["a%252Fb", "a%2Fb", "a/b"]);
        assert_eq!(texts("%25252525").len(), MAX_LEVELS + 1);
    }

    #[test]
    fn knows_where_everything_came_from() {
        let text = br#"x%5C%22\"y"#;
        let levels = levels(text);
        let last = &levels.last().unwrap().unescaped;

        assert_eq!(last.bytes(), b"x\"\"y");
        assert_eq!(last.source(&(1..2)), 1..7);
        assert_eq!(last.source(&(2..3)), 7..9);
        assert_eq!(last.source(&(3..4)), 9..10);
    }

    proptest! {
        #[test]
        fn takes_any_text(text in any::<Vec<u8>>(), noisy in r"(\\|%|u|x|\{|\}|[0-9a-f]|d83e|25){0,60}") {
            for text in [text.as_slice(), noisy.as_bytes()] {
                for level in levels(text) {
                    for view in [level.plain, level.unescaped] {
                        prop_assert_eq!(view.starts.len(), view.bytes.len() + 1);
                        prop_assert!(view.starts.is_sorted());
                        prop_assert_eq!(view.start(usize::MAX), text.len());
                    }
                }
            }
        }
    }
}
