use std::fmt;

use bartizan_core::Principal;

use crate::Scopes;

/// By which kind of grant a token is asked for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum GrantType {
    /// The client asks for itself ([RFC 6749, section 4.4]).
    ///
    /// [RFC 6749, section 4.4]: https://www.rfc-editor.org/rfc/rfc6749#section-4.4
    ClientCredentials,
    /// The client hands over the user's name and password
    /// ([RFC 6749, section 4.3]).
    ///
    /// [RFC 9700, section 2.4] says that it must not be used: it teaches users to
    /// give their password to whoever asks, and leaves no room for a second
    /// factor.
    ///
    /// [RFC 6749, section 4.3]: https://www.rfc-editor.org/rfc/rfc6749#section-4.3
    /// [RFC 9700, section 2.4]: https://www.rfc-editor.org/rfc/rfc9700#section-2.4
    #[cfg(feature = "legacy-password-grant")]
    Password,
}

impl GrantType {
    /// Returns the name, as the parameter `grant_type` has it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client_credentials",
            #[cfg(feature = "legacy-password-grant")]
            Self::Password => "password",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        match name {
            "client_credentials" => Some(Self::ClientCredentials),
            #[cfg(feature = "legacy-password-grant")]
            "password" => Some(Self::Password),
            _ => None,
        }
    }
}

impl fmt::Display for GrantType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What was granted: all that a [`TokenIssuer`](crate::TokenIssuer) makes a token
/// of.
#[derive(Clone, Debug)]
pub struct Grant {
    grant_type: GrantType,
    client_id: String,
    principal: Principal,
    scopes: Scopes,
}

impl Grant {
    /// Creates the grant to the client called `client_id` to act for `principal`.
    #[must_use]
    pub fn new(
        grant_type: GrantType,
        client_id: impl Into<String>,
        principal: Principal,
        scopes: Scopes,
    ) -> Self {
        Self {
            grant_type,
            client_id: client_id.into(),
            principal,
            scopes,
        }
    }

    /// Returns the kind of grant.
    #[must_use]
    pub fn grant_type(&self) -> GrantType {
        self.grant_type
    }

    /// Returns the client that the token is handed to.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Returns whom the token speaks of: the user, or the
    /// [subject](crate::Client::subject) of a client that asks for itself.
    #[must_use]
    pub fn subject(&self) -> &str {
        self.principal.subject()
    }

    /// Returns the roles of the subject.
    #[must_use]
    pub fn roles(&self) -> &[String] {
        self.principal.roles()
    }

    /// Returns the scopes granted, which may be fewer than the principal's.
    #[must_use]
    pub fn scopes(&self) -> &Scopes {
        &self.scopes
    }

    /// Returns the principal, as the login found it.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.principal
    }
}
