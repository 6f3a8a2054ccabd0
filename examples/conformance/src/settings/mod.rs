//! The configuration: what stands in the file, and what is wrong with it.

mod json;
mod mount;
mod path;
mod read;

use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::net::SocketAddr;

use bartizan_core::{FindClient, ForwardedBy, InvalidSettings, TrustedProxies};
use serde::Deserialize;

use self::mount::MountSettings;
pub(crate) use self::path::{Name, Place};
pub(crate) use self::read::{read, settle};
pub(crate) use self::{json::parse, mount::LayerSettings};
use crate::router::Router;

/// The longest configuration, in bytes.
const MAX_LEN: u64 = 16 * 1024 * 1024;

/// What the file says, built.
pub(crate) struct Plan {
    pub(crate) listen: SocketAddr,
    pub(crate) router: Router,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    listen: String,
    #[serde(default)]
    trusted_proxies: Vec<String>,
    #[serde(default)]
    forwarded_by: ForwardedField,
    mounts: Vec<MountSettings>,
}

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
        Ok(Self::of(&text)?)
    }

    fn of(text: &str) -> Result<Self, Box<dyn Error>> {
        let (value, twice) =
            parse(text).map_err(|error| format!("the configuration is no JSON: {error}"))?;
        let mut problems = InvalidSettings::new();
        for place in twice {
            problems.add(place.to_string(), "it is there twice");
        }
        let plan = settle(value, &mut problems, Settings::build);
        match plan {
            Some(plan) => Ok(problems.into_result(plan)?),
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
        if self.mounts.is_empty() {
            problems.add("mounts", "there is none");
        }
        let mounts = mount::build(self.mounts, &client, &mut problems);
        match listen {
            Some(listen) => problems.into_result(Plan {
                listen,
                router: Router::new(mounts),
            }),
            None => Err(problems),
        }
    }
}
