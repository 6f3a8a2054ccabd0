use std::ops::Range;

use super::scan::{after, is_quote, is_word, run, skip, skip_space};

/// What is between quotes here, however often they are escaped. Where it is not
/// sure which quote is the last one, it is all up to the end of the line.
pub(super) fn quoted(text: &[u8], from: usize) -> Option<Range<usize>> {
    let depth = run(text, from, |byte| byte == b'\\');
    let quote = text
        .get(from + depth)
        .copied()
        .filter(|byte| is_quote(*byte))?;
    let start = from + depth + 1;
    Some(start..closing_quote(text, start, quote, depth))
}

/// All up to the bracket that closes what was opened before this place; without
/// one, all that follows.
pub(super) fn bracketed(text: &[u8], start: usize) -> Range<usize> {
    let mut depth = 1_usize;
    let mut at = start;
    while let Some(byte) = text.get(at) {
        match byte {
            b'[' | b'(' | b'{' => depth += 1,
            b']' | b')' | b'}' => depth -= 1,
            b'\\' | b'"' | b'\'' => {
                let backslashes = run(text, at, |byte| byte == b'\\');
                let end = quoted(text, at).map(|quoted| after_quote(text, quoted.end));
                at = end.unwrap_or(at + backslashes.max(1));
                continue;
            }
            _ => {}
        }
        if depth == 0 {
            return start..at;
        }
        at += 1;
    }
    start..text.len()
}

/// The end of the line, and of those after it that begin with a blank: so a field
/// goes on in a request (RFC 9112, section 5.2).
pub(super) fn line_end(text: &[u8], from: usize) -> usize {
    let mut at = from;
    loop {
        at += run(text, at, |byte| byte != b'\n');
        if !matches!(text.get(at + 1), Some(b' ' | b'\t')) {
            return at.min(text.len());
        }
        at += 1;
    }
}

/// Finds the quote that ends the value. It has as many backslashes as the first
/// one, or fewer when it ends what the value is quoted in.
fn closing_quote(text: &[u8], from: usize, quote: u8, depth: usize) -> usize {
    let mut backslashes = 0;
    let mut has_inner = false;
    for (length, byte) in after(text, from).iter().enumerate() {
        let at = from + length;
        let closes =
            (*byte == quote && backslashes == depth) || (*byte == b'"' && backslashes < depth);
        match byte {
            b'\n' => break,
            b'\\' => {
                backslashes += 1;
                continue;
            }
            _ if closes && ends_value(text, at + 1, depth, has_inner) => return at - backslashes,
            _ => has_inner |= closes,
        }
        backslashes = 0;
    }
    line_end(text, from)
}

/// The place after the backslashes and the quote that end a value.
fn after_quote(text: &[u8], end: usize) -> usize {
    let quote = end + run(text, end, |byte| byte == b'\\');
    let is_quoted = text.get(quote).copied().is_some_and(is_quote);
    quote + usize::from(is_quoted)
}

/// Whether what follows a quote shows that it was the last one. After a quote
/// within the value only the end of the line does.
fn ends_value(text: &[u8], at: usize, depth: usize, has_inner: bool) -> bool {
    let at = skip(text, at, |_| false);
    match text.get(at) {
        None | Some(b'\n') => return true,
        Some(b'\r') => return text.get(at + 1) == Some(&b'\n'),
        _ if has_inner => return false,
        Some(b'}' | b']' | b')') => return true,
        _ if depth > 0 && quote_depth(text, at).is_some_and(|outer| outer < depth) => return true,
        _ => {}
    }
    let blank = skip_space(text, at);
    let has_comma = text.get(blank) == Some(&b',');
    let next = skip_space(text, blank + usize::from(has_comma));
    match text.get(next) {
        None | Some(b'\r' | b'\n' | b'}' | b']' | b')') => true,
        Some(_) if has_comma && quote_depth(text, next).is_some() => true,
        Some(_) => next > at && is_named(text, next),
    }
}

/// How many backslashes stand before the quote here.
fn quote_depth(text: &[u8], at: usize) -> Option<usize> {
    let depth = run(text, at, |byte| byte == b'\\');
    let quote = text.get(at + depth)?;
    is_quote(*quote).then_some(depth)
}

/// Whether `name=` or `name:` is here.
fn is_named(text: &[u8], at: usize) -> bool {
    let length = run(text, at, is_word);
    let end = skip(text, at + length, |_| false);
    let is_separator = matches!(text.get(end), Some(b'=' | b':'));
    length > 0 && is_separator && !after(text, end).starts_with(b"::")
}
