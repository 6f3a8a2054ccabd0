use bartizan_core::ClientAddr;

use crate::key::{KeyBytes, network};

/// The keys of what an attempt counts in.
pub(super) struct Keys {
    pub(super) account: Option<AccountKeys>,
    pub(super) client: Vec<u8>,
    pub(super) global: Vec<u8>,
}

pub(super) struct AccountKeys {
    pub(super) pair: Vec<u8>,
    pub(super) newcomers: Vec<u8>,
    pub(super) repeaters: Vec<u8>,
}

impl Keys {
    pub(super) fn new(account: Option<&str>, client: ClientAddr, (ipv4, ipv6): (u8, u8)) -> Self {
        let address = network(client.ip(), ipv4, ipv6);
        let key = |scope: &str, parts: &[&[u8]]| {
            let mut key = KeyBytes::new();
            key.push(scope);
            parts.iter().for_each(|part| key.push(part));
            key.as_slice().to_vec()
        };
        let account = account.map(|account| {
            let name = account.trim().to_lowercase();
            let name = name.as_bytes();
            AccountKeys {
                newcomers: key("login/newcomers", &[name]),
                pair: key("login/pair", &[name, &address]),
                repeaters: key("login/repeaters", &[name]),
            }
        });
        Self {
            account,
            client: key("login/client", &[&address]),
            global: key("login/global", &[]),
        }
    }
}
