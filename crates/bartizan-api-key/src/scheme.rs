use std::fmt;
use std::sync::Arc;

use bartizan_core::{
    Attempt, AuthFailure, Challenge, ClientAddr, Principal, Realm, Reply, RequestHead, Scheme,
};
use http::{HeaderMap, HeaderName, Uri};

use crate::locator::Malformed;
use crate::{ApiKeyStore, ApiKeys, InvalidLocator, KeyError, Locator};

pub(crate) const NAME: &str = "apikey";

/// The scheme of API keys: finds a key in a request, and has it verified.
///
/// See the [crate documentation](crate) for an example, and for how a request is
/// judged.
#[must_use]
pub struct ApiKey<S> {
    keys: Arc<ApiKeys<S>>,
    locators: Vec<Locator>,
    realm: Realm,
}

impl<S: ApiKeyStore> ApiKey<S> {
    /// Creates the scheme over `keys`, which are looked for in `X-API-Key` alone.
    pub fn new(keys: impl Into<Arc<ApiKeys<S>>>) -> Self {
        Self {
            keys: keys.into(),
            locators: vec![Locator::default()],
            realm: Realm::default(),
        }
    }

    /// Looks for keys in these places instead.
    ///
    /// # Errors
    ///
    /// [`InvalidLocator::Places`] when there is none, or one twice.
    ///
    /// ```
    /// # use bartizan_api_key::{ApiKey, ApiKeyStore, InvalidLocator, Locator};
    /// # fn places<S: ApiKeyStore>(scheme: ApiKey<S>) -> Result<ApiKey<S>, InvalidLocator> {
    /// scheme.locators([Locator::default(), Locator::authorization()])
    /// # }
    /// ```
    pub fn locators(
        self,
        locators: impl IntoIterator<Item = Locator>,
    ) -> Result<Self, InvalidLocator> {
        let mut distinct = Vec::new();
        for locator in locators {
            if distinct.contains(&locator) {
                return Err(InvalidLocator::Places);
            }
            distinct.push(locator);
        }
        if distinct.is_empty() {
            return Err(InvalidLocator::Places);
        }
        Ok(Self {
            locators: distinct,
            ..self
        })
    }

    /// Names the realm.
    pub fn realm(self, realm: Realm) -> Self {
        Self { realm, ..self }
    }

    /// Returns the keys, to manage them.
    #[must_use]
    pub const fn keys(&self) -> &Arc<ApiKeys<S>> {
        &self.keys
    }

    /// Finds the one key that the request presents.
    fn find<'a>(&self, head: RequestHead<'a>) -> Result<Option<&'a [u8]>, Malformed> {
        let mut found = None;
        for locator in &self.locators {
            let presented = locator.find(head)?;
            if found.is_some() && presented.is_some() {
                return Err(Malformed("the request has API keys in two places"));
            }
            found = found.or(presented);
        }
        Ok(found)
    }
}

impl<S: ApiKeyStore> Scheme for ApiKey<S> {
    fn name(&self) -> &'static str {
        NAME
    }

    fn authenticate(&self, head: RequestHead<'_>) -> Attempt {
        let key = match self.find(head) {
            Ok(Some(key)) => key,
            Ok(None) => return Attempt::Absent,
            Err(Malformed(detail)) => {
                return Attempt::Failed(AuthFailure::malformed(NAME, detail));
            }
        };
        let client = || head.extensions().get::<ClientAddr>().copied();
        match self.keys.check(key, client) {
            Reply::Ready(verified) => judge(verified),
            Reply::Wait(verified) => Attempt::Wait(Box::pin(async move { judge(verified.await) })),
        }
    }

    fn challenge(&self, _failure: Option<&AuthFailure>) -> Challenge {
        Challenge::api_key(&self.realm)
    }

    fn credential_fields(&self) -> Vec<HeaderName> {
        self.locators.iter().filter_map(Locator::field).collect()
    }

    fn strip(&self, uri: &mut Uri, headers: &mut HeaderMap) {
        for locator in &self.locators {
            locator.strip(uri, headers);
        }
    }
}

/// Answers all that is wrong with a key alike.
fn judge(verified: Result<Principal, KeyError>) -> Attempt {
    match verified {
        Ok(principal) => Attempt::Authenticated(principal),
        Err(KeyError::Unavailable(source)) => {
            Attempt::Failed(AuthFailure::unavailable(NAME, source))
        }
        Err(error) => Attempt::Failed(
            AuthFailure::invalid(NAME, "the API key is not valid")
                .with_slug("invalid-api-key")
                .caused_by(error),
        ),
    }
}

impl<S> fmt::Debug for ApiKey<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKey")
            .field("keys", &self.keys)
            .field("locators", &self.locators)
            .field("realm", &self.realm)
            .finish()
    }
}
