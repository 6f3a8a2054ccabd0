use arc_swap::ArcSwap;

use crate::jws::Compact;
use crate::{TokenError, VerifyingKey};

/// The headers of tokens that verified, with the keys that they lead to.
///
/// An issuer writes the same header into all its tokens. Once one of them has
/// been decoded, judged, and its signature verified, the next is recognised by
/// its bytes. Only the holder of a key can get a header into this list.
#[derive(Debug)]
pub(super) struct ApprovedHeaders(ArcSwap<List>);

#[derive(Debug, Default)]
struct List {
    generation: u64,
    headers: Vec<Approved>,
}

#[derive(Clone, Debug)]
struct Approved {
    segment: Box<[u8]>,
    candidates: Vec<VerifyingKey>,
}

impl ApprovedHeaders {
    /// More than the keys in use at a time; a list is searched in sequence.
    const CAPACITY: usize = 16;

    pub(super) fn new() -> Self {
        Self(ArcSwap::from_pointee(List::default()))
    }

    /// Verifies a signature with the keys that the header led to before, if it
    /// did so in the key set of `generation`.
    pub(super) fn verify(
        &self,
        compact: &Compact<'_>,
        generation: u64,
    ) -> Option<Result<(), TokenError>> {
        let list = self.0.load();
        if list.generation != generation {
            return None;
        }
        let mut headers = list.headers.iter();
        let header = headers.find(|header| *header.segment == *compact.header)?;
        Some(compact.verify(&header.candidates))
    }

    pub(super) fn learn(&self, segment: &[u8], candidates: Vec<VerifyingKey>, generation: u64) {
        let new = Approved {
            segment: segment.into(),
            candidates,
        };
        self.0.rcu(|list| {
            let same = list.generation == generation;
            let mut headers = if same {
                list.headers.clone()
            } else {
                Vec::new()
            };
            let known = headers.iter().any(|header| header.segment == new.segment);
            if !known && headers.len() < Self::CAPACITY {
                headers.push(new.clone());
            }
            List {
                generation,
                headers,
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Algorithm, SigningKey, sign_jws};

    fn key() -> SigningKey {
        SigningKey::generate(Algorithm::EdDSA).unwrap()
    }

    fn len(headers: &ApprovedHeaders) -> usize {
        headers.0.load().headers.len()
    }

    #[test]
    fn holds_no_more_than_its_capacity_and_no_header_twice() {
        let headers = ApprovedHeaders::new();
        for number in 0..1_000_u32 {
            headers.learn(&number.to_be_bytes(), Vec::new(), 1);
            headers.learn(&number.to_be_bytes(), Vec::new(), 1);
        }
        assert_eq!(len(&headers), ApprovedHeaders::CAPACITY);

        let headers = ApprovedHeaders::new();
        headers.learn(b"one", Vec::new(), 1);
        headers.learn(b"one", Vec::new(), 1);
        assert_eq!(len(&headers), 1);
    }

    #[test]
    fn a_known_header_still_needs_a_signature() {
        let (key, other) = (key(), key());
        let token = sign_jws(&key, b"payload").unwrap();
        let compact = Compact::split(&token).unwrap();
        let headers = ApprovedHeaders::new();
        headers.learn(compact.header, vec![key.verifying_key()], 1);

        assert_eq!(headers.verify(&compact, 1), Some(Ok(())));
        headers.learn(compact.header, vec![other.verifying_key()], 2);
        assert_eq!(
            headers.verify(&compact, 2),
            Some(Err(TokenError::Signature))
        );
    }

    #[test]
    fn headers_of_another_key_set_are_not_known() {
        let key = key();
        let token = sign_jws(&key, b"payload").unwrap();
        let compact = Compact::split(&token).unwrap();
        let headers = ApprovedHeaders::new();
        headers.learn(compact.header, vec![key.verifying_key()], 1);

        assert_eq!(headers.verify(&compact, 2), None);
        headers.learn(b"other", Vec::new(), 2);
        assert_eq!(headers.verify(&compact, 1), None);
        assert_eq!(headers.verify(&compact, 2), None);
        assert_eq!(len(&headers), 1);
    }
}
