use std::borrow::Cow;
use std::net::IpAddr;

use http::{HeaderMap, HeaderName, header};

use super::ForwardedBy;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Lists the addresses that the lines of `field` name, from the right.
///
/// An entry that names no address is `None`. Nothing is allocated but for a quoted
/// value, and only as much is read as is asked for.
pub(super) fn from_the_right(
    headers: &HeaderMap,
    field: ForwardedBy,
) -> impl Iterator<Item = Option<IpAddr>> {
    let name = match field {
        ForwardedBy::Forwarded => &header::FORWARDED,
        ForwardedBy::XForwardedFor => &X_FORWARDED_FOR,
    };
    let has_quotes = field == ForwardedBy::Forwarded;
    let lines = headers.get_all(name).iter().rev();
    let entries = lines.flat_map(move |line| Entries::of(line.as_bytes(), has_quotes));
    // Empty members of a list are none (RFC 9110, section 5.6.1.2).
    let members = entries.filter(|entry| !entry.iter().all(|b| matches!(b, b' ' | b'\t')));
    members.map(move |entry| {
        let entry = std::str::from_utf8(entry).ok()?.trim_matches([' ', '\t']);
        match field {
            ForwardedBy::Forwarded => node(&for_parameter(entry)?),
            ForwardedBy::XForwardedFor => node(entry),
        }
    })
}

/// The entries of a list, from the right.
///
/// Quotes are matched from the right as well: what a client put at the left, such
/// as a quote that is never closed, then cannot swallow what a proxy has added.
struct Entries<'a> {
    rest: Option<&'a [u8]>,
    has_quotes: bool,
}

impl<'a> Entries<'a> {
    fn of(line: &'a [u8], has_quotes: bool) -> Self {
        Self {
            rest: Some(line),
            has_quotes,
        }
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.rest.take()?;
        let mut is_quoted = false;
        for (at, byte) in rest.iter().enumerate().rev() {
            match byte {
                b'"' if self.has_quotes && !is_escaped(rest, at) => is_quoted = !is_quoted,
                b',' if !is_quoted => {
                    let (left, right) = rest.split_at_checked(at)?;
                    self.rest = Some(left);
                    return right.get(1..);
                }
                _ => {}
            }
        }
        Some(rest)
    }
}

fn is_escaped(line: &[u8], at: usize) -> bool {
    let before = line.get(..at).unwrap_or_default();
    let backslashes = before.iter().rev().take_while(|b| **b == b'\\').count();
    backslashes % 2 == 1
}

/// Finds the value of the one `for` parameter of an element of `Forwarded`
/// ([RFC 7239, section 4]).
///
/// [RFC 7239, section 4]: https://www.rfc-editor.org/rfc/rfc7239#section-4
fn for_parameter(element: &str) -> Option<Cow<'_, str>> {
    let mut found = None;
    let mut rest = element;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ';']);
        if rest.is_empty() {
            return found;
        }
        let (name, after) = rest.split_once('=')?;
        let (value, after) = value(after)?;
        if name.eq_ignore_ascii_case("for") && found.replace(value).is_some() {
            return None;
        }
        let after = after.trim_start_matches([' ', '\t']);
        if !after.is_empty() && !after.starts_with(';') {
            return None;
        }
        rest = after;
    }
}

/// Reads a token or a quoted string, and returns what follows it.
fn value(input: &str) -> Option<(Cow<'_, str>, &str)> {
    let Some(quoted) = input.strip_prefix('"') else {
        let end = input.find([';', ' ', '\t']).unwrap_or(input.len());
        let (token, rest) = input.split_at_checked(end)?;
        return (!token.contains('"')).then_some((Cow::Borrowed(token), rest));
    };
    let mut value = String::new();
    let mut chars = quoted.chars();
    loop {
        match chars.next()? {
            '"' => return Some((Cow::Owned(value), chars.as_str())),
            '\\' => value.push(chars.next()?),
            c => value.push(c),
        }
    }
}

/// Reads an address, with or without a port; the port may be a name that hides it
/// ([RFC 7239, section 6.2]).
///
/// [RFC 7239, section 6.2]: https://www.rfc-editor.org/rfc/rfc7239#section-6.2
fn node(text: &str) -> Option<IpAddr> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address);
    }
    if let Some(bracketed) = text.strip_prefix('[') {
        let (address, port) = bracketed.split_once(']')?;
        let is_port = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
        return address.parse().ok().filter(|_| is_port).map(IpAddr::V6);
    }
    let (address, port) = text.split_once(':')?;
    let address = address.parse().ok().filter(|_| is_port(port));
    address.map(IpAddr::V4)
}

fn is_port(text: &str) -> bool {
    let is_name = |name: &str| {
        let is_allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        !name.is_empty() && name.bytes().all(is_allowed)
    };
    text.strip_prefix('_')
        .map_or_else(|| text.parse::<u16>().is_ok(), is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_addresses_with_and_without_ports() {
        for (text, expected) in [
            ("192.0.2.1", Some("192.0.2.1")),
            ("192.0.2.1:8080", Some("192.0.2.1")),
            ("2001:db8::1", Some("2001:db8::1")),
            ("[2001:db8::1]", Some("2001:db8::1")),
            ("[2001:db8::1]:443", Some("2001:db8::1")),
            ("", None),
            ("unknown", None),
            ("_hidden", None),
            ("192.0.2.1:_obfuscated", Some("192.0.2.1")),
            ("[2001:db8::1]:_9", Some("2001:db8::1")),
            ("192.0.2.1:http", None),
            ("192.0.2.1:_", None),
            ("192.0.2.1:65536", None),
            ("[2001:db8::1]x", None),
            ("[192.0.2.1]", None),
            ("2001:db8::1]:80", None),
            ("192.0.2.256", None),
            ("0300.0.2.1", None),
            ("192.0.2.1 192.0.2.2", None),
        ] {
            let expected = expected.map(|address| address.parse().unwrap());
            assert_eq!(node(text), expected, "{text}");
        }
    }

    #[test]
    fn reads_the_for_parameter() {
        for (element, expected) in [
            ("for=192.0.2.43", Some("192.0.2.43")),
            (
                "For=\"[2001:db8:cafe::17]:4711\"",
                Some("[2001:db8:cafe::17]:4711"),
            ),
            (
                "proto=http;for=192.0.2.60;by=203.0.113.43",
                Some("192.0.2.60"),
            ),
            ("host=\"a;for=6.6.6.6\";for=192.0.2.60", Some("192.0.2.60")),
            ("for=\"\\1\"", Some("1")),
            ("for=192.0.2.1;for=192.0.2.2", None),
            ("proto=http", None),
            ("for=\"192.0.2.1", None),
            ("for=\"192.0.2.1\"x", None),
            ("", None),
            (";for=192.0.2.1", Some("192.0.2.1")),
            ("for=192.0.2.1;", Some("192.0.2.1")),
            ("proto=https; for=192.0.2.1 ; by=_x", Some("192.0.2.1")),
            ("for=192.0.2.1 192.0.2.2", None),
            ("for", None),
        ] {
            assert_eq!(for_parameter(element).as_deref(), expected, "{element}");
        }
    }

    #[test]
    fn splits_from_the_right() {
        let cases: [(&str, &[&str]); 5] = [
            ("a,b", &["b", "a"]),
            ("host=\"x,for=6.6.6.6;a=\"", &["host=\"x,for=6.6.6.6;a=\""]),
            (
                "for=\"1.1.1.1,for=192.0.2.1",
                &["for=192.0.2.1", "for=\"1.1.1.1"],
            ),
            ("a=\"\\\",b\",c", &["c", "a=\"\\\",b\""]),
            ("", &[""]),
        ];
        for (line, expected) in cases {
            let entries: Vec<_> = Entries::of(line.as_bytes(), true).collect();
            let expected: Vec<_> = expected.iter().map(|entry| entry.as_bytes()).collect();
            assert_eq!(entries, expected, "{line}");
        }
    }
}
