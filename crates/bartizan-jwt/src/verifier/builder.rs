use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use bartizan_core::{Clock, SystemClock};

use super::Verifier;
use super::approved::ApprovedHeaders;
use super::rules::Rules;
use super::typ::TypPolicy;
use crate::{Algorithm, ClaimMap, SharedKeySet};

/// Settings of a [`Verifier`].
///
/// Issuer and audience must be set, or given up in so many words.
#[derive(Debug)]
#[must_use]
pub struct VerifierBuilder<T = ()> {
    algorithms: Vec<Algorithm>,
    any_audience: bool,
    any_issuer: bool,
    at_jwt: bool,
    claim_map: ClaimMap,
    clock: Arc<dyn Clock>,
    keys: SharedKeySet,
    max_len: usize,
    rules: Rules,
    types: Option<TypPolicy>,
    custom: PhantomData<fn() -> T>,
}

impl<T> VerifierBuilder<T> {
    /// How long a token is taken after it expired, and before it is valid, unless
    /// [`leeway`](Self::leeway) says otherwise.
    pub const DEFAULT_LEEWAY: Duration = Duration::from_secs(30);

    /// The longest leeway: clocks that differ by more are a fault to mend.
    pub const MAX_LEEWAY: Duration = Duration::from_secs(300);

    /// The most bytes of a token, unless [`max_len`](Self::max_len) says
    /// otherwise: what header fields of common servers hold.
    pub const DEFAULT_MAX_LEN: usize = 8 * 1024;

    pub(super) fn new(keys: SharedKeySet, algorithms: Vec<Algorithm>) -> Self {
        Self {
            algorithms,
            any_audience: false,
            any_issuer: false,
            at_jwt: false,
            claim_map: ClaimMap::default(),
            clock: Arc::new(SystemClock),
            keys,
            max_len: Self::DEFAULT_MAX_LEN,
            rules: Rules {
                issuer: None,
                audiences: Vec::new(),
                leeway: Self::DEFAULT_LEEWAY,
                max_lifetime: None,
                required: Vec::new(),
                typ: TypPolicy::jwt(),
            },
            types: None,
            custom: PhantomData,
        }
    }

    /// Sets the one `iss`, compared byte by byte: a final `/` counts.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.rules.issuer = Some(issuer.into());
        self
    }

    /// Adds an `aud` under which this service is known. A token must name one of
    /// them.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.rules.audiences.push(audience.into());
        self
    }

    /// Takes tokens of any issuer that can sign with these keys.
    ///
    /// A subject is only unique with its issuer: where keys are shared, one
    /// issuer's `alice` becomes another's.
    pub fn insecure_any_issuer(mut self) -> Self {
        self.any_issuer = true;
        self
    }

    /// Takes tokens that are meant for anyone.
    ///
    /// Any service that is given a token can then use it here.
    pub fn insecure_any_audience(mut self) -> Self {
        self.any_audience = true;
        self
    }

    /// Only takes access tokens of [RFC 9068]: `typ` must be `at+jwt`, and `iss`,
    /// `exp`, `aud`, `sub`, `client_id`, `iat` and `jti` must be there. It cannot be
    /// combined with [`types`](Self::types).
    ///
    /// [RFC 9068]: https://www.rfc-editor.org/rfc/rfc9068#section-4
    pub fn at_jwt(mut self) -> Self {
        self.at_jwt = true;
        let required = ["iss", "aud", "sub", "client_id", "iat", "jti"];
        self.rules.required.extend(required);
        self
    }

    /// Only takes tokens whose `typ` is one of `types`, instead of `JWT` or none.
    ///
    /// A name without `/` has `application/` before it; case does not matter. It
    /// cannot be combined with [`at_jwt`](Self::at_jwt), which says what it takes.
    pub fn types<'a>(mut self, types: impl IntoIterator<Item = &'a str>) -> Self {
        self.types = Some(TypPolicy::one_of(types));
        self
    }

    /// Refuses tokens without the claim `name`. `exp` is always required.
    pub fn require(mut self, name: &'static str) -> Self {
        self.rules.required.push(name);
        self
    }

    /// Sets by how much clocks may differ: 30 seconds by default, 5 minutes at
    /// most.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.rules.leeway = leeway;
        self
    }

    /// Refuses tokens that are valid for longer than `lifetime` from `iat`, or
    /// have no `iat`.
    pub fn max_lifetime(mut self, lifetime: Duration) -> Self {
        self.rules.max_lifetime = Some(lifetime);
        self
    }

    /// Sets the most bytes of a token: 8 KiB by default. A longer one is refused
    /// before anything of it is decoded.
    pub fn max_len(mut self, len: usize) -> Self {
        self.max_len = len;
        self
    }

    /// Sets where scopes and roles are.
    pub fn claim_map(mut self, map: ClaimMap) -> Self {
        self.claim_map = map;
        self
    }

    /// Sets the clock.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Reads the application's own claims as `U`.
    pub fn with_custom<U>(self) -> VerifierBuilder<U> {
        VerifierBuilder {
            algorithms: self.algorithms,
            any_audience: self.any_audience,
            any_issuer: self.any_issuer,
            at_jwt: self.at_jwt,
            claim_map: self.claim_map,
            clock: self.clock,
            keys: self.keys,
            max_len: self.max_len,
            rules: self.rules,
            types: self.types,
            custom: PhantomData,
        }
    }

    /// Creates the verifier.
    ///
    /// # Errors
    ///
    /// - [`ConfigError::NoAlgorithm`] if the list of algorithms is empty
    /// - [`ConfigError::Key`] if no key is of a listed algorithm
    /// - [`ConfigError::NoIssuer`], [`ConfigError::NoAudience`] if one is missing
    ///   or empty
    /// - [`ConfigError::Contradiction`] if one is both set and given up, or types are
    ///   set for access tokens of RFC 9068
    /// - [`ConfigError::Leeway`] if the leeway is over 5 minutes
    pub fn build(mut self) -> Result<Verifier<T>, ConfigError> {
        if self.algorithms.is_empty() {
            return Err(ConfigError::NoAlgorithm);
        }
        let keys = self.keys.keys();
        if keys
            .keys()
            .all(|key| !self.algorithms.contains(&key.algorithm()))
        {
            return Err(ConfigError::Key);
        }
        let issuer = self.rules.issuer.as_deref();
        if issuer.is_none_or(str::is_empty) && !self.any_issuer {
            return Err(ConfigError::NoIssuer);
        }
        let audiences = &self.rules.audiences;
        if (audiences.is_empty() && !self.any_audience) || audiences.iter().any(String::is_empty) {
            return Err(ConfigError::NoAudience);
        }
        if (issuer.is_some() && self.any_issuer) || (!audiences.is_empty() && self.any_audience) {
            return Err(ConfigError::Contradiction);
        }
        if self.rules.leeway > Self::MAX_LEEWAY {
            return Err(ConfigError::Leeway);
        }
        self.rules.typ = match (self.at_jwt, self.types) {
            (true, Some(_)) => return Err(ConfigError::Contradiction),
            (true, None) => TypPolicy::one_of(["at+jwt"]),
            (false, Some(types)) => types,
            (false, None) => TypPolicy::jwt(),
        };
        Ok(Verifier {
            algorithms: self.algorithms,
            approved: ApprovedHeaders::new(),
            claim_map: self.claim_map,
            clock: self.clock,
            keys: self.keys,
            max_len: self.max_len,
            rules: self.rules,
            custom: PhantomData,
        })
    }
}

/// Why there is no [`Verifier`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ConfigError {
    /// Issuer or audience is both set and given up, or
    /// [`types`](VerifierBuilder::types) are set beside
    /// [`at_jwt`](VerifierBuilder::at_jwt).
    Contradiction,
    /// No key is of a listed algorithm, so no token could pass.
    Key,
    /// The leeway is over [`VerifierBuilder::MAX_LEEWAY`].
    Leeway,
    /// The list of algorithms is empty.
    NoAlgorithm,
    /// No audience is set, or an empty one.
    NoAudience,
    /// No issuer is set, or an empty one.
    NoIssuer,
}

impl std::error::Error for ConfigError {}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Contradiction => "two settings contradict each other",
            Self::Key => "no key is of an accepted algorithm",
            Self::Leeway => "the leeway is over five minutes",
            Self::NoAlgorithm => "no algorithm is accepted",
            Self::NoAudience => "no audience is set",
            Self::NoIssuer => "no issuer is set",
        })
    }
}
