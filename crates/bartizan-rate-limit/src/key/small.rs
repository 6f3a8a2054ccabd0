/// Bytes that are kept inline while they are few.
pub(crate) struct SmallBytes {
    inline: [u8; INLINE],
    length: usize,
    /// All of it, once it does not fit inline.
    spilt: Vec<u8>,
}

const INLINE: usize = 120;

impl SmallBytes {
    pub(crate) const fn new() -> Self {
        Self {
            inline: [0; INLINE],
            length: 0,
            spilt: Vec::new(),
        }
    }

    #[inline]
    pub(crate) fn extend(&mut self, bytes: &[u8]) {
        let end = self.length + bytes.len();
        match self.inline.get_mut(self.length..end) {
            Some(room) if self.spilt.is_empty() => room.copy_from_slice(bytes),
            _ => self.spill(bytes),
        }
        self.length = end;
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        if self.spilt.is_empty() {
            self.inline.get(..self.length).unwrap_or_default()
        } else {
            &self.spilt
        }
    }

    pub(crate) const fn len(&self) -> usize {
        self.length
    }

    /// Goes back to where the length was `length`.
    pub(crate) fn truncate(&mut self, length: usize) {
        if !self.spilt.is_empty() {
            self.spilt.truncate(length);
            self.length = self.spilt.len();
            if let Some(inline) = self.inline.get_mut(..self.length) {
                // An empty `spilt` means that the bytes are inline.
                inline.copy_from_slice(&self.spilt);
                self.spilt.clear();
            }
        }
        self.length = self.length.min(length);
    }

    #[cold]
    fn spill(&mut self, bytes: &[u8]) {
        if self.spilt.is_empty() {
            self.spilt.reserve(2 * (self.length + bytes.len()));
            let inline = self.inline.get(..self.length).unwrap_or_default();
            self.spilt.extend_from_slice(inline);
        }
        self.spilt.extend_from_slice(bytes);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::*;

    proptest! {
        #[test]
        fn holds_what_is_added_at_any_length(parts: Vec<Vec<u8>>, cut in any::<u16>()) {
            let mut bytes = SmallBytes::new();
            let mut expected = Vec::new();
            for part in &parts {
                bytes.extend(part);
                expected.extend_from_slice(part);
            }
            prop_assert_eq!(bytes.as_slice(), &*expected);
            prop_assert_eq!(bytes.len(), expected.len());

            let cut = usize::from(cut % 300);
            bytes.truncate(cut);
            expected.truncate(cut);
            prop_assert_eq!(bytes.as_slice(), &*expected);

            bytes.extend(&[7; 150]);
            expected.extend_from_slice(&[7; 150]);
            prop_assert_eq!(bytes.as_slice(), &*expected);
        }
    }
}
