use std::fmt;

use super::small::SmallBytes;

/// The bytes that a [`Key`](super::Key) makes of a request, written without
/// allocation while they are few.
///
/// What is pushed is preceded by its length, so that `("ab", "c")` and `("a", "bc")`
/// are two keys.
pub struct KeyBytes(SmallBytes);

impl KeyBytes {
    pub(crate) const fn new() -> Self {
        Self(SmallBytes::new())
    }

    /// Adds a part of the key.
    pub fn push(&mut self, part: impl AsRef<[u8]>) {
        let part = part.as_ref();
        let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
        self.raw(&length.to_le_bytes());
        self.raw(part);
    }

    /// Adds what cannot be mistaken for something else: of a fixed length, or with
    /// its length before it.
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.0.extend(bytes);
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        self.0.as_slice()
    }

    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }

    /// Goes back to where the length was `length`.
    pub(crate) fn truncate(&mut self, length: usize) {
        self.0.truncate(length);
    }
}

/// Leaves out the bytes, which may name a user.
impl fmt::Debug for KeyBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyBytes")
            .field("length", &self.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_that_join_to_the_same_text_are_different_keys() {
        let key = |parts: &[&str]| {
            let mut bytes = KeyBytes::new();
            parts.iter().for_each(|part| bytes.push(part));
            bytes.as_slice().to_vec()
        };
        assert_ne!(key(&["ab", "c"]), key(&["a", "bc"]));
        assert_ne!(key(&["ab"]), key(&["ab", ""]));
        assert_ne!(key(&["", "ab"]), key(&["ab", ""]));
    }

    #[test]
    fn debug_shows_no_byte() {
        let mut bytes = KeyBytes::new();
        bytes.push("canary");
        assert!(!format!("{bytes:?}").contains("canary"));
    }
}
