use bartizan_password::{HashError, HashLimits, PasswordHash, PasswordHasher, Verification};
use bartizan_secret::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{error, invalid, text};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VerifyPassword {
    hash: String,
    #[serde(default)]
    password: Option<String>,
    #[serde(default)]
    password_base64: Option<String>,
}

pub(super) fn verify(question: &VerifyPassword) -> Value {
    let password = text::bytes(
        "password",
        question.password.as_deref(),
        question.password_base64.as_deref(),
    );
    let password = match password.map(String::from_utf8) {
        Ok(Ok(password)) => SecretString::from(password),
        Ok(Err(_)) => return invalid("the password is not UTF-8"),
        Err(problem) => return error(problem),
    };
    let verified = verification(&question.hash, &password);
    match verified {
        Ok(verification) => json!({
            "valid": verification.is_match(),
            "rehash": verification == Verification::NeedsRehash,
        }),
        Err(problem) => invalid(problem),
    }
}

fn verification(hash: &str, password: &SecretString) -> Result<Verification, HashError> {
    // Others' vectors ask for more memory than a service should grant: up to 1 GiB.
    let limits = HashLimits::default().argon2(1024 * 1024, 16, 16);
    let hasher = PasswordHasher::default().limits(limits);
    hasher.verify(password, &hash.parse::<PasswordHash>()?)
}
