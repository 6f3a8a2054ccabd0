use http::Uri;
use http::uri::PathAndQuery;

/// Returns the values of the parameters called `name`, as they were written: the
/// characters of a key need no escape, so that one with escapes is refused.
///
/// Names are read with their escapes, as whoever comes next would read them.
pub(super) fn values<'a>(uri: &'a Uri, name: &str) -> impl Iterator<Item = &'a [u8]> {
    pairs(uri).filter_map(move |pair| value_of(pair, name).map(str::as_bytes))
}

/// Takes the parameters called `name` out of the query, and the `?` when no other is
/// left.
pub(super) fn strip(uri: &mut Uri, name: &str) {
    if values(uri, name).next().is_none() {
        return;
    }
    let mut rest = String::with_capacity(uri.path().len());
    rest.push_str(uri.path());
    let kept = pairs(uri).filter(|pair| value_of(pair, name).is_none());
    for (index, pair) in kept.enumerate() {
        rest.push(if index == 0 { '?' } else { '&' });
        rest.push_str(pair);
    }
    let mut parts = std::mem::take(uri).into_parts();
    // Parts of a query are one. Were they not, the path alone would be left.
    parts.path_and_query = Some(PathAndQuery::try_from(rest).unwrap_or_else(|_| root()));
    *uri = Uri::from_parts(parts).unwrap_or_default();
}

fn root() -> PathAndQuery {
    PathAndQuery::from_static("/")
}

fn pairs(uri: &Uri) -> impl Iterator<Item = &str> {
    uri.query().into_iter().flat_map(|query| query.split('&'))
}

fn value_of<'a>(pair: &'a str, name: &str) -> Option<&'a str> {
    let (written, value) = pair.split_once('=').unwrap_or((pair, ""));
    decoded(written.as_bytes())
        .eq(name.bytes())
        .then_some(value)
}

/// Decodes `%XX`; what is no escape stands for itself.
fn decoded(mut written: &[u8]) -> impl Iterator<Item = u8> {
    std::iter::from_fn(move || {
        let (first, rest) = written.split_first()?;
        if let (b'%', [high, low, rest @ ..]) = (first, rest)
            && let Some(byte) = hex(*high).zip(hex(*low))
        {
            written = rest;
            return Some(byte.0 << 4 | byte.1);
        }
        written = rest;
        Some(*first)
    })
}

fn hex(digit: u8) -> Option<u8> {
    let value = char::from(digit).to_digit(16)?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn asvs_15_3_7_finds_every_parameter_of_the_name() {
        for (target, expected) in [
            ("/?key=a", &["a"][..]),
            ("/?x=1&key=a&y=2", &["a"]),
            ("/?key=a&key=b", &["a", "b"]),
            ("/?k%65y=a&%6bey=b&%6Bey=c", &["a", "b", "c"]),
            ("/?key=%61", &["%61"]),
            ("/?key", &[""]),
            ("/?key=", &[""]),
            ("/?key=a=b", &["a=b"]),
            ("/?Key=a&keys=a&x=1;key=a&k%2565y=a&k%6=a", &[]),
            ("/key=a", &[]),
            ("/?", &[]),
            ("https://example.com/?key=a", &["a"]),
        ] {
            let uri = target.parse().unwrap();
            let found: Vec<&[u8]> = values(&uri, "key").collect();
            let expected: Vec<&[u8]> = expected.iter().map(|value| value.as_bytes()).collect();
            assert_eq!(found, expected, "{target}");
        }
    }

    #[test]
    fn takes_the_key_and_leaves_the_rest() {
        for (target, left) in [
            ("/items?key=a", "/items"),
            ("/items?x=1&key=a&y=%20", "/items?x=1&y=%20"),
            ("/items?key=a&x=1", "/items?x=1"),
            ("/items?x=1&key=a&key=b", "/items?x=1"),
            ("/items?k%65y=a&", "/items?"),
            ("/items?x=1&&y=2", "/items?x=1&&y=2"),
            ("/a%2fb?key=a", "/a%2fb"),
            (
                "https://example.com/items?key=a&x=1",
                "https://example.com/items?x=1",
            ),
            ("https://example.com?key=a", "https://example.com/"),
            ("*", "*"),
            ("example.com:443", "example.com:443"),
        ] {
            let mut uri: Uri = target.parse().unwrap();
            strip(&mut uri, "key");
            assert_eq!(uri, *left, "{target}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_found_after_stripping(query in "[key=a&%65]{0,30}") {
            let mut uri: Uri = format!("/items?{query}").parse().unwrap();
            strip(&mut uri, "key");
            prop_assert_eq!(values(&uri, "key").count(), 0);
            prop_assert_eq!(uri.path(), "/items");
        }
    }
}
