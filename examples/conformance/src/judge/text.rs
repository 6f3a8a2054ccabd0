use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// Takes a text, or the same in base64 from the member beside it.
pub(super) fn bytes(
    name: &str,
    text: Option<&str>,
    base64: Option<&str>,
) -> Result<Vec<u8>, String> {
    match (text, base64) {
        (Some(text), None) => Ok(text.as_bytes().to_vec()),
        (None, Some(base64)) => {
            let bytes = STANDARD.decode(base64);
            bytes.map_err(|_| format!("{name}_base64: it is not base64 with padding"))
        }
        (Some(_), Some(_)) => Err(format!("{name}_base64: there is {name}, too")),
        (None, None) => Err(format!("{name}: it is missing, and {name}_base64 is, too")),
    }
}

/// Writes bytes as a text where they are one, and else in base64, with the end of the
/// member's name that says so.
pub(super) fn member(name: &str, bytes: &[u8]) -> (String, Value) {
    match str::from_utf8(bytes) {
        Ok(text) => (name.to_owned(), text.into()),
        Err(_) => (format!("{name}_base64"), STANDARD.encode(bytes).into()),
    }
}

/// Returns the text of a JSON value that may itself be given as a text.
pub(super) fn of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}
