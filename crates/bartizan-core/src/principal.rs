use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use http::Extensions;

/// Who a request comes from, as an authentication scheme found out.
///
/// Lies among the extensions of an authenticated request. Only the code of a
/// scheme makes one, never a header field. Cloning costs one reference count.
///
/// # Example
///
/// ```
/// use bartizan_core::Principal;
///
/// let alice = Principal::builder("alice")
///     .issuer("https://login.example.com")
///     .role("editor")
///     .scope("items:write")
///     .build();
///
/// assert!(alice.has_role("editor"));
/// assert!(!alice.has_scope("items"));
/// ```
#[derive(Clone)]
pub struct Principal(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    subject: String,
    issuer: Option<String>,
    scheme: &'static str,
    roles: Vec<String>,
    scopes: Vec<String>,
    credential_id: Option<String>,
    expires_at: Option<SystemTime>,
    attributes: Extensions,
}

impl Principal {
    /// Starts to build the principal called `subject`.
    pub fn builder(subject: impl Into<String>) -> PrincipalBuilder {
        PrincipalBuilder(Inner {
            subject: subject.into(),
            issuer: None,
            scheme: "",
            roles: Vec::new(),
            scopes: Vec::new(),
            credential_id: None,
            expires_at: None,
            attributes: Extensions::new(),
        })
    }

    /// Returns the subject: unique for its [`issuer`](Self::issuer), and only there.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.0.subject
    }

    /// Returns who vouches for the subject.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.0.issuer.as_deref()
    }

    /// Returns the name of the scheme that authenticated the principal.
    #[must_use]
    pub fn scheme(&self) -> &'static str {
        self.0.scheme
    }

    /// Names the scheme that authenticated the principal, where the one who found it
    /// does not know it, as with a [`PasswordVerifier`](crate::PasswordVerifier).
    #[must_use]
    pub fn with_scheme(mut self, scheme: &'static str) -> Self {
        Arc::make_mut(&mut self.0).scheme = scheme;
        self
    }

    /// Keeps those roles for which `keep` holds, where whoever acts for the principal
    /// may not have them all.
    #[must_use]
    pub fn retain_roles(mut self, keep: impl Fn(&str) -> bool) -> Self {
        Arc::make_mut(&mut self.0).roles.retain(|role| keep(role));
        self
    }

    /// Returns the roles as granted, without those that a hierarchy adds.
    #[must_use]
    pub fn roles(&self) -> &[String] {
        &self.0.roles
    }

    /// Returns whether `role` was granted.
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        self.0.roles.iter().any(|granted| granted == role)
    }

    /// Returns the scopes.
    #[must_use]
    pub fn scopes(&self) -> &[String] {
        &self.0.scopes
    }

    /// Returns whether `scope` was granted.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        self.0.scopes.iter().any(|granted| granted == scope)
    }

    /// Returns what names the credential, such as a `jti` or a key id. It is not
    /// the credential.
    #[must_use]
    pub fn credential_id(&self) -> Option<&str> {
        self.0.credential_id.as_deref()
    }

    /// Returns when the credential expires.
    #[must_use]
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.0.expires_at
    }

    /// Returns the attribute of type `T`, such as the claims of a token.
    #[must_use]
    pub fn attribute<T: Send + Sync + 'static>(&self) -> Option<&T> {
        self.0.attributes.get::<T>()
    }
}

/// Leaves out the attributes, which may hold anything.
impl fmt::Debug for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Principal")
            .field("subject", &self.0.subject)
            .field("issuer", &self.0.issuer)
            .field("scheme", &self.0.scheme)
            .field("roles", &self.0.roles)
            .field("scopes", &self.0.scopes)
            .finish_non_exhaustive()
    }
}

/// Builds a [`Principal`]. Made by [`Principal::builder`].
#[must_use]
pub struct PrincipalBuilder(Inner);

impl PrincipalBuilder {
    /// Says who vouches for the subject.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.0.issuer = Some(issuer.into());
        self
    }

    /// Names the scheme that authenticated the principal.
    pub fn scheme(mut self, scheme: &'static str) -> Self {
        self.0.scheme = scheme;
        self
    }

    /// Grants a role.
    pub fn role(mut self, role: impl Into<String>) -> Self {
        self.0.roles.push(role.into());
        self
    }

    /// Grants roles.
    pub fn roles(mut self, roles: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.0.roles.extend(roles.into_iter().map(Into::into));
        self
    }

    /// Grants a scope.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.0.scopes.push(scope.into());
        self
    }

    /// Grants scopes.
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.0.scopes.extend(scopes.into_iter().map(Into::into));
        self
    }

    /// Names the credential, by something that is not the credential.
    pub fn credential_id(mut self, id: impl Into<String>) -> Self {
        self.0.credential_id = Some(id.into());
        self
    }

    /// Says when the credential expires.
    pub fn expires_at(mut self, time: SystemTime) -> Self {
        self.0.expires_at = Some(time);
        self
    }

    /// Adds an attribute; a second one of the same type takes the place of the
    /// first.
    pub fn attribute<T: Clone + Send + Sync + 'static>(mut self, attribute: T) -> Self {
        self.0.attributes.insert(attribute);
        self
    }

    /// Returns the principal.
    #[must_use]
    pub fn build(self) -> Principal {
        Principal(Arc::new(self.0))
    }
}

impl fmt::Debug for PrincipalBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrincipalBuilder")
            .field("subject", &self.0.subject)
            .finish_non_exhaustive()
    }
}
