use super::InvalidOrigin;
use super::host::{self, Host};

/// The longest scheme that is read, in bytes.
pub(crate) const MAX_SCHEME: usize = 64;

/// The longest origin that is read: scheme, `://`, a name with a final dot, a port.
pub(crate) const MAX_LEN: usize = MAX_SCHEME + 3 + host::MAX_LEN + 1 + 6;

/// An origin taken apart, borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parts<'a> {
    pub(crate) scheme: &'a str,
    pub(crate) host: &'a str,
    pub(crate) kind: Host,
    pub(crate) port: Option<u16>,
}

impl<'a> Parts<'a> {
    /// Reads a serialised origin, in the one form that browsers give it.
    pub(crate) fn parse(text: &'a str) -> Result<Self, InvalidOrigin> {
        let Split { scheme, host, port } = Split::of(text)?;
        Ok(Self {
            scheme,
            host,
            kind: Host::of(host)?,
            port: port.map(|port| read_port(scheme, port)).transpose()?,
        })
    }

    /// Returns whether the host is this machine.
    pub(crate) fn is_loopback(self) -> bool {
        self.kind.is_loopback(self.host)
    }
}

/// The pieces, of which the scheme is known to be right.
pub(super) struct Split<'a> {
    pub(super) scheme: &'a str,
    pub(super) host: &'a str,
    pub(super) port: Option<&'a str>,
}

impl<'a> Split<'a> {
    pub(super) fn of(text: &'a str) -> Result<Self, InvalidOrigin> {
        if text == "null" {
            return Err(InvalidOrigin::Null);
        }
        if text.len() > MAX_LEN {
            return Err(InvalidOrigin::TooLong);
        }
        let (scheme, rest) = text.split_once("://").ok_or(InvalidOrigin::Malformed)?;
        if !is_scheme(scheme) {
            return Err(InvalidOrigin::Scheme);
        }
        if rest.bytes().any(|b| matches!(b, b'/' | b'?' | b'#' | b'@')) {
            return Err(InvalidOrigin::Surplus);
        }
        let (host, port) = if rest.starts_with('[') {
            let end = rest.find(']').ok_or(InvalidOrigin::Host)?;
            let (host, after) = rest.split_at_checked(end + 1).ok_or(InvalidOrigin::Host)?;
            match after.strip_prefix(':') {
                Some(port) => (host, Some(port)),
                None if after.is_empty() => (host, None),
                None => return Err(InvalidOrigin::Host),
            }
        } else {
            match rest.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (rest, None),
            }
        };
        Ok(Self { scheme, host, port })
    }
}

/// `file` has opaque origins: each document one of its own, all sent as `null`.
fn is_scheme(text: &str) -> bool {
    let is_letter = |b: u8| b.is_ascii_lowercase();
    let is_later = |b: u8| is_letter(b) || b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.');
    text.len() <= MAX_SCHEME
        && text.bytes().next().is_some_and(is_letter)
        && text.bytes().all(is_later)
        && text != "file"
}

pub(super) fn read_port(scheme: &str, text: &str) -> Result<u16, InvalidOrigin> {
    let is_plain = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    match text.parse() {
        Ok(port) if is_plain => match (scheme, port) {
            ("http", 80) | ("https", 443) => Err(InvalidOrigin::DefaultPort),
            _ => Ok(port),
        },
        _ => Err(InvalidOrigin::Port),
    }
}
