use bartizan_jwt::{Algorithm, KeyError, KeySet, TokenError, VerifyingKey, verify_jws};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{invalid, text};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VerifyJws {
    /// The token, or a JSON serialisation, which is never read.
    jws: Value,
    /// A key or a set of keys, as JSON or as its text.
    jwk: Value,
    /// Those of the key alone by default.
    #[serde(default)]
    algorithms: Option<Vec<String>>,
}

pub(super) fn verify(question: &VerifyJws) -> Value {
    let mut algorithms = Vec::new();
    for name in question.algorithms.iter().flatten() {
        match name.parse::<Algorithm>() {
            Ok(algorithm) => algorithms.push(algorithm),
            Err(unknown) => return invalid(format!("algorithms: {unknown}")),
        }
    }
    let allowed = question.algorithms.is_some().then_some(&*algorithms);
    let keys = match keys(&text::of(&question.jwk), allowed) {
        Ok(keys) => keys,
        Err(problem) => return invalid(format!("jwk: {problem}")),
    };
    let token = text::of(&question.jws);
    let mut refused = TokenError::Algorithm;
    for keys in keys {
        match verify_jws(&token, &keys) {
            Ok(payload) => {
                let mut answer = Map::new();
                answer.insert("valid".to_owned(), true.into());
                answer.extend([text::member("payload", &payload)]);
                return answer.into();
            }
            Err(error) => refused = error,
        }
    }
    invalid(refused)
}

/// Reads the keys, each for one of the algorithms that are allowed. A key that does not
/// say its algorithm may be one for each.
fn keys(jwk: &str, allowed: Option<&[Algorithm]>) -> Result<Vec<KeySet>, KeyError> {
    let is_set = serde_json::from_str::<Map<String, Value>>(jwk)
        .is_ok_and(|members| members.contains_key("keys"));
    match allowed {
        None if is_set => Ok(vec![KeySet::from_jwks(jwk)?]),
        None => Ok(vec![VerifyingKey::from_jwk(jwk)?.into()]),
        Some(allowed) if is_set => {
            let keys = KeySet::from_jwks_assuming(allowed, jwk)?;
            let keys = keys.keys().filter(|key| allowed.contains(&key.algorithm()));
            Ok(vec![KeySet::new(keys.cloned())?])
        }
        Some(allowed) => {
            let mut keys = Vec::new();
            let mut refused = KeyError::Algorithm;
            for algorithm in allowed {
                match VerifyingKey::from_jwk_as(*algorithm, jwk) {
                    Ok(key) => keys.push(key.into()),
                    Err(KeyError::Algorithm) => {}
                    Err(error) => refused = error,
                }
            }
            if keys.is_empty() {
                Err(refused)
            } else {
                Ok(keys)
            }
        }
    }
}
