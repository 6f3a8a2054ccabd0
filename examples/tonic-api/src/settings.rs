//! What the service is told by its environment.

use std::net::{Ipv4Addr, SocketAddr};

use bartizan_oauth2::HashedSecret;
use bartizan_secret::SecretString;
use bartizan_secret::settings::{Loader, SettingsError};
use serde::Deserialize;

/// The settings, each `TONIC_API_` and the name of the field, in capitals.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    #[serde(default = "default_listen")]
    pub(crate) listen: SocketAddr,
    /// Whether anyone may ask which services and methods there are.
    #[serde(default)]
    pub(crate) reflection: bool,
    #[serde(default)]
    pub(crate) reader_secret: Option<SecretString>,
    #[serde(default)]
    pub(crate) writer_secret: Option<SecretString>,
    #[serde(default)]
    pub(crate) auditor_secret: Option<SecretString>,
}

impl Settings {
    pub(crate) fn load() -> Result<Self, SettingsError> {
        Loader::new()
            .own_prefix("TONIC_API_")
            .process_environment()
            .load()
    }
}

fn default_listen() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 50051).into()
}

/// Takes the secret that was set, or makes one.
pub(crate) fn secret(
    set: Option<SecretString>,
) -> Result<(SecretString, HashedSecret), bartizan_oauth2::SecretError> {
    match set {
        Some(secret) => {
            let hashed = HashedSecret::of(&secret)?;
            Ok((secret, hashed))
        }
        None => HashedSecret::generate(),
    }
}
