//! API keys that users make for their programs.

mod handlers;
mod view;
mod wanted;

use std::error::Error;
use std::sync::Arc;

use aws_lc_rs::rand;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::HeaderName;
use axum::routing::{delete, get, post};
use bartizan::api_key::{
    ApiKeys, InvalidLocator, KeyFormat, Locator, MemoryApiKeyStore, PepperRing,
};
use bartizan::secret::SecretBytes;

pub(crate) use self::handlers::{
    __path_issue, __path_list, __path_revoke, __path_rotate, issue, list, revoke, rotate,
};
use crate::paths;
use crate::settings::Profile;

/// The keys, which last until the service ends, as their pepper does.
pub(crate) type Keys = Arc<ApiKeys<MemoryApiKeyStore>>;

/// Where a key is looked for.
pub(crate) const FIELD: HeaderName = HeaderName::from_static("x-api-key");

/// The most bytes of a request about a key.
const MAX_BYTES: usize = 4 * 1024;

/// Begins without any key.
pub(crate) fn make(profile: Profile) -> Result<Keys, Box<dyn Error>> {
    let environment = match profile {
        Profile::Development => "dev",
        Profile::Production => "live",
    };
    let mut pepper = vec![0; PepperRing::MIN_KEY_LEN];
    rand::fill(&mut pepper)?;
    Ok(Arc::new(ApiKeys::new(
        KeyFormat::new("axumapi", environment)?,
        PepperRing::new("start", &SecretBytes::from(pepper))?,
        MemoryApiKeyStore::new(),
    )))
}

/// Returns the place of keys in requests.
pub(crate) fn locator() -> Result<Locator, InvalidLocator> {
    Locator::header(FIELD)
}

/// The routes by which users manage keys of their own.
pub(crate) fn routes(keys: &Keys) -> Router {
    Router::new()
        .route(paths::KEYS, get(list).post(issue))
        .route(paths::KEY, delete(revoke))
        .route(paths::KEY_ROTATE, post(rotate))
        .layer(DefaultBodyLimit::max(MAX_BYTES))
        .with_state(Arc::clone(keys))
}
