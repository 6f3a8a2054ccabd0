//! Whether a text is a URI ([RFC 3986]).
//!
//! [RFC 3986]: https://www.rfc-editor.org/rfc/rfc3986

/// Returns whether `text` has a scheme, something after it, and no character that a
/// URI does not have.
pub(crate) fn is_absolute(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let mut scheme = scheme.bytes();
    let begins = scheme.next().is_some_and(|byte| byte.is_ascii_alphabetic());
    begins
        && scheme.all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        && !rest.is_empty()
        && is_spelt(rest)
}

/// Returns whether a URI or a relative reference can be spelt so.
pub(crate) fn is_reference(text: &str) -> bool {
    !text.is_empty() && is_spelt(text)
}

/// Returns whether `text` needs no escaping anywhere in a URI.
pub(crate) fn is_unreserved(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

fn is_spelt(text: &str) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let is_fit = match byte {
            b'%' => [bytes.next(), bytes.next()]
                .iter()
                .all(|digit| digit.is_some_and(|digit| digit.is_ascii_hexdigit())),
            byte => byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=".contains(&byte),
        };
        if !is_fit {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_uris_from_other_text() {
        let cases = [
            ("https://example.com/problems/", true, true),
            ("https://example.com/problems#", true, true),
            ("tag:example.com,2026:", true, true),
            ("urn:example:%2f", true, true),
            ("about:blank", true, true),
            ("/problems/x", false, true),
            ("x", false, true),
            ("1https://example.com", false, true),
            ("https:", false, true),
            ("", false, false),
            ("https://example.com/a b", false, false),
            ("https://example.com/%2", false, false),
            ("https://example.com/%zz", false, false),
            ("https://ex\u{e4}mple.com", false, false),
            ("https://example.com/\"", false, false),
        ];

        for (text, absolute, reference) in cases {
            assert_eq!(is_absolute(text), absolute, "{text}");
            assert_eq!(is_reference(text), reference, "{text}");
        }
        assert!(is_unreserved("quota-exceeded") && !is_unreserved("a/b") && !is_unreserved(""));
    }
}
