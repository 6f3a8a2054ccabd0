//! The configuration: what stands in the file, and what is wrong with it.

mod json;
mod mount;
mod path;
mod read;

use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::net::SocketAddr;
use std::time::Duration;

use bartizan_core::{FindClient, ForwardedBy, InvalidSettings, TrustedProxies};
use serde::Deserialize;

use self::mount::MountSettings;
pub(crate) use self::path::{Name, Place};
pub(crate) use self::read::{read, settle};
pub(crate) use self::{json::parse, mount::LayerSettings};
use crate::router::Router;
use crate::server::Patience;

/// The longest configuration, in bytes.
const MAX_LEN: u64 = 16 * 1024 * 1024;

/// What the file says, built.
pub(crate) struct Plan {
    pub(crate) listen: SocketAddr,
    pub(crate) router: Router,
    pub(crate) patience: Patience,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    listen: String,
    #[serde(default)]
    trusted_proxies: Vec<String>,
    #[serde(default)]
    forwarded_by: ForwardedField,
    #[serde(default)]
    head_seconds: Option<u32>,
    #[serde(default)]
    silent_seconds: Option<u32>,
    mounts: Vec<MountSettings>,
}

/// The longest that clients are waited for, in seconds.
const MAX_SECONDS: u32 = 3600;

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ForwardedField {
    Forwarded,
    #[default]
    XForwardedFor,
}

impl Plan {
    /// Reads and builds everything.
    ///
    /// # Errors
    ///
    /// Says everything that is wrong with the file.
    pub(crate) fn read(file: &str) -> Result<Self, Box<dyn Error>> {
        let cannot = |error| format!("the configuration cannot be read: {error}");
        let mut text = String::new();
        let file = File::open(file).map_err(cannot)?;
        let length = file.take(MAX_LEN + 1).read_to_string(&mut text);
        if length.map_err(cannot)? as u64 > MAX_LEN {
            return Err(format!("the configuration is longer than {MAX_LEN} bytes").into());
        }
        Self::of(&text)
    }

    fn of(text: &str) -> Result<Self, Box<dyn Error>> {
        let (value, twice) =
            parse(text).map_err(|error| format!("the configuration is no JSON: {error}"))?;
        let mut problems = InvalidSettings::new();
        for place in twice {
            problems.add(place.to_string(), "it is there twice");
        }
        match settle(value, &mut problems, Settings::build) {
            Some(plan) => problems.into_result(plan).map_err(Into::into),
            None => Err(problems.into()),
        }
    }
}

impl Settings {
    fn build(self) -> Result<Plan, InvalidSettings> {
        let mut problems = InvalidSettings::new();
        let listen = self.listen.parse::<SocketAddr>();
        let listen = listen.map_err(|_| "it is not an address with a port");
        let listen = problems.note("listen", listen);
        let proxies = TrustedProxies::parse(&self.trusted_proxies);
        let proxies = problems
            .note("trusted_proxies", proxies)
            .unwrap_or_default();
        let client = FindClient::behind(proxies.field(match self.forwarded_by {
            ForwardedField::Forwarded => ForwardedBy::Forwarded,
            ForwardedField::XForwardedFor => ForwardedBy::XForwardedFor,
        }));
        let patience = Patience {
            head: seconds(
                "head_seconds",
                self.head_seconds.unwrap_or(10),
                &mut problems,
            ),
            silence: seconds(
                "silent_seconds",
                self.silent_seconds.unwrap_or(60),
                &mut problems,
            ),
        };
        if self.mounts.is_empty() {
            problems.add("mounts", "there is none");
        }
        let mounts = mount::build(self.mounts, &client, &mut problems);
        match listen {
            Some(listen) => problems.into_result(Plan {
                listen,
                router: Router::new(mounts),
                patience,
            }),
            None => Err(problems),
        }
    }
}

fn seconds(name: &str, seconds: u32, problems: &mut InvalidSettings) -> Duration {
    if !(1..=MAX_SECONDS).contains(&seconds) {
        problems.add(name, format_args!("it is not from 1 to {MAX_SECONDS}"));
    }
    Duration::from_secs(seconds.into())
}
