use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// The texts in which a secret is met in logs, but for percent-encoding, whose
/// client chooses what it encodes, and for what is escaped more than once.
pub(crate) fn forms(secret: &[u8]) -> Vec<Vec<u8>> {
    let mut forms = vec![secret.to_vec()];
    base64_forms(secret, &mut forms);
    forms.push(hex(secret).into_bytes());
    forms.push(hex(secret).to_ascii_uppercase().into_bytes());
    let list = format!("{secret:?}");
    forms.push(list.trim_matches(['[', ']']).as_bytes().to_vec());
    if let Ok(text) = str::from_utf8(secret) {
        // Twice, too: without backslashes, too little of a short one may be left.
        for once in [debug(text), json(text)] {
            forms.extend([debug(&once), json(&once), once].map(String::into_bytes));
        }
    }
    forms.sort();
    forms.dedup();
    forms
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

/// As inside the quotes of `Debug`.
fn debug(text: &str) -> String {
    let quoted = format!("{text:?}");
    let inner = quoted
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    inner.unwrap_or(text).to_owned()
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
        let table: [(&str, &[&str]); 3] = [
            ("a\"b\\c\nd", &[r#"a\"b\\c\nd"#]),
            (
                "hunter2",
                &["aHVudGVyM", "h1bnRlcj", "odW50ZXIy", "68756e74657232"],
            ),
            (
                "kéy>?",
                &["a8OpeT4/", "a8OpeT4_", "107, 195, 169, 121, 62, 63"],
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
