use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// `{"` in base64url, as the header of nearly every token begins.
const USUAL: &[u8] = b"eyJ";
/// `{` before a blank or a line break.
const SPACED: [&[u8]; 4] = [b"eyA", b"ewo", b"ew0", b"ewk"];
/// The shortest part that is looked at, in characters.
const MIN_PART: usize = 4;

/// A compact JWS or JWE: a base64url header `{"..` and at least two more parts,
/// or four of which the first is empty, as in a JWE with a `dir` key.
pub(super) fn token_start(word: &[u8]) -> Option<usize> {
    let is_dot = |byte: &u8| *byte == b'.';
    let mut dots_left = word.iter().filter(|byte| is_dot(byte)).count();
    let seconds = word.split(is_dot).skip(1);
    let thirds = word.split(is_dot).skip(2);
    let mut start = 0;
    for ((header, second), third) in word.split(is_dot).zip(seconds).zip(thirds) {
        let is_token = second.len() >= MIN_PART && dots_left >= 2
            || second.is_empty() && third.len() >= MIN_PART && dots_left >= 4;
        if let Some(at) = header_start(header).filter(|_| is_token) {
            return Some(start + at);
        }
        start += header.len() + 1;
        dots_left -= 1;
    }
    None
}

fn header_start(part: &[u8]) -> Option<usize> {
    let begins = |from: &[u8]| {
        from.starts_with(USUAL) && from.len() >= MIN_PART
            || SPACED.iter().any(|spaced| from.starts_with(spaced)) && is_object(from)
    };
    (0..part.len()).find(|at| part.get(*at..).is_some_and(begins))
}

/// Whether it stands for text with a quote early on: words such as `keyAgent`
/// do not.
fn is_object(base64: &[u8]) -> bool {
    const BEGINNING: usize = 16;

    let beginning = base64.get(..BEGINNING);
    let bytes = beginning.and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
    bytes.is_some_and(|bytes| {
        let is_text = |byte: &u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
        bytes.iter().all(is_text) && bytes.contains(&b'"')
    })
}
