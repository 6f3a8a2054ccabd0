use http::HeaderValue;

use crate::key::SmallBytes;

/// The greatest Integer of a structured field ([RFC 9651, section 3.3.1]).
///
/// [RFC 9651, section 3.3.1]: https://www.rfc-editor.org/rfc/rfc9651#section-3.3.1
pub(super) const MAX: u64 = 999_999_999_999_999;

/// Text that is written from its end: numbers, and what stands between them.
pub(super) struct Digits {
    bytes: [u8; 48],
    start: usize,
}

impl Digits {
    #[inline]
    pub(super) const fn new() -> Self {
        Self {
            bytes: [0; 48],
            start: 48,
        }
    }

    /// Writes `number` in decimal digits before what there is, no more than a structured
    /// field can hold.
    #[inline]
    pub(super) fn number(&mut self, number: u64) {
        // Half as wide a division is twice as fast, and nearly always enough.
        match u32::try_from(number) {
            Ok(mut rest) => self.digits(|| {
                let digit = rest % 10;
                rest /= 10;
                (digit as u8, rest > 0)
            }),
            Err(_) => self.large(number.min(MAX)),
        }
    }

    #[cold]
    fn large(&mut self, mut rest: u64) {
        self.digits(|| {
            let digit = rest % 10;
            rest /= 10;
            (digit as u8, rest > 0)
        });
    }

    /// Writes one digit after the other, as long as there are more.
    #[inline]
    fn digits(&mut self, mut next: impl FnMut() -> (u8, bool)) {
        let free = self.bytes.get_mut(..self.start).unwrap_or_default();
        let mut start = free.len();
        for place in free.iter_mut().rev() {
            let (digit, has_more) = next();
            *place = b'0' | digit;
            start -= 1;
            if !has_more {
                break;
            }
        }
        self.start = start;
    }

    /// Writes `text` before what there is.
    #[inline]
    pub(super) fn text<const N: usize>(&mut self, text: [u8; N]) {
        let free = self.bytes.get_mut(..self.start).unwrap_or_default();
        if let Some(place) = free.last_chunk_mut() {
            *place = text;
            self.start -= N;
        }
    }

    #[inline]
    pub(super) fn as_slice(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }
}

/// Returns a value of `bytes`, which hold nothing that a value may not.
pub(super) fn value(line: &SmallBytes) -> Option<HeaderValue> {
    HeaderValue::from_bytes(line.as_slice()).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert_eq, proptest};

    use super::*;

    proptest! {
        #[test]
        fn writes_what_format_does(number: u64, small in 0_u64..2000) {
            for number in [number, small] {
                let mut digits = Digits::new();
                digits.number(number);
                digits.text(*b";t=");
                digits.number(small);
                let expected = format!("{small};t={}", number.min(MAX));
                prop_assert_eq!(digits.as_slice(), expected.as_bytes());
            }
        }
    }
}
