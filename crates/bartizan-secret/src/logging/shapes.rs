use std::ops::Range;

/// Names of header fields whose value is a credential.
const FIELDS: [&str; 5] = [
    "authorization",
    "cookie",
    "proxy-authorization",
    "set-cookie",
    "x-api-key",
];
const BEGIN: &[u8] = b"-----BEGIN";
const END: &[u8] = b"-----END ";
const PRIVATE_KEY: &[u8] = b"PRIVATE KEY";
/// The longest label of a PEM block that is looked at.
const MAX_LABEL: usize = 64;

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
    if letters.ends_with(BEGIN) && is_private_key(after(text, word.end)) {
        let end = private_key_end(text, word.end);
        found.push(word.end - BEGIN.len()..end);
        return end;
    }
    if is_field(letters)
        && let Some(value) = field_value(text, word.end)
    {
        found.push(value.clone());
        return value.end;
    }
    if let Some(start) = jwt_start(letters) {
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

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_')
}

/// A name from the list, alone or at the end of a path such as
/// `http.request.header.set_cookie`.
fn is_field(word: &[u8]) -> bool {
    let name = word.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    let same = |(a, b): (&u8, u8)| a.eq_ignore_ascii_case(&b) || (*a == b'_' && b == b'-');
    FIELDS
        .iter()
        .any(|field| name.len() == field.len() && name.iter().zip(field.bytes()).all(same))
}

/// The value after a field's name: what is between quotes, however often they
/// are escaped, or else all up to the end of the line.
fn field_value(text: &[u8], name_end: usize) -> Option<Range<usize>> {
    let closing = skip(text, name_end, |byte| {
        matches!(byte, b'"' | b'\'' | b'\\' | b' ' | b'\t')
    });
    let was_quoted = after(text, name_end)
        .iter()
        .take(closing - name_end)
        .any(|b| *b == b'"');
    match text.get(closing)? {
        b':' | b'=' => {}
        b',' if was_quoted => {}
        _ => return None,
    }
    let opening = skip(text, closing + 1, |byte| matches!(byte, b' ' | b'\t'));
    let start = skip(text, opening, |byte| byte == b'\\');
    match text.get(start) {
        Some(quote @ (b'"' | b'\'')) => {
            let end = closing_quote(text, start + 1, *quote, start - opening);
            Some(start + 1..end)
        }
        _ => Some(opening..line_end(text, opening)),
    }
}

/// Finds the quote behind as many backslashes as the opening one, or the end of
/// the line.
fn closing_quote(text: &[u8], from: usize, quote: u8, backslashes: usize) -> usize {
    let mut run = 0;
    for (length, byte) in after(text, from).iter().enumerate() {
        match byte {
            b'\n' => return from + length,
            b'\\' => run += 1,
            byte if *byte == quote && run == backslashes => return from + length - backslashes,
            _ => run = 0,
        }
    }
    text.len()
}

fn line_end(text: &[u8], from: usize) -> usize {
    from + after(text, from)
        .iter()
        .take_while(|byte| **byte != b'\n')
        .count()
}

/// A compact JWS or JWE: a base64url header `{"..` and at least two more parts.
fn jwt_start(word: &[u8]) -> Option<usize> {
    let is_dot = |byte: &u8| *byte == b'.';
    let mut start = 0;
    let mut parts = word.split(is_dot).zip(word.split(is_dot).skip(1));
    let mut dots_left = word.iter().filter(|byte| is_dot(byte)).count();
    parts.find_map(|(header, payload)| {
        let at = header.windows(3).position(|three| three == b"eyJ");
        let at = at.filter(|at| header.len() - at > 3 && payload.len() > 3 && dots_left > 1);
        let found = at.map(|at| start + at);
        start += header.len() + 1;
        dots_left -= 1;
        found
    })
}

/// `prefix_` and at least 24 letters and digits that look drawn by lot: not a
/// hexadecimal number, which identifiers of requests are, and not a name.
fn is_key(word: &[u8]) -> bool {
    let is_separator = |byte: &u8| matches!(byte, b'_' | b'-');
    let Some(separator) = word.iter().rposition(is_separator) else {
        return false;
    };
    let tail = after(word, separator + 1);
    let has = |is: fn(&u8) -> bool| tail.iter().any(is);
    let is_hex = tail.iter().all(u8::is_ascii_hexdigit)
        && !(has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase));
    let has_prefix = word.first().is_some_and(u8::is_ascii_alphabetic);
    let is_drawn = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    let is_long = has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && tail.len() >= 36;
    has_prefix && tail.len() >= 24 && !is_hex && (is_drawn || is_long)
}

/// The identifier of an AWS access key.
fn is_aws_key(word: &[u8]) -> bool {
    let is_digit = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    word.len() == 20
        && (word.starts_with(b"AKIA") || word.starts_with(b"ASIA"))
        && word.iter().all(is_digit)
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

/// The length of an ANSI colour, which may stand between a field and its value,
/// and which would seem a part of the word after it.
fn escape_length(text: &[u8]) -> usize {
    let Some(parameters) = text.strip_prefix(b"\x1b[") else {
        return 1;
    };
    let is_parameter = |byte: &&u8| byte.is_ascii_digit() || **byte == b';';
    let length = parameters.iter().take_while(is_parameter).count();
    if parameters.get(length) == Some(&b'm') {
        length + 3
    } else {
        1
    }
}

/// The first place from here on that the test does not hold for.
fn skip(text: &[u8], from: usize, test: impl Fn(u8) -> bool) -> usize {
    let mut at = from;
    while let Some(byte) = text.get(at) {
        if *byte == 0x1b {
            at += escape_length(after(text, at));
        } else if test(*byte) {
            at += 1;
        } else {
            break;
        }
    }
    at.min(text.len())
}

fn after(text: &[u8], at: usize) -> &[u8] {
    text.get(at..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::shapes;

    const KEY: &str = "bz_4fzZ3qXw0OaPn7RkT2mVbYc9LdEhGjU1sKxQ";
    const JWT: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl";

    /// The text with `#` in place of what was found.
    fn shown(text: &str) -> String {
        let mut shown = text.as_bytes().to_vec();
        for range in shapes(text.as_bytes()).into_iter().rev() {
            shown.splice(range, *b"#");
        }
        String::from_utf8(shown).unwrap()
    }

    #[test]
    fn masks_the_values_of_fields_that_carry_credentials() {
        let table = [
            ("authorization: Bearer a b", "authorization: #"),
            (
                "Authorization:Basic YTpi\nhost: a",
                "Authorization:#\nhost: a",
            ),
            ("PROXY-AUTHORIZATION = x", "PROXY-AUTHORIZATION = #"),
            ("cookie: a=1; b=2", "cookie: #"),
            ("set-cookie: a=1; Path=/", "set-cookie: #"),
            ("x-api-key=abc", "x-api-key=#"),
            (
                r#"authorization="Bearer x" user="a""#,
                r##"authorization="#" user="a""##,
            ),
            (r#"{"cookie":"a=\"1\"","b":2}"#, r##"{"cookie":"#","b":2}"##),
            (
                r#"{"m":"{\"cookie\":\"a=1\",\"b\":2}"}"#,
                r##"{"m":"{\"cookie\":\"#\",\"b\":2}"}"##,
            ),
            (r#"("x-api-key", "abc")"#, r##"("x-api-key", "#")"##),
            (r#"("x-api-key", Some("abc"))"#, r##"("x-api-key", #"##),
            (
                "http.request.header.x_api_key='a' b",
                "http.request.header.x_api_key='#' b",
            ),
            (
                "\x1b[3mcookie\x1b[0m\x1b[2m=\x1b[0ma=1",
                "\x1b[3mcookie\x1b[0m\x1b[2m=\x1b[0m#",
            ),
            (
                "\x1b[3mcookie\x1b[0m=\"a=1\" b",
                "\x1b[3mcookie\x1b[0m=\"#\" b",
            ),
        ];
        for (text, expected) in table {
            assert_eq!(shown(text), expected);
        }
    }

    #[test]
    fn masks_tokens_and_keys() {
        let jwe = "eyJhbGciOiJkaXIifQ..aXZpdml2.Y2lwaGVy.dGFn";
        let table = [
            (format!("got {JWT}, ok"), "got #, ok"),
            (format!("token={JWT}."), "token=#"),
            (format!("%20{JWT} x{JWT}"), "%20# x#"),
            (format!("eyJ.a-{JWT}"), "eyJ.a-#"),
            (format!("\x1b[{JWT}"), "\x1b[#"),
            (format!("key {KEY}!"), "key #!"),
            (format!("a.{KEY}.b"), "a.#.b"),
            ("ghp_16C7e42F292c6912E7710c838347Ae178B4a".into(), "#"),
            ("id AKIAIOSFODNN7EXAMPLE.".into(), "id #."),
            (
                "-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----\nx".into(),
                "#\nx",
            ),
            (
                r"k-----BEGIN EC PRIVATE KEY-----\nM\n-----END EC PRIVATE KEY-----x".into(),
                "k#x",
            ),
            ("a -----BEGIN PGP PRIVATE KEY BLOCK-----\nMII".into(), "a #"),
        ];
        for (text, expected) in table {
            assert_eq!(shown(&text), expected);
        }
        assert_eq!(
            shown(jwe),
            jwe,
            "a JWE with an empty key is told by its context only"
        );
    }

    #[test]
    fn leaves_other_text_alone() {
        let table = [
            "we check authorization, then the cookie",
            "authorization failed",
            "cookies: 3",
            "request_id=4bf92f3577b34da6a3ce929d0e0e4736 trace_4bf92f3577b34da6a3ce929d0e0e4736",
            "internationalization_serviceimplementationfactory",
            "bartizan_secret::settings::Loader",
            "eyJhbGciOiJIUzI1NiJ9",
            "eyJ.eyJ.",
            "www.example.com 2026-01-01T00:00:00.000000Z 550e8400-e29b-41d4-a716-446655440000",
            "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
            "-----BEGIN PUBLIC KEY-----",
            "AKIAIOSFODNN7EXAMPL AKIAIOSFODNN7EXAMPLES",
        ];
        for text in table {
            assert_eq!(shown(text), text);
        }
    }

    #[test]
    fn takes_a_mebibyte_of_hostile_text() {
        // A pass for each word instead of one for all would take minutes, and run
        // into the limit of the suite.
        let table = [
            "eyJ",
            "eyJa.",
            "eyJaaaa.aaaa.",
            "-----BEGIN ",
            "-----BEGIN PRIVATE KEY-----",
            "cookie",
            "cookie ",
            "cookie=\"",
            "cookie=\\",
            "cookie\\\"",
            "\x1b[",
            "\x1b[0",
            "a_",
            "_",
            ".",
        ];
        for part in table {
            let text = part.repeat(1024 * 1024 / part.len());
            for range in shapes(text.as_bytes()) {
                assert!(range.start <= range.end && range.end <= text.len());
            }
        }
    }
}
