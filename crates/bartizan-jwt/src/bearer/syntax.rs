/// Whether `text` is a `b64token` of [RFC 6750 section 2.1].
///
/// [RFC 6750 section 2.1]: https://www.rfc-editor.org/rfc/rfc6750#section-2.1
pub(super) fn is_token(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    !body.is_empty() && body.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

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
