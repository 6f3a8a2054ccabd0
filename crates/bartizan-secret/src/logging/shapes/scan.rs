/// The characters of names and keys.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_')
}

pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

pub(super) fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'')
}

/// The length of an ANSI colour, which may stand between a field and its value,
/// and which would seem a part of the word after it.
pub(super) fn escape_length(text: &[u8]) -> usize {
    let Some(parameters) = text.strip_prefix(b"\x1b[") else {
        return 1;
    };
    let is_parameter = |byte: &&u8| byte.is_ascii_digit() || **byte == b';';
    let length = parameters.iter().take_while(is_parameter).count();
    if parameters.get(length) == Some(&b'm') {
        length + 3
    } else {
        1
    }
}

/// The first place from here on that the test does not hold for.
pub(super) fn skip(text: &[u8], from: usize, test: impl Fn(u8) -> bool) -> usize {
    let mut at = from;
    while let Some(byte) = text.get(at) {
        if *byte == 0x1b {
            at += escape_length(after(text, at));
        } else if test(*byte) {
            at += 1;
        } else {
            break;
        }
    }
    at.min(text.len())
}

pub(super) fn after(text: &[u8], at: usize) -> &[u8] {
    text.get(at..).unwrap_or_default()
}

/// How many of these follow.
pub(super) fn run(text: &[u8], from: usize, test: impl Fn(u8) -> bool) -> usize {
    after(text, from)
        .iter()
        .take_while(|byte| test(**byte))
        .count()
}

/// The place after blanks, and after line breaks before what goes on: a line that
/// begins with a blank, a quote or a bracket. `\n` counts, however often escaped.
pub(super) fn skip_space(text: &[u8], from: usize) -> usize {
    let goes_on = |byte: u8| is_blank(byte) || is_quote(byte) || b"\\[](){}\r\n".contains(&byte);
    let mut at = from;
    loop {
        at = skip(text, at, is_blank);
        let is_next = |at: usize| text.get(at).copied().is_some_and(goes_on);
        match text.get(at) {
            Some(b'\r' | b'\n') if is_next(at + 1) => at += 1,
            Some(b'\\') => {
                let end = at + run(text, at, |byte| byte == b'\\');
                if !matches!(text.get(end), Some(b'n' | b'r' | b't')) {
                    return at;
                }
                at = end + 1;
            }
            _ => return at,
        }
    }
}
