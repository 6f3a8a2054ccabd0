/// Whether `text` is a `b64token` of [RFC 6750 section 2.1].
///
/// [RFC 6750 section 2.1]: https://www.rfc-editor.org/rfc/rfc6750#section-2.1
pub(super) fn is_token(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    // Without a way out of the loop, many bytes are compared at once.
    let others = body.bytes().map(|byte| u8::from(!is_allowed(byte)));
    !body.is_empty() && others.fold(0, |any, is_other| any | is_other) == 0
}

const fn is_allowed(byte: u8) -> bool {
    let is_letter = (byte | 0x20).wrapping_sub(b'a') < 26;
    // `-`, `.`, `/` and the digits follow on each other.
    let is_digit_or_near = byte.wrapping_sub(b'-') < 13;
    is_letter | is_digit_or_near | (byte == b'_') | (byte == b'~') | (byte == b'+')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allows_letters_digits_and_six_marks() {
        for byte in 0..=u8::MAX {
            let expected = byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
            assert_eq!(is_allowed(byte), expected, "{byte:#x}");
        }
    }

    #[test]
    fn takes_the_alphabet_and_padding_at_the_end() {
        for token in ["a", "a.b.c", "A-Z_~+/0=", "a=="] {
            assert!(is_token(token), "{token}");
        }
        for token in [
            "", "=", "a=b", "a b", "a,b", "a\"", "a;", "a%3d", "\u{e9}", "a\t",
        ] {
            assert!(!is_token(token), "{token:?}");
        }
    }
}
