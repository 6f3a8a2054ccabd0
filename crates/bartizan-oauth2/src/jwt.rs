use bartizan_core::BoxError;
use bartizan_jwt::{Claims, TokenSigner};
use serde::Serialize;

use crate::{Grant, IssuedToken, TokenIssuer};

/// Signs a JWT with subject, scopes, roles and `client_id`
/// ([RFC 9068, section 2.2]).
///
/// Set the signer's [`typ`](TokenSigner::typ) to `at+jwt` and its audience, or the
/// tokens are not those of RFC 9068.
///
/// [RFC 9068, section 2.2]: https://www.rfc-editor.org/rfc/rfc9068#section-2.2
#[cfg_attr(docsrs, doc(cfg(feature = "jwt")))]
impl TokenIssuer for TokenSigner {
    fn issue(&self, grant: &Grant) -> Result<IssuedToken, BoxError> {
        let custom = Custom {
            client_id: grant.client_id(),
        };
        let claims = Claims::new(grant.subject(), custom)
            .with_scope(grant.scopes().to_string())
            .with_roles(grant.roles());
        Ok(IssuedToken::new(self.sign(claims)?, self.expires_in()))
    }
}

#[derive(Serialize)]
struct Custom<'a> {
    client_id: &'a str,
}
