use http::HeaderValue;

use crate::key::SmallBytes;

/// The greatest Integer of a structured field ([RFC 9651, section 3.3.1]).
///
/// [RFC 9651, section 3.3.1]: https://www.rfc-editor.org/rfc/rfc9651#section-3.3.1
pub(super) const MAX: u64 = 999_999_999_999_999;

/// Adds `number` in decimal digits, no more than a structured field can hold.
pub(super) fn push(line: &mut SmallBytes, number: u64) {
    let mut digits = [b'0'; 15];
    let mut rest = number.min(MAX);
    let mut start = digits.len();
    for digit in digits.iter_mut().rev() {
        let [units, ..] = (rest % 10).to_le_bytes();
        *digit = b'0' + units;
        rest /= 10;
        start -= 1;
        if rest == 0 {
            break;
        }
    }
    line.extend(digits.get(start..).unwrap_or_default());
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
                let mut line = SmallBytes::new();
                push(&mut line, number);
                let expected = number.min(MAX).to_string();
                prop_assert_eq!(line.as_slice(), expected.as_bytes());
            }
        }
    }
}
