mod secret;
mod store;

use std::fmt;
use std::sync::Arc;

use bartizan_core::Principal;

pub use self::secret::HashedSecret;
pub use self::store::{ClientStore, MemoryClientStore};
use crate::{GrantType, Scopes};

/// An application that asks for tokens, and what it was allowed.
///
/// It may do nothing until told: no grant, no scope. Cloning is cheap.
///
/// # Example
///
/// ```
/// use bartizan_oauth2::{Client, GrantType, HashedSecret};
///
/// let (secret, hashed) = HashedSecret::generate()?;
/// let ledger = Client::confidential("ledger", hashed)
///     .grant(GrantType::ClientCredentials)
///     .scopes("ledger:read ledger:write".parse()?)
///     .default_scopes("ledger:read".parse()?);
/// # let _ = (secret, ledger);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct Client(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    id: String,
    subject: Option<String>,
    secrets: Vec<HashedSecret>,
    grants: Vec<GrantType>,
    roles: Vec<String>,
    #[cfg(feature = "legacy-password-grant")]
    user_roles: Vec<String>,
    scopes: Scopes,
    default_scopes: Option<Scopes>,
}

impl Client {
    /// Creates a client that authenticates with a secret.
    pub fn confidential(id: impl Into<String>, secret: HashedSecret) -> Self {
        Self::public(id).secret(secret)
    }

    /// Creates a client that cannot keep a secret, such as one in a browser: anyone
    /// can name itself so.
    pub fn public(id: impl Into<String>) -> Self {
        Self(Arc::new(Inner {
            id: id.into(),
            subject: None,
            secrets: Vec::new(),
            grants: Vec::new(),
            roles: Vec::new(),
            #[cfg(feature = "legacy-password-grant")]
            user_roles: Vec::new(),
            scopes: Scopes::NONE,
            default_scopes: None,
        }))
    }

    /// Adds a secret. While secrets change there are two; any of them is good.
    pub fn secret(mut self, secret: HashedSecret) -> Self {
        self.inner().secrets.push(secret);
        self
    }

    /// Allows a grant.
    pub fn grant(mut self, grant: GrantType) -> Self {
        self.inner().grants.push(grant);
        self
    }

    /// Sets the scopes that the client may be granted.
    pub fn scopes(mut self, scopes: Scopes) -> Self {
        self.inner().scopes = scopes;
        self
    }

    /// Sets the scopes that are granted when none are asked for: all that it may
    /// be granted, unless set.
    pub fn default_scopes(mut self, scopes: Scopes) -> Self {
        self.inner().default_scopes = Some(scopes);
        self
    }

    /// Grants the client itself a role, for when it asks for itself. It is none of its
    /// users'.
    pub fn role(mut self, role: impl Into<String>) -> Self {
        self.inner().roles.push(role.into());
        self
    }

    /// Allows the client to act in a role that its user has. Without, a token for a
    /// user carries no roles: a client that is trusted with a few scopes is not
    /// trusted with all that an administrator who logs in to it may do.
    #[cfg(feature = "legacy-password-grant")]
    #[cfg_attr(docsrs, doc(cfg(feature = "legacy-password-grant")))]
    pub fn user_role(mut self, role: impl Into<String>) -> Self {
        self.inner().user_roles.push(role.into());
        self
    }

    /// Sets the subject of tokens that the client asks for itself: `client:` and
    /// its id, unless set.
    ///
    /// It must not be the name of a user, who would be taken for the client, and
    /// the other way round ([RFC 9700, section 4.15]).
    ///
    /// [RFC 9700, section 4.15]: https://www.rfc-editor.org/rfc/rfc9700#section-4.15
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.inner().subject = Some(subject.into());
        self
    }

    /// Returns the id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// Returns whether the client has no secret.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.0.secrets.is_empty()
    }

    pub(crate) fn secrets(&self) -> &[HashedSecret] {
        &self.0.secrets
    }

    /// A public client cannot show that it is itself, so it cannot ask for itself
    /// ([RFC 6749, section 4.4]).
    ///
    /// [RFC 6749, section 4.4]: https://www.rfc-editor.org/rfc/rfc6749#section-4.4
    pub(crate) fn may_use(&self, grant: GrantType) -> bool {
        self.0.grants.contains(&grant)
            && (grant != GrantType::ClientCredentials || !self.is_public())
    }

    /// Returns the scopes asked for that the client may be granted.
    pub(crate) fn grantable(&self, requested: Option<Scopes>) -> Scopes {
        let allowed = &self.0.scopes;
        let mut scopes = match (requested, &self.0.default_scopes) {
            (Some(requested), _) => requested,
            (None, Some(defaults)) => defaults.clone(),
            (None, None) => return allowed.clone(),
        };
        scopes.retain(|scope| allowed.contains(scope));
        scopes
    }

    /// Returns the client as the principal of its own tokens.
    pub(crate) fn principal(&self, scopes: &Scopes) -> Principal {
        let subject = match &self.0.subject {
            Some(subject) => subject.clone(),
            None => format!("client:{}", self.0.id),
        };
        Principal::builder(subject)
            .scheme("client")
            .roles(&self.0.roles)
            .scopes(scopes.iter())
            .build()
    }

    /// Returns the user as far as the client may act for one.
    #[cfg(feature = "legacy-password-grant")]
    pub(crate) fn acting_for(&self, user: Principal) -> Principal {
        user.retain_roles(|role| self.0.user_roles.iter().any(|allowed| allowed == role))
    }

    fn inner(&mut self) -> &mut Inner {
        Arc::make_mut(&mut self.0)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("id", &self.0.id)
            .field("is_public", &self.is_public())
            .field("grants", &self.0.grants)
            .field("scopes", &self.0.scopes)
            .finish_non_exhaustive()
    }
}
