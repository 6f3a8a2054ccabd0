use std::error::Error;
use std::fmt;
use std::net::Ipv6Addr;
use std::sync::Arc;

/// The hosts that a service answers for.
///
/// An empty list lets nothing through. Cloning is cheap.
///
/// # Example
///
/// ```
/// use bartizan_core::HostList;
///
/// let hosts = HostList::parse(["api.example.com", "localhost:8080", "*.shop.example"])?;
///
/// assert!(hosts.contains("API.example.com:443"));
/// assert!(!hosts.contains("localhost"));
/// assert!(hosts.contains("a.b.shop.example"));
/// assert!(!hosts.contains("shop.example"));
/// assert!(!hosts.contains("api.example.com@evil.test"));
/// # Ok::<(), bartizan_core::InvalidHost>(())
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct HostList(Arc<[Entry]>);

#[derive(Clone, Debug, Eq, PartialEq)]
struct Entry {
    /// In lower case; with the dot in front where subdomains are meant.
    name: String,
    port: Option<u16>,
    is_suffix: bool,
}

impl HostList {
    /// Parses names and addresses, each alone, for any port, or with its port.
    ///
    /// `*.example.com` stands for all names below `example.com`, and not for that one.
    /// IPv6 addresses keep their brackets: `[::1]`.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidHost`] with all entries that are none of these.
    pub fn parse(hosts: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self, InvalidHost> {
        let mut entries = Vec::new();
        let mut wrong = Vec::new();
        for text in hosts {
            let text = text.as_ref();
            let (is_suffix, host) = match text.strip_prefix('*') {
                Some(rest) => (true, rest.strip_prefix('.').and_then(Host::parse)),
                None => (false, Host::parse(text)),
            };
            // There are no names below an address.
            match host.filter(|host| !is_suffix || !host.is_address()) {
                Some(host) => {
                    let dot = if is_suffix { "." } else { "" };
                    entries.push(Entry {
                        name: format!("{dot}{}", host.name.to_ascii_lowercase()),
                        port: host.port,
                        is_suffix,
                    });
                }
                None => wrong.push(text.to_owned()),
            }
        }
        if wrong.is_empty() {
            Ok(Self(entries.into()))
        } else {
            Err(InvalidHost(wrong))
        }
    }

    /// Returns whether `authority` is one of the hosts, with at most a port, and
    /// nothing else.
    #[must_use]
    pub fn contains(&self, authority: &str) -> bool {
        Host::parse(authority).is_some_and(|host| self.has(host))
    }

    pub(super) fn has(&self, host: Host<'_>) -> bool {
        self.0.iter().any(|entry| entry.matches(host))
    }
}

impl Entry {
    fn matches(&self, host: Host<'_>) -> bool {
        if self.port.is_some() && self.port != host.port {
            return false;
        }
        let name = host.name.as_bytes();
        if !self.is_suffix {
            return name.eq_ignore_ascii_case(self.name.as_bytes());
        }
        match name.len().checked_sub(self.name.len()) {
            None | Some(0) => false,
            Some(start) => name
                .get(start..)
                .is_some_and(|end| end.eq_ignore_ascii_case(self.name.as_bytes())),
        }
    }
}

/// A host with at most a port.
///
/// [`http::uri::Authority`] is laxer than [RFC 9110, section 7.2] is about `Host`: it
/// takes user information, ports that are not numbers, and text after an address in
/// brackets.
///
/// [RFC 9110, section 7.2]: https://www.rfc-editor.org/rfc/rfc9110#section-7.2
#[derive(Clone, Copy, Debug)]
pub(super) struct Host<'a> {
    name: &'a str,
    port: Option<u16>,
}

impl<'a> Host<'a> {
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let name_end = match text.starts_with('[') {
            true => text.find(']')? + 1,
            false => text.find(':').unwrap_or(text.len()),
        };
        let (name, port) = text.split_at_checked(name_end)?;
        let port = match port {
            "" => None,
            port => Some(parse_port(port.strip_prefix(':')?)?),
        };
        let is_host = match name.strip_prefix('[') {
            Some(address) => address.strip_suffix(']')?.parse::<Ipv6Addr>().is_ok(),
            None => is_name(name),
        };
        is_host.then_some(Self { name, port })
    }

    /// Returns whether both are the same host, where a missing port is `default`.
    pub(super) fn is(self, other: Self, default: Option<u16>) -> bool {
        self.name.eq_ignore_ascii_case(other.name)
            && self.port.or(default) == other.port.or(default)
    }

    fn is_address(self) -> bool {
        let last = self.name.rsplit('.').next().unwrap_or_default();
        self.name.starts_with('[') || last.bytes().all(|byte| byte.is_ascii_digit())
    }
}

fn parse_port(text: &str) -> Option<u16> {
    let is_number = matches!(text.len(), 1..=5) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

/// The most octets of a name in the DNS, and of a label.
const MAX_NAME: usize = 253;
const MAX_LABEL: usize = 63;

/// Returns whether `name` is labels joined by dots, none of them empty: `example.com.`
/// is another spelling of `example.com`.
fn is_name(name: &str) -> bool {
    let (mut label, mut last) = (0, b'.');
    for byte in name.bytes() {
        match byte {
            b'.' if label > 0 && last != b'-' => label = 0,
            b'-' if label == 0 => return false,
            b'-' | b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' if label < MAX_LABEL => {
                label += 1;
            }
            _ => return false,
        }
        last = byte;
    }
    label > 0 && last != b'-' && name.len() <= MAX_NAME
}

/// Entries of a [`HostList`] that are not hosts.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct InvalidHost(Vec<String>);

impl InvalidHost {
    /// Returns the entries.
    #[must_use]
    pub fn entries(&self) -> &[String] {
        &self.0
    }
}

impl Error for InvalidHost {}

impl fmt::Display for InvalidHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a host with at most a port: ")?;
        for (index, entry) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{entry:?}")?;
        }
        Ok(())
    }
}
