use aws_lc_rs::rand;
use zeroize::Zeroizing;

/// Digits in the order of their values.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Digits of a CRC-32: 62⁶ is more than 2³², so that each number has one spelling.
pub(crate) const CRC_LEN: usize = 6;

/// The operating system gave no random bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct NoRandomness;

/// Makes `N` random digits. Each is as likely as any other: 5.95 bits.
pub(crate) fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, NoRandomness> {
    let mut digits = Zeroizing::new([0; N]);
    let mut missing = digits.iter_mut();
    loop {
        let mut bytes = Zeroizing::new([0_u8; 64]);
        rand::fill(&mut *bytes).map_err(|_| NoRandomness)?;
        // 248 is the largest multiple of 62 in a byte: what is above would make the
        // first digits more likely.
        for byte in bytes.iter().filter(|byte| **byte < 248) {
            let Some(digit) = missing.next() else {
                return Ok(digits);
            };
            *digit = digit_of(u32::from(*byte));
        }
    }
}

/// Returns whether all bytes are digits.
pub(crate) fn is_base62(bytes: &[u8]) -> bool {
    // Without an early end, the loop is a few vector instructions.
    bytes
        .iter()
        .fold(true, |all, byte| all & byte.is_ascii_alphanumeric())
}

/// Spells a CRC-32, the most significant digit first.
pub(crate) fn encode_crc(mut crc: u32) -> [u8; CRC_LEN] {
    let mut digits = [0; CRC_LEN];
    for digit in digits.iter_mut().rev() {
        *digit = digit_of(crc);
        crc /= 62;
    }
    digits
}

fn digit_of(number: u32) -> u8 {
    let at = usize::try_from(number % 62).unwrap_or_default();
    DIGITS.get(at).copied().unwrap_or(b'0')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spells_numbers_with_six_digits() {
        for (crc, digits) in [
            (0, b"000000"),
            (61, b"00000z"),
            (62, b"000010"),
            (u32::MAX, b"4gfFC3"),
        ] {
            assert_eq!(&encode_crc(crc), digits, "{crc}");
        }
    }

    #[test]
    fn asvs_11_5_1_every_digit_is_as_likely_as_any_other() {
        let mut counts = [0_u32; 128];
        for _ in 0..200 {
            for digit in random::<310>().unwrap().iter() {
                counts[usize::from(*digit)] += 1;
            }
        }

        // A thousand of each are expected; six standard deviations are allowed.
        for digit in DIGITS {
            let count = counts[usize::from(*digit)];
            assert!((810..=1190).contains(&count), "{digit}: {count}");
        }
    }

    proptest! {
        #[test]
        fn every_number_has_a_spelling_of_its_own(crc: u32) {
            let digits = encode_crc(crc);
            let value = |digit: &u8| DIGITS.iter().position(|known| known == digit).unwrap();
            let number = digits.iter().fold(0, |number, digit| number * 62 + value(digit));
            prop_assert_eq!(u32::try_from(number), Ok(crc));
        }

        #[test]
        fn digits_are_letters_and_numbers(bytes: Vec<u8>) {
            let all = bytes.iter().all(|byte| DIGITS.contains(byte));
            prop_assert_eq!(is_base62(&bytes), all);
        }
    }
}
