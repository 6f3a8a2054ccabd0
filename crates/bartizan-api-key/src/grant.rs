use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::time::SystemTime;

use bartizan_core::ClientAddr;
use ipnet::{IpNet, Ipv4Net};

/// What a key is for: whose it is, what it may do, from where, and until when.
///
/// ```
/// use bartizan_api_key::KeyGrant;
///
/// let grant = KeyGrant::new("acme-corp", "nightly export")
///     .role("reader")
///     .scope("reports:read")
///     .network("192.0.2.0/24".parse()?)
///     .metadata("ticket", "OPS-17");
///
/// assert_eq!(grant.owner(), "acme-corp");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeyGrant {
    owner: String,
    name: String,
    roles: Vec<String>,
    scopes: Vec<String>,
    expires_at: Option<SystemTime>,
    networks: Vec<IpNet>,
    metadata: BTreeMap<String, String>,
}

impl KeyGrant {
    /// Most bytes of all texts together.
    pub const MAX_BYTES: usize = 8 * 1024;
    /// Most networks.
    pub const MAX_NETWORKS: usize = 64;

    /// Creates a grant without roles and scopes that does not expire.
    ///
    /// The owner is the subject of the principal that a key stands for. The name says
    /// what a key is for, to whoever looks at a list.
    #[must_use]
    pub fn new(owner: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            owner: owner.into(),
            name: name.into(),
            roles: Vec::new(),
            scopes: Vec::new(),
            expires_at: None,
            networks: Vec::new(),
            metadata: BTreeMap::new(),
        }
    }

    /// Grants a role.
    #[must_use]
    pub fn role(mut self, role: impl Into<String>) -> Self {
        self.roles.push(role.into());
        self
    }

    /// Grants a scope.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scopes.push(scope.into());
        self
    }

    /// Says when the key expires. Without, it does not.
    #[must_use]
    pub fn expires_at(mut self, time: SystemTime) -> Self {
        self.expires_at = Some(time);
        self
    }

    /// Allows a network. Without any, the key may be used from everywhere.
    ///
    /// A network of IPv4 addresses mapped into IPv6 is taken as one of IPv4, as the
    /// addresses of clients are.
    #[must_use]
    pub fn network(mut self, network: IpNet) -> Self {
        self.networks.push(canonical(network));
        self
    }

    /// Keeps a note with the key, such as a ticket's number.
    #[must_use]
    pub fn metadata(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.metadata.insert(name.into(), value.into());
        self
    }

    /// Returns whose key it is.
    #[must_use]
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// Returns what the key is for.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the roles.
    #[must_use]
    pub fn roles(&self) -> &[String] {
        &self.roles
    }

    /// Returns the scopes.
    #[must_use]
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// Returns when the key expires.
    #[must_use]
    pub const fn expiry(&self) -> Option<SystemTime> {
        self.expires_at
    }

    /// Returns the networks that the key may be used from, if these are limited.
    #[must_use]
    pub fn networks(&self) -> &[IpNet] {
        &self.networks
    }

    /// Returns the notes.
    #[must_use]
    pub const fn notes(&self) -> &BTreeMap<String, String> {
        &self.metadata
    }

    /// Brings the expiry forward, never back.
    pub(crate) fn expire_by(&mut self, time: SystemTime) {
        self.expires_at = Some(self.expires_at.map_or(time, |expiry| expiry.min(time)));
    }

    /// Checks that a service can afford to keep it.
    pub(crate) fn check(&self) -> Result<(), InvalidGrant> {
        if self.owner.is_empty() {
            return Err(InvalidGrant::Owner);
        }
        let notes = self.metadata.iter().flat_map(|(name, value)| [name, value]);
        let bytes = [&self.owner, &self.name]
            .into_iter()
            .chain(&self.roles)
            .chain(&self.scopes)
            .chain(notes)
            // As much again for keeping each.
            .map(|text| text.len().saturating_add(size_of::<String>()))
            .fold(0, usize::saturating_add);
        if bytes > Self::MAX_BYTES || self.networks.len() > Self::MAX_NETWORKS {
            return Err(InvalidGrant::TooLarge);
        }
        Ok(())
    }

    /// Says why the key may not be used by this client, if so.
    pub(crate) fn refuses(&self, client: impl FnOnce() -> Option<ClientAddr>) -> Option<Elsewhere> {
        if self.networks.is_empty() {
            return None;
        }
        let Some(client) = client() else {
            return Some(Elsewhere::Unknown);
        };
        let client = client.ip();
        let allowed = self.networks.iter().any(|net| net.contains(&client));
        (!allowed).then_some(Elsewhere::Known(client))
    }
}

/// Where a client is that no network of a key has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Elsewhere {
    Known(IpAddr),
    Unknown,
}

fn canonical(network: IpNet) -> IpNet {
    let IpNet::V6(mapped) = network else {
        return network;
    };
    mapped
        .addr()
        .to_ipv4_mapped()
        .zip(mapped.prefix_len().checked_sub(96))
        .and_then(|(address, prefix)| Ipv4Net::new(address, prefix).ok())
        .map_or(network, IpNet::V4)
}

/// A [`KeyGrant`] that no key is issued for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum InvalidGrant {
    /// It has expired already.
    Expired,
    /// It has no owner.
    Owner,
    /// Its texts are longer than [`KeyGrant::MAX_BYTES`] together, where each counts
    /// 24 bytes more, or it has more than [`KeyGrant::MAX_NETWORKS`] networks.
    TooLarge,
}

impl std::error::Error for InvalidGrant {}

impl fmt::Display for InvalidGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Expired => "grant has expired already",
            Self::Owner => "grant has no owner",
            Self::TooLarge => "grant is larger than a service keeps",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asvs_15_3_4_a_key_with_networks_needs_a_client_in_one_of_them() {
        let everywhere = KeyGrant::new("alice", "");
        let grant = ["192.0.2.0/24", "2001:db8::/32", "::ffff:198.51.100.0/120"]
            .iter()
            .fold(everywhere.clone(), |grant, net| {
                grant.network(net.parse().unwrap())
            });
        for (client, allowed) in [
            ("192.0.2.1", true),
            ("192.0.2.255", true),
            ("::ffff:192.0.2.1", true),
            ("198.51.100.7", true),
            ("2001:db8::1", true),
            ("192.0.3.1", false),
            ("2001:db9::1", false),
            ("::192.0.2.1", false),
        ] {
            let client = || Some(ClientAddr::new(client.parse().unwrap()));
            assert_eq!(grant.refuses(client).is_none(), allowed, "{:?}", client());
            assert_eq!(everywhere.refuses(client), None);
        }
        assert_eq!(grant.refuses(|| None), Some(Elsewhere::Unknown));
        assert_eq!(everywhere.refuses(|| None), None);
    }

    #[test]
    fn what_one_grant_may_hold_is_limited() {
        let grant = |owner: &str| KeyGrant::new(owner, "ci");
        assert_eq!(grant("alice").check(), Ok(()));
        assert_eq!(grant("").check(), Err(InvalidGrant::Owner));

        let long = "x".repeat(KeyGrant::MAX_BYTES);
        let net = "192.0.2.0/24".parse().unwrap();
        for grant in [
            grant(&long),
            KeyGrant::new("alice", &long),
            grant("alice").role(&long),
            grant("alice").scope(&long),
            grant("alice").metadata("note", &long),
            grant("alice").metadata(&long, ""),
            (0..400).fold(grant("alice"), |grant, _| grant.scope("")),
            (0..65).fold(grant("alice"), |grant, _| grant.network(net)),
        ] {
            assert_eq!(grant.check(), Err(InvalidGrant::TooLarge));
        }
        let most = (0..64).fold(grant("alice"), |grant, _| grant.network(net));
        assert_eq!(most.check(), Ok(()));
    }

    #[test]
    fn the_expiry_is_only_brought_forward() {
        let at = |seconds| SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
        let mut grant = KeyGrant::new("alice", "ci");
        for (time, expiry) in [(20, 20), (30, 20), (10, 10)] {
            grant.expire_by(at(time));
            assert_eq!(grant.expiry(), Some(at(expiry)));
        }
    }
}
