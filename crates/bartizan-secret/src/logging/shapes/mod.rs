mod field;
mod key;
mod pem;
mod quoted;
mod scan;
#[cfg(test)]
mod tests;
mod token;

use std::ops::Range;

use self::field::field_value;
use self::key::{is_aws_key, is_key};
use self::pem::private_key;
use self::scan::{after, escape_length, is_word};
use self::token::token_start;

/// Finds what has the shape of a credential, in one pass over the text.
pub(crate) fn shapes(text: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        if *byte == 0x1b {
            at += escape_length(after(text, at));
        } else if is_word(*byte) {
            let length = after(text, at)
                .iter()
                .take_while(|byte| is_word(**byte))
                .count();
            let end = at + length;
            let next = word(text, at..end, &mut found);
            at = next.max(end);
        } else {
            at += 1;
        }
    }
    found
}

/// Judges one word, and returns where the search goes on.
fn word(text: &[u8], word: Range<usize>, found: &mut Vec<Range<usize>>) -> usize {
    let letters = text.get(word.clone()).unwrap_or_default();
    if let Some(whole) = private_key(text, &word).or_else(|| field_value(text, &word)) {
        let end = whole.end;
        found.push(whole);
        return end;
    }
    if let Some(start) = token_start(letters) {
        found.push(word.start + start..word.end);
        return word.end;
    }
    let mut start = word.start;
    for part in letters.split(|byte| *byte == b'.') {
        if is_key(part) || is_aws_key(part) {
            found.push(start..start + part.len());
        }
        start += part.len() + 1;
    }
    word.end
}
