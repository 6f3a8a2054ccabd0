//! What stands before the service.

use std::error::Error;

use bartizan_core::chain::Chain;
use bartizan_core::{Authenticate, FindClient, GuardLayer, TrustedProxies, tonic_peer};

use crate::settings::Settings;
use crate::tokens::Tokens;

pub(crate) fn layer(
    tokens: &Tokens,
    _settings: &Settings,
) -> Result<GuardLayer<impl Chain + use<>>, Box<dyn Error>> {
    let client = FindClient::behind(TrustedProxies::none()).peer(tonic_peer);
    Ok(GuardLayer::new(
        client.and(Authenticate::optional(tokens.bearer()?)),
    ))
}
