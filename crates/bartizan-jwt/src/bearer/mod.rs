mod cache;
mod syntax;

use std::fmt;
use std::num::NonZeroUsize;
use std::time::SystemTime;

use bartizan_core::{
    Attempt, AuthFailure, Challenge, Principal, Realm, RequestHead, Scheme, credentials,
};
use http::StatusCode;
use serde::de::DeserializeOwned;

use self::cache::{Entry, TokenCache};
use crate::{Claims, TokenError, Verifier};

const NAME: &str = "bearer";

/// The Bearer scheme of [RFC 6750]: a token in the `Authorization` field, judged
/// by a [`Verifier`].
///
/// The principal has the token's subject, issuer, roles, scopes, id and expiry,
/// and the [`Claims<T>`](Claims) as an attribute, as well as the [`Authentication`](bartizan_core::Authentication)
/// where the token says when or how its subject logged in.
///
/// A `Bearer` judges every bearer token that comes, and refuses those of another
/// issuer. Two of them joined by [`or`](Scheme::or) do not serve two issuers: the
/// second is only asked where there is no token, so what its issuer signs is always
/// refused. Give each issuer its own routes, or write a [`Scheme`] that asks one
/// after the other for the [`principal`](Self::principal).
///
/// A token in the query or in a form body is not looked at: URLs are logged
/// ([RFC 9700 section 4.3.2]).
///
/// # Example
///
/// ```
/// use bartizan_core::{Attempt, RequestHead, Scheme};
/// use bartizan_jwt::{Algorithm, Bearer, Claims, SigningKey, TokenSigner, Verifier};
/// use http::Request;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let key = SigningKey::generate(Algorithm::ES256)?;
/// let bearer = Bearer::new(
///     Verifier::<()>::builder(key.verifying_key(), [Algorithm::ES256])
///         .issuer("https://id.example")
///         .audience("https://api.example")
///         .build()?,
/// );
/// let signer = TokenSigner::new(key, "https://id.example").audience("https://api.example");
///
/// let token = signer.sign(Claims::new("alice", ()).with_roles(["admin"]))?;
/// let request = Request::get("/").header("authorization", format!("Bearer {token}")).body(())?;
/// match bearer.authenticate(RequestHead::of(&request)) {
///     Attempt::Authenticated(principal) => assert!(principal.has_role("admin")),
///     other => unreachable!("{other:?}"),
/// }
/// # Ok(())
/// # }
/// ```
///
/// [RFC 6750]: https://www.rfc-editor.org/rfc/rfc6750
/// [RFC 9700 section 4.3.2]: https://www.rfc-editor.org/rfc/rfc9700#section-4.3.2
pub struct Bearer<T = ()> {
    cache: Option<TokenCache>,
    realm: Realm,
    verifier: Verifier<T>,
}

impl<T> Bearer<T> {
    /// Creates the scheme over `verifier`.
    #[must_use]
    pub fn new(verifier: Verifier<T>) -> Self {
        Self {
            cache: None,
            realm: Realm::default(),
            verifier,
        }
    }

    /// Sets the realm that challenges name.
    #[must_use]
    pub fn realm(self, realm: Realm) -> Self {
        Self { realm, ..self }
    }

    /// Remembers up to `capacity` tokens that verified, so that the next request
    /// with one costs a look-up instead of a signature check.
    ///
    /// A token is remembered as a whole: only the same bytes are found. What is
    /// remembered is void at once when the token expires, by the clock of the
    /// verifier, and when the keys are replaced. Tokens over 4 KiB are not
    /// remembered.
    ///
    /// The price is that tokens lie in memory, up to `capacity` of them. One that
    /// is void is wiped when it comes again or when others need its place, not
    /// before: if no more requests come, it stays.
    #[must_use]
    pub fn cache(self, capacity: NonZeroUsize) -> Self {
        Self {
            cache: Some(TokenCache::new(capacity)),
            ..self
        }
    }

    /// Returns the verifier.
    #[must_use]
    pub fn verifier(&self) -> &Verifier<T> {
        &self.verifier
    }
}

impl<T> Bearer<T>
where
    T: Clone + DeserializeOwned + Send + Sync + 'static,
{
    /// Verifies `token` and makes its principal, from the cache where there is one.
    ///
    /// # Errors
    ///
    /// As [`Verifier::verify`], and [`TokenError::MissingClaim`] if the token has
    /// no `sub`, or an empty one.
    pub fn principal(&self, token: &str) -> Result<Principal, TokenError> {
        let now = self.verifier.now();
        let Some(cache) = &self.cache else {
            return self.verify(token, now).map(principal);
        };
        // Read before the signature is checked: should the keys be replaced
        // meanwhile, the entry is already out of date when it is made.
        let generation = self.verifier.keys().generation();
        if let Some(principal) = cache.get(token, generation, now) {
            return Ok(principal);
        }
        let claims = self.verify(token, now)?;
        let (valid_from, valid_until) = self.validity(&claims);
        let principal = principal(claims);
        let entry = Entry {
            principal: principal.clone(),
            generation,
            valid_from,
            valid_until,
        };
        cache.insert(token, entry);
        Ok(principal)
    }

    fn verify(&self, token: &str, now: SystemTime) -> Result<Claims<T>, TokenError> {
        if !syntax::is_token(token) {
            return Err(TokenError::Malformed);
        }
        let claims = self.verifier.verify_at(token, now)?;
        match claims.subject.as_deref() {
            None | Some("") => Err(TokenError::MissingClaim("sub")),
            Some(_) => Ok(claims),
        }
    }

    /// From when, and until when, the verifier takes a token with these claims.
    fn validity(&self, claims: &Claims<T>) -> (SystemTime, SystemTime) {
        let leeway = self.verifier.leeway();
        let starts = claims.not_before.max(claims.issued_at);
        let valid_from = starts.and_then(|time| time.checked_sub(leeway));
        let valid_until = claims.expires_at.and_then(|time| time.checked_add(leeway));
        (
            valid_from.unwrap_or(SystemTime::UNIX_EPOCH),
            valid_until.unwrap_or(SystemTime::UNIX_EPOCH),
        )
    }
}

fn principal<T: Clone + Send + Sync + 'static>(claims: Claims<T>) -> Principal {
    let mut principal = Principal::builder(claims.subject.as_deref().unwrap_or_default())
        .scheme(NAME)
        .roles(&claims.roles)
        .scopes(claims.scopes());
    if let Some(issuer) = &claims.issuer {
        principal = principal.issuer(issuer);
    }
    if let Some(id) = &claims.id {
        principal = principal.credential_id(id);
    }
    if let Some(time) = claims.expires_at {
        principal = principal.expires_at(time);
    }
    if let Some(login) = &claims.authentication {
        principal = principal.attribute(login.clone());
    }
    principal.attribute(claims).build()
}

impl<T> Scheme for Bearer<T>
where
    T: Clone + DeserializeOwned + Send + Sync + 'static,
{
    fn name(&self) -> &'static str {
        NAME
    }

    fn authenticate(&self, head: RequestHead<'_>) -> Attempt {
        let token = match credentials(head, NAME) {
            Ok(Some("")) => {
                let detail = "the request has no token after Bearer";
                return Attempt::Failed(AuthFailure::malformed(NAME, detail));
            }
            Ok(Some(token)) => token,
            Ok(None) => return Attempt::Absent,
            Err(failure) => return Attempt::Failed(failure),
        };
        match self.principal(token) {
            Ok(principal) => Attempt::Authenticated(principal),
            Err(error) => Attempt::Failed(
                AuthFailure::invalid(NAME, error.as_str())
                    .with_slug("invalid-token")
                    .caused_by(error),
            ),
        }
    }

    fn challenge(&self, failure: Option<&AuthFailure>) -> Challenge {
        let challenge = Challenge::bearer(&self.realm);
        match failure {
            Some(failure) if failure.status() == StatusCode::BAD_REQUEST => {
                challenge.error("invalid_request", failure.detail())
            }
            Some(failure) if failure.status() == StatusCode::UNAUTHORIZED => {
                challenge.error("invalid_token", failure.detail())
            }
            _ => challenge,
        }
    }
}

impl<T> fmt::Debug for Bearer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bearer")
            .field("cache", &self.cache)
            .field("realm", &self.realm)
            .field("verifier", &self.verifier)
            .finish()
    }
}
