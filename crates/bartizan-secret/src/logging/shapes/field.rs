use std::ops::Range;

use super::quoted::{bracketed, line_end, quoted};
use super::scan::{after, is_blank, is_quote, is_word, run, skip, skip_space};

/// What the names of header fields whose value is a credential end in.
const FIELDS: [&str; 3] = ["authorization", "cookie", "x-api-key"];
/// What variables' names have after the field's.
const ENDINGS: [&str; 3] = ["-header", "-headers", "-value"];
/// What a list of pairs calls the other half of a pair.
const VALUES: [&str; 2] = ["value", "values"];

/// The value after this word, if it is the name of such a field: what is between
/// quotes or brackets, or else all up to the end of the line.
pub(super) fn field_value(text: &[u8], word: &Range<usize>) -> Option<Range<usize>> {
    let letters = text.get(word.clone())?;
    let name_end = word.start + name_length(letters)?;
    let from = skip_reference(text, separator(text, name_end)?);
    match text.get(from) {
        Some(b'[' | b'(' | b'{') => Some(bracketed(text, from + 1)),
        _ if after(text, from).starts_with(b"Some(") => Some(bracketed(text, from + 5)),
        _ => Some(quoted(text, from).unwrap_or_else(|| from..line_end(text, from))),
    }
}

/// The length of a name from the list, alone or at the end of another name, such
/// as `http.request.header.set_cookie` or `HTTP_COOKIE`.
fn name_length(word: &[u8]) -> Option<usize> {
    // The hyphen of `name->value`.
    let whole = word.strip_suffix(b"-").unwrap_or(word);
    let bare = ENDINGS.iter().find_map(|ending| before(whole, ending));
    let name = bare.unwrap_or(whole);
    let is_field = |field: &&str| {
        let before = before(name, field);
        before.is_some_and(|before| matches!(before.last(), None | Some(b'-' | b'.' | b'_')))
    };
    FIELDS.iter().any(is_field).then_some(whole.len())
}

/// What stands before this ending, letter case and kinds of hyphens aside.
fn before<'n>(name: &'n [u8], ending: &str) -> Option<&'n [u8]> {
    let same = |(a, b): (&u8, u8)| a.eq_ignore_ascii_case(&b) || (*a == b'_' && b == b'-');
    let (before, end) = name.split_at_checked(name.len().checked_sub(ending.len())?)?;
    end.iter().zip(ending.bytes()).all(same).then_some(before)
}

/// Where the separator between a name and its value ends.
fn separator(text: &[u8], name_end: usize) -> Option<usize> {
    let index = index_length(after(text, name_end));
    let at = skip(text, name_end + index, closes_name);
    let was_quoted = text.get(name_end..at)?.iter().copied().any(is_quote);
    let rest = after(text, at);
    if rest.starts_with(b"::") {
        // A path in code, not a name.
        return None;
    }
    if rest.starts_with(b"=>") || rest.starts_with(b"->") {
        return Some(at + 2);
    }
    match rest.first()? {
        b':' | b'=' => Some(at + 1),
        b',' => named_value(text, at + 1).or(was_quoted.then_some(at + 1)),
        _ => named_value(text, at),
    }
}

fn closes_name(byte: u8) -> bool {
    is_quote(byte) || is_blank(byte) || matches!(byte, b'\\' | b']')
}

/// The length of `[0]`.
fn index_length(text: &[u8]) -> usize {
    let digits = run(text, 1, |byte| byte.is_ascii_digit());
    if text.first() == Some(&b'[') && text.get(digits + 1) == Some(&b']') {
        digits + 2
    } else {
        0
    }
}

/// Where `"value":` ends, if it is what follows.
fn named_value(text: &[u8], from: usize) -> Option<usize> {
    let quote = skip_space(text, from);
    let start = skip(text, quote, |byte| is_quote(byte) || byte == b'\\');
    let end = start + run(text, start, is_word);
    let word = text.get(start..end)?;
    let is_value = |value: &&str| word.eq_ignore_ascii_case(value.as_bytes());
    let at = skip(text, end, closes_name);
    let is_separated = matches!(text.get(at)?, b':' | b'=');
    (VALUES.iter().any(is_value) && is_separated).then_some(at + 1)
}

/// The place after blanks and `&`, and after the `>` of `"value"=>`.
fn skip_reference(text: &[u8], from: usize) -> usize {
    let mut at = from + usize::from(text.get(from) == Some(&b'>'));
    loop {
        at = skip_space(text, at);
        if text.get(at) != Some(&b'&') {
            return at;
        }
        at += 1;
    }
}
