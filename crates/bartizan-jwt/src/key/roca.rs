//! RSA moduli made by the broken generator of CVE-2017-15361 ("ROCA").

const PRIMES: [u32; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
    101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

/// Whether `modulus` has the fingerprint of the broken generator.
///
/// Its primes are `k * M + (65537^a mod M)`, with `M` a product of small primes,
/// so the modulus is a power of 65537 to each of them. A random modulus is so
/// for all of these with a chance below 2^-27.
pub(super) fn is_weak(modulus: &[u8]) -> bool {
    PRIMES.into_iter().all(|prime| {
        let residue = modulus
            .iter()
            .fold(0, |sum, byte| ((sum << 8) | u32::from(*byte)) % prime);
        is_power(residue, 65537 % prime, prime)
    })
}

/// Whether `residue` is a power of `base` modulo `prime`.
fn is_power(residue: u32, base: u32, prime: u32) -> bool {
    let mut power = 1;
    for _ in 1..prime {
        if power == residue {
            return true;
        }
        power = power * base % prime;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_powers() {
        assert!(is_power(1, 2, 7) && is_power(2, 2, 7) && is_power(4, 2, 7));
        assert!(!is_power(3, 2, 7) && !is_power(0, 2, 7));
    }

    #[test]
    fn knows_the_fingerprint() {
        // 65537 to the third, as a number of its own.
        let power = 65537_u64.pow(3).to_be_bytes();
        assert!(is_weak(&power));

        let mut other = power;
        other[7] ^= 2;
        assert!(!is_weak(&other));
    }
}
