//! The spellings of numbers and bytes in hash strings, each read strictly.

use base64::Engine as _;
use base64::alphabet::BCRYPT;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD, STANDARD, STANDARD_NO_PAD};

/// Bcrypt's alphabet. Old libraries left padding bits set, which all others
/// ignore when they verify.
const BCRYPT_BASE64: GeneralPurpose =
    GeneralPurpose::new(&BCRYPT, NO_PAD.with_decode_allow_trailing_bits(true));

/// Longest salt or output in bytes; the longest in use is scrypt's 64.
const MAX_BYTES: usize = 128;

/// Decimal digits without sign, blank or leading zero.
pub(crate) fn decimal(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let canonical = text == "0" || !text.starts_with('0');
    if !digits || !canonical {
        return None;
    }
    text.parse().ok()
}

/// `NAME=DECIMAL`.
pub(crate) fn parameter(text: &str, name: &str) -> Option<u32> {
    decimal(text.strip_prefix(name)?.strip_prefix('=')?)
}

/// Standard alphabet without padding, as in PHC strings.
pub(crate) fn phc_base64(text: &str) -> Option<Vec<u8>> {
    bounded(STANDARD_NO_PAD.decode(bounded_text(text)?).ok()?)
}

/// Standard alphabet with padding.
pub(crate) fn padded_base64(text: &str) -> Option<Vec<u8>> {
    bounded(STANDARD.decode(bounded_text(text)?).ok()?)
}

/// Passlib's "adapted" alphabet: `.` for `+`, no padding.
pub(crate) fn adapted_base64(text: &str) -> Option<Vec<u8>> {
    phc_base64(&text.replace('.', "+"))
}

pub(crate) fn bcrypt_base64<const N: usize>(text: &str) -> Option<[u8; N]> {
    BCRYPT_BASE64
        .decode(bounded_text(text)?)
        .ok()?
        .try_into()
        .ok()
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(text: &str) -> Option<Vec<u8>> {
    let bytes = text.as_bytes();
    if !bytes.len().is_multiple_of(2) {
        return None;
    }
    let decoded: Option<Vec<u8>> = bytes
        .chunks_exact(2)
        .map(|pair| match pair {
            [high, low] => Some(nibble(*high)? << 4 | nibble(*low)?),
            _ => None,
        })
        .collect();
    bounded(decoded?)
}

pub(crate) fn to_phc_base64(bytes: &[u8]) -> String {
    STANDARD_NO_PAD.encode(bytes)
}

const fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

fn bounded(bytes: Vec<u8>) -> Option<Vec<u8>> {
    (bytes.len() <= MAX_BYTES).then_some(bytes)
}

fn bounded_text(text: &str) -> Option<&str> {
    (text.len() <= 2 * MAX_BYTES).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_spelling() {
        for (text, number) in [
            ("0", Some(0)),
            ("12", Some(12)),
            ("4294967295", Some(u32::MAX)),
            ("4294967296", None),
            ("", None),
            ("01", None),
            ("+1", None),
            ("-1", None),
            (" 1", None),
            ("1_0", None),
            ("\u{661}", None),
        ] {
            assert_eq!(decimal(text), number, "{text:?}");
        }
        assert_eq!(parameter("m=8", "m"), Some(8));
        assert_eq!(parameter("mm=8", "m"), None);
        assert_eq!(parameter("m8", "m"), None);
    }

    #[test]
    fn base64_is_canonical() {
        for (text, bytes) in [
            ("AAA", Some(vec![0, 0])),
            ("AAB", None),
            ("AAA=", None),
            ("AA A", None),
            ("AA-_", None),
        ] {
            assert_eq!(phc_base64(text), bytes, "{text:?}");
        }
        assert_eq!(padded_base64("AAA="), Some(vec![0, 0]));
        assert_eq!(padded_base64("AAA"), None);
        assert_eq!(adapted_base64("AA.A"), phc_base64("AA+A"));
    }

    #[test]
    fn long_fields_are_refused() {
        assert!(phc_base64(&"A".repeat(168)).is_some());
        assert!(phc_base64(&"A".repeat(176)).is_none());
        assert!(hex(&"00".repeat(128)).is_some());
        assert!(hex(&"00".repeat(129)).is_none());
    }

    #[test]
    fn hexadecimal_is_lower_case_and_whole() {
        assert_eq!(hex("00ff1a"), Some(vec![0, 255, 26]));
        for text in ["0", "0F", "g0", "0x00"] {
            assert_eq!(hex(text), None, "{text:?}");
        }
    }

    #[test]
    fn bcrypt_padding_bits_are_ignored() {
        let clean = bcrypt_base64::<16>("CCCCCCCCCCCCCCCCCCCCC.");
        let dirty = bcrypt_base64::<16>("CCCCCCCCCCCCCCCCCCCCC/");

        assert!(clean.is_some());
        assert_eq!(clean, dirty);
    }
}
