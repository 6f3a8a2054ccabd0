use std::num::NonZeroUsize;
use std::time::Duration;

use bartizan_core::{InvalidSettings, Realm};
use bartizan_secret::{SecretBytes, SecretString};
use serde::Deserialize;

use crate::{
    Algorithm, Bearer, HmacKey, KeySet, SharedKeySet, Verifier, VerifierBuilder, base64url,
};

/// Settings of a [`Bearer`], as a configuration file or the environment has them.
///
/// # Example
///
/// ```
/// use bartizan_jwt::BearerSettings;
///
/// let settings: BearerSettings = serde_json::from_str(
///     r#"{
///         "issuer": "https://id.example",
///         "audience": ["https://api.example"],
///         "algorithms": ["HS256"],
///         "hmac_secret": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY"
///     }"#,
/// )?;
/// let bearer = settings.build()?;
/// # let _ = bearer;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct BearerSettings {
    /// The one `iss` that tokens may have.
    pub issuer: String,
    /// The `aud` under which this service is known; a token must name one of them.
    pub audience: Vec<String>,
    /// The algorithms that tokens may be signed with, such as `ES256`.
    pub algorithms: Vec<String>,
    /// The issuer's public keys: a JWK set, as the text of its JSON.
    #[serde(default)]
    pub jwks: Option<String>,
    /// The secret that the issuer signs with, in base64url without padding. Needs one
    /// algorithm of HMAC, and no [`jwks`](Self::jwks).
    #[serde(default)]
    pub hmac_secret: Option<SecretString>,
    /// By how many seconds clocks may differ: 30 by default, 300 at most.
    #[serde(default)]
    pub leeway_seconds: Option<u32>,
    /// For how many seconds a token may be valid at most. Any time by default.
    #[serde(default)]
    pub max_lifetime_seconds: Option<u32>,
    /// Only takes access tokens of RFC 9068. Off by default.
    #[serde(default)]
    pub at_jwt: bool,
    /// How many tokens that verified are remembered. None by default.
    #[serde(default)]
    pub cache: Option<NonZeroUsize>,
    /// The realm that challenges name: `api` by default.
    #[serde(default)]
    pub realm: Option<String>,
}

impl BearerSettings {
    /// Makes the scheme.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSettings`] with everything that is wrong.
    pub fn build(self) -> Result<Bearer, InvalidSettings> {
        let mut problems = InvalidSettings::new();
        let realm = match self.realm.as_deref().map(str::parse::<Realm>) {
            Some(realm) => problems.note("realm", realm),
            None => None,
        };
        if self.issuer.is_empty() {
            problems.add("issuer", "it is empty");
        }
        if self.audience.is_empty() || self.audience.iter().any(String::is_empty) {
            problems.add("audience", "it is empty");
        }
        let leeway = self.leeway_seconds.map(u64::from).map(Duration::from_secs);
        if leeway.is_some_and(|leeway| leeway > VerifierBuilder::<()>::MAX_LEEWAY) {
            problems.add("leeway_seconds", "it is over 300");
        }
        let algorithms = self.algorithms(&mut problems);
        let keys = self.keys(&algorithms, &mut problems);
        let Some(keys) = keys.filter(|_| problems.is_empty()) else {
            return Err(problems);
        };

        let mut builder = Verifier::<()>::builder(keys, algorithms).issuer(self.issuer);
        for audience in self.audience {
            builder = builder.audience(audience);
        }
        if self.at_jwt {
            builder = builder.at_jwt();
        }
        if let Some(leeway) = leeway {
            builder = builder.leeway(leeway);
        }
        if let Some(seconds) = self.max_lifetime_seconds {
            builder = builder.max_lifetime(Duration::from_secs(seconds.into()));
        }
        let Some(verifier) = problems.note("algorithms", builder.build()) else {
            return Err(problems);
        };
        let mut bearer = Bearer::new(verifier).realm(realm.unwrap_or_default());
        if let Some(capacity) = self.cache {
            bearer = bearer.cache(capacity);
        }
        Ok(bearer)
    }

    fn algorithms(&self, problems: &mut InvalidSettings) -> Vec<Algorithm> {
        if self.algorithms.is_empty() {
            problems.add("algorithms", "there is none");
        }
        let mut algorithms = Vec::new();
        for name in &self.algorithms {
            algorithms.extend(problems.note("algorithms", name.parse::<Algorithm>()));
        }
        algorithms
    }

    fn keys(
        &self,
        algorithms: &[Algorithm],
        problems: &mut InvalidSettings,
    ) -> Option<SharedKeySet> {
        match (&self.jwks, &self.hmac_secret) {
            (Some(jwks), None) => {
                let keys = KeySet::from_jwks_assuming(algorithms, jwks);
                problems.note("jwks", keys).map(SharedKeySet::new)
            }
            (None, Some(secret)) => {
                let [algorithm] = *algorithms else {
                    problems.add("hmac_secret", "it needs one algorithm, of HMAC");
                    return None;
                };
                let Some(secret) = base64url::decode_to_vec(secret.expose_secret().as_bytes())
                else {
                    problems.add("hmac_secret", "it is not base64url without padding");
                    return None;
                };
                let key = HmacKey::new(algorithm, &SecretBytes::from(secret));
                problems.note("hmac_secret", key).map(SharedKeySet::from)
            }
            (None, None) => {
                problems.add("jwks", "there is neither it nor hmac_secret");
                None
            }
            (Some(_), Some(_)) => {
                problems.add("hmac_secret", "there is jwks, too");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(json: &str) -> Result<Bearer, Vec<(String, String)>> {
        let settings: BearerSettings = serde_json::from_str(json).unwrap();
        settings.build().map_err(|problems| {
            let problems = problems.problems();
            problems
                .map(|(name, what)| (name.into(), what.into()))
                .collect()
        })
    }

    #[test]
    fn reports_everything_that_is_wrong_and_repeats_no_secret() {
        let problems = build(
            r#"{"issuer": "", "audience": [""], "algorithms": ["HS256", "none"],
                "hmac_secret": "hunter2!", "leeway_seconds": 301, "realm": "\u0000"}"#,
        )
        .unwrap_err();
        let names: Vec<_> = problems.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            [
                "realm",
                "issuer",
                "audience",
                "leeway_seconds",
                "algorithms",
                "hmac_secret"
            ],
        );
        assert!(!format!("{problems:?}").contains("hunter2"));
    }

    #[test]
    fn takes_one_kind_of_key() {
        let common = r#""issuer": "i", "audience": ["a"]"#;
        let secret = base64url::encode(b"0123456789abcdef0123456789abcdef");
        let jwks = r#"{\"keys\": []}"#;
        for (rest, expected) in [
            (
                format!(r#""algorithms": ["HS256"], "hmac_secret": "{secret}""#),
                None,
            ),
            (r#""algorithms": ["ES256"]"#.to_owned(), Some("jwks")),
            (
                format!(r#""algorithms": ["HS256"], "hmac_secret": "{secret}", "jwks": "{jwks}""#),
                Some("hmac_secret"),
            ),
            (
                format!(r#""algorithms": ["ES256"], "jwks": "{jwks}""#),
                Some("jwks"),
            ),
            (
                format!(r#""algorithms": ["ES256"], "hmac_secret": "{secret}""#),
                Some("hmac_secret"),
            ),
            (
                r#""algorithms": ["HS256"], "hmac_secret": "c2hvcnQ""#.into(),
                Some("hmac_secret"),
            ),
            (
                r#""algorithms": ["HS256"], "hmac_secret": "a+b=""#.into(),
                Some("hmac_secret"),
            ),
        ] {
            let problems = build(&format!("{{{common}, {rest}}}")).err();
            let name = problems.map(|problems| problems[0].0.clone());
            assert_eq!(name.as_deref(), expected, "{rest}");
        }
    }
}
