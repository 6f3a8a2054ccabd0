use std::time::Duration;

use bartizan_core::InvalidSettings;
use serde::Deserialize;

use super::{LoginQuotas, LoginThrottle};
use crate::key::prefixes;
use crate::{Quota, Quotas};

/// Settings of a [`LoginThrottle`], as a configuration file or the environment has them.
///
/// A quota that is a part of a wider one is to allow less than that, at once and in the
/// long run: `pair` than `client`, `known_client` and `account`, `client` than `network`,
/// `network` than `global`, `neighbours` than `account` and `network`, and `account` than
/// `global`; `pair` than `neighbours`, at once. Otherwise one address, account or network could use up what
/// is meant for all.
///
/// # Example
///
/// ```
/// use bartizan_rate_limit::BruteForceSettings;
///
/// let settings: BruteForceSettings =
///     serde_json::from_str(r#"{"pair": "3/minute; 10/day", "known_for_days": 7}"#)?;
/// let throttle = settings.build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct BruteForceSettings {
    /// How often an address may fail at one account; the grammar is on the
    /// [crate's page](crate). Default: `5/minute; 15/hour; 30/day`.
    pub pair: Option<String>,
    /// How often an address may fail at the accounts that it is known for, together.
    /// Default: `300/hour`.
    pub known_client: Option<String>,
    /// How often an address may fail, at whatever accounts that it is not known for.
    /// Default: `100/hour burst 20`.
    pub client: Option<String>,
    /// How often addresses of one neighbourhood may fail, together, at whatever accounts
    /// that they are not known for. Default: `100/minute`. A neighbourhood is a /24 of IPv4
    /// or a /48 of IPv6, or as wide as `ipv4_bits` and `ipv6_bits` say.
    pub network: Option<String>,
    /// How often addresses of one neighbourhood may fail at one account that they are not
    /// known for, together; see [`LoginQuotas::neighbours`]. Default: `20/day burst 8`.
    pub neighbours: Option<String>,
    /// How often all addresses may fail at one account that they are not known for,
    /// together. Default: `250/day burst 60`.
    pub account: Option<String>,
    /// How often all addresses may fail at all accounts that they are not known for.
    /// Default: `1000/minute`.
    pub global: Option<String>,
    /// For how many days an address is known for an account at which it succeeded, 1 to
    /// 3650. Default: 30.
    pub known_for_days: Option<u32>,
    /// About how many pairs of an account and an address are remembered, 1,000 to
    /// 10,000,000; see [`LoginThrottle::capacity`]. Default: 65,536.
    pub capacity: Option<usize>,
    /// How many bits of IPv4 addresses tell clients apart, 8 to 32. Default: 32.
    pub ipv4_bits: Option<u8>,
    /// How many bits of IPv6 addresses tell clients apart, 16 to 128. With more than 64, a client
    /// that has a /64 to itself, as most have, has as many addresses as it likes. Default:
    /// 64.
    pub ipv6_bits: Option<u8>,
    /// Whether accounts are told apart by the very spelling of their names, for a store in
    /// which `Alice` and `alice` can be two users; see
    /// [`LoginThrottle::account_names`]. Default: no.
    pub exact_account_names: bool,
}

const MAX_DAYS: u32 = 3_650;

impl BruteForceSettings {
    /// Makes the throttle, with a store in memory.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSettings`] with everything that is wrong.
    pub fn build(&self) -> Result<LoginThrottle, InvalidSettings> {
        let mut problems = InvalidSettings::new();
        let mut quotas = LoginQuotas::default();
        let LoginQuotas {
            pair,
            known_client,
            client,
            network,
            neighbours,
            account,
            global,
            ..
        } = &mut quotas;
        for (name, text, quotas) in [
            ("pair", &self.pair, pair),
            ("known_client", &self.known_client, known_client),
            ("client", &self.client, client),
            ("network", &self.network, network),
            ("neighbours", &self.neighbours, neighbours),
            ("account", &self.account, account),
            ("global", &self.global, global),
        ] {
            if let Some(text) = text {
                let read = problems.note(name, text.parse::<Quotas>());
                *quotas = read.unwrap_or_else(|| quotas.clone());
            }
        }
        check_widths(&quotas, &mut problems);
        check_count(&quotas, &mut problems);
        match self.known_for_days {
            Some(days @ 1..=MAX_DAYS) => {
                quotas = quotas.known_for(Duration::from_secs(u64::from(days) * 86_400));
            }
            Some(_) => problems.add("known_for_days", "it is not 1 to 3650"),
            None => {}
        }
        let capacity = self.capacity.unwrap_or(LoginThrottle::DEFAULT_CAPACITY);
        if !(1_000..=10_000_000).contains(&capacity) {
            problems.add("capacity", "it is not 1000 to 10000000");
        } else if first_hour(&quotas.global) > capacity as u128 {
            let problem = "it is less than what global lets fail in the first hour";
            problems.add("capacity", problem);
        }
        let (ipv4, ipv6) = (self.ipv4_bits.unwrap_or(32), self.ipv6_bits.unwrap_or(64));
        if prefixes(ipv4, 64).is_err() {
            problems.add("ipv4_bits", "it is not 8 to 32");
        }
        if prefixes(32, ipv6).is_err() {
            problems.add("ipv6_bits", "it is not 16 to 128");
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let throttle = problems.note("pair", LoginThrottle::with_quotas(quotas));
        let throttle = throttle.map(|throttle| throttle.capacity(capacity).network(ipv4, ipv6));
        let throttle = throttle.and_then(|throttle| problems.note("ipv4_bits", throttle));
        match throttle {
            Some(throttle) if self.exact_account_names => Ok(throttle.account_names(str::to_owned)),
            Some(throttle) => Ok(throttle),
            None => Err(problems),
        }
    }
}

/// Adds the quotas that are too many to be decided together.
fn check_count(quotas: &LoginQuotas, problems: &mut InvalidSettings) {
    let most = Quotas::MAX;
    let known = quotas.pair.len() + quotas.known_client.len();
    if known > most {
        let problem = format!("with those of pair, there are {known} quotas, more than {most}");
        problems.add("known_client", problem);
    } else if quotas.count() > most {
        let problem = format!(
            "with those of client, network, neighbours, account and global, there are {} quotas, \
             more than {most}",
            quotas.count()
        );
        problems.add("pair", problem);
    }
}

/// Adds the quotas that allow no less than a wider one, if both could be read.
fn check_widths(quotas: &LoginQuotas, problems: &mut InvalidSettings) {
    let wrong: Vec<_> = problems
        .problems()
        .map(|(name, _)| name.to_owned())
        .collect();
    let (pair, client) = (("pair", &quotas.pair), ("client", &quotas.client));
    let (network, account) = (("network", &quotas.network), ("account", &quotas.account));
    let neighbours = ("neighbours", &quotas.neighbours);
    let global = ("global", &quotas.global);
    for ((narrow, less), (wide, more), also_in_the_long_run) in [
        (pair, client, true),
        (pair, ("known_client", &quotas.known_client), true),
        (pair, neighbours, false),
        (pair, account, true),
        (client, network, true),
        (network, global, true),
        (neighbours, account, true),
        (neighbours, network, true),
        (account, global, true),
    ] {
        let is_wrong = wrong.iter().any(|name| name == narrow || name == wide);
        let (less, more) = (least(less), least(more));
        if !is_wrong && (less.0 >= more.0 || also_in_the_long_run && less.1 >= more.1) {
            let when = if less.0 >= more.0 {
                "at once"
            } else {
                "in the long run"
            };
            problems.add(narrow, format!("it does not allow less than {wide} {when}"));
        }
    }
}

/// Returns how much the quotas allow together in the first hour.
fn first_hour(quotas: &Quotas) -> u128 {
    const HOUR: u128 = 3_600_000_000_000;
    let hourly = |quota: &Quota| {
        let period = quota.period().as_nanos().max(1);
        (u128::from(quota.limit()) * HOUR).div_ceil(period)
    };
    let rate = quotas.iter().map(hourly).min().unwrap_or_default();
    rate + u128::from(least(quotas).0)
}

/// Returns how much the quotas allow together, at once and in a long time.
fn least(quotas: &Quotas) -> (u32, u128) {
    const LONG: u128 = 1 << 80;
    let rate = |quota: &Quota| {
        let period = quota.period().as_nanos().max(1);
        u128::from(quota.limit()) * LONG / period
    };
    let burst = quotas.iter().map(Quota::burst_size).min();
    let rate = quotas.iter().map(rate).min();
    (burst.unwrap_or_default(), rate.unwrap_or_default())
}
