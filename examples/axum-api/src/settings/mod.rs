mod guards;
mod profile;
mod secrets;

use std::error::Error;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::time::Duration;

use bartizan::cors::{Cors, InvalidCors};
use bartizan::secret::SecretString;
use bartizan_secret::settings::{Loader, SettingsError};
use serde::Deserialize;

use self::guards::{Front, Proxies, Quota, address_quota, principal_quota};
pub(crate) use self::profile::{LogFormat, LogLevel, Profile};
use self::secrets::LongPassword;
pub(crate) use self::secrets::{Key, Password};
use crate::server::Limits;

/// What the service was told, with what it may make itself left open.
pub(crate) struct Settings {
    pub(crate) told: Development,
    pub(crate) signing_key: Option<Key>,
}

/// Whoever tries the service out need not set anything.
type Development = Told<Option<Password>, Option<SecretString>>;

type Production = Told<LongPassword, SecretString>;

#[derive(Deserialize)]
pub(crate) struct Told<P, K> {
    #[serde(default)]
    pub(crate) profile: Profile,
    #[serde(default = "default_listen")]
    pub(crate) listen: SocketAddr,
    signing_key: K,
    pub(crate) users: Users<P>,
    #[serde(default = "default_name")]
    pub(crate) issuer: String,
    #[serde(default = "default_name")]
    pub(crate) audience: String,
    #[serde(default = "default_token_seconds")]
    token_seconds: NonZeroU32,
    #[serde(default)]
    pub(crate) trusted_proxies: Proxies,
    cors_origins: Option<Front>,
    docs: Option<bool>,
    #[serde(default = "address_quota")]
    pub(crate) address_quota: Quota,
    #[serde(default = "principal_quota")]
    pub(crate) principal_quota: Quota,
    #[serde(default)]
    pub(crate) log: LogFormat,
    #[serde(default)]
    pub(crate) log_level: LogLevel,
    #[serde(default = "default_request_seconds")]
    request_seconds: u16,
    #[serde(default = "default_drain_seconds")]
    drain_seconds: u16,
}

#[derive(Deserialize)]
pub(crate) struct Users<P> {
    pub(crate) alice: User<P>,
    pub(crate) admin: User<P>,
}

#[derive(Deserialize)]
pub(crate) struct User<P> {
    pub(crate) password: P,
}

impl Settings {
    /// Reads the settings from the environment of the process.
    ///
    /// In production nothing that is secret is left open, passwords are long, and
    /// what verifies tokens cannot make them.
    pub(crate) fn load() -> Result<Self, Misconfigured> {
        let mut problems = Vec::new();
        let mut note = |error: &SettingsError| {
            problems.extend(error.problems().iter().map(ToString::to_string));
        };
        let is_production = is_production();
        let told = if is_production {
            let told: Result<Production, _> = loader().own_prefix(PREFIX).load();
            told.map(Development::from)
        } else {
            // A misspelt `PROFILE` would otherwise start what is no production.
            loader().own_prefix(PREFIX).load()
        };
        let told = told.map_err(|error| note(&error)).ok();
        // Apart from the rest, so that a key which is none is found along with what
        // else is wrong.
        let signing_key = match loader().load() {
            Ok(KeyAlone { signing_key: None }) | Err(_) => None,
            Ok(KeyAlone {
                signing_key: Some(text),
            }) => match Key::read(text) {
                Ok(key) if is_production && key.is_symmetric() => {
                    problems.push(format!("{PREFIX}SIGNING_KEY: the key is symmetric"));
                    None
                }
                Ok(key) => Some(key),
                Err(error) => {
                    problems.push(format!("{PREFIX}SIGNING_KEY: {error}"));
                    None
                }
            },
        };
        match told {
            Some(told) if problems.is_empty() => Ok(Self { told, signing_key }),
            _ => Err(Misconfigured(problems)),
        }
    }

    pub(crate) fn token_lifetime(&self) -> Duration {
        Duration::from_secs(self.told.token_seconds.get().into())
    }

    /// Returns what lets pages of other origins call the service: those that were named,
    /// or else, on the machine of a developer, that of a front-end there.
    pub(crate) fn cors(&self) -> Result<Cors, InvalidCors> {
        self.front().cors()
    }

    /// Returns what tells the origins of pages that may send passwords.
    pub(crate) fn passwords_from(&self) -> impl Fn(&str) -> bool + Send + Sync + use<> {
        self.front().trusts()
    }

    fn front(&self) -> Front {
        match (&self.told.cors_origins, self.told.profile) {
            (Some(front), _) => front.clone(),
            (None, Profile::Development) => Front::of_developers(),
            (None, Profile::Production) => Front::none(),
        }
    }

    /// Tells whether anyone may read how the service is used.
    pub(crate) fn has_docs(&self) -> bool {
        let development = self.told.profile == Profile::Development;
        self.told.docs.unwrap_or(development)
    }

    pub(crate) fn limits(&self) -> Limits {
        Limits {
            request: Duration::from_secs(self.told.request_seconds.into()),
            drain: Duration::from_secs(self.told.drain_seconds.into()),
        }
    }
}

const PREFIX: &str = "AXUM_API_";

fn loader() -> Loader {
    Loader::new().prefix(PREFIX).process_environment()
}

/// A profile that is wrong is one of the problems that another load finds.
fn is_production() -> bool {
    let profile = loader().load().map(|ProfileAlone { profile }| profile);
    profile.is_ok_and(|profile| profile == Profile::Production)
}

/// All that is wrong with the settings. No value is in it.
#[derive(Debug)]
pub(crate) struct Misconfigured(Vec<String>);

impl Error for Misconfigured {}

impl fmt::Display for Misconfigured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("these settings are wrong")?;
        self.0
            .iter()
            .try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl From<Production> for Development {
    fn from(told: Production) -> Self {
        let Users { alice, admin } = told.users;
        let user = |user: User<LongPassword>| User {
            password: Some(user.password.into()),
        };
        Self {
            profile: told.profile,
            listen: told.listen,
            signing_key: Some(told.signing_key),
            users: Users {
                alice: user(alice),
                admin: user(admin),
            },
            issuer: told.issuer,
            audience: told.audience,
            token_seconds: told.token_seconds,
            trusted_proxies: told.trusted_proxies,
            cors_origins: told.cors_origins,
            docs: told.docs,
            address_quota: told.address_quota,
            principal_quota: told.principal_quota,
            log: told.log,
            log_level: told.log_level,
            request_seconds: told.request_seconds,
            drain_seconds: told.drain_seconds,
        }
    }
}

#[derive(Deserialize)]
struct ProfileAlone {
    #[serde(default)]
    profile: Profile,
}

#[derive(Deserialize)]
struct KeyAlone {
    signing_key: Option<SecretString>,
}

fn default_listen() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 3000).into()
}

fn default_name() -> String {
    "axum-api".to_owned()
}

fn default_token_seconds() -> NonZeroU32 {
    const { NonZeroU32::new(900).unwrap() }
}

fn default_request_seconds() -> u16 {
    30
}

fn default_drain_seconds() -> u16 {
    10
}
