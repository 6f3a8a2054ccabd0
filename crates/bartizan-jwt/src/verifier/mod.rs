mod approved;
mod builder;
mod rules;
mod typ;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bartizan_core::Clock;
use serde::de::DeserializeOwned;

use self::approved::ApprovedHeaders;
pub use self::builder::{ConfigError, VerifierBuilder};
use self::rules::Rules;
use crate::claims::RawClaims;
use crate::header::Header;
use crate::jws::Compact;
use crate::key::Current;
use crate::{Algorithm, ClaimMap, Claims, SharedKeySet, TokenError, VerifyingKey, base64url};

/// The payload of most tokens fits here, and then takes no allocation.
const USUAL_PAYLOAD_LEN: usize = 1024;

/// Verifies the tokens of one issuer, meant for one service.
///
/// `T` is what the application reads beside the registered claims; `()` reads
/// nothing.
///
/// # Example
///
/// ```
/// use bartizan_jwt::{Algorithm, Claims, SigningKey, TokenError, TokenSigner, Verifier};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let key = SigningKey::generate(Algorithm::ES256)?;
/// let verifier = Verifier::<()>::builder(key.verifying_key(), [Algorithm::ES256])
///     .issuer("https://id.example")
///     .audience("https://api.example")
///     .build()?;
/// let signer = TokenSigner::new(key, "https://id.example").audience("https://api.example");
///
/// let token = signer.sign(Claims::new("alice", ()))?;
/// let claims = verifier.verify(&token)?;
/// assert_eq!(claims.subject.as_deref(), Some("alice"));
///
/// let elsewhere = signer.sign(Claims::new("alice", ()).with_audience(["https://other.example"]))?;
/// assert_eq!(verifier.verify(&elsewhere), Err(TokenError::Audience));
/// # Ok(())
/// # }
/// ```
///
/// # How a token is judged
///
/// 1. It is not longer than [`max_len`](VerifierBuilder::max_len) bytes.
/// 2. It is three parts of canonical base64url ([RFC 7515 section 7.1]).
/// 3. Its header is a JSON object that names no member twice, has no `crit`,
///    `b64` or `zip`, and a `typ` that is expected ([RFC 8725 section 3.11]).
/// 4. `alg` is on the list, and is the algorithm of the key that `kid` names
///    ([RFC 8725 section 3.1]).
/// 5. The signature verifies. Only now is the payload looked at.
/// 6. The payload is a JSON object that names no member twice, at any depth, and
///    its registered claims have the types of [RFC 7519 section 4.1].
/// 7. `iss` is the expected one, `aud` names this service, `exp` is there and not
///    past, `nbf` and `iat` are not in the future, and the claims that are
///    required are there.
///
/// # What a token costs
///
/// A token that anyone can write, with no key, costs at most 4 signature checks: one
/// if its `kid` names a key, and else one for each key of its algorithm, of which
/// there may be 4. Keys with a `kid`, and tokens that name it, make it one.
///
/// [RFC 7515 section 7.1]: https://www.rfc-editor.org/rfc/rfc7515#section-7.1
/// [RFC 7519 section 4.1]: https://www.rfc-editor.org/rfc/rfc7519#section-4.1
/// [RFC 8725 section 3.1]: https://www.rfc-editor.org/rfc/rfc8725#section-3.1
/// [RFC 8725 section 3.11]: https://www.rfc-editor.org/rfc/rfc8725#section-3.11
pub struct Verifier<T = ()> {
    algorithms: Vec<Algorithm>,
    approved: ApprovedHeaders,
    claim_map: ClaimMap,
    clock: Arc<dyn Clock>,
    keys: SharedKeySet,
    max_len: usize,
    rules: Rules,
    custom: PhantomData<fn() -> T>,
}

impl<T> Verifier<T> {
    /// Starts a verifier of tokens signed by `keys` with one of `algorithms`.
    pub fn builder(
        keys: impl Into<SharedKeySet>,
        algorithms: impl IntoIterator<Item = Algorithm>,
    ) -> VerifierBuilder<T> {
        VerifierBuilder::new(keys.into(), algorithms.into_iter().collect())
    }

    /// Returns the keys, which can be replaced.
    #[must_use]
    pub fn keys(&self) -> &SharedKeySet {
        &self.keys
    }

    pub(crate) fn now(&self) -> SystemTime {
        self.clock.now()
    }

    /// How long after `exp`, and before `nbf`, a token is still taken.
    pub(crate) fn leeway(&self) -> Duration {
        self.rules.leeway
    }

    /// Returns the keys that may have signed a token with this header.
    fn judge_header(
        &self,
        header: &Header<'_>,
        current: &Current,
    ) -> Result<Vec<VerifyingKey>, TokenError> {
        if !self.algorithms.contains(&header.algorithm) {
            return Err(TokenError::Algorithm);
        }
        self.rules.typ.check(header.typ.as_deref())?;
        current
            .keys
            .candidates(header.algorithm, header.id.as_deref())
    }

    fn verify_signature(&self, compact: &Compact<'_>) -> Result<(), TokenError> {
        if let Some(verdict) = self.approved.verify(compact, self.keys.generation()) {
            return verdict;
        }
        let current = self.keys.current();
        let candidates = Header::decode(compact.header, |header| {
            self.judge_header(&header, &current)
        })?;
        compact.verify(&candidates)?;
        self.approved
            .learn(compact.header, candidates, current.generation);
        Ok(())
    }
}

impl<T: DeserializeOwned> Verifier<T> {
    /// Verifies `token` and returns its claims.
    ///
    /// # Errors
    ///
    /// A [`TokenError`] says which rule the token breaks. Whoever sent it need not
    /// be told.
    pub fn verify(&self, token: &str) -> Result<Claims<T>, TokenError> {
        self.verify_at(token, self.now())
    }

    pub(crate) fn verify_at(&self, token: &str, now: SystemTime) -> Result<Claims<T>, TokenError> {
        if token.len() > self.max_len {
            return Err(TokenError::TooLong);
        }
        let compact = Compact::split(token)?;
        self.verify_signature(&compact)?;

        let mut usual = [0; USUAL_PAYLOAD_LEN];
        let long;
        let payload = if compact.payload.len() <= USUAL_PAYLOAD_LEN {
            base64url::decode(compact.payload, &mut usual)
        } else {
            long = base64url::decode_to_vec(compact.payload);
            long.as_deref()
        };
        let claims = RawClaims::parse(payload.ok_or(TokenError::Malformed)?)?;
        self.rules.check(&claims, now)?;
        claims.into_claims(&self.claim_map)
    }
}

impl<T> fmt::Debug for Verifier<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("algorithms", &self.algorithms)
            .field("claim_map", &self.claim_map)
            .field("keys", &self.keys)
            .field("max_len", &self.max_len)
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}
