use std::sync::Arc;

use bartizan_core::ClientAddr;

use crate::key::{KeyBytes, network};

/// The keys of what an attempt counts in.
pub(super) struct Keys {
    pub(super) account: Option<AccountKeys>,
    pub(super) known_client: Vec<u8>,
    pub(super) client: Vec<u8>,
    pub(super) network: Vec<u8>,
    pub(super) global: Vec<u8>,
}

#[derive(Clone)]
pub(super) struct AccountKeys {
    pub(super) account: Vec<u8>,
    pub(super) pair: Arc<[u8]>,
    /// The pair, by the name that was sent.
    pub(super) known: Vec<u8>,
    pub(super) newcomers: Strangers,
    pub(super) repeaters: Strangers,
}

/// Addresses that are not known for an account, of which those that have failed at it
/// again and again are counted apart.
#[derive(Clone)]
pub(super) struct Strangers {
    /// Those of one neighbourhood.
    pub(super) neighbours: Vec<u8>,
    /// All of them.
    pub(super) all: Vec<u8>,
}

/// The bits that the addresses of a neighbourhood have in common: what a small provider
/// is given of IPv4, and a customer of IPv6.
const NEIGHBOURHOOD: (u8, u8) = (24, 48);

impl Keys {
    /// Makes the keys of an attempt at `account`, of which it has the name that it counts
    /// under, and the one that was sent.
    pub(super) fn new(
        account: Option<(&str, &str)>,
        client: ClientAddr,
        (ipv4, ipv6): (u8, u8),
    ) -> Self {
        let address = network(client.ip(), ipv4, ipv6);
        let (wide_ipv4, wide_ipv6) = NEIGHBOURHOOD;
        let neighbourhood = network(client.ip(), ipv4.min(wide_ipv4), ipv6.min(wide_ipv6));
        let key = |scope: &str, parts: &[&[u8]]| {
            let mut key = KeyBytes::new();
            key.push(scope);
            parts.iter().for_each(|part| key.push(part));
            key.as_slice().to_vec()
        };
        let account = account.map(|(name, sent)| {
            let (name, sent) = (name.as_bytes(), sent.as_bytes());
            let strangers = |who: &[u8]| Strangers {
                neighbours: key("login/neighbours", &[name, &neighbourhood, who]),
                all: key("login/strangers", &[name, who]),
            };
            AccountKeys {
                account: key("login/account", &[name]),
                pair: key("login/pair", &[name, &address]).into(),
                known: key("login/known", &[sent, &address]),
                newcomers: strangers(b"newcomers"),
                repeaters: strangers(b"repeaters"),
            }
        });
        Self {
            account,
            known_client: key("login/known-client", &[&address]),
            client: key("login/client", &[&address]),
            network: key("login/network", &[&neighbourhood]),
            global: key("login/global", &[]),
        }
    }
}
