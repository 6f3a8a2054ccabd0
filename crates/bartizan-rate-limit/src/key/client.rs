use std::error::Error;
use std::fmt;
use std::net::IpAddr;

/// Returns the bits if a network can have them.
pub(crate) fn prefixes(ipv4: u8, ipv6: u8) -> Result<(u8, u8), InvalidPrefix> {
    match (ipv4, ipv6) {
        (8..=32, 16..=128) => Ok((ipv4, ipv6)),
        _ => Err(InvalidPrefix { ipv4, ipv6 }),
    }
}

/// Bits of an address that no network of one client has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct InvalidPrefix {
    ipv4: u8,
    ipv6: u8,
}

impl Error for InvalidPrefix {}

impl fmt::Display for InvalidPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ipv4, ipv6 } = self;
        write!(
            f,
            "{ipv4} bits of IPv4 and {ipv6} of IPv6 are not 8 to 32 and 16 to 128"
        )
    }
}

/// Returns the family of `address` and its first bits, the rest zero.
pub(crate) fn network(address: IpAddr, ipv4: u8, ipv6: u8) -> [u8; 17] {
    let (family, bits) = match address.to_canonical() {
        IpAddr::V4(address) => {
            let bits = mask(u128::from(address.to_bits()) << 96, ipv4.min(32));
            (4, bits)
        }
        IpAddr::V6(address) => (6, mask(address.to_bits(), ipv6)),
    };
    let mut bytes = [family; 17];
    if let Some(rest) = bytes.get_mut(1..) {
        rest.copy_from_slice(&bits.to_be_bytes());
    }
    bytes
}

fn mask(bits: u128, prefix: u8) -> u128 {
    let dropped = 128_u32.saturating_sub(u32::from(prefix));
    bits & u128::MAX.checked_shl(dropped).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_that_no_network_has_are_refused() {
        for (ipv4, ipv6, is_valid) in [
            (32, 64, true),
            (8, 16, true),
            (32, 128, true),
            (24, 48, true),
            (0, 0, false),
            (0, 64, false),
            (7, 64, false),
            (33, 64, false),
            (255, 64, false),
            (32, 0, false),
            (32, 15, false),
            (32, 129, false),
            (32, 255, false),
        ] {
            assert_eq!(prefixes(ipv4, ipv6).is_ok(), is_valid, "{ipv4} {ipv6}");
        }
        assert_eq!(
            prefixes(0, 64).unwrap_err().to_string(),
            "0 bits of IPv4 and 64 of IPv6 are not 8 to 32 and 16 to 128"
        );
    }

    fn same(a: &str, b: &str, ipv4: u8, ipv6: u8) -> bool {
        network(a.parse().unwrap(), ipv4, ipv6) == network(b.parse().unwrap(), ipv4, ipv6)
    }

    #[test]
    fn addresses_of_one_network_are_one() {
        for (a, b, ipv4, ipv6, expected) in [
            ("192.0.2.1", "192.0.2.1", 32, 64, true),
            ("192.0.2.1", "192.0.2.2", 32, 64, false),
            ("192.0.2.1", "192.0.2.2", 24, 64, true),
            ("192.0.2.1", "192.0.3.1", 24, 64, false),
            ("192.0.2.1", "192.0.2.2", 255, 64, false),
            ("2001:db8::1", "2001:db8::2", 32, 64, true),
            (
                "2001:db8::1",
                "2001:db8:0:0:ffff:ffff:ffff:ffff",
                32,
                64,
                true,
            ),
            ("2001:db8::1", "2001:db8:0:1::1", 32, 64, false),
            ("2001:db8::1", "2001:db8:0:1::1", 32, 56, true),
            ("2001:db8::1", "2001:db8::2", 32, 128, false),
            ("2001:db8::1", "2001:db8::2", 32, 255, false),
            ("2001:db8::1", "fe80::1", 32, 0, true),
            // Mapped into IPv6: all of IPv4 would share one /64.
            ("::ffff:192.0.2.1", "192.0.2.1", 32, 64, true),
            ("::ffff:192.0.2.1", "::ffff:192.0.2.2", 32, 64, false),
            // The same bits, another family.
            ("192.0.2.1", "c000:201::", 32, 64, false),
            ("0.0.0.0", "::", 0, 0, false),
        ] {
            assert_eq!(same(a, b, ipv4, ipv6), expected, "{a} {b} /{ipv4} /{ipv6}");
        }
    }
}
