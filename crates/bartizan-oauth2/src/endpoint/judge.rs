use bartizan_core::{BoxError, Challenge, Principal, Rejection, RequestHead};
use http::StatusCode;
use http::request::Parts;
use http_body::Body;

use super::Settings;
use crate::request::{self, Form, Presented, Proof, invalid_request};
use crate::{Client, Grant, GrantType, HashedSecret, IssuedToken, Scopes};

impl Settings {
    /// Judges a request as the crate's documentation says, and notes in `known`
    /// what is sure by then.
    pub(super) async fn judge<B: Body>(
        &self,
        head: &Parts,
        body: B,
        known: &mut Option<Principal>,
    ) -> Result<(Grant, IssuedToken), Rejection> {
        request::check(head, self.body_limit)?;
        let mut form = Form::parse(&request::read(body, self.body_limit).await?)?;
        let grant_type = form
            .take("grant_type")
            .ok_or_else(|| invalid_request("grant_type is missing"))?;
        let presented = Presented::find(RequestHead::from(head), &mut form)?;

        let grant_type = self.supported(&grant_type)?;
        let client = self.authenticate(presented).await?;
        let acts = |subject: &str| {
            let principal = Principal::builder(subject).credential_id(client.id());
            principal.scheme(grant_type.as_str()).build()
        };
        *known = Some(acts(client.id()));
        if !client.may_use(grant_type) {
            return Err(unauthorized_client());
        }

        let requested = match form.take("scope") {
            Some(scope) => Some(scope.parse().map_err(|_| invalid_scope())?),
            None => None,
        };
        let is_requested = requested.is_some();
        let scopes = granted(client.grantable(requested), is_requested)?;
        let (principal, scopes) = match grant_type {
            GrantType::ClientCredentials => (client.principal(&scopes), scopes),
            #[cfg(feature = "legacy-password-grant")]
            GrantType::Password => {
                super::origin::check(head, self.trusts.as_deref())?;
                let address = head.extensions.get().copied();
                let (principal, scopes) = self.log_in(address, form, scopes).await?;
                (client.acting_for(principal), granted(scopes, is_requested)?)
            }
        };
        *known = Some(acts(principal.subject()));

        let grant = Grant::new(grant_type, client.id(), principal, scopes);
        let token = self.issuer.issue(&grant).map_err(failure)?;
        Ok((grant, token))
    }

    fn supported(&self, name: &str) -> Result<GrantType, Rejection> {
        let is_configured = |grant: &GrantType| match grant {
            GrantType::ClientCredentials => true,
            #[cfg(feature = "legacy-password-grant")]
            GrantType::Password => self.verifier.is_some(),
        };
        GrantType::from_name(name)
            .filter(is_configured)
            .ok_or_else(|| {
                let detail = "the endpoint does not have this grant";
                Rejection::bad_request("unsupported_grant_type", detail)
            })
    }

    async fn authenticate(&self, presented: Presented) -> Result<Client, Rejection> {
        let refused = || Err(self.invalid_client(presented.by_field));
        let id = match &presented.proof {
            Proof::Id(id) | Proof::Secret { id, .. } => id,
            Proof::None => return self.default_client.clone().map_or_else(refused, Ok),
            Proof::Unreadable => return refused(),
        };
        let client = self.clients.find(id).get().await.map_err(failure)?;
        let is_authenticated = match &presented.proof {
            Proof::Secret { secret, .. } => {
                let stored = client.as_ref().map_or(&[][..], Client::secrets);
                HashedSecret::verify(secret.as_bytes(), stored)
            }
            _ => client.as_ref().is_some_and(Client::is_public),
        };
        match client {
            Some(client) if is_authenticated => Ok(client),
            _ => refused(),
        }
    }

    /// An unknown client and a wrong secret are answered the same. Only who tried
    /// by `Authorization` is challenged: browsers ask their user for a password
    /// when they see a challenge.
    fn invalid_client(&self, by_field: bool) -> Rejection {
        let (code, detail) = ("invalid_client", "the client could not be authenticated");
        if by_field {
            Rejection::unauthorized(code, detail, [Challenge::basic(&self.realm)])
        } else {
            Rejection::bad_request(code, detail)
        }
    }
}

/// What was asked for must not come down to nothing, which the client would take
/// for less than it is.
fn granted(scopes: Scopes, is_requested: bool) -> Result<Scopes, Rejection> {
    if is_requested && scopes.is_empty() {
        return Err(invalid_scope());
    }
    Ok(scopes)
}

fn invalid_scope() -> Rejection {
    let detail = "none of the scopes can be granted";
    Rejection::bad_request("invalid_scope", detail)
}

fn unauthorized_client() -> Rejection {
    let detail = "the client may not use this grant";
    Rejection::bad_request("unauthorized_client", detail)
}

pub(super) fn failure(source: impl Into<BoxError>) -> Rejection {
    let detail = "the request cannot be decided on now";
    Rejection::new(StatusCode::SERVICE_UNAVAILABLE, "server_error", detail).caused_by(source)
}
