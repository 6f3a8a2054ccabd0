use std::time::{Duration, SystemTime};

use super::typ::TypPolicy;
use crate::TokenError;
use crate::claims::RawClaims;

/// What the claims of a token must say.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    /// `None` takes any.
    pub(super) issuer: Option<String>,
    /// Empty takes any.
    pub(super) audiences: Vec<String>,
    pub(super) leeway: Duration,
    pub(super) max_lifetime: Option<Duration>,
    pub(super) required: Vec<&'static str>,
    pub(super) typ: TypPolicy,
}

impl Rules {
    pub(super) fn check(&self, claims: &RawClaims<'_>, now: SystemTime) -> Result<(), TokenError> {
        self.check_issuer(claims)?;
        self.check_audience(claims)?;
        self.check_times(claims, now)?;
        let mut required = self.required.iter();
        match required.find(|name| !claims.has(name)) {
            Some(name) => Err(TokenError::MissingClaim(name)),
            None => Ok(()),
        }
    }

    fn check_issuer(&self, claims: &RawClaims<'_>) -> Result<(), TokenError> {
        let Some(expected) = &self.issuer else {
            return Ok(());
        };
        match &claims.issuer {
            Some(issuer) if issuer == expected => Ok(()),
            Some(_) => Err(TokenError::Issuer),
            None => Err(TokenError::MissingClaim("iss")),
        }
    }

    fn check_audience(&self, claims: &RawClaims<'_>) -> Result<(), TokenError> {
        if self.audiences.is_empty() {
            return Ok(());
        }
        match &claims.audience {
            Some(audience) if self.audiences.iter().any(|one| audience.names(one)) => Ok(()),
            Some(_) => Err(TokenError::Audience),
            None => Err(TokenError::MissingClaim("aud")),
        }
    }

    fn check_times(&self, claims: &RawClaims<'_>, now: SystemTime) -> Result<(), TokenError> {
        // A clock before 1970 is broken; to it, tokens lie in the future.
        let now = now
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        let expires_at = claims.expires_at.ok_or(TokenError::MissingClaim("exp"))?.0;
        if now >= expires_at.saturating_add(self.leeway) {
            return Err(TokenError::Expired);
        }
        let soon = now.saturating_add(self.leeway);
        if claims.not_before.is_some_and(|date| date.0 > soon) {
            return Err(TokenError::NotYetValid);
        }
        if claims.issued_at.is_some_and(|date| date.0 > soon) {
            return Err(TokenError::IssuedInFuture);
        }
        let Some(max_lifetime) = self.max_lifetime else {
            return Ok(());
        };
        let issued_at = claims.issued_at.ok_or(TokenError::MissingClaim("iat"))?.0;
        if expires_at.saturating_sub(issued_at) > max_lifetime {
            return Err(TokenError::Lifetime);
        }
        Ok(())
    }
}
