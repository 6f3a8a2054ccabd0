use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

/// Returns the values of the cookies called `name`, on all `Cookie` lines: HTTP/2
/// allows several ([RFC 9113, section 8.2.3]).
///
/// [RFC 9113, section 8.2.3]: https://www.rfc-editor.org/rfc/rfc9113#section-8.2.3
pub(super) fn values<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = &'a [u8]> {
    headers
        .get_all(COOKIE)
        .iter()
        .flat_map(|line| pairs(line.as_bytes()))
        .filter_map(move |pair| value_of(pair, name))
}

/// Takes the cookies called `name` out of all lines. What else is there stays as it
/// was written.
pub(super) fn strip(headers: &mut HeaderMap, name: &str) {
    if values(headers, name).next().is_none() {
        return;
    }
    let lines: Vec<HeaderValue> = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| without(line, name))
        .collect();
    headers.remove(COOKIE);
    for line in lines {
        headers.append(COOKIE, line);
    }
}

/// Returns the line without the cookies called `name`, or `None` when there are no
/// others.
fn without(line: &HeaderValue, name: &str) -> Option<HeaderValue> {
    if pairs(line.as_bytes()).all(|pair| value_of(pair, name).is_none()) {
        return Some(line.clone());
    }
    let mut rest = Vec::with_capacity(line.len());
    for pair in pairs(line.as_bytes()).filter(|pair| value_of(pair, name).is_none()) {
        if !rest.is_empty() {
            rest.extend_from_slice(b"; ");
        }
        rest.extend_from_slice(pair);
    }
    if rest.is_empty() {
        return None;
    }
    // Parts of a value are one.
    let mut kept = HeaderValue::from_bytes(&rest).ok()?;
    kept.set_sensitive(line.is_sensitive());
    Some(kept)
}

fn pairs(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| *byte == b';').map(<[u8]>::trim_ascii)
}

/// Returns the value of a pair that is called `name`; names are told apart by letter
/// case. A pair without `=` has no name, and is a value by itself to browsers.
fn value_of<'a>(pair: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let value = pair.strip_prefix(name.as_bytes())?;
    let value = value.trim_ascii_start().strip_prefix(b"=")?;
    Some(value.trim_ascii_start())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ck_6_and_7_finds_every_cookie_of_the_name() {
        for (lines, expected) in [
            (&["key=a"][..], &["a"][..]),
            (&["x=1; key=a; y=2"], &["a"]),
            (&["x=1;key=a;y=2"], &["a"]),
            (&["x=1", "key=a", "y=2"], &["a"]),
            (&["key=a; key=a"], &["a", "a"]),
            (&["key=a", "key=b"], &["a", "b"]),
            (&["key = a"], &["a"]),
            (&["key="], &[""]),
            (&["key=\"a\""], &["\"a\""]),
            (&["key=a=b"], &["a=b"]),
            (&["Key=a", "keys=a", "akey=a", "key", "x=key=a", ""], &[]),
        ] {
            let headers = headers(lines);
            let found: Vec<&[u8]> = values(&headers, "key").collect();
            let expected: Vec<&[u8]> = expected.iter().map(|value| value.as_bytes()).collect();
            assert_eq!(found, expected, "{lines:?}");
        }
    }

    #[test]
    fn takes_the_key_and_leaves_the_rest() {
        for (lines, left) in [
            (&["key=a"][..], &[][..]),
            (&["x=1; key=a; y=2"], &["x=1; y=2"]),
            (&["x=1;key=a;y=2"], &["x=1; y=2"]),
            (&["x=1;  y=2"], &["x=1;  y=2"]),
            (&["x=1", "key=a", "y=2"], &["x=1", "y=2"]),
            (&["key=a; key=b", "key=c"], &[]),
            (&["Key=a; keys=b"], &["Key=a; keys=b"]),
            (&["key=a; x=\u{e9}"], &["x=\u{e9}"]),
            (&[], &[]),
        ] {
            let mut headers = headers(lines);
            strip(&mut headers, "key");
            let found: Vec<&[u8]> = headers
                .get_all(COOKIE)
                .iter()
                .map(HeaderValue::as_bytes)
                .collect();
            let left: Vec<&[u8]> = left.iter().map(|line| line.as_bytes()).collect();
            assert_eq!(found, left, "{lines:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_found_after_stripping(lines in prop::collection::vec("[key=a; ]{0,20}", 0..4)) {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let mut headers = headers(&lines);
            strip(&mut headers, "key");
            prop_assert_eq!(values(&headers, "key").count(), 0);
        }
    }

    fn headers(lines: &[&str]) -> HeaderMap {
        let value = |line: &&str| HeaderValue::from_bytes(line.as_bytes()).unwrap();
        lines.iter().map(|line| (COOKIE, value(line))).collect()
    }
}
