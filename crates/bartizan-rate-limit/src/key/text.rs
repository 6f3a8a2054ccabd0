use std::error::Error;
use std::fmt;
use std::str::FromStr;

use http::HeaderName;

use super::Key;

impl FromStr for Key {
    type Err = InvalidKey;

    /// Reads `client`, `client/24/56` (the bits of an IPv4 address, 8 to 32, and of an
    /// IPv6 address, 16 to 128),
    /// `principal`, `credential`, `method`, `path`, `everyone` or `header:NAME`; joined
    /// by `+`, all of which, and by `|`, of which the first that can be made:
    /// `principal|client + method`.
    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        let mut parts = text.split('+').map(alternatives);
        match (parts.next(), parts.next()) {
            (Some(only), None) => only,
            _ => text.split('+').map(alternatives).collect(),
        }
    }
}

fn alternatives(text: &str) -> Result<Key, InvalidKey> {
    let mut words = text.split('|').map(|text| word(text.trim()));
    let first = words.next().unwrap_or(Err(InvalidKey))?;
    let rest: Vec<Key> = words.collect::<Result<_, _>>()?;
    let last = rest.into_iter().rev().reduce(|last, key| key.or(last));
    Ok(match last {
        Some(last) => first.or(last),
        None => first,
    })
}

fn word(word: &str) -> Result<Key, InvalidKey> {
    let invalid = |_| InvalidKey;
    Ok(match word {
        "client" => Key::client(),
        "credential" => Key::credential(),
        "everyone" => Key::constant("everyone"),
        "method" => Key::method(),
        "path" => Key::path(),
        "principal" => Key::principal(),
        _ => {
            if let Some(name) = word.strip_prefix("header:") {
                return HeaderName::try_from(name).map(Key::header).map_err(invalid);
            }
            let bits = word.strip_prefix("client/").ok_or(InvalidKey)?;
            let (ipv4, ipv6) = bits.split_once('/').ok_or(InvalidKey)?;
            match (ipv4.parse(), ipv6.parse()) {
                (Ok(ipv4), Ok(ipv6)) => Key::network(ipv4, ipv6).map_err(|_| InvalidKey)?,
                _ => return Err(InvalidKey),
            }
        }
    })
}

/// Text that is not a [`Key`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct InvalidKey;

impl Error for InvalidKey {}

impl fmt::Display for InvalidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "it is not made of client, client/BITS/BITS (8 to 32 and 16 to 128), principal, \
             credential, method, path, everyone or header:NAME, joined by + or |",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_keys_from_text() {
        for (text, expected) in [
            ("client", "client/32/64"),
            (" client ", "client/32/64"),
            ("client/24/56", "client/24/56"),
            ("principal", "principal"),
            ("credential", "credential"),
            ("method", "method"),
            ("path", "path"),
            ("everyone", "constant(everyone)"),
            ("header:X-Tenant", "header(x-tenant)"),
            ("principal|client", "principal or client/32/64"),
            (
                "credential|principal|client",
                "credential or principal or client/32/64",
            ),
            (
                "principal|client + method",
                "[principal or client/32/64, method]",
            ),
            ("client+path+method", "[client/32/64, path, method]"),
        ] {
            assert_eq!(
                format!("{:?}", text.parse::<Key>().unwrap()),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn refuses_other_text() {
        for text in [
            "",
            " ",
            "+",
            "client+",
            "|client",
            "Client",
            "ip",
            "client/24",
            "client/33/64",
            "client/0/0",
            "client/0/64",
            "client/7/64",
            "client/32/15",
            "client/256/64",
            "client/24/129",
            "client/-1/64",
            "header:",
            "header:a b",
            "header",
        ] {
            assert_eq!(text.parse::<Key>().err(), Some(InvalidKey), "{text}");
        }
    }
}
