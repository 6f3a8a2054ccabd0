use std::time::Duration;

use bartizan_core::InvalidSettings;
use serde::Deserialize;

use super::{LoginQuotas, LoginThrottle};
use crate::key::prefixes;
use crate::{Quota, Quotas};

/// Settings of a [`LoginThrottle`], as a configuration file or the environment has them.
///
/// A quota that is a part of a wider one is to allow less than that, at once and in the
/// long run: `pair` than `client`, `known_client` and `repeaters`, `client` than `network`, `network` than
/// `global`, and `neighbours` than `newcomers`. Otherwise one address, account or network
/// could use up what is meant for all.
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
    /// How often addresses of one /24 of IPv4 or /48 of IPv6 may fail, together, at
    /// whatever accounts. Default: `100/minute`.
    pub network: Option<String>,
    /// How often addresses of one /24 of IPv4 or /48 of IPv6 that have failed at an account
    /// less than three times, each within a week of the last, may fail at it, together.
    /// Default: `20/day burst 8`.
    pub neighbours: Option<String>,
    /// How often all addresses that have failed at an account less than three times, each
    /// within a week of the last, may fail at it, together. Default: `300/day burst 60`.
    pub newcomers: Option<String>,
    /// How often addresses that have failed at an account three times or more, each
    /// within a week of the last, may fail at it again, together. Default:
    /// `60/hour; 200/day`.
    pub repeaters: Option<String>,
    /// How often all addresses may fail at all accounts. Default: `1000/minute`.
    pub global: Option<String>,
    /// For how many days an address is known for an account at which it succeeded, 1 to
    /// 3650. Default: 30.
    pub known_for_days: Option<u32>,
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
            newcomers,
            repeaters,
            global,
            ..
        } = &mut quotas;
        for (name, text, quotas) in [
            ("pair", &self.pair, pair),
            ("known_client", &self.known_client, known_client),
            ("client", &self.client, client),
            ("network", &self.network, network),
            ("neighbours", &self.neighbours, neighbours),
            ("newcomers", &self.newcomers, newcomers),
            ("repeaters", &self.repeaters, repeaters),
            ("global", &self.global, global),
        ] {
            if let Some(text) = text {
                let read = problems.note(name, text.parse::<Quotas>());
                *quotas = read.unwrap_or_else(|| quotas.clone());
            }
        }
        check_widths(&quotas, &mut problems);
        if quotas.count() > Quotas::MAX {
            let (count, most) = (quotas.count(), Quotas::MAX);
            let problem = format!(
                "with those of client, network, global, and of neighbours and newcomers or of repeaters, \
                 there are {count} quotas, more than {most}"
            );
            problems.add("pair", problem);
        }
        match self.known_for_days {
            Some(days @ 1..=MAX_DAYS) => {
                quotas = quotas.known_for(Duration::from_secs(u64::from(days) * 86_400));
            }
            Some(_) => problems.add("known_for_days", "it is not 1 to 3650"),
            None => {}
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
        let throttle = throttle.map(|throttle| throttle.network(ipv4, ipv6));
        let throttle = throttle.and_then(|throttle| problems.note("ipv4_bits", throttle));
        match throttle {
            Some(throttle) if self.exact_account_names => Ok(throttle.account_names(str::to_owned)),
            Some(throttle) => Ok(throttle),
            None => Err(problems),
        }
    }
}

/// Adds the quotas that allow no less than a wider one, if both could be read.
fn check_widths(quotas: &LoginQuotas, problems: &mut InvalidSettings) {
    let wrong: Vec<_> = problems
        .problems()
        .map(|(name, _)| name.to_owned())
        .collect();
    let pair = ("pair", &quotas.pair);
    let (client, network) = (("client", &quotas.client), ("network", &quotas.network));
    let neighbours = ("neighbours", &quotas.neighbours);
    for ((narrow, less), (wide, more)) in [
        (pair, client),
        (pair, ("known_client", &quotas.known_client)),
        (pair, ("repeaters", &quotas.repeaters)),
        (client, network),
        (network, ("global", &quotas.global)),
        (neighbours, ("newcomers", &quotas.newcomers)),
    ] {
        let is_wrong = wrong.iter().any(|name| name == narrow || name == wide);
        let (less, more) = (least(less), least(more));
        if !is_wrong && (less.0 >= more.0 || less.1 >= more.1) {
            problems.add(narrow, format!("it does not allow less than {wide}"));
        }
    }
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
