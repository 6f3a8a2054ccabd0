use std::ops::Range;

use super::scan::{after, skip};

const BEGIN: &[u8] = b"-----BEGIN";
const END: &[u8] = b"-----END ";
const PRIVATE_KEY: &[u8] = b"PRIVATE KEY";
/// The longest label of a PEM block that is looked at.
const MAX_LABEL: usize = 64;

/// The block that begins at the end of this word.
pub(super) fn private_key(text: &[u8], word: &Range<usize>) -> Option<Range<usize>> {
    let letters = text.get(word.clone())?;
    (letters.ends_with(BEGIN) && is_private_key(after(text, word.end)))
        .then(|| word.end - BEGIN.len()..private_key_end(text, word.end))
}

/// Whether the PEM label of a private key follows (RFC 7468, section 3).
fn is_private_key(text: &[u8]) -> bool {
    let label = text.get(..text.len().min(MAX_LABEL)).unwrap_or_default();
    let label = label.split(|byte| *byte == b'-').next().unwrap_or_default();
    label
        .windows(PRIVATE_KEY.len())
        .any(|part| part == PRIVATE_KEY)
}

/// Where the block ends; without an end, it is all that follows.
fn private_key_end(text: &[u8], start: usize) -> usize {
    let rest = after(text, start);
    let Some(end) = rest.windows(END.len()).position(|part| part == END) else {
        return text.len();
    };
    let label = start + end + END.len();
    let dashes = skip(text, label, |byte| {
        byte.is_ascii_uppercase() || byte == b' '
    });
    skip(text, dashes, |byte| byte == b'-')
}
