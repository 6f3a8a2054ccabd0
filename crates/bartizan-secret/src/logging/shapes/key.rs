/// The fewest letters and digits that look drawn by lot.
const MIN_DRAWN: usize = 24;
/// Beginnings of keys that may be shorter or look like names, and the fewest
/// characters after them.
const MARKS: [(&[u8], usize); 2] = [(b"AIza", 35), (b"glpat-", 20)];

/// `prefix_` and at least 24 letters and digits that look drawn by lot: not a
/// hexadecimal number, which identifiers of requests are, and not a name.
pub(super) fn is_key(word: &[u8]) -> bool {
    let is_separator = |byte: &u8| matches!(byte, b'_' | b'-');
    let parts = || word.split(is_separator).skip(1);
    // What is drawn from the letters of base64url has separators in it.
    let mixed = parts().filter(|part| is_mixed(part)).map(<[u8]>::len);
    let is_marked = |(mark, length): &(&[u8], usize)| {
        let rest = word.strip_prefix(*mark);
        rest.is_some_and(|rest| rest.len() >= *length)
    };
    let has_prefix = word.first().is_some_and(u8::is_ascii_alphabetic);
    has_prefix
        && (parts().any(is_drawn)
            || mixed.sum::<usize>() >= MIN_DRAWN
            || MARKS.iter().any(is_marked))
}

fn is_drawn(part: &[u8]) -> bool {
    let has = |is: fn(&u8) -> bool| part.iter().any(is);
    let has_both_cases = has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
    let is_hex = part.iter().all(u8::is_ascii_hexdigit) && !has_both_cases;
    let has_both_kinds = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    let is_long = has_both_cases && part.len() >= 36;
    part.len() >= MIN_DRAWN && !is_hex && (has_both_kinds || is_long)
}

/// Lower case, upper case and digits.
fn is_mixed(part: &[u8]) -> bool {
    let has = |is: fn(&u8) -> bool| part.iter().any(is);
    has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit)
}

/// The identifier of an AWS access key.
pub(super) fn is_aws_key(word: &[u8]) -> bool {
    let is_digit = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    word.len() == 20
        && (word.starts_with(b"AKIA") || word.starts_with(b"ASIA"))
        && word.iter().all(is_digit)
}
