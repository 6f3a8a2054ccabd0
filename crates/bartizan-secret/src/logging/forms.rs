use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

/// What RFC 3986 leaves as it is.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
/// What browsers' `encodeURIComponent` leaves as it is.
const COMPONENT: &AsciiSet = &UNRESERVED
    .remove(b'!')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*');
/// What forms leave as they are, but for the blank.
const FORM: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'*');

/// The texts in which a secret is met in logs.
pub(crate) fn forms(secret: &[u8]) -> Vec<Vec<u8>> {
    let mut forms = vec![secret.to_vec()];
    percent_forms(secret, &mut forms);
    base64_forms(secret, &mut forms);
    forms.push(hex(secret).into_bytes());
    forms.push(hex(secret).to_ascii_uppercase().into_bytes());
    let list = format!("{secret:?}");
    forms.push(list.trim_matches(['[', ']']).as_bytes().to_vec());
    if let Ok(text) = str::from_utf8(secret) {
        let quoted = format!("{text:?}");
        let inner = quoted
            .strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'));
        forms.extend(inner.map(|text| text.as_bytes().to_vec()));
        forms.push(json(text).into_bytes());
    }
    forms.sort();
    forms.dedup();
    forms
}

fn percent_forms(secret: &[u8], forms: &mut Vec<Vec<u8>>) {
    for set in [NON_ALPHANUMERIC, UNRESERVED, COMPONENT, FORM] {
        let upper = percent_encode(secret, set).to_string();
        let lower = lower_escapes(&upper);
        forms.extend([upper, lower].map(|text| text.replace("%20", "+").into_bytes()));
        let upper = percent_encode(secret, set).to_string();
        forms.push(lower_escapes(&upper).into_bytes());
        forms.push(upper.into_bytes());
    }
}

/// `%2F` as `%2f`.
fn lower_escapes(text: &str) -> String {
    let mut digits = 0;
    let lower = |c: char| {
        let is_digit = digits > 0;
        digits = if c == '%' {
            2
        } else {
            u8::saturating_sub(digits, 1)
        };
        if is_digit { c.to_ascii_lowercase() } else { c }
    };
    text.chars().map(lower).collect()
}

/// The characters of base64 that the secret alone decides, whatever stands
/// before it: a password is met at the end of `user:password`.
fn base64_forms(secret: &[u8], forms: &mut Vec<Vec<u8>>) {
    for (before, unsure) in [(0, 0), (1, 2), (2, 3)] {
        let bytes = [&vec![0; before], secret].concat();
        let sure = bytes.len() * 8 / 6;
        for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            let text = engine.encode(&bytes);
            forms.extend(text.get(unsure..sure).map(|text| text.as_bytes().to_vec()));
        }
    }
}

fn hex(secret: &[u8]) -> String {
    secret.iter().fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

/// As inside a JSON string (RFC 8259, section 7), the way serde writes it.
fn json(text: &str) -> String {
    let mut json = String::new();
    for c in text.chars() {
        match c {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            '\u{8}' => json.push_str("\\b"),
            '\u{c}' => json.push_str("\\f"),
            c if u32::from(c) < 0x20 => {
                let _infallible = write!(json, "\\u{:04x}", u32::from(c));
            }
            c => json.push(c),
        }
    }
    json
}

#[cfg(test)]
mod tests {
    use super::forms;

    #[test]
    fn a_secret_is_met_in_many_forms() {
        let table: [(&str, &[&str]); 4] = [
            (
                "pass/wo rd",
                &[
                    "pass/wo rd",
                    "pass%2Fwo%20rd",
                    "pass%2fwo%20rd",
                    "pass%2Fwo+rd",
                ],
            ),
            ("a\"b\\c\nd", &[r#"a\"b\\c\nd"#]),
            (
                "hunter2",
                &["aHVudGVyM", "h1bnRlcj", "odW50ZXIy", "68756e74657232"],
            ),
            (
                "kéy>?",
                &[
                    "k%C3%A9y%3E%3F",
                    "a8OpeT4/",
                    "a8OpeT4_",
                    "107, 195, 169, 121, 62, 63",
                ],
            ),
        ];
        for (secret, expected) in table {
            let forms = forms(secret.as_bytes());
            for form in expected {
                assert!(
                    forms.contains(&form.as_bytes().to_vec()),
                    "{secret}: {form}"
                );
            }
        }
    }
}
