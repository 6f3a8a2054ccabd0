//! As much of DER as it takes to look into a public key: tags, lengths, nesting.

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
/// `[0] EXPLICIT`, a certificate's version.
const CONTEXT_0: u8 = 0xa0;

/// What is left to read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Reads one value of the type `tag`, in the shortest form of its length.
    fn value(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (&found, rest) = self.0.split_first()?;
        if found != tag {
            return None;
        }
        let (&first, rest) = rest.split_first()?;
        let (len, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            0x81 => {
                let (&len, rest) = rest.split_first()?;
                (Some(usize::from(len)).filter(|len| *len >= 0x80)?, rest)
            }
            0x82 => {
                let (&bytes, rest) = rest.split_first_chunk::<2>()?;
                (usize::from(u16::from_be_bytes(bytes)), rest)
            }
            _ => return None,
        };
        if first == 0x82 && len < 0x100 {
            return None;
        }
        let (value, rest) = rest.split_at_checked(len)?;
        self.0 = rest;
        Some(value)
    }

    /// Reads one positive integer, without its leading zero.
    fn positive(&mut self) -> Option<&'a [u8]> {
        match self.value(INTEGER)? {
            [0, rest @ ..] if rest.first().is_some_and(|first| *first >= 0x80) => Some(rest),
            bytes @ [1..0x80, ..] => Some(bytes),
            _ => None,
        }
    }

    fn end(&self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}

/// Returns modulus and exponent of an `RSAPublicKey` ([RFC 8017 A.1.1]).
///
/// [RFC 8017 A.1.1]: https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.1
pub(super) fn rsa_public_key(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut outer = Reader(der);
    let mut key = Reader(outer.value(SEQUENCE)?);
    outer.end()?;
    let components = (key.positive()?, key.positive()?);
    key.end()?;
    Some(components)
}

/// Returns the body of the `AlgorithmIdentifier`, and the key, of a
/// `SubjectPublicKeyInfo` ([RFC 5280 4.1]).
///
/// [RFC 5280 4.1]: https://www.rfc-editor.org/rfc/rfc5280#section-4.1
pub(super) fn spki(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut outer = Reader(der);
    let mut info = Reader(outer.value(SEQUENCE)?);
    outer.end()?;
    let algorithm = info.value(SEQUENCE)?;
    Reader(algorithm).value(OBJECT_IDENTIFIER)?;
    let key = info.value(BIT_STRING)?;
    info.end()?;
    // The first byte counts unused bits, and a key has none.
    key.strip_prefix(&[0]).map(|key| (algorithm, key))
}

/// Returns the body of the `AlgorithmIdentifier` of a PKCS#8 private key ([RFC 5958 2]).
///
/// [RFC 5958 2]: https://www.rfc-editor.org/rfc/rfc5958#section-2
pub(super) fn pkcs8_algorithm(der: &[u8]) -> Option<&[u8]> {
    let mut outer = Reader(der);
    let mut info = Reader(outer.value(SEQUENCE)?);
    outer.end()?;
    info.value(INTEGER)?;
    info.value(SEQUENCE)
}

/// Returns the `SubjectPublicKeyInfo` of a certificate ([RFC 5280 4.1]).
///
/// [RFC 5280 4.1]: https://www.rfc-editor.org/rfc/rfc5280#section-4.1
pub(super) fn spki_in_certificate(der: &[u8]) -> Option<&[u8]> {
    let mut outer = Reader(der);
    let mut certificate = Reader(outer.value(SEQUENCE)?);
    outer.end()?;
    let mut body = Reader(certificate.value(SEQUENCE)?);
    if body.0.first() == Some(&CONTEXT_0) {
        body.value(CONTEXT_0)?;
    }
    body.value(INTEGER)?;
    for _algorithm_issuer_validity_subject in 0..4 {
        body.value(SEQUENCE)?;
    }
    let whole = body.0;
    body.value(SEQUENCE)?;
    whole.get(..whole.len() - body.0.len())
}

/// Whether `bytes` are a public key or a certificate, and so no secret.
pub(super) fn is_public_key(bytes: &[u8]) -> bool {
    rsa_public_key(bytes).is_some() || spki(bytes).is_some() || spki_in_certificate(bytes).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_modulus_and_exponent() {
        let key = [0x30, 0x09, 0x02, 0x02, 0x00, 0xff, 0x02, 0x03, 1, 0, 1];

        assert_eq!(rsa_public_key(&key), Some((&[0xff][..], &[1, 0, 1][..])));
    }

    #[test]
    fn refuses_what_is_not_the_shortest_form() {
        for key in [
            &[
                0x30, 0x81, 0x09, 0x02, 0x02, 0x00, 0xff, 0x02, 0x03, 1, 0, 1,
            ][..],
            &[
                0x30, 0x0a, 0x02, 0x03, 0x00, 0x00, 0xff, 0x02, 0x03, 1, 0, 1,
            ],
            &[0x30, 0x08, 0x02, 0x01, 0xff, 0x02, 0x03, 1, 0, 1],
            &[0x30, 0x09, 0x02, 0x02, 0x00, 0xff, 0x02, 0x03, 1, 0, 1, 0],
            &[0x30, 0x0a, 0x02, 0x02, 0x00, 0xff, 0x02, 0x03, 1, 0, 1],
            &[0x30, 0x80, 0x02, 0x01, 0x03, 0, 0],
            &[0x30],
            &[],
        ] {
            assert_eq!(rsa_public_key(key), None, "{key:x?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes: Vec<u8>) {
            let _ = is_public_key(&bytes);
        }

        #[test]
        fn any_sequence_is_read_without_panic(bytes in "[\\x00-\\x06\\x30\\x80-\\x82]{0,40}") {
            let _ = is_public_key(bytes.as_bytes());
        }
    }
}
