use std::sync::Arc;

use super::KeyError;

/// A key's `kid`.
///
/// It is only ever compared: never a path, a query or a log line.
pub(super) type KeyId = Arc<str>;

pub(super) const MAX_ID_LEN: usize = 256;

pub(super) fn parse(id: &str) -> Result<KeyId, KeyError> {
    if id.is_empty() || id.len() > MAX_ID_LEN {
        return Err(KeyError::Id);
    }
    Ok(id.into())
}
