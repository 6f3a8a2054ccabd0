use bartizan_cors::{Origin, OriginPattern};
use serde::Deserialize;
use serde_json::{Value, json};

use super::invalid;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OriginText {
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PatternAndOrigin {
    pattern: String,
    /// Without it, the pattern alone is judged.
    #[serde(default)]
    origin: Option<String>,
}

pub(super) fn origin(question: &OriginText) -> Value {
    match question.text.parse::<Origin>() {
        Ok(origin) => json!({
            "valid": true,
            "scheme": origin.scheme(),
            "host": origin.host(),
            "port": origin.port(),
        }),
        Err(problem) => invalid(problem),
    }
}

pub(super) fn pattern(question: &PatternAndOrigin) -> Value {
    let pattern = match question.pattern.parse::<OriginPattern>() {
        Ok(pattern) => pattern,
        Err(problem) => return invalid(problem),
    };
    // What is no origin is never one that is meant.
    let matches = |text: &str| text.parse().is_ok_and(|origin| pattern.matches(&origin));
    match question.origin.as_deref().map(matches) {
        Some(matches) => json!({ "valid": true, "matches": matches }),
        None => json!({ "valid": true }),
    }
}
