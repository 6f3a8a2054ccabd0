use std::error::Error;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use http::HeaderMap;
use ipnet::IpNet;

use super::{ClientAddr, forwarded};

/// The proxies whose word about the client is believed. None by default.
///
/// An address that a client writes into `X-Forwarded-For` itself stands left of
/// those that proxies add, so the list is read from the right: the first address
/// that is not a trusted proxy is the client's. Cloning costs one reference
/// count.
///
/// # How the client is found
///
/// 1. When the peer is not a trusted proxy, it is the client, whatever it sent.
/// 2. Otherwise all lines of the field are read as one list, from the right. The
///    first address that is not trusted is the client's.
/// 3. When all are trusted, the leftmost is the client's.
/// 4. More than 64 proxies are not followed: the client is the 64th.
/// 5. An entry that is not an address (`unknown`, `_hidden`, garbage) ends the
///    walk: the client is the proxy that vouched for it.
///
/// Only one of the fields is read: see [`ForwardedBy`].
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies {
    networks: Arc<[IpNet]>,
    field: ForwardedBy,
}

/// The field in which the trusted proxies name the client.
///
/// A proxy that sets one leaves the other as the client sent it, so that only the
/// one that is set by all of them may be read.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum ForwardedBy {
    /// `Forwarded` ([RFC 7239]).
    ///
    /// [RFC 7239]: https://www.rfc-editor.org/rfc/rfc7239
    Forwarded,
    /// `X-Forwarded-For`.
    #[default]
    XForwardedFor,
}

impl TrustedProxies {
    /// Trusts no proxy: the peer is the client.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Parses addresses (`192.0.2.1`) and networks (`10.0.0.0/8`).
    ///
    /// # Errors
    ///
    /// Returns [`InvalidProxy`] with every entry that is neither, and every network
    /// that holds all addresses: to trust everyone is to believe anyone.
    pub fn parse<I>(networks: I) -> Result<Self, InvalidProxy>
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let mut parsed = Vec::new();
        let mut invalid = Vec::new();
        for entry in networks {
            let entry = entry.as_ref();
            match parse_network(entry) {
                Some(network) if network.prefix_len() > 0 => parsed.push(network),
                _ => invalid.push(entry.to_owned()),
            }
        }
        if invalid.is_empty() {
            Ok(Self {
                networks: parsed.into(),
                field: ForwardedBy::default(),
            })
        } else {
            Err(InvalidProxy { entries: invalid })
        }
    }

    /// Reads the client from this `field`.
    #[must_use]
    pub fn field(self, field: ForwardedBy) -> Self {
        Self { field, ..self }
    }

    /// Returns whether `address` is a trusted proxy's.
    #[must_use]
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks.iter().any(|net| net.contains(&address))
    }

    /// Finds the client of a request that came from `peer` with these `headers`.
    #[must_use]
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> ClientAddr {
        let mut client = ClientAddr::new(peer);
        if self.networks.is_empty() {
            return client;
        }
        let mut hops = forwarded::from_the_right(headers, self.field).take(MAX_HOPS);
        while self.trusts(client.ip()) {
            match hops.next() {
                Some(Some(hop)) => client = ClientAddr::new(hop),
                Some(None) | None => break,
            }
        }
        client
    }
}

/// The most entries that are read: no chain of proxies is that long.
const MAX_HOPS: usize = 64;

/// Reads a network, or an address as the network of it alone; IPv4 mapped into
/// IPv6 is taken as IPv4, as the addresses are that it is compared with.
fn parse_network(entry: &str) -> Option<IpNet> {
    let network = match entry.parse::<IpAddr>() {
        Ok(address) => IpNet::from(address.to_canonical()),
        Err(_) => entry.parse::<IpNet>().ok()?,
    };
    match network {
        IpNet::V6(v6) if v6.addr().to_ipv4_mapped().is_some() => {
            let length = v6.prefix_len().checked_sub(96)?;
            IpNet::new(v6.addr().to_canonical(), length).ok()
        }
        network => Some(network),
    }
}

/// Entries given for [`TrustedProxies`] that are neither an address nor a network.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct InvalidProxy {
    entries: Vec<String>,
}

impl InvalidProxy {
    /// Returns the entries as given.
    #[must_use]
    pub fn entries(&self) -> &[String] {
        &self.entries
    }
}

impl Error for InvalidProxy {}

impl fmt::Display for InvalidProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "not an address, nor a network smaller than all addresses: {}",
            self.entries.join(", ")
        )
    }
}
