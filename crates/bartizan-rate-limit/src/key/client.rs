use std::net::IpAddr;

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
