use std::fmt;

use bytes::Bytes;
use http::HeaderValue;

/// What ties the answer that a client was given to the log.
///
/// Lies among the extensions of each request that goes through the layer of
/// `bartizan-problem`, which sends it back in a header, or of one that a service of the
/// application's own has marked. [`TracingObserver`](crate::TracingObserver) reports it
/// with what guards decide. It is no secret, and it proves nothing.
///
/// Cloning is cheap.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct CorrelationId(HeaderValue);

impl CorrelationId {
    /// The most characters of an id that another has chosen.
    pub const MAX_LENGTH: usize = 128;

    /// Takes an id that another has chosen, when it is well-formed: 1 to
    /// [`MAX_LENGTH`](Self::MAX_LENGTH) of letters, digits and `-_.:+/=~`.
    #[must_use]
    pub fn parse(value: &HeaderValue) -> Option<Self> {
        let bytes = value.as_bytes();
        let is_fit = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:+/=~".contains(byte);
        let is_id = (1..=Self::MAX_LENGTH).contains(&bytes.len()) && bytes.iter().all(is_fit);
        is_id.then(|| Self(value.clone()))
    }

    /// Returns the id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    /// Returns the id as a field's value.
    #[must_use]
    pub fn as_header_value(&self) -> &HeaderValue {
        &self.0
    }
}

impl From<[u8; 16]> for CorrelationId {
    /// Writes 128 bits, such as random ones, in 32 hexadecimal digits.
    fn from(bytes: [u8; 16]) -> Self {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [b'0'; 32];
        for (pair, byte) in text.chunks_exact_mut(2).zip(bytes) {
            for (digit, value) in pair.iter_mut().zip([byte >> 4, byte & 0xf]) {
                *digit = DIGITS.get(usize::from(value)).copied().unwrap_or(b'0');
            }
        }
        // Made shared at once: the id is cloned for the request, the response and the log.
        let value = HeaderValue::from_maybe_shared(Bytes::from_owner(text));
        Self(value.unwrap_or(HeaderValue::from_static("unknown")))
    }
}

impl fmt::Display for CorrelationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for CorrelationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CorrelationId")
            .field(&self.as_str())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_only_ids_that_cannot_be_anything_else() {
        let longest = "a".repeat(CorrelationId::MAX_LENGTH);
        let too_long = "a".repeat(CorrelationId::MAX_LENGTH + 1);
        let cases = [
            ("7b0c", true),
            ("01890a5d-ac96-774b-bcce-b302099a8057", true),
            ("Root=1-67891233-abcdef012345678912345678", true),
            (&longest, true),
            (&too_long, false),
            ("", false),
            ("a b", false),
            ("a\tb", false),
            ("<script>", false),
            ("a\"b", false),
            ("a,b", false),
            ("${jndi:ldap}", false),
        ];

        for (text, expected) in cases {
            let value = HeaderValue::from_str(text).unwrap();
            assert_eq!(CorrelationId::parse(&value).is_some(), expected, "{text}");
        }
        let binary = HeaderValue::from_bytes(b"\xff").unwrap();
        assert_eq!(CorrelationId::parse(&binary), None);
    }
    #[test]
    fn bits_are_written_in_digits() {
        let bits = 0x0123_4567_89ab_cdef_0011_2233_4455_66ff_u128;
        let id = CorrelationId::from(bits.to_be_bytes());

        assert_eq!(id.as_str(), "0123456789abcdef00112233445566ff");
        assert_eq!(CorrelationId::parse(id.as_header_value()), Some(id));
    }
}
