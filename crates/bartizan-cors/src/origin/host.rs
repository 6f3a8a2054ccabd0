use std::fmt::{self, Write};
use std::net::{Ipv4Addr, Ipv6Addr};

use super::InvalidOrigin;
use super::punycode::is_encoded;

/// The longest domain name, without a final dot.
pub(super) const MAX_LEN: usize = 253;

const MAX_LABEL: usize = 63;

/// What a host is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    /// A domain name.
    Domain,
    /// An address, and whether it is of this machine.
    Address { is_loopback: bool },
}

impl Host {
    /// Tells what `text` is, when it is in the form that browsers give it: names in
    /// lower case, addresses canonical ([URL standard, section 3.5]).
    ///
    /// Names are of letters, digits, `-` and `_`; the URL standard knows a few more
    /// characters, but no registry does.
    ///
    /// [URL standard, section 3.5]: https://url.spec.whatwg.org/#host-serializing
    pub(super) fn of(text: &str) -> Result<Self, InvalidOrigin> {
        if let Some(inner) = text.strip_prefix('[') {
            let inner = inner.strip_suffix(']').ok_or(InvalidOrigin::Host)?;
            let address: Ipv6Addr = inner.parse().map_err(|_| InvalidOrigin::Host)?;
            return if is_shown_as(inner, address) {
                let is_loopback = address.is_loopback();
                Ok(Self::Address { is_loopback })
            } else {
                Err(InvalidOrigin::Host)
            };
        }
        if let Ok(address) = text.parse::<Ipv4Addr>() {
            let is_loopback = address.is_loopback();
            return Ok(Self::Address { is_loopback });
        }
        if is_domain(text) {
            Ok(Self::Domain)
        } else {
            Err(InvalidOrigin::Host)
        }
    }
}

impl Host {
    /// Returns whether `text`, which is of this kind, never leaves this machine.
    pub(super) fn is_loopback(self, text: &str) -> bool {
        match self {
            Self::Address { is_loopback } => is_loopback,
            Self::Domain => is_localhost(text),
        }
    }
}

/// Returns whether `host` never leaves this machine ([RFC 6761, section 6.3]).
///
/// [RFC 6761, section 6.3]: https://www.rfc-editor.org/rfc/rfc6761#section-6.3
fn is_localhost(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost")
}

fn is_domain(text: &str) -> bool {
    let name = text.strip_suffix('.').unwrap_or(text);
    name.len() <= MAX_LEN && name.split('.').all(is_label) && !ends_in_number(name)
}

fn is_label(label: &str) -> bool {
    let is_allowed =
        |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
    (1..=MAX_LABEL).contains(&label.len())
        && label.bytes().all(is_allowed)
        && label.strip_prefix("xn--").is_none_or(is_encoded)
}

/// A browser takes such a host for an IPv4 address, and sends that or nothing.
fn ends_in_number(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    let is_hex = |digits: &str| digits.bytes().all(|b| b.is_ascii_hexdigit());
    last.bytes().all(|b| b.is_ascii_digit()) || last.strip_prefix("0x").is_some_and(is_hex)
}

/// Compares without a string of its own: this is asked for each request.
fn is_shown_as(text: &str, address: Ipv6Addr) -> bool {
    struct Rest<'a>(&'a str);
    impl Write for Rest<'_> {
        fn write_str(&mut self, piece: &str) -> fmt::Result {
            self.0 = self.0.strip_prefix(piece).ok_or(fmt::Error)?;
            Ok(())
        }
    }
    let mut rest = Rest(text);
    let written = match address.segments() {
        // The standard library writes the last four bytes as IPv4, and browsers do not.
        [0, 0, 0, 0, 0, 0xffff, high, low] => write!(rest, "::ffff:{high:x}:{low:x}"),
        _ => write!(rest, "{address}"),
    };
    written.is_ok() && rest.0.is_empty()
}
