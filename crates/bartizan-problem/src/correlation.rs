use std::cell::RefCell;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::BuildHasher;

use bytes::Bytes;
use http::HeaderValue;

/// What ties the answer that a client was given to the log.
///
/// Lies among the extensions of each request that goes through
/// [`ProblemLayer`](crate::ProblemLayer), and is sent back in a header. Problem
/// details carry it as `correlation_id`. It is no secret, and it proves nothing.
///
/// Cloning is cheap.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct CorrelationId(HeaderValue);

impl CorrelationId {
    /// The most characters of an id that another has chosen.
    pub const MAX_LENGTH: usize = 128;

    /// Makes an id of 128 random bits, in 32 hexadecimal digits.
    #[must_use]
    pub fn random() -> Self {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [b'0'; 32];
        for (pair, byte) in text.chunks_exact_mut(2).zip(random_bytes()) {
            for (digit, value) in pair.iter_mut().zip([byte >> 4, byte & 0xf]) {
                *digit = DIGITS.get(usize::from(value)).copied().unwrap_or(b'0');
            }
        }
        // Made shared at once: the id is cloned for the request, the response and the log.
        let value = HeaderValue::from_maybe_shared(Bytes::from_owner(text));
        Self(value.unwrap_or(HeaderValue::from_static("unknown")))
    }

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

const SIZE: usize = 16;

/// Random bytes from the OS, asked for 32 ids at a time: it is a system call.
struct Pool {
    bytes: [u8; SIZE * 32],
    used: usize,
}

impl Pool {
    const fn new() -> Self {
        Self {
            bytes: [0; SIZE * 32],
            used: SIZE * 32,
        }
    }

    fn take(&mut self) -> Option<[u8; SIZE]> {
        if self.used >= self.bytes.len() {
            getrandom::fill(&mut self.bytes).ok()?;
            self.used = 0;
        }
        let chunk = self.bytes.get(self.used..)?.first_chunk().copied();
        self.used = self.used.saturating_add(SIZE);
        chunk
    }
}

thread_local! {
    static POOL: RefCell<Pool> = const { RefCell::new(Pool::new()) };
}

fn random_bytes() -> [u8; SIZE] {
    let taken = POOL.try_with(|pool| pool.try_borrow_mut().ok()?.take());
    taken.ok().flatten().unwrap_or_else(|| {
        // An OS without random numbers is no reason to answer nobody: an id has to
        // differ from others, and need not be hard to guess.
        let halves = [
            RandomState::new().hash_one(0),
            RandomState::new().hash_one(1),
        ];
        let [high, low] = halves.map(u128::from);
        (high << 64 | low).to_be_bytes()
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn random_ids_differ_and_are_well_formed() {
        let ids: HashSet<_> = (0..1000).map(|_| CorrelationId::random()).collect();

        assert_eq!(ids.len(), 1000);
        for id in &ids {
            assert_eq!(id.as_str().len(), 32);
            assert_eq!(
                CorrelationId::parse(id.as_header_value()).as_ref(),
                Some(id)
            );
        }
        let threads = [0, 1].map(|_| std::thread::spawn(CorrelationId::random));
        let made: HashSet<_> = threads.map(|thread| thread.join().unwrap()).into();
        assert_eq!(made.union(&ids).count(), 1002);
    }

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
}
