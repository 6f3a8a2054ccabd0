mod custom;
mod date;
mod login;
mod map;
mod raw;

use std::time::{Duration, SystemTime};

use bartizan_core::Authentication;
use serde::{Serialize, Serializer};

pub use self::map::{ClaimMap, ClaimPath};
pub(crate) use self::raw::RawClaims;

/// The claims of a token: those of [RFC 7519 section 4.1], and the application's
/// own.
///
/// `T` gets every member that is not a field here by its registered name; `scope`
/// and `roles` it gets too. Whatever the [`ClaimMap`] finds is in
/// [`scope`](Self::scope) and [`roles`](Self::roles).
///
/// # Example
///
/// ```
/// use bartizan_jwt::Claims;
///
/// #[derive(serde::Deserialize, serde::Serialize)]
/// struct Tenant {
///     tenant: String,
/// }
///
/// let claims = Claims::new("alice", Tenant { tenant: "north".into() })
///     .with_scope("items:read items:write")
///     .with_roles(["admin"]);
/// assert_eq!(claims.scopes().count(), 2);
/// ```
///
/// [RFC 7519 section 4.1]: https://www.rfc-editor.org/rfc/rfc7519#section-4.1
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Claims<T = ()> {
    /// `iss`: who issued the token.
    pub issuer: Option<String>,
    /// `sub`: whom it speaks of. Only unique together with the issuer.
    pub subject: Option<String>,
    /// `aud`: for whom it is meant.
    pub audience: Vec<String>,
    /// `exp`: from when on it must be refused.
    pub expires_at: Option<SystemTime>,
    /// `nbf`: until when it must be refused.
    pub not_before: Option<SystemTime>,
    /// `iat`: when it was issued.
    pub issued_at: Option<SystemTime>,
    /// `jti`: the token's own name.
    pub id: Option<String>,
    /// `auth_time`, `acr` and `amr`: when and how the subject logged in.
    ///
    /// There is none where the token has none of the three.
    pub authentication: Option<Authentication>,
    /// What the token may be used for, separated by spaces.
    pub scope: String,
    /// The roles of the subject.
    pub roles: Vec<String>,
    /// The application's own claims.
    pub custom: T,
}

impl<T> Claims<T> {
    /// Creates the claims of a token about `subject`.
    pub fn new(subject: impl Into<String>, custom: T) -> Self {
        Self {
            issuer: None,
            subject: Some(subject.into()),
            audience: Vec::new(),
            expires_at: None,
            not_before: None,
            issued_at: None,
            id: None,
            authentication: None,
            scope: String::new(),
            roles: Vec::new(),
            custom,
        }
    }

    /// Sets what the token may be used for: scopes separated by spaces.
    #[must_use]
    pub fn with_scope(self, scope: impl Into<String>) -> Self {
        Self {
            scope: scope.into(),
            ..self
        }
    }

    /// Sets the roles of the subject.
    #[must_use]
    pub fn with_roles(self, roles: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            roles: roles.into_iter().map(Into::into).collect(),
            ..self
        }
    }

    /// Sets for whom the token is meant, instead of the signer's own list.
    #[must_use]
    pub fn with_audience(self, audience: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            audience: audience.into_iter().map(Into::into).collect(),
            ..self
        }
    }

    /// Says when and how the subject logged in.
    #[must_use]
    pub fn with_authentication(self, authentication: Authentication) -> Self {
        Self {
            authentication: Some(authentication),
            ..self
        }
    }

    /// Returns the scopes one by one.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scope.split(' ').filter(|scope| !scope.is_empty())
    }
}

impl<T: Serialize> Serialize for Claims<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Members<'a, T> {
            #[serde(skip_serializing_if = "Option::is_none")]
            iss: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            sub: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            aud: Option<Audience<'a>>,
            #[serde(skip_serializing_if = "Option::is_none")]
            exp: Option<u64>,
            #[serde(skip_serializing_if = "Option::is_none")]
            nbf: Option<u64>,
            #[serde(skip_serializing_if = "Option::is_none")]
            iat: Option<u64>,
            #[serde(skip_serializing_if = "Option::is_none")]
            jti: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            auth_time: Option<u64>,
            #[serde(skip_serializing_if = "Option::is_none")]
            acr: Option<&'a str>,
            #[serde(skip_serializing_if = "<[String]>::is_empty")]
            amr: &'a [String],
            #[serde(skip_serializing_if = "str::is_empty")]
            scope: &'a str,
            #[serde(skip_serializing_if = "<[String]>::is_empty")]
            roles: &'a [String],
            #[serde(flatten)]
            custom: &'a T,
        }

        let login = self.authentication.as_ref();
        Members {
            iss: self.issuer.as_deref(),
            sub: self.subject.as_deref(),
            aud: Audience::of(&self.audience),
            exp: self.expires_at.map(seconds),
            nbf: self.not_before.map(seconds),
            iat: self.issued_at.map(seconds),
            jti: self.id.as_deref(),
            auth_time: login.and_then(Authentication::time).map(seconds),
            acr: login.and_then(Authentication::context_class),
            amr: login.map(Authentication::methods).unwrap_or_default(),
            scope: &self.scope,
            roles: &self.roles,
            custom: &self.custom,
        }
        .serialize(serializer)
    }
}

/// `aud` as the peers read it best: a string where there is one.
#[derive(Serialize)]
#[serde(untagged)]
enum Audience<'a> {
    Many(&'a [String]),
    One(&'a str),
}

impl<'a> Audience<'a> {
    fn of(audience: &'a [String]) -> Option<Self> {
        match audience {
            [] => None,
            [one] => Some(Self::One(one)),
            many => Some(Self::Many(many)),
        }
    }
}

/// Rounds down, so that a token never outlives what was asked for.
fn seconds(time: SystemTime) -> u64 {
    let since_epoch = time.duration_since(SystemTime::UNIX_EPOCH);
    since_epoch.map_or(0, |duration| Duration::as_secs(&duration))
}
